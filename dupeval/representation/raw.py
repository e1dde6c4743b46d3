"""Raw pixels: the image itself, made small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.dataset import ImageHandle
from dupeval.representation import Representation
from dupeval.representation.preparation import Resize, read_ahead, read_resized
from dupeval.strict import STRICT
from dupeval.versions import version


@dataclass(frozen=True, config=STRICT)
class RawPixels(Representation):
    """Pixel values in 0..1, row by row.

    Attributes
    ----------
    size : int, default 32
        Side in pixels of the square every image is brought to.
    colour : {"rgb", "grey"}, default "rgb"
    resize : {"squash", "crop", "pad"}, default "squash"
        See `dupeval.representation.preparation.read_resized`.
    """

    size: PositiveInt = 32
    colour: Literal["rgb", "grey"] = "rgb"
    resize: Resize = "squash"

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Representation.key`."""
        return {
            "representation": "raw",
            "size": self.size,
            "colour": self.colour,
            "resize": self.resize,
            "pillow": version("pillow"),
        }

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        """Yield vectors of length size * size * (3 or 1)."""
        for pixels in read_ahead(images, self._read, ahead=32):
            yield pixels.ravel().astype(np.float32) / np.float32(255)

    def _read(self, image: ImageHandle) -> npt.NDArray[np.uint8]:
        pixels = read_resized(image, self.size, self.resize)
        if self.colour == "grey":
            return np.asarray(Image.fromarray(pixels).convert("L"))
        return pixels
