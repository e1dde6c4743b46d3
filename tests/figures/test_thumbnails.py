"""Small copies of images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.errors import DupevalError
from dupeval.figures.layout import thumbnails


def image(path: Path, size: tuple[int, int]) -> ImageHandle:
    Image.new("RGB", size, (200, 30, 30)).save(path)
    return ImageHandle.of(path, path.name, "")


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((400, 200), (50, 100)),  # width x height: fills the box's width
        ((200, 400), (100, 50)),
        ((4, 2), (50, 100)),  # a small one is enlarged
        ((3000, 1), (1, 100)),
        ((1, 3000), (100, 1)),
    ],
)
def test_an_image_is_made_as_large_as_its_box(
    size: tuple[int, int], shape: tuple[int, int], tmp_path: Path
) -> None:
    (thumbnail,) = thumbnails([image(tmp_path / "i.png", size)], 0.5, 0.5)
    assert thumbnail.shape == (*shape, 3)
    assert thumbnail.dtype == np.uint8
    assert np.abs(thumbnail - np.array([200.0, 30.0, 30.0])).max() <= 4


def test_they_come_in_the_order_of_the_images(tmp_path: Path) -> None:
    images = [image(tmp_path / f"{i}.png", (10 * i + 10, 10)) for i in range(12)]
    widths = [t.shape[1] / t.shape[0] for t in thumbnails(images, 1.0, 1.0)]
    assert widths == sorted(widths)


def test_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.png"
    path.write_bytes(b"no image")
    with pytest.raises(DupevalError, match=r"broken\.png: not an image that Pillow can read"):
        thumbnails([ImageHandle.of(path, "broken.png", "")], 0.5, 0.5)
