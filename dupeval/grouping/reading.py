"""What is known of each file and of each content: hash, size, age, pixels, a small picture.

A content is decoded once, whatever its files are called; what came of it is kept. A file that is as
old and as large as it was is not read again.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import PIL
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from dupeval.dataset import ImageHandle
from dupeval.dataset.checking import fault_of_size
from dupeval.dataset.formats import format_of
from dupeval.dataset.images import MOST_DECODERS, ImageError, open_rgb
from dupeval.files import open_regular
from dupeval.grouping.finding import Unread
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store
from dupeval.text import visible

# Of the small pictures: the longest side in pixels, WebP's quality.
LONGEST, QUALITY = 160, 60
# What cameras and phones write, and Pillow does not read: to be told of, not passed over.
UNREADABLE = frozenset(
    {
        *(".heic", ".heif", ".jxl", ".avif", ".dng", ".cr2", ".cr3"),
        *(".nef", ".arw", ".raf", ".orf"),
    }
)
# A file changed so shortly before it was read may change again without another time.
SETTLED_NS = 2_000_000_000
_T = TypeVar("_T")
_R = TypeVar("_R")
# Device, inode, size, and the times of the last change of content and of anything, in ns.
Stamp = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Content:
    """What is known of an image, whatever files hold it.

    Attributes
    ----------
    sha256 : str
        Of the bytes.
    width, height : int
        As it is seen, turned as its EXIF says.
    format : str
        Pillow's name.
    thumbnail : bytes
        WebP, at most 160 pixels long.
    """

    sha256: str
    width: int
    height: int
    format: str
    thumbnail: bytes

    @property
    def n_pixels(self) -> int:
        """Width times height."""
        return self.width * self.height


@dataclass(frozen=True)
class ImageFile:
    """A file that holds an image.

    Attributes
    ----------
    path : str
    content : Content
    n_bytes : int
    modified_ns : int
        When it was last changed, in nanoseconds since 1970.
    inode : tuple of int
        Device and number: the same of several names of one file.
    """

    path: str
    content: Content
    n_bytes: int
    modified_ns: int
    inode: tuple[int, int]

    @property
    def handle(self) -> ImageHandle:
        """What methods are shown; messages name the path."""
        return ImageHandle.of(Path(self.path), visible(self.path), self.content.sha256)


@dataclass(frozen=True)
class Read:
    """What became of paths.

    Attributes
    ----------
    files : tuple of ImageFile
        In the order of the paths.
    unread : tuple of Unread
        What should be an image and cannot be decoded.
    n_others : int
        Files that are no images by name and content.
    """

    files: tuple[ImageFile, ...]
    unread: tuple[Unread, ...]
    n_others: int


def read_files(paths: Sequence[str], cache_dir: Path, progress: bool = False) -> Read:
    """Read image files; one that cannot be is told and left out.

    Parameters
    ----------
    paths : sequence of str
    cache_dir : Path
        What is known of contents and files is kept below it.
    progress : bool, default False
        Show bars with images a second.

    Raises
    ------
    StoreError
        If what is kept cannot be read or written.
    """
    # Told as an error, with the file's name, where it is one.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    index = _Index(Store(cache_dir / "files"))
    contents = Store(cache_dir / "contents")
    stamps = list(_in_threads(paths, lambda path: _hashed(path, index), "reading", progress))
    index.keep()
    wanted: dict[str, str] = {}
    for path, known in zip(paths, stamps, strict=True):
        if isinstance(known, _Hashed):
            wanted.setdefault(known.sha256, path)
    decode = _Decoder(contents)
    found = dict(
        zip(wanted, _in_threads(list(wanted.items()), decode, "decoding", progress), strict=True)
    )
    files, unread, n_others = [], [], 0
    for path, known in zip(paths, stamps, strict=True):
        content = found[known.sha256] if isinstance(known, _Hashed) else known
        if isinstance(content, Content) and isinstance(known, _Hashed):
            device, inode, n_bytes, modified_ns, _ = known.stamp
            files.append(ImageFile(path, content, n_bytes, modified_ns, (device, inode)))
        elif content is None or (not is_named_so(path) and content == NOT_AN_IMAGE):
            n_others += 1
        else:
            unread.append(Unread(path, str(content)))
    return Read(tuple(files), tuple(unread), n_others)


def is_unchanged(file: ImageFile) -> bool:
    """Say whether a file still has the content that was read, by its bytes."""
    try:
        with open_regular(Path(file.path)) as opened:
            return _sha256(opened) == file.content.sha256
    except OSError:
        return False


def is_named_so(path: str) -> bool:
    """Say whether a file has the name of an image."""
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122
    return suffix in UNREADABLE or suffix in Image.registered_extensions()


NOT_AN_IMAGE = "not an image that Pillow can read"


@dataclass(frozen=True)
class _Hashed:
    sha256: str
    stamp: Stamp


def _hashed(path: str, index: _Index) -> _Hashed | str | None:
    """Return a file's hash, why there is none, or None of what is no image."""
    try:
        with open_regular(Path(path)) as file:
            status = os.fstat(file.fileno())
            stamp = _stamp(status)
            known = index.get(stamp)
            if known is not None:
                return _Hashed(known, stamp)
            # So that no film is read from its beginning to its end.
            if not is_named_so(path) and not _begins_as_image(file):
                return None
            if (fault := fault_of_size(status.st_size)) is not None:
                return fault
            file.seek(0)
            sha256 = _sha256(file)
            if _stamp(os.fstat(file.fileno())) != stamp:
                return "was changed while it was read"
    except (OSError, ValueError) as error:
        return f"cannot be read ({getattr(error, 'strerror', None) or error})"
    index.add(stamp, sha256)
    return _Hashed(sha256, stamp)


def _sha256(file: Any) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _begins_as_image(file: Any) -> bool:
    try:
        with Image.open(file) as image:
            return image.format is not None
    except UnidentifiedImageError:
        return False
    except Exception:
        # On damaged files Pillow's readers raise almost anything; decoding will say what is wrong.
        return True


def _stamp(status: os.stat_result) -> Stamp:
    return (
        *(status.st_dev, status.st_ino, status.st_size),
        *(status.st_mtime_ns, status.st_ctime_ns),
    )


class _Index:
    """The hashes of files by their stamps, kept as one entry.

    No change of a file leaves all of its stamp: the time of its last change is the system's to set.
    """

    KEY: ClassVar = {"files": "sha256 by device, inode, size, mtime, ctime"}

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Stamp, str] = store.read(self.KEY, _hashes_of) or {}
        self._new: dict[Stamp, str] = {}

    def get(self, stamp: Stamp) -> str | None:
        return self._known.get(stamp)

    def add(self, stamp: Stamp, sha256: str) -> None:
        if max(stamp[3:]) < time.time_ns() - SETTLED_NS:
            self._new[stamp] = sha256

    def keep(self) -> None:
        """Keep what is new, beside what another run may have kept meanwhile."""
        if not self._new:
            return
        known = {**_Index(self._store)._known, **self._new}
        hashes = np.frombuffer(b"".join(map(bytes.fromhex, known.values())), np.uint8)
        # Numbers of devices and inodes may have 64 bits.
        stamps = np.array(list(known), np.uint64).reshape(-1, 5)
        tensors: dict[str, Any] = {"stamps": stamps, "sha256": hashes.reshape(-1, 32)}
        self._store.put(self.KEY, Entry(tensors))


def _hashes_of(entry: Entry) -> dict[Stamp, str]:
    """Return the hashes of files; ValueError, LookupError, ... if the entry holds none."""
    stamps = entry.array("stamps", np.uint64, None, 5)
    hashes = entry.array("sha256", np.uint8, len(stamps), 32)
    return {
        tuple(stamp): bytes(row).hex() for stamp, row in zip(stamps.tolist(), hashes, strict=True)
    }


class _Decoder:
    """Decodes contents, or remembers what came of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of_all = {
            "content": [LONGEST, QUALITY],
            "source": source_sha256(modules=["dupeval.dataset.images", __name__]),
            "pillow": PIL.__version__,
        }

    def __call__(self, item: tuple[str, str]) -> Content | str:
        """Return what is known of a content, given its hash and a file; or why nothing is."""
        sha256, path = item
        key = {**self._of_all, "image": sha256}
        found = self._store.read(key, partial(_content, sha256))
        if found is None:
            entry = _decoded(path)
            found = _content(sha256, entry)
            # What the system refuses now is no property of the content.
            if isinstance(found, Content) or not found.startswith("cannot be read"):
                self._store.put(key, entry)
        return found


def _content(sha256: str, entry: Entry) -> Content | str:
    """Return what is known of a content, or why nothing is; ValueError, ... if it is not told."""
    if "fault" in entry.about:
        return str(entry.about["fault"])
    width, height = entry.about["size"]
    form, webp = entry.about["format"], entry.array("webp", np.uint8, None)
    if not (type(width) is type(height) is int and isinstance(form, str)):
        raise ValueError("no size, or no format")
    return Content(sha256, width, height, form, webp.tobytes())


def _decoded(path: str) -> Entry:
    handle = ImageHandle.of(Path(path), path, "")
    try:
        image = open_rgb(handle)
        with handle.open() as file:
            form = format_of(file)
    except (ImageError, OSError) as error:
        return Entry(about={"fault": str(error)})
    size = list(image.size)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=2)
    webp = np.frombuffer(buffer.getvalue(), np.uint8)
    return Entry({"webp": webp}, {"size": size, "format": form})


def _in_threads(
    items: Sequence[_T], work: Callable[[_T], _R], name: str, progress: bool
) -> Iterator[_R]:
    bar: dict[str, Any] = {"desc": name, "unit": "image", "delay": 0.5, "disable": not progress}
    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        yield from tqdm(pool.map(work, items), total=len(items), **bar)
