"""Every hard edit alone, on a photograph of the stand-in."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hard_families import WRITTEN
from PIL import Image, ImageOps

from dupeval.dataset.making.card import inset
from dupeval.dataset.making.chain import PIXEL_FAMILIES, TWO_PHOTOGRAPH_FAMILIES, apply_chain
from dupeval.dataset.making.collage import collage
from dupeval.dataset.making.edits import Edited, crop, rotate, variance
from dupeval.dataset.making.hard_edits import (
    DUOTONES,
    FILTERS,
    duotone,
    filters,
    invert,
    moved_corners,
    perspective,
    posterise,
    project,
    stretch,
    thumbnail,
    turn,
)
from dupeval.dataset.making.hard_prints import dots, halftone, text
from dupeval.dataset.making.levels import WILD
from dupeval.dataset.making.photographs import fit
from dupeval.dataset.standin.sources import load_photograph, locate_sources, read_sources
from dupeval.edits import families_of

SEEDS = range(20)


@pytest.fixture(scope="module")
def photograph() -> Image.Image:
    """Give the pagoda, 320 pixels wide."""
    return load("china_pagoda")


@pytest.fixture(scope="module")
def other() -> Image.Image:
    """Give a grey photograph that is not as wide, for the smaller part of a collage."""
    return load("building2_1")


def load(photograph: str) -> Image.Image:
    (source,) = [one for one in read_sources() if one.photograph == photograph]
    with Image.open(locate_sources([source])[source.sha256]) as whole:
        return fit(load_photograph(source, whole), 320)


def edit_of(family: str, other: Image.Image) -> Callable[..., Edited]:
    """Return an edit, whether or not it takes a second photograph."""
    if family in TWO_PHOTOGRAPH_FAMILIES:
        return partial(TWO_PHOTOGRAPH_FAMILIES[family], beside=other)
    return PIXEL_FAMILIES[family]


def pixels(image: Image.Image) -> npt.NDArray[np.int64]:
    return np.asarray(image).astype(np.int64)


def all_from(seed: int) -> Callable[[str], Random]:
    return lambda _: Random(seed)


def seeded() -> Iterator[Random]:
    return map(Random, SEEDS)


def test_every_hard_family_has_a_test_of_how_it_is_written() -> None:
    assert WRITTEN.keys() == WILD.edits.keys()


@pytest.mark.parametrize("family", WILD.edits)
class TestEveryFamily:
    @pytest.mark.parametrize("mode", ["RGB", "L"])
    def test_gives_the_same_pixels_for_the_same_draws(
        self, photograph: Image.Image, other: Image.Image, family: str, mode: str
    ) -> None:
        image = photograph.convert(mode)
        before = image.copy()
        edit, strengths = edit_of(family, other), WILD.edits[family]
        first, again = (edit(image, Random("seed"), **strengths) for _ in range(2))
        assert first[1] == again[1]
        assert first[0].mode in ("RGB", "L")
        assert np.array_equal(pixels(first[0]), pixels(again[0]))
        assert np.array_equal(pixels(image), pixels(before))

    def test_is_written_as_documented_and_told_by_its_name(
        self, photograph: Image.Image, other: Image.Image, family: str
    ) -> None:
        for seed in SEEDS[:5]:
            strengths = {family: WILD.edits[family], **WILD.afterwards}
            _, _, edit = apply_chain(photograph, strengths, all_from(seed), other)
            first, last = edit.split("+")
            assert re.fullmatch(WRITTEN[family], first)
            assert re.fullmatch(r"jpeg:\d\d", last)
            assert families_of(edit) == {family, "jpeg"}

    def test_changes_the_picture_and_leaves_no_blank(
        self, photograph: Image.Image, other: Image.Image, family: str
    ) -> None:
        for rng in map(Random, SEEDS[:5]):
            edited, _ = edit_of(family, other)(photograph, rng, **WILD.edits[family])
            assert max(edited.size) <= 1024
            assert pixels(edited).std() > 10
            if edited.size == photograph.size:
                assert not np.array_equal(pixels(edited.convert("RGB")), pixels(photograph))


def test_stretch_makes_one_side_shorter(photograph: Image.Image) -> None:
    for rng in seeded():
        changed, written = stretch(photograph, rng, **WILD.edits["stretch"])
        ratio = (changed.width / changed.height) / (photograph.width / photograph.height)
        assert ratio == pytest.approx(float(written), abs=0.01)
        assert 1.15 - 0.005 <= max(ratio, 1 / ratio) <= 1.40 + 0.01
        assert (changed.width == photograph.width) != (changed.height == photograph.height)


def test_stretch_makes_squares_where_it_may(photograph: Image.Image) -> None:
    four_to_three = photograph.resize((320, 240))
    squares = 0
    for rng in seeded():
        changed, written = stretch(four_to_three, rng, **WILD.edits["stretch"])
        if changed.width == changed.height:
            assert written == "0.75"
            squares += 1
    assert 8 <= squares <= 18


def test_quarter_turns_are_exact(photograph: Image.Image) -> None:
    seen = set()
    for rng in seeded():
        turned, written = turn(photograph, rng, **WILD.edits["turn"])
        assert np.array_equal(pixels(turned), np.rot90(pixels(photograph), int(written) // 90))
        seen.add(written)
    assert seen == {"90", "180", "270"}


def test_a_thumbnail_has_64_pixels_on_its_longer_side(photograph: Image.Image) -> None:
    small, written = thumbnail(photograph, Random(0), **WILD.edits["thumbnail"])
    assert (small.size, written) == ((64, 43), "64")
    tall, _ = thumbnail(photograph.transpose(Image.Transpose.ROTATE_90), Random(0), ((64, 64),))
    assert tall.size == (43, 64)


def test_rotate_turns_by_any_angle_with_corners_cut_or_filled() -> None:
    plain = Image.new("RGB", (320, 214), (200, 30, 160))
    filled = 0
    for rng in map(Random, range(60)):
        turned, written = rotate(plain, rng, **WILD.edits["rotate"])
        angle = np.radians(float(written))
        assert 10 <= abs(float(written)) <= 170
        of_photograph = (pixels(turned) == (200, 30, 160)).all(axis=-1)
        if of_photograph.all():
            assert turned.width * turned.height < 320 * 214
        else:
            filled += 1
            width = 320 * abs(np.cos(angle)) + 214 * abs(np.sin(angle))
            assert turned.width == pytest.approx(width, abs=2)
            assert of_photograph.sum() == pytest.approx(320 * 214, rel=0.02)
    assert 15 <= filled <= 45


@pytest.mark.parametrize("angle", [0.5, 5, 20, 37, 45, 60, 89, 90, 91, 135, 170, -37, -120])
@pytest.mark.parametrize("size", [(320, 214), (214, 320), (300, 300), (320, 100)])
def test_cut_corners_leave_the_largest_upright_part(size: tuple[int, int], angle: float) -> None:
    cut, _ = rotate(Image.new("L", size, 255), Random(0), ((angle, angle),))
    assert np.asarray(cut).min() == 255
    # Of rectangles with every shape, the largest whose corners are inside the turned one.
    sine, cosine = abs(np.sin(np.radians(angle))), abs(np.cos(np.radians(angle)))
    shapes = np.geomspace(0.02, 50, 20_001)
    heights = np.minimum(size[0] / (shapes * cosine + sine), size[1] / (shapes * sine + cosine))
    best = (shapes * heights * heights).max()
    # A pixel is left off on each side, and a part of one in rounding.
    assert cut.width * cut.height <= best <= (cut.width + 3.01) * (cut.height + 3.01)


@pytest.mark.parametrize("seed", SEEDS)
def test_perspective_puts_corners_where_it_says(seed: int) -> None:
    draws = list(np.random.default_rng(seed).uniform(0, 0.2, 8))
    # Four marks, 10 pixels inside the corners, are found where the projective map puts them.
    image = Image.new("RGB", (300, 200), "white")
    marks = [(20, 20), (280, 20), (280, 180), (20, 180)]
    for number, (x, y) in enumerate(marks):
        colour = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)][number]
        image.paste(colour, (x - 5, y - 5, x + 5, y + 5))
    corners = moved_corners(image.size, draws)
    seen = pixels(project(image, corners, "#808080"))
    matrix = homography([(0, 0), (300, 0), (300, 200), (0, 200)], corners)
    for (x, y), colour in zip(
        marks, [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)], strict=True
    ):
        u, v, w = matrix @ (x, y, 1)
        rows, columns = np.nonzero(np.abs(seen - colour).max(axis=-1) < 60)
        assert columns.mean() + 0.5 == pytest.approx(u / w, abs=0.6)
        assert rows.mean() + 0.5 == pytest.approx(v / w, abs=0.6)


def homography(
    points: list[tuple[int, int]], images: list[tuple[float, float]]
) -> npt.NDArray[np.float64]:
    """Solve the eight linear equations of four pairs of points."""
    rows, values = [], []
    for (x, y), (u, v) in zip(points, images, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.append(np.linalg.solve(rows, values), 1).reshape(3, 3)


def test_perspective_with_corners_that_stay_is_the_picture_itself(photograph: Image.Image) -> None:
    same = project(photograph, moved_corners(photograph.size, [0.0] * 8), "black")
    assert np.array_equal(pixels(same), pixels(photograph))


def test_perspective_fills_most_of_the_surround() -> None:
    plain = Image.new("RGB", (320, 214), (200, 30, 160))
    for rng in seeded():
        seen, written = perspective(plain, rng, **WILD.edits["perspective"])
        assert 0.10 <= float(written) <= 0.22
        of_photograph = (np.abs(pixels(seen) - (200, 30, 160)).max(axis=-1) < 8).mean()
        assert 0.35 < of_photograph < 0.95


def test_crop_keeps_15_to_25_percent_of_the_area(photograph: Image.Image) -> None:
    for rng in seeded():
        cut, written = crop(photograph, rng, **WILD.edits["crop"])
        share = cut.width * cut.height / (photograph.width * photograph.height)
        assert 0.15 <= float(written) <= 0.25
        assert share == pytest.approx(float(written), abs=0.01)


def test_a_small_crop_is_not_of_plain_sky(photograph: Image.Image) -> None:
    half_sky = ImageOps.expand(photograph, (0, 0, 0, photograph.height), "#88bbee")
    for rng in seeded():
        cut, _ = crop(half_sky, rng, **WILD.edits["crop"])
        assert variance(cut) > 200


def test_posterise_leaves_so_many_values(photograph: Image.Image) -> None:
    seen = set()
    for rng in seeded():
        few, written = posterise(photograph, rng, **WILD.edits["posterise"])
        values = {round(255 * step / (int(written) - 1)) for step in range(int(written))}
        for band in few.split():
            assert set(np.unique(np.asarray(band)).tolist()) == values
        seen.add(written)
    assert seen == {"3", "4", "5"}


def test_duotone_goes_from_one_colour_to_another(photograph: Image.Image) -> None:
    for rng in seeded():
        two, written = duotone(photograph, rng)
        assert written == ""
        found = pixels(two).reshape(-1, 3)
        brightest, darkest = found[found.sum(axis=1).argmax()], found[found.sum(axis=1).argmin()]
        ends = ("#{:02x}{:02x}{:02x}".format(*end) for end in (darkest, brightest))
        assert tuple(ends) in DUOTONES
        # All lie on the line between the two.
        along = np.linalg.norm(found - darkest, axis=1) + np.linalg.norm(found - brightest, axis=1)
        assert np.abs(along - np.linalg.norm(brightest - darkest)).max() < 1


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_invert_is_exact(photograph: Image.Image, mode: str) -> None:
    image = photograph.convert(mode)
    negative, written = invert(image, Random(0))
    assert written == ""
    assert np.array_equal(pixels(negative), 255 - pixels(image))


def test_filters_are_five_and_keep_the_scene(photograph: Image.Image) -> None:
    kinds = {filters(photograph, rng)[1] for rng in seeded()}
    assert kinds == set(FILTERS) == {"edges", "emboss", "sharpen", "oil", "contrast"}
    for kind, apply in FILTERS.items():
        filtered = apply(photograph)
        assert abs(filtered.width - photograph.width) <= 2
        assert abs(filtered.height - photograph.height) <= 2
        assert (filtered.mode == "L") == (kind in ("edges", "emboss"))


def test_edges_are_dark_lines_on_white() -> None:
    square = Image.new("RGB", (200, 200), (90, 90, 90))
    square.paste((160, 160, 160), (50, 50, 150, 150))
    lines = pixels(FILTERS["edges"](square))
    assert lines[100, 100] == lines[10, 10] == 255
    assert lines[100, 48:51].min() < 80


def test_oil_smooths_and_contrast_spreads(photograph: Image.Image) -> None:
    def detail(image: Image.Image) -> float:
        return float(np.abs(np.diff(pixels(image.convert("L")), axis=1)).mean())

    assert detail(FILTERS["oil"](photograph)) < 0.6 * detail(photograph)
    assert detail(FILTERS["sharpen"](photograph)) > 1.5 * detail(photograph)
    assert pixels(FILTERS["contrast"](photograph)).std() > 1.4 * pixels(photograph).std()


def test_text_is_over_more_than_half_and_leaves_the_rest(photograph: Image.Image) -> None:
    for rng in seeded():
        written, strength = text(photograph, rng, **WILD.edits["text"])
        assert 0.52 <= float(strength) <= 0.70
        assert written.size == photograph.size
        rows, columns = np.nonzero((pixels(written) != pixels(photograph)).any(axis=-1))
        box = (np.ptp(rows) + 1) * (np.ptp(columns) + 1) / (320 * photograph.height)
        untouched = 1 - len(rows) / (320 * photograph.height)
        assert untouched >= 1 - float(strength) - 0.01
        # A panel takes its share; lines without one end raggedly within theirs.
        if len(rows) / (320 * photograph.height) > 0.45:
            assert box == pytest.approx(float(strength), abs=0.02)
        assert 0.30 < box <= float(strength) + 0.02


def test_text_leaves_something_of_the_picture_to_be_seen(photograph: Image.Image) -> None:
    half_sky = ImageOps.expand(photograph, (0, 0, 0, photograph.height), "#88bbee")
    for rng in seeded():
        written, _ = text(half_sky, rng, **WILD.edits["text"])
        same = (pixels(written) == pixels(half_sky)).all(axis=-1)
        assert pixels(half_sky)[same].std() > 20


def test_the_dots_of_a_tile_are_as_dark_as_the_picture() -> None:
    for grey in (0, 1, 64, 128, 200, 254, 255):
        printed = dots(np.full((40, 60), grey, np.uint8), 20)
        assert set(np.unique(printed)) <= {0, 255}
        assert (printed == 0).mean() == pytest.approx(1 - grey / 255, abs=1 / 400)


def test_the_dots_of_a_tile_are_two() -> None:
    printed = dots(np.full((20, 20), 230, np.uint8), 20)
    assert printed[10, 10] == printed[0, 0] == printed[19, 19] == printed[0, 19] == 0
    assert printed[0, 10] == printed[10, 0] == 255


def test_tiles_are_moved_as_a_whole() -> None:
    greys = np.full((20, 40), 200, np.uint8)
    assert np.array_equal(dots(greys, 20, shift=7), np.roll(dots(greys, 20), -7, axis=1))


def test_halftone_is_the_picture_from_afar(photograph: Image.Image) -> None:
    for rng in seeded():
        printed, written = halftone(photograph, rng, **WILD.edits["halftone"])
        assert printed.size == photograph.size
        assert 4 <= int(written) <= 8
        near, far = (
            np.corrcoef(pixels(a).ravel(), pixels(b).ravel())[0, 1]
            for a, b in (
                (printed.convert("L"), photograph.convert("L")),
                (printed.convert("L").reduce(16), photograph.convert("L").reduce(16)),
            )
        )
        assert near < far
        assert far > 0.95


def test_inset_is_a_tenth_of_a_page() -> None:
    plain = Image.new("RGB", (600, 400), (200, 30, 160))
    for rng in seeded():
        page, written = inset(plain, rng, **WILD.edits["inset"])
        found = np.abs(pixels(page) - (200, 30, 160)).max(axis=-1) < 12
        assert 0.08 <= float(written) <= 0.12
        assert found.mean() == pytest.approx(float(written), abs=0.005)
        assert 0.6 < page.width / page.height < 1.6
        rows, columns = np.nonzero(found)
        assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1.5, rel=0.03)
        assert columns.min() > 0
        assert columns.max() < page.width - 1


def test_inset_of_pictures_that_are_tall_or_wide() -> None:
    for size in ((426, 640), (120, 90), (600, 200), (150, 450)):
        for rng in map(Random, SEEDS[:5]):
            page, _ = inset(Image.new("RGB", size, (200, 30, 160)), rng, **WILD.edits["inset"])
            found = (np.abs(pixels(page) - (200, 30, 160)).max(axis=-1) < 12).mean()
            assert 0.07 < found < 0.13


@pytest.mark.parametrize("size", [(320, 213), (213, 320), (320, 60), (1, 1)])
def test_a_collage_holds_all_of_the_larger_part_and_a_part_of_the_other(
    size: tuple[int, int],
) -> None:
    # Of two plain colours, so that one sees which pixels are whose.
    larger, smaller = Image.new("RGB", size, "#c81ea0"), Image.new("RGB", (300, 200), "#1ec83c")
    places = set()
    for rng in seeded():
        both, written = collage(larger, rng, smaller, **WILD.edits["collage"])
        share = float(written)
        assert 0.60 <= share <= 0.75
        first = (pixels(both) == (0xC8, 0x1E, 0xA0)).all(axis=2)
        second = (pixels(both) == (0x1E, 0xC8, 0x3C)).all(axis=2)
        assert first.sum() == size[0] * size[1]
        if min(size) > 1:
            assert first.sum() / (first | second).sum() == pytest.approx(share, abs=0.01)
        place = np.argwhere(first).mean(axis=0) - np.argwhere(second).mean(axis=0)
        # Side by side or above each other, never both.
        assert sorted(abs(place) > 0.1) == [False, True]
        places.add(tuple(np.sign(np.round(place, 1))))
    assert len(places) >= 2


def test_a_collage_keeps_at_least_half_of_the_second_photograph_where_it_can() -> None:
    left_half = Image.new("RGB", (400, 100), "#1ec83c")
    for rng in seeded():
        both, _ = collage(Image.new("RGB", (300, 200)), rng, left_half, **WILD.edits["collage"])
        assert both.width == 300  # A strip goes above or below, not beside.


def test_a_large_collage_is_scaled_down() -> None:
    large = Image.new("L", (1024, 768))
    both, _ = collage(large, Random(0), large, **WILD.edits["collage"])
    assert (both.mode, max(both.size)) == ("RGB", 1024)
