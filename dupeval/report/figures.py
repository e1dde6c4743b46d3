"""Stored figures and their captions."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

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


def read_figures(folder: Path) -> list[Figure]:
    """Return every ``NAME.png`` of a folder with the caption ``NAME.md``, by name."""
    return [_read(path) for path in sorted(folder.glob("*.png")) if path.name[0] != "."]


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
