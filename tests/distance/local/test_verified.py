"""A copy of a real photograph lies on it; another photograph, or another view, does not."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from photographs import handle, photograph
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from dupeval.distance.local.evidence import Evidence
from dupeval.distance.local.verified import Prepared, Verified

VERIFIED = Verified()
QUAD, PERSPECTIVE = Image.Transform.QUAD, Image.Transform.PERSPECTIVE


@cache
def prepared(name: str, edit: Callable[[Image.Image], Image.Image] | None = None) -> Prepared:
    image = photograph(name)
    made: Prepared = VERIFIED.prepared(VERIFIED.features(handle(edit(image) if edit else image)))
    return made


def of_image(image: Image.Image) -> Prepared:
    return VERIFIED.prepared(VERIFIED.features(handle(image)))


def score(a: Prepared, b: Prepared, how: Verified = VERIFIED) -> float:
    return 1 - how.distance(a, b)


def cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 4, height // 5, width * 4 // 5, height * 3 // 4))


def turned(image: Image.Image) -> Image.Image:
    return image.rotate(33, Image.Resampling.BICUBIC, expand=True)


def stretched(image: Image.Image) -> Image.Image:
    return image.resize((image.width * 13 // 10, image.height))


def seen_from_aside(image: Image.Image) -> Image.Image:
    return image.transform(image.size, PERSPECTIVE, (1.15, 0.12, -20, 0.02, 1.2, -25, 3e-4, 1e-4))


def thumbnail(image: Image.Image) -> Image.Image:
    return image.resize((96, 96 * image.height // image.width))


def grey_and_dark(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image).point(lambda level: level * 0.6).convert("RGB")


def embossed(image: Image.Image) -> Image.Image:
    return ImageOps.grayscale(image).filter(ImageFilter.EMBOSS).convert("RGB")


EDITS: list[Any] = [
    cropped,
    ImageOps.mirror,
    ImageOps.invert,
    turned,
    stretched,
    seen_from_aside,
    thumbnail,
    grey_and_dark,
    embossed,
]


@pytest.mark.parametrize("edit", EDITS)
def test_copies_are_known(edit: Callable[[Image.Image], Image.Image]) -> None:
    for name in ("astronaut", "coffee"):
        assert score(prepared(name), prepared(name, edit)) > 0.5


@pytest.mark.parametrize(
    ("edit", "off"),
    [
        (ImageOps.mirror, {"mirror"}),
        (ImageOps.invert, {"inversion", "relief"}),
        (seen_from_aside, {"homography"}),
        (embossed, {"relief"}),
    ],
)
def test_what_is_not_looked_for_is_not_found(
    edit: Callable[[Image.Image], Image.Image], off: set[str]
) -> None:
    less = replace(VERIFIED, **dict.fromkeys(off, False))
    assert score(prepared("astronaut"), prepared("astronaut", edit), less) < 0.5


def test_photographs_that_have_nothing_to_do_with_each_other_score_next_to_nothing() -> None:
    names = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left")
    for a, b in itertools.combinations(names, 2):
        assert score(prepared(a), prepared(b)) < 0.1


def test_another_view_of_a_scene_is_told_by_its_parallax() -> None:
    left, right = prepared("motorcycle_left"), prepared("motorcycle_right")
    without = replace(VERIFIED, parallax=False)
    assert score(left, right) < 0.5
    assert score(left, right) < 0.7 * score(left, right, without)


def test_an_image_without_anything_to_see_is_like_no_other() -> None:
    def empty(image: Image.Image) -> Image.Image:
        return Image.new("RGB", image.size, "white")

    blank = prepared("astronaut", empty)
    assert VERIFIED.distance(blank, prepared("astronaut")) == 1
    assert VERIFIED.distance(blank, blank) == 1


def test_a_collage_is_nearer_to_the_photograph_that_it_shows_more_of() -> None:
    large, small = photograph("astronaut"), photograph("chelsea").resize((256, 512))
    collage = Image.new("RGB", (768, 512))
    collage.paste(large, (0, 0))
    collage.paste(small, (512, 0))
    both = of_image(collage)
    more, less = score(both, of_image(large)), score(both, of_image(small))
    assert 0.8 < less < more - 0.03


def test_negatives_are_found_below_a_caption() -> None:
    def captioned(image: Image.Image) -> Image.Image:
        draw = ImageDraw.Draw(image)
        for line in range(0, image.height, 24):
            draw.text((0, line), "All the news that is fit to print, and more of it" * 2, "white")
        return image

    negative = prepared("astronaut", ImageOps.invert)
    assert score(prepared("astronaut", captioned), negative) > 0.8


def test_what_a_pair_scores_rests_on_its_best_hypothesis() -> None:
    a, b = prepared("astronaut"), prepared("astronaut", cropped)
    best = VERIFIED.best(a, b)
    assert best is not None
    assert best.score == score(a, b)
    assert VERIFIED.score(best.evidence) == best.score
    shape = best.laid.overlap.a.shape
    assert best.laid.overlap.b.shape == best.laid.correlation.shape == shape
    assert len(best.laid.residuals) == best.evidence.n_inliers


def test_a_pair_is_explained_by_its_overlap_correlation_and_residuals() -> None:
    a, b = prepared("astronaut"), prepared("astronaut", lambda i: ImageOps.mirror(cropped(i)))
    told = VERIFIED.explain(a, b)
    assert told.summary.startswith(f"score {score(a, b):.2f} (fine, mirrored, similarity): ")
    assert "shared 100%" in told.summary
    correlation, residuals = told.panels
    assert told.a.shape == told.b.shape == correlation.values.shape
    assert correlation.is_map
    assert np.nanmedian(correlation.values) > 0.9
    assert residuals.arrows is not None
    assert residuals.arrows.points.shape == residuals.arrows.lengths.shape


def test_of_a_pair_with_nothing_in_common_both_images_are_shown() -> None:
    a, b = prepared("astronaut"), prepared("coffee", lambda i: Image.new("RGB", i.size))
    told = VERIFIED.explain(a, b)
    assert told.summary == "score 0.00: no way was found to lay one on the other"
    assert (told.a.shape, told.b.shape) == ((512, 512), b.pictures["fine"].grey.shape)
    assert told.panels == ()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 0.9),
        ({"median": -0.2}, 0.0),
        ({"similar": 30}, 0.8),
        ({"median": 0.1, "n_matches": 50}, 0.95),
        ({"median": 0.1, "n_inliers": 85, "n_matches": 100}, 0.475),
        ({"median": 0.1, "n_inliers": 39, "n_matches": 39}, 0.1),
        ({"decile": -0.2}, 0.9 * (1 - 0.8 * (0.85 - 5 / 7) / 0.2)),
        ({"decile": -0.1, "n_matches": 100}, 0.9 * 0.6),
        ({"decile": -0.4, "n_matches": 100}, 0.9 * 0.2),
        ({"decile": -0.4, "n_inliers": 30, "n_matches": 35}, 0.9),
        ({"parallax": 0.35}, 0.45),
        ({"parallax": 0.8, "look": "coarse"}, 0.45),
        ({"share": 0.25}, 0.45),
        ({"whole": 0.2}, 0.9 * (1 - 0.15 * 0.8)),
        ({"halo": 0.3}, 0.9),
        ({"halo": 0.7}, 0.45),
    ],
)
def test_the_score_is_a_product(changed: dict[str, Any], expected: float) -> None:
    found = Evidence(50, 70, 0.95, 0.9, 0.7, 0.3, 0.0, 1.0, 1.0, 0.0, "fine")
    assert VERIFIED.score(replace(found, **changed)) == pytest.approx(expected)
    off = ("photometric", "moved", "parallax", "overlap", "whole", "halo")
    nothing = replace(VERIFIED, **dict.fromkeys(off, False))
    assert nothing.score(replace(found, **changed)) == 1


def test_settings_that_change_features_are_in_their_key() -> None:
    for name, value in {"side": 256, "n_points": 10, "contrast": 0.1, "edge": 9.0}.items():
        assert replace(VERIFIED, **{name: value}).features_key != VERIFIED.features_key
    assert replace(VERIFIED, mirror=False).features_key == VERIFIED.features_key
    assert replace(VERIFIED, mirror=False).key != VERIFIED.key


def test_features_are_the_same_however_often() -> None:
    first, again = (VERIFIED.features(handle(photograph("coffee"))) for _ in range(2))
    assert first.keys() == again.keys()
    for name, values in first.items():
        np.testing.assert_array_equal(values, again[name])
