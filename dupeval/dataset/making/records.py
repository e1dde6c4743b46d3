"""What is known of each image made, and tables of that."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import __version__ as pillow_version
from PIL import features


@dataclass(frozen=True)
class Record:
    """One image of a made dataset, as a manifest's columns name it."""

    query: str
    image: str
    photograph: str
    edit: str
    pixels_sha256: str


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV file's text, with LF line ends."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def library_versions() -> dict[str, str]:
    """Return the versions of all libraries that the pixels depend on."""
    codecs = ("libjpeg_turbo", "webp", "freetype2")
    found = {name: features.version(name) or "missing" for name in codecs}
    return {"Pillow": pillow_version, "numpy": np.__version__, **found}
