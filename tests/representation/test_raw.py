"""Raw pixels as a vector: its length, its values, and what its key must tell apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import ImageError
from dupeval.representation.raw import RawPixels


def saved(folder: Path, pixels: list[list[list[int]]]) -> ImageHandle:
    path = folder / "image.png"
    Image.fromarray(np.array(pixels, np.uint8)).save(path)
    return ImageHandle.of(path, path.name, "")


@pytest.mark.parametrize(
    ("size", "colour", "length"),
    [(32, "rgb", 3072), (32, "grey", 1024), (1, "rgb", 3), (1, "grey", 1), (7, "rgb", 147)],
)
def test_a_vector_has_a_value_for_each_pixel_and_channel(
    tmp_path: Path, size: int, colour: Any, length: int
) -> None:
    image = saved(tmp_path, [[[1, 2, 3]] * 9] * 5)
    (vector,) = RawPixels(size=size, colour=colour).vectors([image])
    assert vector.shape == (length,)
    assert vector.dtype == np.float32


def test_the_study_s_size_and_colour_are_the_defaults() -> None:
    assert RawPixels() == RawPixels(size=32, colour="rgb", resize="squash")


def test_values_are_the_pixels_row_by_row_with_white_as_one(tmp_path: Path) -> None:
    image = saved(tmp_path, [[[0, 51, 255], [255, 0, 102]], [[153, 204, 1], [2, 3, 4]]])
    (vector,) = RawPixels(size=2).vectors([image])
    of_255 = np.array([0, 51, 255, 255, 0, 102, 153, 204, 1, 2, 3, 4], np.float32)
    np.testing.assert_array_equal(vector, of_255 / np.float32(255))
    assert vector[:3].tolist() == [0.0, np.float32(0.2), 1.0]


def test_grey_is_the_luma_of_itu_r_601(tmp_path: Path) -> None:
    image = saved(tmp_path, [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [100, 100, 100]]])
    (vector,) = RawPixels(size=2, colour="grey").vectors([image])
    # 0.299, 0.587 and 0.114 of 255.
    expected = np.array([76, 150, 29, 100], np.float32) / np.float32(255)
    np.testing.assert_array_equal(vector, expected)


def test_the_resize_setting_is_followed(tmp_path: Path) -> None:
    image = saved(tmp_path, [[[255] * 3] * 64] * 32)
    means = {
        resize: float(next(RawPixels(size=8, resize=resize).vectors([image])).mean())
        for resize in ("squash", "crop", "pad")
    }
    # Half of a padded square is black.
    assert means == {"squash": 1.0, "crop": 1.0, "pad": 0.5}


def test_vectors_come_in_the_order_of_the_images(
    make_images: Callable[[Path, int], list[ImageHandle]], tmp_path: Path
) -> None:
    images = make_images(tmp_path, 70)
    raw = RawPixels(size=4)
    together = list(raw.vectors(images))
    assert len(together) == 70
    for image, vector in zip(images, together, strict=True):
        (alone,) = raw.vectors([image])
        np.testing.assert_array_equal(vector, alone)
    np.testing.assert_array_equal(list(raw.vectors(images[::-1])), together[::-1])


def test_an_image_that_cannot_be_decoded_is_an_image_error(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(b"")
    with pytest.raises(ImageError, match="zero bytes"):
        list(RawPixels().vectors([ImageHandle.of(path, path.name, "")]))


@pytest.mark.parametrize("setting", [{"size": 31}, {"colour": "grey"}, {"resize": "crop"}])
def test_the_key_changes_with_every_setting(setting: dict[str, Any]) -> None:
    assert RawPixels(**setting).key != RawPixels().key
    assert {**RawPixels().key, **setting} == RawPixels(**setting).key


def test_the_key_tells_the_representation_and_the_version_of_pillow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = RawPixels().key
    assert before["representation"] == "raw"
    monkeypatch.setattr("dupeval.representation.raw.version", lambda name: f"{name} 0.0.1")
    assert RawPixels().key == {**before, "pillow": "pillow 0.0.1"}


@pytest.mark.parametrize(
    "setting",
    [
        {"size": 0},
        {"size": -1},
        {"size": 1.5},
        {"size": None},
        {"colour": "gray"},
        {"colour": "RGB"},
        {"resize": "stretch"},
    ],
)
def test_a_value_that_is_not_possible_is_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        RawPixels(**setting)
    assert [error["loc"] for error in caught.value.errors()] == [tuple(setting)]


def test_an_unknown_setting_is_refused_by_name() -> None:
    with pytest.raises(ValidationError) as caught:
        RawPixels(**{"sise": 16})
    assert [(error["type"], error["loc"]) for error in caught.value.errors()] == [
        ("unexpected_keyword_argument", ("sise",))
    ]
