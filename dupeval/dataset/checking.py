"""What is checked of image files, however a dataset is laid out."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import PIL
from tqdm import tqdm

from dupeval.dataset import Dataset
from dupeval.dataset.images import MOST_DECODERS, ImageError, read_rgb
from dupeval.files import file_sha256
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store

# No image within Pillow's limit of pixels needs more; what is larger would be read for hours.
MOST_BYTES = 2 * 2**30


@dataclass(frozen=True)
class Located:
    """An image file, and what messages call it: the file as the user knows it, maybe a line."""

    place: str
    path: Path


def fault_of_file(path: Path, root: Path, inside: Path) -> str | None:
    """Say what keeps a path from being an image file of the dataset.

    Parameters
    ----------
    path : Path
    root : Path
        The dataset's folder, as the user named it.
    inside : Path
        The same, resolved; links out of it are refused.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return "is a link to nothing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not path.resolve().is_relative_to(inside):
        return f"leads out of {root}"
    # A pipe or a device would be waited for.
    return fault_of_size(status.st_size) if stat.S_ISREG(status.st_mode) else "is not a file"


def fault_of_size(n_bytes: int) -> str | None:
    """Say what keeps a file of so many bytes from being read as an image."""
    if n_bytes <= MOST_BYTES:
        return None
    return f"has {n_bytes:,} bytes, more than the limit of {MOST_BYTES:,}"


def hash_files(located: Sequence[Located], problems: list[str]) -> list[str]:
    """Return the SHA-256 of each file; of one that cannot be read, a problem and an empty text."""

    def hashed(item: Located) -> tuple[str, str | None]:
        try:
            return file_sha256(item.path), None
        except OSError as error:
            return "", f"{item.place}: cannot be read ({error.strerror})"

    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        results = list(pool.map(hashed, located))
    problems += [fault for _, fault in results if fault]
    return [sha256 for sha256, _ in results]


def decoding_problems(located: Sequence[Located], progress: bool) -> list[str]:
    """Decode every image and return a problem for each that cannot be decoded."""

    def problem(item: Located) -> str | None:
        try:
            read_rgb(item.path)
        except ImageError as error:
            return f"{item.place}: {error}"
        return None

    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        bar = tqdm(
            pool.map(problem, located),
            total=len(located),
            desc="checking images",
            unit="image",
            disable=not progress,
        )
        return [text for text in bar if text]


def problems_once(
    dataset: Dataset, checked_dir: Path | None, find: Callable[[], list[str]]
) -> list[str]:
    """Return what `find` finds, unless it is remembered that it found nothing of this dataset.

    Parameters
    ----------
    dataset : Dataset
    checked_dir : Path or None
        Where that is remembered, by the source that decodes and the release of Pillow; without it
        `find` is always called.
    find : callable
        Decodes all images; see `decoding_problems`.
    """
    store = Store(checked_dir) if checked_dir else None
    key = {
        "dataset": dataset.fingerprint,
        "source": source_sha256(modules=["dupeval.dataset.images"]),
        "pillow": PIL.__version__,
    }
    if store is not None and store.get(key) is not None:
        return []
    problems = find()
    if store is not None and not problems:
        store.put(key, Entry())
    return problems
