"""Hard edits of a picture's shape, and of its tones; those of level `wild`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from dupeval.dataset.making.edits import USUAL_SIDE, Edited, strength, whole
from dupeval.dataset.making.levels import Spans
from dupeval.dataset.making.photographs import LONGER_SIDE, fit

Point = tuple[float, float]

# What the picture is photographed from, its margin as a share of the shorter side, and behind it.
SCREENS = (("#050507", 0.03, "#16171b"), ("#101012", 0.02, "#2b2622"), ("#c9ccd1", 0.02, "#e4e2de"))
PAGES = (("white", 0.06, "#6b5440"), ("#f4efe2", 0.05, "#3d4348"), ("white", 0.04, "#b9bec4"))

# The darkest and the lightest colour.
DUOTONES = (
    ("#14143c", "#ffd23f"),
    ("#2d0a4e", "#ff7a59"),
    ("#063852", "#f0f3bd"),
    ("#5b0e2d", "#ffc9b9"),
    ("#0b3d2e", "#c7f464"),
    ("#1b1b1b", "#ff4f79"),
    ("#0d1b8c", "#7ef9c6"),
    ("#3b2410", "#f3dcb2"),
)


def stretch(image: Image.Image, rng: Random, factor: Spans) -> Edited:
    """Make one side shorter, and two times of three the picture a square where it can become one.

    The strength is the factor of the width over that of the height.
    """
    now = image.width / image.height
    square = any(low <= 1 / now <= high for low, high in factor) and rng.random() < 2 / 3
    drawn = 1 / now if square else strength(rng, factor)
    wide, high = min(1.0, drawn), min(1.0, 1 / drawn)
    size = (round(image.width * wide), round(image.height * high))
    return image.resize(size, Image.Resampling.LANCZOS), f"{drawn:.2f}"


def turn(image: Image.Image, rng: Random, degrees: Spans) -> Edited:
    """Turn by quarters, counter-clockwise; no pixel changes its value."""
    angle = whole(rng, degrees)
    ways = {
        90: Image.Transpose.ROTATE_90,
        180: Image.Transpose.ROTATE_180,
        270: Image.Transpose.ROTATE_270,
    }
    return image.transpose(ways[angle]), str(angle)


def thumbnail(image: Image.Image, rng: Random, side: Spans) -> Edited:
    """Scale down until the longer side has so many pixels."""
    longer = whole(rng, side)
    return fit(image, longer), str(longer)


def perspective(image: Image.Image, rng: Random, moved: Spans) -> Edited:
    """Photograph the picture from a screen or a page, from aside.

    The strength is the most that a corner of the screen or page moves inward, as a share of the
    side along which it moves.
    """
    most = strength(rng, moved)
    margin, share, surround = rng.choice(rng.choice((SCREENS, PAGES)))
    width = max(2, round(min(image.size) * share))
    page = fit(ImageOps.expand(image.convert("RGB"), width, margin), LONGER_SIDE)
    draws = [rng.random() for _ in range(8)]
    inward = [draw / max(draws) * most for draw in draws]
    return project(page, moved_corners(page.size, inward), surround), f"{most:.2f}"


def moved_corners(size: tuple[int, int], inward: Sequence[float]) -> list[Point]:
    """Return the corners, clockwise from upper left, each moved by shares of width and height."""
    width, height = size
    x, y = inward[::2], inward[1::2]
    return [
        (width * x[0], height * y[0]),
        (width * (1 - x[1]), height * y[1]),
        (width * (1 - x[2]), height * (1 - y[2])),
        (width * x[3], height * (1 - y[3])),
    ]


def project(image: Image.Image, corners: Sequence[Point], surround: str) -> Image.Image:
    """Return a picture of the same size that shows the image between four corners.

    Parameters
    ----------
    image : Image
        Of mode RGB.
    corners : sequence of (x, y)
        Where the image's corners come to lie, clockwise from upper left; of a convex quadrangle.
    surround : str
        The colour of all else.
    """
    edge = 2  # Pixels of the surround that the outline is smoothed with.
    framed = ImageOps.expand(image, edge, surround)
    (a, b, c), (d, e, f), (g, h, i) = _to_unit_square(corners)
    width, height = image.size
    rows = [
        [width * a + edge * g, width * b + edge * h, width * c + edge * i],
        [height * d + edge * g, height * e + edge * h, height * f + edge * i],
        [g, h, i],
    ]
    coefficients = [value / i for row in rows for value in row][:8]
    return framed.transform(
        image.size,
        Image.Transform.PERSPECTIVE,
        coefficients,
        Image.Resampling.BICUBIC,
        fillcolor=surround,
    )


def posterise(image: Image.Image, rng: Random, levels: Spans) -> Edited:
    """Spread the tones and leave each channel so many values."""
    steps = whole(rng, levels) - 1
    # Where all tones are alike they would become one.
    spread = ImageOps.autocontrast(image, cutoff=1, preserve_tone=True)
    values = [round(round(value / 255 * steps) * 255 / steps) for value in range(256)]
    return spread.point(values * len(image.getbands())), str(steps + 1)


def duotone(image: Image.Image, rng: Random) -> Edited:
    """Print the greys from one colour to another."""
    darkest, lightest = rng.choice(DUOTONES)
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    return ImageOps.colorize(grey, darkest, lightest), ""


def invert(image: Image.Image, rng: Random) -> Edited:
    """Make the negative."""
    return ImageOps.invert(image), ""


def filters(image: Image.Image, rng: Random) -> Edited:
    """Apply one heavy filter; the strength is its name."""
    kind = rng.choice(list(FILTERS))
    return FILTERS[kind](image), kind


def _edges(image: Image.Image) -> Image.Image:
    lines = _smoothed(image, 1.0).convert("L").filter(ImageFilter.FIND_EDGES)
    # The filter leaves the outermost pixels as they were.
    drawn = ImageOps.autocontrast(ImageOps.crop(lines, 1), cutoff=(0, 2))
    return ImageOps.invert(drawn)


def _emboss(image: Image.Image) -> Image.Image:
    relief = _smoothed(image, 0.8).convert("L").filter(ImageFilter.EMBOSS)
    return ImageOps.autocontrast(ImageOps.crop(relief, 1), cutoff=1)


def _sharpen(image: Image.Image) -> Image.Image:
    return image.filter(ImageFilter.UnsharpMask(radius=3 * _scale(image), percent=500, threshold=0))


def _oil(image: Image.Image) -> Image.Image:
    # A brush as wide in every picture, and a median over few pixels: it takes long over many.
    small = fit(image, USUAL_SIDE * 3 // 4)
    for _ in range(2):
        small = small.filter(ImageFilter.MedianFilter(7))
    return small.resize(image.size, Image.Resampling.BICUBIC)


def _contrast(image: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(3.0)


FILTERS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "edges": _edges,
    "emboss": _emboss,
    "sharpen": _sharpen,
    "oil": _oil,
    "contrast": _contrast,
}


def _scale(image: Image.Image) -> float:
    return max(image.size) / USUAL_SIDE


def _smoothed(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius * _scale(image)))


def _to_unit_square(corners: Sequence[Point]) -> list[list[float]]:
    """Return the projective map, up to a factor, that makes a quadrangle the unit square.

    It is the adjugate of the map of the square to the quadrangle: P. Heckbert, Fundamentals of
    Texture Mapping and Image Warping, 1989, section 2.2.3. Solved in closed form, since a solver
    of linear equations rounds otherwise on other machines.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, sx = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, sy = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    whole_area = dx1 * dy2 - dx2 * dy1
    g = (sx * dy2 - dx2 * sy) / whole_area
    h = (dx1 * sy - sx * dy1) / whole_area
    a, b, c = x1 - x0 + g * x1, x3 - x0 + h * x3, x0
    d, e, f = y1 - y0 + g * y1, y3 - y0 + h * y3, y0
    return [
        [e - f * h, c * h - b, b * f - c * e],
        [f * g - d, a - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
