"""Edit chains: every family by name, and a chain applied to a photograph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from PIL import Image

from dupeval.dataset.making.card import inset
from dupeval.dataset.making.collage import collage
from dupeval.dataset.making.edits import (
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
from dupeval.dataset.making.encoding import FIRST_PUBLISHED, Encoding, jpeg, other_format
from dupeval.dataset.making.hard_edits import (
    duotone,
    filters,
    invert,
    perspective,
    posterise,
    stretch,
    thumbnail,
    turn,
)
from dupeval.dataset.making.hard_prints import halftone, text
from dupeval.dataset.making.levels import Strengths
from dupeval.dataset.making.overlays import border, caption, watermark

PIXEL_FAMILIES: Mapping[str, Callable[..., Edited]] = {
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
    "stretch": stretch,
    "turn": turn,
    "perspective": perspective,
    "filter": filters,
    "posterise": posterise,
    "duotone": duotone,
    "invert": invert,
    "text": text,
    "halftone": halftone,
    "thumbnail": thumbnail,
}
# With a second photograph.
TWO_PHOTOGRAPH_FAMILIES: Mapping[str, Callable[..., Edited]] = {"collage": collage}
FILE_FAMILIES: Mapping[str, Callable[..., tuple[Encoding, str]]] = {
    "format": other_format,
    "jpeg": jpeg,
}


def apply_chain(
    image: Image.Image,
    edits: Mapping[str, Strengths],
    draw: Callable[[str], Random],
    beside: Image.Image | None = None,
) -> tuple[Image.Image, Encoding, str]:
    """Edit a photograph.

    Parameters
    ----------
    image : Image
        Of mode RGB or L; not changed.
    edits : mapping of str to Strengths
        The families, in the order of application.
    draw : callable
        Gives the random numbers of a family, so that no edit shifts the draws of another.
    beside : Image, optional
        Of mode RGB or L: the other photograph of a collage.

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
    for family, strengths in edits.items():
        if family in FILE_FAMILIES:
            encoding, written = FILE_FAMILIES[family](draw(family), **strengths)
        elif family in TWO_PHOTOGRAPH_FAMILIES:
            edit = TWO_PHOTOGRAPH_FAMILIES[family]
            image, written = edit(image, draw(family), beside, **strengths)
        else:
            image, written = PIXEL_FAMILIES[family](image, draw(family), **strengths)
        words.append(f"{family}:{written}" if written else family)
    return image, encoding, "+".join(words)
