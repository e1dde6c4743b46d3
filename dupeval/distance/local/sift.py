"""How many key points of two images agree: the plain baseline of image matching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from pydantic import PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.distance.local.hypotheses import SCALES
from dupeval.distance.local.keypoints import KeyPoints, detect, read_grey, root_sift, versions
from dupeval.distance.local.matching import match
from dupeval.distance.local.models import similarity
from dupeval.store import Tensors
from dupeval.strict import STRICT


@dataclass(frozen=True, config=STRICT)
class SiftInliers(PairScore):
    """SIFT, RootSIFT, ratio test and RANSAC; the distance is 1 / (1 + inliers / `half`).

    Attributes
    ----------
    side : int, default 512
        What the longer side of each image is brought to, in pixels.
    n_points : int, default 1000
        Key points of an image, at most.
    contrast, edge : float, default .04, 10
        OpenCV's thresholds of SIFT, and its defaults.
    ratio : float, default .8
        Lowe's.
    limit : float, default 4
        How far off an inlier may be from a shift, turn and scale, in pixels.
    mirror : bool, default True
        Whether the mirror image is tried too; the more inliers count.
    half : float, default 30
        So many inliers are at distance .5.
    """

    side: PositiveInt = 512
    n_points: PositiveInt = 1000
    contrast: PositiveFloat = 0.04
    edge: PositiveFloat = 10.0
    ratio: PositiveFloat = 0.8
    limit: PositiveFloat = 4.0
    mirror: bool = True
    half: PositiveFloat = 30.0

    largest: ClassVar[float] = 1.0

    @property
    def features_key(self) -> Mapping[str, Any]:
        """See `PairScore.features_key`."""
        own = ("side", "n_points", "contrast", "edge")
        return {
            "features": "key points",
            **{name: getattr(self, name) for name in own},
            **versions(),
        }

    @property
    def key(self) -> Mapping[str, Any]:
        """See `PairScore.key`."""
        return {"score": "sift", **asdict(self), **versions()}

    def features(self, image: ImageHandle) -> Tensors:
        """See `PairScore.features`: points and descriptors."""
        grey, _ = read_grey(image, self.side)
        return detect(grey, self.n_points, self.contrast, self.edge)

    def prepared(self, features: Tensors) -> KeyPoints:
        """See `PairScore.prepared`."""
        return root_sift(features["points"], features["descriptors"])

    def distance(self, a: KeyPoints, b: KeyPoints) -> float:
        """See `PairScore.distance`."""
        # Where the mirror stands makes no difference.
        forms = [a, a.mirrored(self.side)] if self.mirror else [a]
        most = max(self._n_inliers(form, b) for form in forms)
        return 1 / (1 + most / self.half)

    def _n_inliers(self, a: KeyPoints, b: KeyPoints) -> int:
        model = similarity(match(a, b, self.ratio), self.limit, SCALES)
        return 0 if model is None else model.n_inliers
