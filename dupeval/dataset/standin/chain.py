"""Edit chains: every family by name, and a chain applied to a photograph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from PIL import Image

from dupeval.dataset.standin.card import inset
from dupeval.dataset.standin.edits import (
    Edited,
    aspect,
    colour,
    crop,
    greyscale,
    mirror,
    resize,
    rotate,
    sharpness,
)
from dupeval.dataset.standin.encoding import FIRST_PUBLISHED, Encoding, jpeg, other_format
from dupeval.dataset.standin.overlays import border, caption, watermark

PIXEL_FAMILIES: Mapping[str, Callable[[Image.Image, Random], Edited]] = {
    "rotate": rotate,
    "crop": crop,
    "aspect": aspect,
    "mirror": mirror,
    "colour": colour,
    "greyscale": greyscale,
    "sharpness": sharpness,
    "watermark": watermark,
    "caption": caption,
    "border": border,
    "inset": inset,
    "resize": resize,
}
FILE_FAMILIES: Mapping[str, Callable[[Random], tuple[Encoding, str]]] = {
    "format": other_format,
    "jpeg": jpeg,
}


def apply_chain(
    image: Image.Image, families: Sequence[str], draw: Callable[[str], Random]
) -> tuple[Image.Image, Encoding, str]:
    """Edit a photograph.

    Parameters
    ----------
    image : Image
        Of mode RGB or L; not changed.
    families : sequence of str
        The edits, in the order of application.
    draw : callable
        Gives the random numbers of a family, so that no edit shifts the draws of another.

    Returns
    -------
    Image
    Encoding
        How it is to be saved.
    str
        The chain as written in labels.csv, such as ``crop:0.72+watermark:0.35+jpeg:41``.
    """
    encoding = FIRST_PUBLISHED
    words = []
    for family in families:
        if family in FILE_FAMILIES:
            encoding, strength = FILE_FAMILIES[family](draw(family))
        else:
            image, strength = PIXEL_FAMILIES[family](image, draw(family))
        words.append(f"{family}:{strength}" if strength else family)
    return image, encoding, "+".join(words)
