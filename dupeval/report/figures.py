"""Stored figures and their captions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dupeval.files import file_sha256


@dataclass(frozen=True)
class Figure:
    """A stored figure.

    Attributes
    ----------
    name : str
        The file's, without its ending.
    path : Path
    sha256 : str
        Of the file's bytes.
    caption : tuple of str
        Its paragraphs; none where there is no caption.
    """

    name: str
    path: Path
    sha256: str
    caption: tuple[str, ...]


def read_figures(folder: Path) -> list[Figure]:
    """Return every ``NAME.png`` of a folder with the caption ``NAME.md``, by name."""
    return [
        Figure(_readable(path.stem), path, file_sha256(path), _caption(path.with_suffix(".md")))
        for path in sorted(folder.glob("*.png"))
        if not path.name.startswith(".")
    ]


def _readable(name: str) -> str:
    # A file's name need not be UTF-8.
    return name.encode("utf-8", "replace").decode()


def _caption(path: Path) -> tuple[str, ...]:
    if not path.is_file():
        return ()
    text = path.read_text(encoding="utf-8", errors="replace")
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return tuple(paragraph.lstrip("# ") for paragraph in paragraphs if paragraph)
