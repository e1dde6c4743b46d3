"""Edits of the picture itself: each takes an image and random numbers, and says its strength."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin
from random import Random

from PIL import Image, ImageEnhance, ImageFilter, ImageOps, ImageStat

from dupeval.dataset.making.levels import Spans
from dupeval.dataset.making.photographs import LONGER_SIDE, fit

Edited = tuple[Image.Image, str]

# Kernel sizes are given for a picture whose longer side has this many pixels.
USUAL_SIDE = 640

ASPECTS = ((1, 1), (4, 5), (5, 4), (3, 4), (4, 3), (2, 3), (3, 2), (9, 16), (16, 9), (2, 1))


def resize(image: Image.Image, rng: Random, scale: Spans) -> Edited:
    """Scale both sides down."""
    factor = strength(rng, scale)
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.LANCZOS), f"{factor:.2f}"


# A smaller part is chosen among some places: nobody publishes a piece of plain sky.
LEAST_OF_THE_SCENE = 0.5
PLACES = 6

# What the corners of a turned picture may be filled with.
FILLS = ("black", "white", "#d8d8d8")


def crop(image: Image.Image, rng: Random, kept: Spans) -> Edited:
    """Cut out an off-centre part with a share of the area; a small one where much is to be seen."""
    share = strength(rng, kept)
    stretch = rng.uniform(-0.5, 0.5)  # How unevenly the two sides share the cut.
    width = max(1, round(image.width * share ** (0.5 + stretch / 2)))
    height = max(1, round(image.height * share ** (0.5 - stretch / 2)))
    parts = []
    for _ in range(1 if share >= LEAST_OF_THE_SCENE else PLACES):
        left = _off_centre(image.width - width, rng)
        top = _off_centre(image.height - height, rng)
        parts.append(image.crop((left, top, left + width, top + height)))
    return max(parts, key=variance), f"{share:.2f}"


def aspect(image: Image.Image, rng: Random, kept: Spans) -> Edited:
    """Cut the picture to another usual aspect ratio that leaves a share of its area."""
    shapes = possible_aspects(image.size, kept)
    # Of a long strip, which other edits can make, as much as can be.
    w, h = rng.choice(shapes or [max(ASPECTS, key=lambda shape: _share(image.size, shape))])
    width = min(image.width, round(image.height * w / h))
    height = min(image.height, round(image.width * h / w))
    left = rng.randint(0, image.width - width)
    top = rng.randint(0, image.height - height)
    return image.crop((left, top, left + width, top + height)), f"{w}x{h}"


def possible_aspects(size: tuple[int, int], kept: Spans) -> list[tuple[int, int]]:
    """Return the shapes to which a picture can be cut so that a wanted share of it is left."""
    ((least, most),) = kept
    return [shape for shape in ASPECTS if least <= _share(size, shape) <= most]


def mirror(image: Image.Image, rng: Random) -> Edited:
    """Swap left and right."""
    return ImageOps.mirror(image), ""


def greyscale(image: Image.Image, rng: Random) -> Edited:
    """Take the colours out."""
    return image.convert("L"), ""


def colour(image: Image.Image, rng: Random, **factors: Spans) -> Edited:
    """Change brightness, contrast, saturation or white balance; grey pictures only the first two.

    The strength is a factor, for the white balance that of red over blue.
    """
    of_greys = ("brightness", "contrast")
    kind = rng.choice([kind for kind in factors if image.mode != "L" or kind in of_greys])
    factor = strength(rng, factors[kind])
    if kind == "brightness":
        changed = ImageEnhance.Brightness(image).enhance(factor)
    elif kind == "contrast":
        changed = ImageEnhance.Contrast(image).enhance(factor)
    elif kind == "saturation":
        changed = ImageEnhance.Color(image).enhance(factor)
    else:
        changed = _balance(image, factor)
    return changed, f"{kind}={factor:.2f}"


def sharpness(image: Image.Image, rng: Random, blur: Spans, sharpen: Spans) -> Edited:
    """Blur (radius in pixels of a 640 pixel picture) or sharpen (share of the detail added)."""
    scale = max(image.size) / USUAL_SIDE
    if rng.random() < 0.5:
        radius = strength(rng, blur)
        return image.filter(ImageFilter.GaussianBlur(radius * scale)), f"blur={radius:.2f}"
    amount = strength(rng, sharpen)
    unsharp = ImageFilter.UnsharpMask(radius=1.5 * scale, percent=round(amount * 100), threshold=2)
    return image.filter(unsharp), f"sharpen={amount:.2f}"


def rotate(image: Image.Image, rng: Random, degrees: Spans, filled: Spans = ()) -> Edited:
    """Turn and cut off the empty corners, or, as often, leave them, where `filled` has degrees."""
    if filled and rng.random() < 0.5:
        angle, fill = strength(rng, filled), rng.choice(FILLS)
        whole_one = image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=fill)
        return fit(whole_one, LONGER_SIDE), f"{angle:.2f}"
    angle = strength(rng, degrees)
    turned = image.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    width, height = _largest_upright(image.size, angle)
    left, top = (turned.width - width) // 2, (turned.height - height) // 2
    return turned.crop((left, top, left + width, top + height)), f"{angle:.2f}"


def strength(rng: Random, spans: Spans) -> float:
    """Draw a strength to two decimals, so that what is written down is what is done."""
    low, high = spans[0] if len(spans) == 1 else rng.choice(spans)
    return round(rng.uniform(low, high), 2)


def whole(rng: Random, spans: Spans) -> int:
    """Draw a strength that is a whole number."""
    low, high = spans[0] if len(spans) == 1 else rng.choice(spans)
    return rng.randint(round(low), round(high))


def variance(image: Image.Image, seen: Image.Image | None = None) -> float:
    """Return the variance of the greys, of all or of those where the mask `seen` is not 0."""
    return float(ImageStat.Stat(image.convert("L"), seen).var[0])


def _share(size: tuple[int, int], shape: tuple[int, int]) -> float:
    now = size[0] / size[1]
    w, h = shape
    return min(now * h / w, w / h / now)


def _off_centre(room: int, rng: Random) -> int:
    # The outer thirds of where the part can lie: never the middle.
    share = rng.uniform(0.0, 1 / 3)
    return round(room * rng.choice((share, 1.0 - share)))


def _balance(image: Image.Image, factor: float) -> Image.Image:
    red, green, blue = image.split()
    root = factor**0.5
    return Image.merge("RGB", (red.point(_gain(root)), green, blue.point(_gain(1 / root))))


def _gain(gain: float) -> Sequence[int]:
    return [min(255, round(value * gain)) for value in range(256)]


def _largest_upright(size: tuple[int, int], degrees: float) -> tuple[int, int]:
    """Return the largest upright rectangle inside a turned one, less a pixel on each side.

    At small angles all four of its corners touch the turned rectangle's sides; at larger ones two
    of them touch the longer sides where these are half as far from each other as it is long.
    """
    width, height = size
    sine, cosine = abs(sin(radians(degrees))), abs(cos(radians(degrees)))
    longer, shorter = max(size), min(size)
    if shorter <= 2 * sine * cosine * longer:
        along, across = shorter / 2 / sine, shorter / 2 / cosine
        inner_width, inner_height = (along, across) if width >= height else (across, along)
    else:
        double = cosine * cosine - sine * sine
        inner_width = (width * cosine - height * sine) / double
        inner_height = (height * cosine - width * sine) / double
    return int(inner_width) - 2, int(inner_height) - 2
