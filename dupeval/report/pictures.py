"""Small WebP pictures of images, encoded once and kept by content, within a number of bytes."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple

import PIL
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from dupeval.dataset.images import MOST_DECODERS, ImageError, open_rgb
from dupeval.errors import DupevalError
from dupeval.files import check_regular, whole_file

# How many pictures tell whether a format will do for all of them.
SAMPLE = 24


class Format(NamedTuple):
    """How large and how well pictures are kept: the longest side in pixels, WebP's quality."""

    longest: int
    quality: int


class EncodedPicture(NamedTuple):
    """An encoded picture as a data URI, with its size in pixels."""

    uri: str
    width: int
    height: int


def pictures_within(
    files: Mapping[str, Path],
    most_bytes: int,
    formats: Sequence[Format],
    cache_dir: Path,
    progress: bool = False,
) -> tuple[dict[str, EncodedPicture], Format]:
    """Encode pictures in the first format in which all of them fit, and return that format, too.

    Parameters
    ----------
    files : mapping of str to Path
        By the SHA-256 of their bytes, the most important first; pictures are returned likewise.
        Where not even the last format does for all, as many as fit.
    most_bytes : int
        Of all data URIs together.
    formats : sequence of Format
        The best first.
    cache_dir : Path
        Encoded pictures are kept below it.
    progress : bool, default False
        Show a bar while encoding.

    Raises
    ------
    DupevalError
        If a file cannot be decoded.
    """
    names = list(files)
    sample = names[:: max(1, len(names) // SAMPLE)]
    for chosen in formats:
        tried = _encoded(sample, files, chosen, cache_dir, progress=False)
        total = sum(len(picture.uri) for picture in tried.values())
        if total * len(names) <= most_bytes * max(len(sample), 1) or chosen is formats[-1]:
            pictures = _encoded(names, files, chosen, cache_dir, progress)
            sizes = accumulate(len(picture.uri) for picture in pictures.values())
            n_fitting = sum(size <= most_bytes for size in sizes)
            if n_fitting == len(names) or chosen is formats[-1]:
                break
    return dict(islice(pictures.items(), n_fitting)), chosen


def _encoded(
    names: Sequence[str],
    files: Mapping[str, Path],
    form: Format,
    cache_dir: Path,
    progress: bool,
) -> dict[str, EncodedPicture]:
    # Other releases of Pillow give other bytes.
    folder = cache_dir / "pictures" / f"webp-{form.longest}-{form.quality}-pillow{PIL.__version__}"

    def picture(name: str) -> EncodedPicture:
        kept = folder / name[:2] / f"{name}.webp"
        return _load(kept) or _encode(files[name], form, kept)

    bar: dict[str, Any] = {"desc": "pictures", "unit": "image", "delay": 1, "disable": not progress}
    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        made = tqdm(pool.map(picture, names), total=len(names), **bar)
        return dict(zip(names, made, strict=True))


def _load(path: Path) -> EncodedPicture | None:
    try:
        check_regular(path)
        digest, content = path.read_bytes().split(b"\n", 1)
        return _picture(content) if digest == _digest(path, content) else None
    except (FileNotFoundError, ValueError, UnidentifiedImageError):
        return None


def _digest(path: Path, content: bytes) -> bytes:
    # Of the place too: a picture that is moved to another key is not that key's.
    place = f"{path.parent.parent.name}/{path.name}\n".encode()
    return hashlib.sha256(place + content).hexdigest().encode()


def _encode(path: Path, form: Format, kept: Path) -> EncodedPicture:
    try:
        image = open_rgb(path)
    except ImageError as error:
        raise DupevalError(f"{path}: {error}") from None
    image.thumbnail((form.longest, form.longest), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=form.quality, method=4)
    with whole_file(kept) as temporary:
        temporary.write_bytes(_digest(kept, buffer.getvalue()) + b"\n" + buffer.getvalue())
    return _picture(buffer.getvalue())


def _picture(content: bytes) -> EncodedPicture:
    with Image.open(io.BytesIO(content), formats=("WEBP",)) as image:
        uri = f"data:image/webp;base64,{base64.b64encode(content).decode()}"
        return EncodedPicture(uri, *image.size)
