"""Stored figures and their captions."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from dupeval.figures.record import FILE_NAME, read_record
from dupeval.files import file_sha256

# As `experiments/figures.py` writes it: the title in bold, what is seen, a list of facts.
_CAPTION = re.compile(r"\*\*(?P<title>.+?)\*\*(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True)
class Figure:
    """A stored figure and its caption, in plain text.

    Attributes
    ----------
    path : Path
    sha256 : str
        Of the file's bytes.
    title : str
        The file's name, without its ending, where the caption has none.
    text : str
        What is seen.
    facts : tuple of str
        Data, protocol, settings.
    """

    path: Path
    sha256: str
    title: str
    text: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class StoredFigures:
    """The figures of a folder that belong to what they are wanted for.

    Attributes
    ----------
    shown : tuple of Figure
        By name.
    of_other_data : int
        How many more there are that are not known to be of the dataset.
    of_other_results : int
        How many more are of the dataset, but of another Table 1.
    """

    shown: tuple[Figure, ...] = ()
    of_other_data: int = 0
    of_other_results: int = 0

    @property
    def left_out(self) -> str:
        """How many figures are not shown, and why; empty where all are."""
        reasons = {
            f"not recorded in {FILE_NAME} as drawn from this dataset": self.of_other_data,
            "drawn from another table1.csv than is shown here": self.of_other_results,
        }
        return ", ".join(f"{number} {reason}" for reason, number in reasons.items() if number)


def read_figures(folder: Path, fingerprint: str, table1_sha256: str) -> StoredFigures:
    """Return every ``NAME.png`` of a folder with the caption ``NAME.md``, if it belongs.

    Parameters
    ----------
    folder : Path
    fingerprint : str
        Of the dataset.
    table1_sha256 : str
        Of the ``table1.csv`` that the figures are shown with.
    """
    origins = read_record(folder, fingerprint)
    figures = [_read(path) for path in sorted(folder.glob("*.png")) if path.name[0] != "."]
    shown, of_other_results = [], 0
    for figure in figures:
        origin = origins.get(figure.path.stem)
        if origin is None or origin.png_sha256 != figure.sha256:
            continue
        if origin.table1_sha256 in (None, table1_sha256):
            shown.append(figure)
        else:
            of_other_results += 1
    of_other_data = len(figures) - len(shown) - of_other_results
    return StoredFigures(tuple(shown), of_other_data, of_other_results)


def _read(path: Path) -> Figure:
    caption = path.with_suffix(".md")
    markdown = caption.read_text(encoding="utf-8", errors="replace") if caption.is_file() else ""
    lines = markdown.splitlines()
    facts = tuple(_plain(line[2:]) for line in lines if line.startswith("- "))
    text = "\n".join(line for line in lines if not line.startswith("- "))
    parts = _CAPTION.match(text.strip())
    if parts:
        return Figure(path, file_sha256(path), _plain(parts["title"]), _plain(parts["text"]), facts)
    # A file's name need not be UTF-8.
    name = path.stem.encode("utf-8", "replace").decode()
    return Figure(path, file_sha256(path), name, _plain(text), facts)


def _plain(markdown: str) -> str:
    """Return the text of one line of Markdown in which all marks are escaped."""
    return html.unescape(re.sub(r"\\(.)", r"\1", " ".join(markdown.split())))
