"""Edits of the picture itself: each takes an image and random numbers, and says its strength."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sin
from random import Random

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Edited = tuple[Image.Image, str]

# Kernel sizes are given for a picture whose longer side has this many pixels.
USUAL_SIDE = 640

ASPECTS = ((1, 1), (4, 5), (5, 4), (3, 4), (4, 3), (2, 3), (3, 2), (9, 16), (16, 9), (2, 1))


def resize(image: Image.Image, rng: Random) -> Edited:
    """Scale both sides to 35-90 %."""
    scale = uniform(rng, 0.35, 0.90)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS), f"{scale:.2f}"


def crop(image: Image.Image, rng: Random) -> Edited:
    """Cut out an off-centre part with 60-90 % of the area."""
    kept = uniform(rng, 0.60, 0.90)
    stretch = rng.uniform(-0.5, 0.5)  # How unevenly the two sides share the cut.
    width = max(1, round(image.width * kept ** (0.5 + stretch / 2)))
    height = max(1, round(image.height * kept ** (0.5 - stretch / 2)))
    left = _off_centre(image.width - width, rng)
    top = _off_centre(image.height - height, rng)
    return image.crop((left, top, left + width, top + height)), f"{kept:.2f}"


def aspect(image: Image.Image, rng: Random) -> Edited:
    """Cut the picture to another usual aspect ratio that leaves 60-90 % of its area."""
    now = image.width / image.height
    kept = {(w, h): min(now * h / w, w / h / now) for w, h in ASPECTS}
    w, h = rng.choice([shape for shape in ASPECTS if 0.60 <= kept[shape] <= 0.90])
    width = min(image.width, round(image.height * w / h))
    height = min(image.height, round(image.width * h / w))
    left = rng.randint(0, image.width - width)
    top = rng.randint(0, image.height - height)
    return image.crop((left, top, left + width, top + height)), f"{w}x{h}"


def mirror(image: Image.Image, rng: Random) -> Edited:
    """Swap left and right."""
    return ImageOps.mirror(image), ""


def greyscale(image: Image.Image, rng: Random) -> Edited:
    """Take the colours out."""
    return image.convert("L"), ""


def colour(image: Image.Image, rng: Random) -> Edited:
    """Change brightness, contrast, saturation or white balance; grey pictures only the first two.

    The strength is a factor, for the white balance that of red over blue.
    """
    kinds = ("brightness", "contrast", "saturation", "balance")
    kind = rng.choice(kinds[:2] if image.mode == "L" else kinds)
    if kind == "brightness":
        factor = either(rng, (0.65, 0.85), (1.15, 1.40))
        changed = ImageEnhance.Brightness(image).enhance(factor)
    elif kind == "contrast":
        factor = either(rng, (0.60, 0.85), (1.15, 1.50))
        changed = ImageEnhance.Contrast(image).enhance(factor)
    elif kind == "saturation":
        factor = either(rng, (0.30, 0.75), (1.30, 1.80))
        changed = ImageEnhance.Color(image).enhance(factor)
    else:
        factor = either(rng, (0.68, 0.87), (1.15, 1.48))
        changed = _balance(image, factor)
    return changed, f"{kind}={factor:.2f}"


def sharpness(image: Image.Image, rng: Random) -> Edited:
    """Blur (radius in pixels of a 640 pixel picture) or sharpen (share of the detail added)."""
    scale = max(image.size) / USUAL_SIDE
    if rng.random() < 0.5:
        radius = uniform(rng, 0.80, 2.20)
        return image.filter(ImageFilter.GaussianBlur(radius * scale)), f"blur={radius:.2f}"
    amount = uniform(rng, 0.80, 2.00)
    unsharp = ImageFilter.UnsharpMask(radius=1.5 * scale, percent=round(amount * 100), threshold=2)
    return image.filter(unsharp), f"sharpen={amount:.2f}"


def rotate(image: Image.Image, rng: Random) -> Edited:
    """Turn by 1-5 degrees either way and cut off the empty corners."""
    degrees = either(rng, (-5.0, -1.0), (1.0, 5.0))
    turned = image.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    width, height = _largest_upright(image.size, degrees)
    left, top = (turned.width - width) // 2, (turned.height - height) // 2
    return turned.crop((left, top, left + width, top + height)), f"{degrees:.2f}"


def uniform(rng: Random, low: float, high: float) -> float:
    """Draw a strength to two decimals, so that what is written down is what is done."""
    return round(rng.uniform(low, high), 2)


def either(rng: Random, *spans: tuple[float, float]) -> float:
    """Draw a strength from one of several spans, all equally likely."""
    return uniform(rng, *rng.choice(spans))


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

    At such small angles all four of its corners touch the turned rectangle's sides, unless one
    side is many times the other.
    """
    width, height = size
    sine, cosine = abs(sin(radians(degrees))), cos(radians(degrees))
    double = cosine * cosine - sine * sine
    inner_width = (width * cosine - height * sine) / double
    inner_height = (height * cosine - width * sine) / double
    return int(inner_width) - 2, int(inner_height) - 2
