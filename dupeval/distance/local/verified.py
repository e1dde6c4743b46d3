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
from dupeval.distance.explanation import Explanation
from dupeval.distance.local.acceptance import can_be_true
from dupeval.distance.local.evidence import Evidence, lay, measure
from dupeval.distance.local.explained import Explained, explanation
from dupeval.distance.local.hypotheses import (
    Look,
    Pass,
    Picture,
    perspective,
    similarities,
)
from dupeval.distance.local.keypoints import (
    Grey,
    detect,
    read_grey,
    reduced,
    relief,
    root_sift,
    versions,
)
from dupeval.store import Tensors
from dupeval.strict import STRICT

# Of relief and of what is much blurred, at half the size, there are no more key points.
ROUGH_POINTS, ROUGH_LIMIT = 600, 3.0
EDGES, BLUR, REDUCED = 2.0, 4.0, 2
# Fewer agreeing matches come about by chance.
LEAST, LEAST_ROUGH = 5, 8
# So much leaves no doubt: nothing further is tried.
ENOUGH, PLENTY = 0.8, 30
# Halves of the factors: the parallax, of blurred pictures too, and the share of the smaller picture
# from which nothing is taken off.
PARALLAX, PARALLAX_COARSE, SHARE = 0.35, 0.8, 0.5
# Matches that must agree where most of a picture may be covered, and the shares of them from which
# that counts, and counts wholly.
COVERED, AGREEMENT = 40, (0.8, 0.9)
# Matches agree less than this where something moved, which takes at most so much off; a 10th
# percentile of the correlation so far below 0 says that some places are not alike at all.
MOVED_AGREEMENT, UNLIKE, MOST_MOVED = (0.65, 0.85), 0.2, 0.8
# What next to nothing of the larger picture takes off: of two photographs that a collage shows, the
# one with more of it must be nearer, and crops and insets must stay near.
PART = 0.15
# Of copies the halo is below .05.
HALO, HALO_WIDTH = 0.3, 0.4


@plain_dataclass(frozen=True, eq=False)
class Prepared:
    """An image as it is compared.

    Attributes
    ----------
    pictures : mapping of str to Picture
        ``fine``, ``relief``, ``coarse``.
    enlarged : float
        How much its original was enlarged, at least 1.
    """

    pictures: Mapping[str, Picture]
    enlarged: float

    def of(self, look: Look) -> Picture:
        """Return what is looked at."""
        return self.pictures["fine" if look == "inverted" else look]


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
    mirror, inversion, homography, relief, coarse : bool, default True
        Whether it is tried that one image is a mirror image, a negative or a perspective view of
        the other, that only where something goes on is the same, or only what is left when much
        blurred.
    photometric, covered, moved, parallax, overlap, whole, halo : bool, default True
        Whether counts: the correlation of what is laid on each other, that something may cover
        more than half of it, that what is not alike there matches elsewhere, residuals that vary
        slowly, how much is shared of the smaller picture, and of the larger one, matches that
        nearly agree.
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
    relief: bool = True
    coarse: bool = True
    photometric: bool = True
    covered: bool = True
    moved: bool = True
    parallax: bool = True
    overlap: bool = True
    whole: bool = True
    halo: bool = True

    largest: ClassVar[float] = 1.0

    @property
    def features_key(self) -> Mapping[str, Any]:
        """See `PairScore.features_key`."""
        own = ("side", "n_points", "contrast", "edge")
        return {
            "features": "key points, fine, of the relief, coarse",
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
        for look, picture in _pictures(grey).items():
            n = self.n_points if look == "fine" else ROUGH_POINTS
            for part, values in detect(picture, n, self.contrast, self.edge).items():
                found[f"{look}_{part}"] = values
        return found

    def prepared(self, features: Tensors) -> Prepared:
        """See `PairScore.prepared`."""
        pictures = {
            look: Picture(
                picture, root_sift(features[f"{look}_points"], features[f"{look}_descriptors"])
            )
            for look, picture in _pictures(features["grey"]).items()
        }
        return Prepared(pictures, max(1.0, float(features["scale"][0])))

    def distance(self, a: Prepared, b: Prepared) -> float:
        """See `PairScore.distance`: 1 less the best hypothesis' score."""
        return 1.0 - max((found.score for found in self._explained(a, b)), default=0.0)

    def best(self, a: Prepared, b: Prepared) -> Explained | None:
        """Return what the distance of two images rests on; None where nothing was found."""
        return max(self._explained(a, b), key=lambda found: found.score, default=None)

    def explain(self, a: Prepared, b: Prepared) -> Explanation:
        """See `PairScore.explain`: the aligned overlap, its correlation, the residuals."""
        found = self.best(a, b)
        if found is None:
            pictures = (a.pictures["fine"].grey, b.pictures["fine"].grey)
            return Explanation("score 0.00: no way was found to lay one on the other", *pictures)
        return explanation(found)

    def score(self, found: Evidence) -> float:
        """Return the product of the factors that count, in 0..1."""
        score = 1.0
        if self.photometric:
            score *= self._alike(found)
        if self.moved:
            score *= 1 - MOST_MOVED * _moved(found)
        if self.parallax:
            half = PARALLAX_COARSE if found.look == "coarse" else PARALLAX
            score /= 1 + (found.parallax / half) ** 2
        if self.overlap:
            score *= min(1.0, found.share / SHARE)
        if self.whole:
            score *= 1 - PART * (1 - found.whole)
        if self.halo:
            score /= 1 + (max(0.0, found.halo - HALO) / HALO_WIDTH) ** 2
        return score

    def _alike(self, found: Evidence) -> float:
        """Return how alike the pictures are, in 0..1.

        Half of what is laid on each other must be the same, and of a model that bends more. A
        quarter is enough where nearly all matches agree: then something lies on one picture.
        """
        middle = found.median
        if found.similar is not None:
            middle = (found.median + found.quartile) / 2
        if not self.covered or found.n_inliers < COVERED:
            return max(0.0, middle)
        agree = (found.agreement - AGREEMENT[0]) / (AGREEMENT[1] - AGREEMENT[0])
        return max(0.0, middle, found.upper * min(1.0, agree))

    def _explained(self, a: Prepared, b: Prepared) -> Iterator[Explained]:
        """Yield the hypotheses that can be true, look after look while there is doubt.

        Of the relief there are fewer key points, and of another viewpoint they tell less: what
        plenty of fine ones told holds there too.
        """
        best, most, told = 0.0, 0, np.inf
        for how in self._passes():
            pointless = how.look in ("inverted", "coarse") and most >= PLENTY
            if best >= ENOUGH or pointless:
                continue
            parallax = 0.0 if np.isinf(told) or how.look == "fine" else told
            for found in self._of_pass(a, b, how, parallax):
                n_inliers = found.evidence.n_inliers
                if how.look in ("fine", "inverted"):
                    most = max(most, n_inliers)
                if how.look == "fine" and n_inliers >= PLENTY:
                    told = min(told, found.evidence.parallax)
                if can_be_true(found.evidence):
                    best = max(best, found.score)
                    yield found

    def _of_pass(self, a: Prepared, b: Prepared, how: Pass, parallax: float) -> Iterator[Explained]:
        enlarged = max(a.enlarged, b.enlarged)
        for similar in similarities(a.of(how.look), b.of(how.look), how):
            bends = self.homography and how.look != "coarse"
            for hypothesis in (similar, perspective(similar) if bends else None):
                laid = None if hypothesis is None else lay(hypothesis)
                if hypothesis is None or laid is None:
                    continue
                evidence = measure(hypothesis, laid, enlarged)
                evidence = replace(evidence, parallax=max(evidence.parallax, parallax))
                yield Explained(self.score(evidence), hypothesis, evidence, laid)

    def _passes(self) -> Iterator[Pass]:
        yield Pass("fine", self.ratio, self.limit, self.mirror, LEAST)
        if self.inversion:
            yield Pass("inverted", self.ratio, self.limit, self.mirror, LEAST_ROUGH)
        if self.relief:
            yield Pass("relief", self.ratio, ROUGH_LIMIT, self.mirror, LEAST_ROUGH)
        if self.coarse:
            yield Pass("coarse", self.ratio, ROUGH_LIMIT, self.mirror, LEAST_ROUGH)


def _moved(found: Evidence) -> float:
    """Return how sure it is that something moved between two photographs of one place, in 0..1.

    Some of what lies on each other is not alike, and matches elsewhere. What somebody laid on a
    copy matches nowhere.
    """
    least, most = MOVED_AGREEMENT
    disagree = min(1.0, max(0.0, (most - found.agreement) / (most - least)))
    return disagree * min(1.0, max(0.0, -found.decile / UNLIKE))


def _pictures(grey: Grey) -> Mapping[str, Grey]:
    return {
        "fine": grey,
        "relief": relief(grey, EDGES, BLUR, REDUCED),
        "coarse": reduced(grey, BLUR, REDUCED),
    }
