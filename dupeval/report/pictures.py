"""Small WebP pictures of images, encoded once and kept, within a number of bytes."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import PIL
from PIL import Image
from tqdm import tqdm

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import MOST_DECODERS, ImageError, open_rgb
from dupeval.errors import DupevalError
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store

# How many pictures tell whether a format will do for all of them.
SAMPLE = 24


@dataclass(frozen=True)
class Format:
    """How large and how well pictures are kept: the longest side in pixels, WebP's quality."""

    longest: int
    quality: int


@dataclass(frozen=True)
class Picture:
    """An encoded picture as a data URI, with its size in pixels."""

    uri: str
    width: int
    height: int


def pictures_within(
    files: Mapping[str, Path | ImageHandle],
    most_bytes: int,
    formats: Sequence[Format],
    cache_dir: Path,
    progress: bool = False,
) -> tuple[dict[str, Picture], Format]:
    """Encode pictures in the first format in which all of them fit.

    Parameters
    ----------
    files : mapping of str to Path or ImageHandle
        By the SHA-256 of their bytes, the most important first.
    most_bytes : int
        Of all data URIs together.
    formats : sequence of Format
        The best first.
    cache_dir : Path
        Encoded pictures are kept below it.
    progress : bool, default False
        Show a bar while encoding.

    Returns
    -------
    pictures : dict of str to Picture
        By SHA-256. Where not even the last format does for all, as many as fit.
    format : Format
        The one taken.

    Raises
    ------
    DupevalError
        If a file cannot be decoded.
    """
    names = list(files)
    sample = names[:: max(1, len(names) // SAMPLE)]
    for chosen in formats:
        tried = _encoded(sample, files, chosen, cache_dir, progress=False)
        if _total(tried.values()) * len(names) <= most_bytes * max(len(sample), 1):
            pictures = _encoded(names, files, chosen, cache_dir, progress)
            if _total(pictures.values()) <= most_bytes:
                return pictures, chosen
    pictures = _encoded(names, files, formats[-1], cache_dir, progress)
    fitting: dict[str, Picture] = {}
    for name, picture in pictures.items():
        most_bytes -= len(picture.uri)
        if most_bytes < 0:
            break
        fitting[name] = picture
    return fitting, formats[-1]


def _total(pictures: Iterable[Picture]) -> int:
    return sum(len(picture.uri) for picture in pictures)


def _encoded(
    names: Sequence[str],
    files: Mapping[str, Path | ImageHandle],
    form: Format,
    cache_dir: Path,
    progress: bool,
) -> dict[str, Picture]:
    store = Store(cache_dir / "pictures")
    of_all = {
        "format": asdict(form),
        "source": source_sha256(modules=[__name__]),
        "pillow": PIL.__version__,
    }

    def picture(name: str) -> Picture:
        key = {**of_all, "image": name}
        entry = store.get(key)
        if entry is None:
            entry = _encode(files[name], form)
            store.put(key, entry)
        content = base64.b64encode(entry.tensors["webp"].tobytes()).decode()
        return Picture(f"data:image/webp;base64,{content}", *entry.about["size"])

    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        made = pool.map(picture, names)
        bar = tqdm(
            made,
            desc="pictures",
            total=len(names),
            unit="image",
            delay=1,
            disable=not progress,
        )
        return dict(zip(names, bar, strict=True))


def _encode(file: Path | ImageHandle, form: Format) -> Entry:
    try:
        image = open_rgb(file)
    except ImageError as error:
        name = file if isinstance(file, Path) else file.name
        raise DupevalError(f"{name}: {error}") from None
    image.thumbnail((form.longest, form.longest), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=form.quality, method=4)
    content = np.frombuffer(buffer.getvalue(), np.uint8)
    return Entry({"webp": content}, {"size": list(image.size)})
