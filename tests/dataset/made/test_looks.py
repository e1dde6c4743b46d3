"""A photograph at a glance."""

from pathlib import Path

import numpy as np
import pytest
from fake_photographs import photograph
from own_photographs import write_hostile, write_odd
from photographs import handle
from PIL import Image, ImageOps

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import ImageError
from dupeval.dataset.made.looks import SIDE, glance, is_grey, look_at, look_at_all


def at_a_glance(image: Image.Image) -> np.ndarray:
    return glance(image.resize((SIDE, SIDE), Image.Resampling.BOX))


def squared(a: np.ndarray, b: np.ndarray) -> float:
    return float(((a - b) ** 2).sum())


def test_copies_are_near_and_other_photographs_far() -> None:
    first = photograph(1)
    copies = [
        first.resize((80, 60)),
        first.crop((8, 6, 248, 186)),
        first.point(lambda value: min(255, round(value * 1.1))),
    ]
    for copy in copies:
        assert squared(at_a_glance(first), at_a_glance(copy)) < 0.4
    others = [squared(at_a_glance(first), at_a_glance(photograph(seed))) for seed in range(2, 30)]
    assert min(others) > 0.6


def test_its_parts_have_lengths_of_one_and_of_seven_tenths_and_a_grey_blank_none() -> None:
    vector = at_a_glance(photograph(1))
    assert (vector.shape, vector.dtype) == ((4 * 4 * 8 + 8 * 8 * 3,), np.float32)
    assert np.linalg.norm(vector[:128]) == pytest.approx(1)
    assert np.linalg.norm(vector[128:]) == pytest.approx(0.7)
    assert not at_a_glance(Image.new("RGB", (64, 64), "grey")).any()


def test_the_look_in_a_mirror_is_that_of_the_mirrored_picture() -> None:
    image = photograph(3)
    seen, mirrored = (look_at(handle(one)) for one in (image, ImageOps.mirror(image)))
    np.testing.assert_allclose(seen.mirrored, mirrored.vector, atol=1e-6)


@pytest.mark.parametrize(
    ("image", "grey", "faint"),
    [
        (photograph(1), False, False),
        (photograph(1).convert("L"), True, True),
        (Image.merge("RGB", [photograph(1).convert("L")] * 3), True, True),
        (
            Image.merge(
                "RGB", [*[photograph(1).convert("L")] * 2, Image.new("L", (256, 192), 255)]
            ),
            False,
            False,
        ),
        (Image.new("RGB", (64, 64), (100, 104, 102)), False, True),
    ],
    ids=["colours", "grey", "grey as RGB", "yellow", "nearly grey"],
)
def test_whether_there_are_colours(image: Image.Image, grey: bool, faint: bool) -> None:
    look = look_at(handle(image))
    assert (look.is_grey, look.is_faint) == (grey, faint)
    assert is_grey(image.convert("RGB")) == grey


def test_the_shorter_side_is_that_of_the_picture_as_it_is_published() -> None:
    assert look_at(handle(Image.new("RGB", (64, 64)))).size == (64, 64)
    assert look_at(handle(Image.new("RGB", (2048, 128)))).size == (2048, 128)
    for size in ((63, 64), (2048, 127)):
        with pytest.raises(ImageError, match=f"{size[0]} x {size[1]} pixels; a photograph needs"):
            look_at(handle(Image.new("RGB", size)))


def test_what_cannot_be_used_is_said_and_the_others_are_looked_at(tmp_path: Path) -> None:
    expected = write_hostile(tmp_path / "source", tmp_path / "outside")
    write_odd(tmp_path / "source")
    paths = sorted((tmp_path / "source").iterdir())
    problems: list[str] = []
    looks = look_at_all([ImageHandle.of(path, path.name, "") for path in paths], problems)
    assert sum(look is None for look in looks) == len(expected) == len(problems)
    for name, fault in expected.items():
        real = name.replace("\\n", "\n")
        assert any(problem.startswith(f"{real}: {fault}") for problem in problems)
    assert {look.size for look in looks if look} == {(256, 192), (192, 256), (900, 90)}
