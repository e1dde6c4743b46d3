"""Whether one image is a copy of another: matched, laid on each other, and looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from dataclasses import dataclass as plain_dataclass
from typing import Any, ClassVar

import numpy as np
from pydantic import PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.distance.local.evidence import Evidence, Laid, lay, measure
from dupeval.distance.local.hypotheses import (
    PLENTY,
    Hypothesis,
    Pass,
    Picture,
    gains,
    perspective,
    similarities,
)
from dupeval.distance.local.keypoints import (
    detect,
    read_grey,
    reduced,
    root_sift,
    versions,
)
from dupeval.store import Tensors
from dupeval.strict import STRICT

# Of the coarse pass: blur in pixels of the whole picture, how much it is reduced then, key points,
# and how far off an inlier may be.
BLUR, REDUCED, COARSE_POINTS, COARSE_LIMIT = 4.0, 2, 600, 3.0
INVERTED_POINTS = 500
# Halves of the factors: the parallax, fine and coarse, and the share of the smaller picture from
# which nothing is taken off.
PARALLAX, PARALLAX_COARSE, SHARE = 0.4, 0.8, 0.5
# Of copies the halo is below .05.
HALO, HALO_WIDTH = 0.3, 0.4


@plain_dataclass(frozen=True, eq=False)
class Prepared:
    """An image as it is compared.

    Attributes
    ----------
    fine, coarse : Picture
    enlarged : float
        How much its original was enlarged, at least 1.
    """

    fine: Picture
    coarse: Picture
    enlarged: float


@plain_dataclass(frozen=True, eq=False)
class Explained:
    """Why a pair has the distance that it has.

    Attributes
    ----------
    score : float
        1 less the distance.
    hypothesis : Hypothesis
        The one that counts.
    evidence : Evidence
    laid : Laid
        The aligned overlap, the map of correlations, the field of residuals.
    """

    score: float
    hypothesis: Hypothesis
    evidence: Evidence
    laid: Laid


@dataclass(frozen=True, config=STRICT)
class Verified(PairScore):
    """How well one image, transformed, lies on another; each factor can be left out.

    Attributes
    ----------
    side : int, default 512
        What the longer side of each image is brought to, in pixels.
    n_points : int, default 1000
        Key points of an image, at most.
    contrast, edge : float, default .004, 15
        OpenCV's thresholds of SIFT.
    ratio : float, default .85
        See `dupeval.distance.local.matching.match`.
    limit : float, default 4
        How far off a match may be that agrees with a model, in pixels.
    mirror, inversion, homography, coarse : bool, default True
        Whether it is tried that one image is a mirror image, a negative, a perspective view of the
        other, or has its outlines only.
    photometric, parallax, overlap, halo : bool, default True
        Whether counts: the correlation of what is laid on each other, residuals that vary slowly,
        how much is shared, matches that nearly agree.
    """

    side: PositiveInt = 512
    n_points: PositiveInt = 1000
    contrast: PositiveFloat = 0.004
    edge: PositiveFloat = 15.0
    ratio: PositiveFloat = 0.85
    limit: PositiveFloat = 4.0
    mirror: bool = True
    inversion: bool = True
    homography: bool = True
    coarse: bool = True
    photometric: bool = True
    parallax: bool = True
    overlap: bool = True
    halo: bool = True

    largest: ClassVar[float] = 1.0

    @property
    def features_key(self) -> Mapping[str, Any]:
        """See `PairScore.features_key`."""
        own = ("side", "n_points", "contrast", "edge")
        return {
            "features": "key points, fine and coarse",
            **{name: getattr(self, name) for name in own},
            **versions(),
        }

    @property
    def key(self) -> Mapping[str, Any]:
        """See `PairScore.key`."""
        return {"score": "verified", **asdict(self), **versions()}

    def features(self, image: ImageHandle) -> Tensors:
        """See `PairScore.features`: grey levels and key points."""
        grey, scale = read_grey(image, self.side)
        found: dict[str, Any] = {"grey": grey, "scale": np.array([scale])}
        small = reduced(grey, BLUR, REDUCED)
        for name, picture, n in (("fine", grey, self.n_points), ("coarse", small, COARSE_POINTS)):
            for part, values in detect(picture, n, self.contrast, self.edge).items():
                found[f"{name}_{part}"] = values
        return found

    def prepared(self, features: Tensors) -> Prepared:
        """See `PairScore.prepared`."""
        grey = features["grey"]
        fine, coarse = (
            Picture(picture, root_sift(features[f"{n}_points"], features[f"{n}_descriptors"]))
            for n, picture in (("fine", grey), ("coarse", reduced(grey, BLUR, REDUCED)))
        )
        return Prepared(fine, coarse, max(1.0, float(features["scale"][0])))

    def distance(self, a: Prepared, b: Prepared) -> float:
        """See `PairScore.distance`: 1 less the best hypothesis' score."""
        scores = (self.score(evidence) for _, _, evidence in self._measured(a, b))
        return 1.0 - max(scores, default=0.0)

    def explain(self, a: Prepared, b: Prepared) -> Explained | None:
        """Return what the distance of two images rests on; None where nothing was found."""
        best: Explained | None = None
        for hypothesis, laid, evidence in self._measured(a, b):
            score = self.score(evidence)
            if best is None or score > best.score:
                best = Explained(score, hypothesis, evidence, laid)
        return best

    def score(self, found: Evidence) -> float:
        """Return the product of the factors that count, in 0..1."""
        score = 1.0
        if self.photometric:
            score *= max(0.0, found.quartile if found.planar else found.median)
        if self.parallax:
            half = PARALLAX_COARSE if found.coarse else PARALLAX
            score /= 1 + (found.parallax / half) ** 2
        if self.overlap:
            score *= min(1.0, found.share / SHARE)
        if self.halo:
            score /= 1 + (max(0.0, found.halo - HALO) / HALO_WIDTH) ** 2
        return score

    def _measured(self, a: Prepared, b: Prepared) -> Iterator[tuple[Hypothesis, Laid, Evidence]]:
        """Yield the hypotheses that can be true, with what is measured of them."""
        enlarged = max(a.enlarged, b.enlarged)
        how = Pass(self.ratio, self.limit, self.mirror)
        found = similarities(a.fine, b.fine, how)
        if self.inversion and _most(found) < PLENTY:
            negative = replace(how, inverted=True, least=15, least_share=0.5)
            found += similarities(
                _strongest(a.fine, INVERTED_POINTS), _strongest(b.fine, INVERTED_POINTS), negative
            )
        for each in found:
            yield from _looked_at(each, enlarged)
            planar = perspective(each) if self.homography else None
            if planar is not None:
                for hypothesis, laid, evidence in _looked_at(planar, enlarged):
                    gained = gains(evidence.n_inliers, each.model.n_inliers)
                    if evidence.share >= 0.9 and (gained or evidence.quartile >= 0.9):
                        yield hypothesis, laid, evidence
        if self.coarse and _most(found) < PLENTY:
            outlines = replace(how, limit=COARSE_LIMIT, least=12)
            for each in similarities(a.coarse, b.coarse, outlines):
                for hypothesis, laid, evidence in _looked_at(replace(each, coarse=True), enlarged):
                    if _coarse_is_sure(evidence):
                        yield hypothesis, laid, evidence


def _looked_at(
    hypothesis: Hypothesis, enlarged: float
) -> Iterator[tuple[Hypothesis, Laid, Evidence]]:
    laid = lay(hypothesis)
    if laid is not None:
        yield hypothesis, laid, measure(hypothesis, laid, enlarged)


def _coarse_is_sure(found: Evidence) -> bool:
    agree = found.n_inliers >= 0.4 * found.n_matches or found.quartile >= 0.6
    return found.quartile >= 0.2 and agree and found.share >= 0.5


def _most(found: list[Hypothesis]) -> int:
    return max((hypothesis.model.n_inliers for hypothesis in found), default=0)


def _strongest(picture: Picture, n: int) -> Picture:
    return Picture(picture.grey, picture.key_points.strongest(n))
