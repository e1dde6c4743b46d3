"""Small copies of images, for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import MOST_DECODERS, ImageError, open_rgb
from dupeval.errors import DupevalError
from dupeval.figures.style import DPI

Thumbnail = npt.NDArray[np.uint8]

# Of one thumbnail: few enough for a small PDF, too many to see the difference at this size.
_COLOURS = 128


def thumbnails(images: Sequence[ImageHandle], width: float, height: float) -> list[Thumbnail]:
    """Return each image at the size it is printed, shape (rows, columns, 3).

    Parameters
    ----------
    images : sequence of ImageHandle
    width, height : float
        The box it must fit in, in inches.

    Raises
    ------
    DupevalError
        If an image cannot be decoded; the message names its file.
    """

    def small(image: ImageHandle) -> Thumbnail:
        try:
            picture = open_rgb(image.path)
        except ImageError as error:
            raise DupevalError(f"{image.path}: {error}") from None
        scale = DPI * min(width / picture.width, height / picture.height)
        # At least a pixel, however long and thin the image is.
        columns, rows = (max(1, round(scale * side)) for side in picture.size)
        return quantized(picture, columns, rows)

    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        return list(pool.map(small, images))


def quantized(picture: Image.Image, columns: int, rows: int) -> Thumbnail:
    """Return an image of so many pixels, with few enough colours for a small PDF."""
    resized = picture.resize((columns, rows), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(resized.quantize(_COLOURS).convert("RGB"))
