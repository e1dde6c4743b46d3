"""Image -> vector. A new representation is one new module here and one method YAML."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.dataset import ImageHandle


class Representation(ABC):
    """Turns image files into vectors of one length."""

    @property
    @abstractmethod
    def key(self) -> Mapping[str, Any]:
        """What changes a vector besides the image's bytes and the source, as JSON values."""

    @property
    def source(self) -> Representation | None:
        """Another representation that this one follows from, or None; see `from_source`."""
        return None

    def from_source(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Turn the source's vectors, shape (n, d_source), into this one's, shape (n, d)."""
        return vectors

    @property
    def mirror_image(self) -> Representation | None:
        """The same of images seen in a mirror, or None where that cannot be had."""
        return None

    @abstractmethod
    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        """Yield the vector of each image, shape (d,), in the order of `images`."""
