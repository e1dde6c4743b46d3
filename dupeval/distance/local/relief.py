"""How many key points of their relief two images share: quick, and enough to rule pairs out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from pydantic import PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.distance.local.keypoints import (
    KeyPoints,
    detect,
    read_grey,
    relief,
    root_sift,
    versions,
)
from dupeval.distance.local.matching import match
from dupeval.store import Tensors
from dupeval.strict import STRICT

# As `dupeval.distance.local.verified` has its relief.
EDGES, BLUR, REDUCED = 2.0, 4.0, 2


@dataclass(frozen=True, config=STRICT)
class ReliefMatches(PairScore):
    """The distance is 1 / (1 + matches / `half`); nothing is asked of where the matches are.

    The relief (see `dupeval.distance.local.keypoints.relief`) is the same for a negative or an
    embossing, and one form of it and its mirror image are all that is matched.

    Attributes
    ----------
    side : int, default 512
        What the longer side of each image is brought to, in pixels; the relief has half of it.
    n_points : int, default 200
        Key points of an image, at most.
    contrast, edge : float, default .004, 15
        OpenCV's thresholds of SIFT.
    ratio : float, default .75
        See `dupeval.distance.local.matching.match`.
    mirror : bool, default True
        Whether the mirror image is tried too; the more matches count.
    half : float, default 10
        So many matches are at distance .5.
    """

    side: PositiveInt = 512
    n_points: PositiveInt = 200
    contrast: PositiveFloat = 0.004
    edge: PositiveFloat = 15.0
    ratio: PositiveFloat = 0.75
    mirror: bool = True
    half: PositiveFloat = 10.0

    largest: ClassVar[float] = 1.0

    @property
    def features_key(self) -> Mapping[str, Any]:
        """See `PairScore.features_key`."""
        own = ("side", "n_points", "contrast", "edge")
        return {
            "features": "key points of the relief",
            **{name: getattr(self, name) for name in own},
            **versions(),
        }

    @property
    def key(self) -> Mapping[str, Any]:
        """See `PairScore.key`."""
        return {"score": "relief", **asdict(self), **versions()}

    def features(self, image: ImageHandle) -> Tensors:
        """See `PairScore.features`: points and descriptors."""
        grey, _ = read_grey(image, self.side)
        picture = relief(grey, EDGES, BLUR, REDUCED)
        return detect(picture, self.n_points, self.contrast, self.edge)

    def prepared(self, features: Tensors) -> KeyPoints:
        """See `PairScore.prepared`."""
        return root_sift(features["points"], features["descriptors"])

    def distance(self, a: KeyPoints, b: KeyPoints) -> float:
        """See `PairScore.distance`."""
        # Where the mirror stands makes no difference.
        forms = [a, a.mirrored(self.side)] if self.mirror else [a]
        most = max(len(match(form, b, self.ratio)) for form in forms)
        return 1 / (1 + most / self.half)
