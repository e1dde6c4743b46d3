"""A photograph that copies are made of."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

LONGER_SIDE = 1024


@dataclass(frozen=True)
class Photograph:
    """One photograph, before any of its pixels is read.

    Attributes
    ----------
    query, title, photograph : str
        Slug and title of its query, and its own name.
    scene : str
        Equal for photographs of one query that show one place or moment; empty for all others.
    avoid : frozenset of str
        Edit families never applied to it.
    sha256 : str
        Of the file that it is in; a file may hold several.
    """

    query: str
    title: str
    photograph: str
    scene: str
    avoid: frozenset[str]
    sha256: str


def fit(image: Image.Image, longer_side: int) -> Image.Image:
    """Scale an image down so that its longer side has at most `longer_side` pixels."""
    scale = longer_side / max(image.size)
    if scale >= 1.0:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)
