"""What tells how far apart two images are by looking at both, without a vector of either.

A new pair score is one new module here or below, and one method YAML (`dupeval.method.pairs`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from dupeval.dataset import ImageHandle
from dupeval.distance.explanation import Explanation
from dupeval.store import Tensors


class PairScore(ABC):
    """Compares images pair by pair: what it needs of an image is made once, and kept.

    Attributes
    ----------
    largest : float
        The distance of images that have nothing to do with each other: no pair has more.
    """

    largest: ClassVar[float] = 1.0

    @property
    @abstractmethod
    def features_key(self) -> Mapping[str, Any]:
        """What changes features besides the image's bytes and the source, as JSON values."""

    @property
    @abstractmethod
    def key(self) -> Mapping[str, Any]:
        """What changes a distance besides the images' bytes and the source, as JSON values."""

    @abstractmethod
    def features(self, image: ImageHandle) -> Tensors:
        """Return what is kept of an image: named arrays."""

    def prepared(self, features: Tensors) -> Any:
        """Return an image's features as they are compared: made once for many pairs, not kept."""
        return features

    @abstractmethod
    def distance(self, a: Any, b: Any) -> float:
        """Return the distance of two images, in 0..`largest`, by what `prepared` made of them.

        It may depend on which of the two comes first: who asks hands them in one order, so that
        it is the same for both.
        """

    def explain(self, a: Any, b: Any) -> Explanation | None:
        """Say what the distance of two images rests on, by what `prepared` made of them.

        None, as here, from a score that cannot.
        """
        return None
