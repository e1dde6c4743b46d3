"""Hard edits that print: a photograph in dots, and text over more than half of it."""

from __future__ import annotations

from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from dupeval.dataset.making.edits import USUAL_SIDE, Edited, strength, variance, whole
from dupeval.dataset.making.levels import Spans
from dupeval.dataset.making.overlays import BARS
from dupeval.dataset.making.wording import HEADLINES, LEAST_SIZE, SENTENCES, font, wrap

Greys = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]

FINENESS = 2  # Dots are drawn this many times larger, and their outlines smoothed.
INKS = (("black", "white"), ("#1c1c22", "#efe6d2"), ("#14305c", "#f4f1ea"))
TRANSLUCENT = 200
PLACES = 3


def halftone(image: Image.Image, rng: Random, cell: Spans) -> Edited:
    """Print in dots, black on paper or in the three colours.

    The strength is the distance of neighbouring dots in pixels of a picture whose longer side has
    640.
    """
    distance = whole(rng, cell)
    # Two dots a tile, so that their rows run at 45 degrees.
    side = round(distance * 2**0.5 * max(image.size) / USUAL_SIDE * FINENESS)
    large = image.resize(
        (image.width * FINENESS, image.height * FINENESS), Image.Resampling.BICUBIC
    )
    if image.mode == "L" or rng.random() < 0.5:
        ink, paper = rng.choice(INKS)
        printed = Image.new("RGB", large.size, paper)
        printed.paste(
            ink, (0, 0), Image.fromarray(255 - dots(np.asarray(large.convert("L")), side))
        )
    else:
        bands = np.asarray(large)
        # Each ink's dots lie elsewhere, lest all three fall on one another.
        screens = [dots(bands[..., band], side, band * side // 3) for band in range(3)]
        printed = Image.fromarray(np.stack(screens, axis=-1))
    return printed.reduce(FINENESS), str(distance)


def dots(greys: Greys, side: int, shift: int = 0) -> Greys:
    """Return black dots on white, as large as the picture is dark.

    Parameters
    ----------
    greys : array of uint8, shape (height, width)
    side : int
        Of the square tile that repeats, in pixels; it has a dot in its middle and one at its
        corners.
    shift : int
        By how many pixels the tiles are moved to the right.

    Returns
    -------
    array of uint8, shape (height, width)
        0 and 255 only.
    """
    # Twice the distances, which are whole numbers; nothing here is rounded.
    along = 2 * np.arange(side) + 1 - side
    from_middle = along[:, None] ** 2 + along[None, :] ** 2
    outward = side - np.abs(along)
    from_corner = outward[:, None] ** 2 + outward[None, :] ** 2
    nearest = np.minimum(from_middle, from_corner).ravel()
    rank = np.empty(side * side, dtype=np.int64)
    rank[np.argsort(nearest, kind="stable")] = np.arange(side * side)
    height, width = greys.shape
    tile = rank.reshape(side, side)
    rows = np.arange(height) % side
    columns = (np.arange(width) + shift) % side
    # A share of the pixels as large as the darkness is black: those nearest to a dot's middle.
    black = tile[rows[:, None], columns[None, :]] * 255 < (255 - greys.astype(np.int64)) * side**2
    return np.where(black, 0, 255).astype(np.uint8)


def text(image: Image.Image, rng: Random, share: Spans) -> Edited:
    """Write over more than half of the picture: on a panel, opaque or not, or on the picture.

    The strength is the share of the area that the panel or the block of lines takes.
    """
    covered = strength(rng, share)
    places = [_place(image.size, covered, rng) for _ in range(PLACES)]
    # Who writes on a photograph leaves something of it to be seen.
    left, top, right, bottom = box = max(places, key=lambda place: _left_over(image, place))
    paper, ink = rng.choice(BARS)
    opacity = rng.choice((255, TRANSLUCENT, 0))
    written = image.convert("RGB")
    panel = Image.new("L", (right - left, bottom - top), opacity)
    written.paste(Image.new("RGB", panel.size, paper), (left, top), panel)
    headline = rng.choice(HEADLINES)
    words = " ".join(
        (
            headline if headline.endswith("?") else f"{headline}.",
            *rng.sample(SENTENCES, rng.randint(1, 3)),
        )
    )
    _write(written, box, words, ink, outline=None if opacity else paper)
    return written, f"{covered:.2f}"


def _place(size: tuple[int, int], covered: float, rng: Random) -> Box:
    width, height = size
    kind = rng.choice(("head", "foot", "left", "right", "middle"))
    wide = {"left": covered, "right": covered, "middle": covered**0.5}.get(kind, 1.0)
    high = {"head": covered, "foot": covered, "middle": covered**0.5}.get(kind, 1.0)
    columns, rows = round(width * wide), round(height * high)
    left = {"right": width - columns, "middle": (width - columns) // 2}.get(kind, 0)
    top = {"foot": height - rows, "middle": (height - rows) // 2}.get(kind, 0)
    return left, top, left + columns, top + rows


def _left_over(image: Image.Image, place: Box) -> float:
    seen = Image.new("L", image.size, 255)
    seen.paste(0, place)
    return variance(image, seen)


def _write(image: Image.Image, box: Box, words: str, ink: str, outline: str | None) -> None:
    left, top, right, bottom = box
    margin = (right - left) * 0.05
    room, depth = right - left - 2 * margin, (bottom - top) * 0.88
    face, lines = _largest(words, room, depth)
    pen = ImageDraw.Draw(image)
    stroke = max(1, round(face.size / 16)) if outline else 0
    for number, line in enumerate(lines):
        middle = (top + bottom + depth * ((2 * number + 1) / len(lines) - 1)) / 2
        place = (left + margin, middle)
        pen.text(
            place, line, font=face, fill=ink, anchor="lm", stroke_width=stroke, stroke_fill=outline
        )


def _largest(words: str, width: float, height: float) -> tuple[FreeTypeFont, list[str]]:
    # The largest letters with which all lines have room.
    for size in range(round(height / 3), LEAST_SIZE, -1):
        face = font(size)
        lines = wrap(words, face, width)
        longest = max(map(face.getlength, lines))
        if len(lines) * size * 1.2 <= height and longest <= width:
            return face, lines
    return font(LEAST_SIZE), wrap(words, font(LEAST_SIZE), width)
