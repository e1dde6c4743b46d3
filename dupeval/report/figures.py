"""Stored figures as a report shows them: each in its part, as a drawing where that is small."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from PIL import Image

from dupeval.figures import Part
from dupeval.figures.saving import StoredFigure, read_figures
from dupeval.files import file_sha256
from dupeval.report.findings import Section, StoredFindings
from dupeval.report.pictures import EncodedPicture, Format, pictures_within

FIGURE_FORMATS = [
    Format(*form) for form in ((2400, 85), (1600, 85), (1200, 80), (900, 75), (600, 60))
]
# A drawing stays sharp at any size; one with many photographs in it is larger than its picture.
MOST_OF_DRAWING = 150_000


@dataclass(frozen=True)
class ShownFigure:
    """A figure as the page shows it; there is no picture where there is no room for it."""

    name: str
    stored: StoredFigure
    picture: EncodedPicture | None


@dataclass(frozen=True)
class DrawnFigures:
    """What is drawn in a report.

    Attributes
    ----------
    parts : mapping of str to list of ShownFigure
        By the part of the report, in the order of the argument.
    left_out : str
        How many figures of the folder do not belong, and why.
    findings : list of Section
        With their pictures; empty where there are none.
    """

    parts: Mapping[str, list[ShownFigure]]
    left_out: str
    findings: list[Section]

    @property
    def n(self) -> int:
        """How many figures there are, besides those of the findings."""
        return sum(map(len, self.parts.values()))


def drawn_figures(
    folder: Path,
    fingerprint: str,
    table1_sha256: str,
    findings: StoredFindings | None,
    most_bytes: int,
    cache_dir: Path,
) -> DrawnFigures:
    """Return the figures of a folder and of findings, so that all of them fit.

    Parameters
    ----------
    folder : Path
        What `experiments/figures.py` wrote; may be missing.
    fingerprint, table1_sha256 : str
        Of the dataset and of the stored results that they must be drawn from.
    findings : StoredFindings or None
    most_bytes : int
        Of all pictures together.
    cache_dir : Path
        Pictures are kept below it.

    Raises
    ------
    DupevalError
        If a picture cannot be decoded.
    """
    stored, left_out = read_figures(folder, fingerprint, table1_sha256)
    drawings = {name: _drawing(folder, name, figure) for name, figure in stored.items()}
    of_findings = findings.pictures if findings else {}
    named = {name: file_sha256(path) for name, path in of_findings.items()}
    paths = {named[name]: path for name, path in of_findings.items()}
    paths |= {
        figure.png_sha256: folder / f"{name}.png"
        for name, figure in stored.items()
        if drawings[name] is None
    }
    room = most_bytes - sum(len(drawing.uri) for drawing in drawings.values() if drawing)
    encoded, _ = pictures_within(paths, room, FIGURE_FORMATS, cache_dir)
    in_order = sorted(stored.items(), key=lambda item: (item[1].rank, item[0]))
    parts: dict[str, list[ShownFigure]] = {part: [] for part in get_args(Part)}
    for name, figure in in_order:
        picture = drawings[name] or encoded.get(figure.png_sha256)
        parts[figure.part].append(ShownFigure(name, figure, picture))
    shown = {name: encoded[sha256] for name, sha256 in named.items() if sha256 in encoded}
    return DrawnFigures(parts, left_out, findings.sections(shown) if findings else [])


def _drawing(folder: Path, name: str, figure: StoredFigure) -> EncodedPicture | None:
    """Return a figure as a drawing, where it is recorded, unchanged and small."""
    path = folder / f"{name}.svg"
    if not path.is_file() or path.stat().st_size > MOST_OF_DRAWING:
        return None
    if file_sha256(path) != figure.svg_sha256:
        return None
    with Image.open(folder / f"{name}.png") as picture:
        size = picture.size
    content = base64.b64encode(path.read_bytes()).decode()
    return EncodedPicture(f"data:image/svg+xml;base64,{content}", *size)
