"""The edit that makes one picture of two photographs."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageOps

from dupeval.dataset.making.edits import Edited, strength
from dupeval.dataset.making.levels import Spans
from dupeval.dataset.making.photographs import LONGER_SIDE, fit

GAP = 0.01  # Of the shorter side, where there is one.
GAPS = ("white", "black", None)
# Of the second photograph; less of it says little.
LEAST_KEPT = 0.5


def collage(image: Image.Image, rng: Random, beside: Image.Image, larger: Spans) -> Edited:
    """Set another photograph beside a whole one, above or below it.

    Parameters
    ----------
    image : Image
        The larger part, all of it.
    rng : Random
    beside : Image
        The smaller part, cut to the room that is left for it.
    larger : Spans
        The strength: the larger part's share of the area of both.
    """
    share = strength(rng, larger)
    size, upright = _room(image.size, beside.size, share, rng)
    second = ImageOps.fit(beside.convert("RGB"), size, Image.Resampling.LANCZOS)
    parts = [image.convert("RGB"), second]
    if rng.random() < 0.5:
        parts.reverse()
    paper = rng.choice(GAPS)
    gap = max(2, round(min(image.size) * GAP)) if paper else 0
    place = (0, parts[0].height + gap) if upright else (parts[0].width + gap, 0)
    whole = (place[0] + parts[1].width, place[1] + parts[1].height)
    both = Image.new("RGB", whole, paper or "white")
    both.paste(parts[0], (0, 0))
    both.paste(parts[1], place)
    return fit(both, LONGER_SIDE), f"{share:.2f}"


def _room(
    first: tuple[int, int], second: tuple[int, int], share: float, rng: Random
) -> tuple[tuple[int, int], bool]:
    """Return the smaller part's size, and whether it is as wide as the first one or as high."""
    rest = (1 - share) / share
    beside = (max(1, round(first[0] * rest)), first[1])
    below = (first[0], max(1, round(first[1] * rest)))
    kept = {}
    for upright, (wide, high) in ((False, beside), (True, below)):
        shapes = (wide / high, second[0] / second[1])
        kept[upright] = min(shapes) / max(shapes)
    enough = [way for way, share in kept.items() if share >= LEAST_KEPT]
    upright = rng.choice(enough or [max(kept, key=kept.__getitem__)])
    return below if upright else beside, upright
