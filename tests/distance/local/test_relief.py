"""Matches of the relief rule pairs out, whatever was done to a copy."""

from collections.abc import Callable

import pytest
from photographs import handle, photograph
from PIL import Image, ImageFilter, ImageOps

from dupeval.distance.local.keypoints import KeyPoints
from dupeval.distance.local.relief import ReliefMatches

SCORE = ReliefMatches()


def prepared(image: Image.Image) -> KeyPoints:
    found: KeyPoints = SCORE.prepared(SCORE.features(handle(image)))
    return found


def embossed(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image).filter(ImageFilter.EMBOSS).convert("RGB")


@pytest.mark.parametrize("edit", [lambda i: i, ImageOps.mirror, ImageOps.invert, embossed])
def test_copies_are_nearer_than_others(edit: Callable[[Image.Image], Image.Image]) -> None:
    copy = prepared(edit(photograph("astronaut")))
    near = SCORE.distance(copy, prepared(photograph("astronaut")))
    assert near < min(SCORE.distance(copy, prepared(photograph(n))) for n in ("coffee", "chelsea"))


def test_as_many_matches_as_half_are_at_one_half() -> None:
    image = prepared(photograph("astronaut"))
    own = SCORE.distance(image, image)
    n = SCORE.half * (1 / own - 1)
    half = ReliefMatches(half=n)
    assert half.distance(image, image) == pytest.approx(0.5)


def test_without_key_points_images_are_farthest_apart() -> None:
    blank = prepared(photograph("coffee").point(lambda _: 0))
    assert SCORE.distance(blank, blank) == SCORE.largest == 1
