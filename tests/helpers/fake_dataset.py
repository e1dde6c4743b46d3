"""Datasets whose copies are copies byte for byte."""

import csv
import io
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from dupeval.dataset import Dataset, ImageHandle
from dupeval.dataset.folder import read_folder


def photograph_bytes(photograph: str) -> bytes:
    """Return a small PNG, another for every photograph."""
    rng = np.random.default_rng(zlib.crc32(photograph.encode()))
    content = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, (8, 12, 3), np.uint8)).save(content, "PNG")
    return content.getvalue()


def byte_copies(root: Path, queries: Mapping[str, Mapping[str, str]]) -> Dataset:
    """Write and read a dataset folder; `queries` maps query to image name to photograph."""
    titles = [("query", "title"), *((query, query) for query in queries)]
    labels = [("query", "image", "photograph")]
    for query, images in queries.items():
        folder = root / "images" / query
        folder.mkdir(parents=True)
        for name, photograph in images.items():
            (folder / name).write_bytes(photograph_bytes(photograph))
            labels.append((query, name, photograph))
    for name, rows in (("queries.csv", titles), ("labels.csv", labels)):
        with (root / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return read_folder(root)


def content_of(image: ImageHandle) -> bytes:
    """Return an image's bytes."""
    with image.open() as file:
        return file.read()


def files_of(root: Path) -> dict[Path, bytes]:
    """Return every file below a folder with its bytes."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
