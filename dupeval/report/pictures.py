"""Small WebP pictures of images, encoded once and kept, within a number of bytes."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, NamedTuple

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
    files: Mapping[str, Path | ImageHandle],
    most_bytes: int,
    formats: Sequence[Format],
    cache_dir: Path,
    progress: bool = False,
) -> tuple[dict[str, EncodedPicture], Format]:
    """Encode pictures in the first format in which all of them fit, and return that format, too.

    Parameters
    ----------
    files : mapping of str to Path or ImageHandle
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
    files: Mapping[str, Path | ImageHandle],
    form: Format,
    cache_dir: Path,
    progress: bool,
) -> dict[str, EncodedPicture]:
    store = Store(cache_dir / "pictures")
    of_all = {
        "format": list(form),
        "source": source_sha256(modules=[__name__]),
        "pillow": PIL.__version__,
    }

    def picture(name: str) -> EncodedPicture:
        key = {**of_all, "image": name}
        kept = store.read(key, picture_of)
        if kept is not None:
            return kept
        entry = _encode(files[name], form)
        store.put(key, entry)
        return picture_of(entry)

    bar: dict[str, Any] = {"desc": "pictures", "unit": "image", "delay": 1, "disable": not progress}
    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        made = tqdm(pool.map(picture, names), total=len(names), **bar)
        return dict(zip(names, made, strict=True))


def picture_of(entry: Entry) -> EncodedPicture:
    """Return the picture that an entry keeps.

    Raises
    ------
    ValueError, LookupError, TypeError
        If it keeps none; see `dupeval.store.Store.read`.
    """
    content, (width, height) = entry.tensors["webp"], entry.about["size"]
    if content.dtype != np.uint8 or type(width) is not int or type(height) is not int:
        raise ValueError("no picture")
    uri = f"data:image/webp;base64,{base64.b64encode(content.tobytes()).decode()}"
    return EncodedPicture(uri, width, height)


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


def fitting(page: bytes, megabytes: float) -> None:
    """Make sure that a page keeps within its limit.

    Raises
    ------
    DupevalError
        If it does not.
    """
    if len(page) > megabytes * 1e6:
        raise DupevalError(
            f"the report would have {len(page) / 1e6:.1f} MB, more than limits.megabytes="
            f"{megabytes:g}; possible: a higher limit, or fewer methods or protocols"
        )
