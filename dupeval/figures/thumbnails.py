"""Small copies of images, for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
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
            picture = open_rgb(image)
        except ImageError as error:
            raise DupevalError(f"{image.name}: {error}") from None
        scale = DPI * min(width / picture.width, height / picture.height)
        # At least a pixel, however long and thin the image is.
        columns, rows = (max(1, round(scale * side)) for side in picture.size)
        resized = picture.resize((columns, rows), Image.Resampling.LANCZOS, reducing_gap=3.0)
        return np.asarray(resized.quantize(_COLOURS).convert("RGB"))

    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        return list(pool.map(small, images))


def place(
    page: Axes, thumbnail: Thumbnail, x: float, y: float, frame: str, line: float = 1.2
) -> tuple[float, float]:
    """Draw a thumbnail at its printed size, and return its width and height in inches.

    Parameters
    ----------
    page : Axes
        From `dupeval.figures.style.page`.
    thumbnail : ndarray of uint8, shape (rows, columns, 3)
    x, y : float
        Its centre, in inches.
    frame : str
        The colour of the line about it.
    line : float, default 1.2
        The width of that line in points.
    """
    height, width = (side / DPI for side in thumbnail.shape[:2])
    left, bottom = x - width / 2, y - height / 2
    page.imshow(
        thumbnail,
        extent=(left, left + width, bottom, bottom + height),
        aspect="auto",
        zorder=2,
    )
    page.add_patch(
        Rectangle((left, bottom), width, height, fill=False, edgecolor=frame, lw=line, zorder=2)
    )
    return width, height


def spread(n: int, most: int) -> list[int]:
    """Return at most `most` of the places 0 ... n - 1, evenly spread, the first and last of them.

    What a picture shows of more images than it has room for.
    """
    if n <= most:
        return list(range(n))
    return sorted({round(i * (n - 1) / max(1, most - 1)) for i in range(most)})
