"""Decoding and resizing images ahead of whoever consumes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import MOST_DECODERS, open_rgb

Pixels = npt.NDArray[np.uint8]
Resize = Literal["squash", "crop", "pad"]
_T = TypeVar("_T")


def read_resized(source: Path | ImageHandle, size: int, resize: Resize) -> Pixels:
    """Decode an image and bring it to `size` x `size` pixels.

    Parameters
    ----------
    source : Path or ImageHandle
    size : int
        Side of the result in pixels.
    resize : {"squash", "crop", "pad"}
        Change the aspect ratio; keep it and crop the longer side about the centre; or keep it
        and fill the shorter side with black.

    Returns
    -------
    ndarray of uint8, shape (size, size, 3)
        RGB, resampled bilinearly over the whole support of each pixel (antialiased).

    Raises
    ------
    ImageError
        See `dupeval.dataset.images.open_rgb`.
    """
    image = open_rgb(source)
    target, bilinear = (size, size), Image.Resampling.BILINEAR
    if resize == "crop":
        image = ImageOps.fit(image, target, bilinear)
    elif resize == "pad":
        # Not ImageOps.pad: it lets the shorter side of a very long image become 0.
        width, height = (max(1, round(side * size / max(image.size))) for side in image.size)
        square = Image.new("RGB", target)
        inner = image.resize((width, height), bilinear)
        square.paste(inner, ((size - width) // 2, (size - height) // 2))
        image = square
    else:
        image = image.resize(target, bilinear)
    return np.asarray(image)


def read_ahead(images: Sequence[_T], read: Callable[[_T], Pixels], ahead: int) -> Generator[Pixels]:
    """Yield ``read(image)`` for each image in order, while threads prepare the next `ahead`."""
    waiting: deque[Future[Pixels]] = deque()
    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        try:
            for image in images:
                waiting.append(pool.submit(read, image))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
