"""Every edit family alone, on pictures made here."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from dupeval.dataset.images import read_rgb
from dupeval.dataset.making.card import inset
from dupeval.dataset.making.chain import (
    FILE_FAMILIES,
    PIXEL_FAMILIES,
    TWO_PHOTOGRAPH_FAMILIES,
    apply_chain,
)
from dupeval.dataset.making.edits import (
    aspect,
    colour,
    crop,
    greyscale,
    mirror,
    possible_aspects,
    resize,
    rotate,
    sharpness,
)
from dupeval.dataset.making.encoding import FIRST_PUBLISHED, jpeg, other_format
from dupeval.dataset.making.levels import LEVELS, NEWS, Level, Making, Strengths
from dupeval.dataset.making.overlays import border, caption, watermark
from dupeval.dataset.making.photographs import Photograph
from dupeval.dataset.making.plan import plan_images

SEEDS = range(25)
OF_PIXELS = [family for family in NEWS.edits if family in PIXEL_FAMILIES]
SHAPES = ((640, 426), (426, 640), (512, 512), (318, 238))


def picture(size: tuple[int, int] = (640, 426), mode: str = "RGB") -> Image.Image:
    """Smooth noise without any black or white, so that added black is seen."""
    random = np.random.default_rng(7)
    small = random.integers(60, 200, size=(9, 12, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC).convert(mode)


def same(first: Image.Image, second: Image.Image) -> bool:
    return first.mode == second.mode and np.array_equal(np.asarray(first), np.asarray(second))


def of_news(*families: str) -> dict[str, Strengths]:
    return {family: NEWS.edits[family] for family in families}


def seeded(*sizes: tuple[int, int]) -> Iterator[tuple[Image.Image, Random]]:
    for size in sizes or SHAPES:
        for seed in SEEDS:
            yield picture(size), Random(seed)


def test_a_levels_families_are_known_and_those_of_the_file_come_last() -> None:
    families = [*PIXEL_FAMILIES, *TWO_PHOTOGRAPH_FAMILIES, *FILE_FAMILIES]
    assert len(NEWS.edits) == 14
    for level in LEVELS.values():
        dealt = [*level.edits, *level.afterwards]
        assert set(dealt) <= set(families)
        of_pixels = [family not in FILE_FAMILIES for family in dealt]
        assert of_pixels == sorted(of_pixels, reverse=True)


@pytest.mark.parametrize("family", OF_PIXELS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_same_draws_give_the_same_pixels(family: str, mode: str) -> None:
    image = picture(mode=mode)
    before = image.copy()
    first, strength = PIXEL_FAMILIES[family](image, Random("seed"), **NEWS.edits[family])
    again, strength_again = PIXEL_FAMILIES[family](image, Random("seed"), **NEWS.edits[family])
    assert strength == strength_again
    assert same(first, again)
    assert same(image, before)
    assert first.mode in ("RGB", "L")


@pytest.mark.parametrize("family", sorted(set(OF_PIXELS) - {"greyscale", "mirror"}))
def test_other_draws_give_other_strengths(family: str) -> None:
    edit, strengths = PIXEL_FAMILIES[family], NEWS.edits[family]
    assert len({edit(picture(), Random(seed), **strengths)[1] for seed in SEEDS}) > 2


def test_resize() -> None:
    for image, rng in seeded():
        resized, strength = resize(image, rng, **NEWS.edits["resize"])
        assert 0.35 <= float(strength) <= 0.90
        assert resized.width == pytest.approx(image.width * float(strength), abs=1)
        assert resized.height == pytest.approx(image.height * float(strength), abs=1)


def test_crop_keeps_its_share_of_the_area_off_centre() -> None:
    places = set()
    for image, rng in seeded((640, 426)):
        x, y = np.meshgrid(np.linspace(0, 255, image.width), np.linspace(0, 255, image.height))
        ramp = Image.fromarray(np.stack([x, y, y], axis=-1).astype(np.uint8))
        cut, strength = crop(ramp, rng, **NEWS.edits["crop"])
        assert 0.60 <= float(strength) <= 0.90
        share = cut.width * cut.height / (image.width * image.height)
        assert share == pytest.approx(float(strength), abs=0.01)
        middle = np.asarray(cut).mean(axis=(0, 1))
        assert abs(middle[:2] - 127.5).max() > 1
        places.add(tuple(np.sign(middle[:2] - 127.5)))
    assert len(places) == 4


def test_aspect_cuts_to_another_shape() -> None:
    for image, rng in seeded():
        cut, strength = aspect(image, rng, **NEWS.edits["aspect"])
        wide, high = map(int, strength.split("x"))
        assert cut.width / cut.height == pytest.approx(wide / high, rel=0.01)
        assert 0.59 <= cut.width * cut.height / (image.width * image.height) <= 0.91


def test_mirror_twice_is_nothing() -> None:
    mirrored, strength = mirror(picture(), Random(0))
    assert strength == ""
    assert not same(mirrored, picture())
    assert same(mirror(mirrored, Random(0))[0], picture())


def test_greyscale_is_grey() -> None:
    grey, strength = greyscale(picture(), Random(0))
    assert (grey.mode, grey.size, strength) == ("L", (640, 426), "")


def test_colour_kinds() -> None:
    kinds = set()
    for image, rng in seeded((640, 426), (512, 512)):
        changed, strength = colour(image, rng, **NEWS.edits["colour"])
        kind, factor = strength.split("=")
        kinds.add(kind)
        before, after = np.asarray(image).astype(float), np.asarray(changed).astype(float)
        brighter = after.mean() / before.mean()
        redder = (after[..., 0].mean() / after[..., 2].mean()) / (
            before[..., 0].mean() / before[..., 2].mean()
        )
        if kind == "brightness":
            assert brighter == pytest.approx(float(factor), rel=0.05)
        elif kind == "balance":
            assert redder == pytest.approx(float(factor), rel=0.05)
        elif kind == "contrast":
            assert (after.std() > before.std()) == (float(factor) > 1)
        assert not np.array_equal(before, after)
    assert kinds == {"brightness", "contrast", "saturation", "balance"}


def test_colour_of_grey_pictures() -> None:
    edited = [colour(picture(mode="L"), Random(seed), **NEWS.edits["colour"]) for seed in SEEDS]
    assert {image.mode for image, _ in edited} == {"L"}
    assert {strength.split("=")[0] for _, strength in edited} == {"brightness", "contrast"}


def test_sharpness_blurs_or_sharpens() -> None:
    noise = np.random.default_rng(1).integers(80, 176, size=(400, 600, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    kinds = set()
    for seed in SEEDS:
        changed, strength = sharpness(image, Random(seed), **NEWS.edits["sharpness"])
        kind, amount = strength.split("=")
        kinds.add(kind)
        assert 0.8 <= float(amount) <= 2.2
        assert (np.asarray(changed).std() < noise.std()) == (kind == "blur")
    assert kinds == {"blur", "sharpen"}


def test_rotate_leaves_no_black_corner() -> None:
    for image, rng in seeded():
        turned, strength = rotate(image, rng, **NEWS.edits["rotate"])
        assert 1.0 <= abs(float(strength)) <= 5.0
        assert np.asarray(turned).min() > 30
        assert turned.width * turned.height > 0.7 * image.width * image.height


def test_watermark_is_translucent() -> None:
    for image, rng in seeded((640, 426), (318, 238)):
        marked, strength = watermark(image, rng, **NEWS.edits["watermark"])
        assert 0.25 <= float(strength) <= 0.55
        assert marked.size == image.size
        change = np.abs(np.asarray(marked).astype(int) - np.asarray(image))
        touched = (change.max(axis=-1) > 3).mean()
        assert 0.0005 < touched < 0.35
        assert change.max() <= 255 * float(strength) + 1


def test_caption_covers_only_its_bar() -> None:
    for image, rng in seeded():
        captioned, strength = caption(image, rng, **NEWS.edits["caption"])
        assert captioned.size == image.size
        rows = np.nonzero((np.asarray(captioned) != np.asarray(image)).any(axis=(1, 2)))[0]
        assert len(rows) == pytest.approx(image.height * float(strength), abs=2)
        assert rows[-1] == image.height - 1
        bar = np.asarray(captioned)[rows[0] :]
        paper = bar[0, 0]
        ink = (np.abs(bar.astype(int) - paper).max(axis=-1) > 100).any(axis=0)
        assert ink.any()
        columns = np.nonzero(ink)[0]
        assert columns[0] > 0.02 * image.width
        assert columns[-1] < 0.98 * image.width


def test_border_surrounds_the_whole_picture() -> None:
    kinds = set()
    for image, rng in seeded():
        framed, strength = border(image, rng, **NEWS.edits["border"])
        kinds.add(strength.split("=")[0])
        wide, high = (framed.width - image.width) // 2, (framed.height - image.height) // 2
        assert wide + high > 0
        inner = framed.crop((wide, high, wide + image.width, high + image.height))
        assert same(inner, image)
    assert kinds == {"frame", "letterbox", "pillarbox"}


def test_inset_is_a_card_with_the_whole_picture() -> None:
    plain = Image.new("RGB", (600, 400), (200, 30, 160))
    for seed in SEEDS:
        card, strength = inset(plain, Random(seed), **NEWS.edits["inset"])
        assert max(card.size) <= 1024
        found = np.abs(np.asarray(card).astype(int) - (200, 30, 160)).max(axis=-1) < 12
        assert found.mean() == pytest.approx(float(strength), abs=0.02)
        rows, columns = (
            np.nonzero(found.mean(axis=1) > 0.3)[0],
            np.nonzero(found.mean(axis=0) > 0.3)[0],
        )
        inner = (columns[-1] - columns[0] + 1) / (rows[-1] - rows[0] + 1)
        assert inner == pytest.approx(1.5, rel=0.02)
        assert rows[0] > 0.05 * card.height
        assert columns[0] > 0


def test_inset_of_a_tall_and_of_a_small_picture() -> None:
    for image, rng in seeded((426, 640), (120, 90)):
        card, strength = inset(image, rng, **NEWS.edits["inset"])
        assert 0.35 <= float(strength) <= 0.60
        assert max(card.size) <= 1024


def test_jpeg_and_other_formats(tmp_path: Path) -> None:
    seen = set()
    for seed in SEEDS:
        encoding, strength = jpeg(Random(seed), **NEWS.edits["jpeg"])
        assert encoding.extension == "jpg"
        assert 25 <= int(strength) <= 85
        encoding, strength = other_format(Random(seed), **NEWS.edits["format"])
        seen.add(encoding.extension)
        for mode in ("RGB", "L"):
            path = tmp_path / f"{mode}.{encoding.extension}"
            encoding.save(picture(mode=mode), path)
            error = np.abs(
                read_rgb(path).astype(int) - np.asarray(picture(mode=mode).convert("RGB"))
            )
            assert error.mean() < 8
        assert strength.partition("=")[0] == encoding.extension
    assert seen == {"png", "gif", "webp"}


def test_a_chain_is_written_down_in_order() -> None:
    image, encoding, edit = apply_chain(
        picture(), of_news("mirror", "watermark", "resize", "jpeg"), Random
    )
    names = [link.split(":")[0] for link in edit.split("+")]
    assert names == ["mirror", "watermark", "resize", "jpeg"]
    assert f"jpeg:{encoding.options['quality']}" == edit.split("+")[-1]
    assert image.width < 640


def test_an_empty_chain_is_the_photograph_as_first_published() -> None:
    image, encoding, edit = apply_chain(picture(), {}, Random)
    assert same(image, picture())
    assert (encoding, edit) == (FIRST_PUBLISHED, "")


def test_one_edit_does_not_shift_the_draws_of_another() -> None:
    _, _, alone = apply_chain(picture(), of_news("resize"), Random)
    _, _, second = apply_chain(picture(), of_news("mirror", "resize"), Random)
    assert second == f"mirror+{alone}"


@pytest.mark.parametrize("size", [(64, 64), (1024, 64), (64, 1024)])
@pytest.mark.parametrize("level", LEVELS.values(), ids=LEVELS)
def test_every_chain_can_be_made_of_small_and_of_long_pictures(
    level: Level, size: tuple[int, int], tmp_path: Path
) -> None:
    making = Making(level)
    image, beside = picture(size), picture()
    planned = plan_images(
        [Photograph("q", "q", str(n), "", frozenset(), "") for n in range(12)], making
    )
    for number, one in enumerate(planned):
        edits = {family: level.strengths(family) for family in one.families}

        def draw(family: str, number: int = number) -> Random:
            return Random(f"{number}/{family}")

        made, encoding, edit = apply_chain(image, edits, draw, beside)
        encoding.save(made, tmp_path / f"copy.{encoding.extension}")
        assert min(made.size) >= 4, edit
        assert max(made.size) <= 1024 * 1.3, edit


def test_what_no_shape_fits_is_cut_to_the_nearest() -> None:
    strip = picture((900, 60))
    assert possible_aspects(strip.size, ((0.6, 0.9),)) == []
    cut, strength = aspect(strip, Random(0), kept=((0.6, 0.9),))
    assert (cut.size, strength) == ((120, 60), "2x1")
