"""How one picture may be a copy of another: as it is, mirrored, inverted, or only its outlines."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dupeval.distance.local.keypoints import Grey, KeyPoints
from dupeval.distance.local.matching import Matches, match
from dupeval.distance.local.models import Model, homography, is_flat_view, similarity

# Fewer agreeing matches than this come about by chance.
LEAST = 5
# So many leave no doubt that the pass found what there is: no other is tried.
PLENTY = 30
SCALES = (0.15, 6.7)


@dataclass(frozen=True, eq=False)
class Picture:
    """Grey levels and their key points."""

    grey: Grey
    key_points: KeyPoints

    def mirrored(self) -> Picture:
        """Return it as a mirror shows it."""
        return Picture(self.grey[:, ::-1], self.key_points.mirrored(self.grey.shape[1]))


@dataclass(frozen=True)
class Pass:
    """One way of looking for key points in common.

    Attributes
    ----------
    ratio : float
        See `dupeval.distance.local.matching.match`.
    limit : float
        How far off an inlier may be, in pixels.
    mirror : bool
        Whether the mirror image of a is tried too.
    inverted : bool, default False
        Whether b is compared with the negative of a.
    least : int, default 5
        The fewest inliers that count.
    least_share : float, default 0
        Of the matches.
    """

    ratio: float
    limit: float
    mirror: bool
    inverted: bool = False
    least: int = LEAST
    least_share: float = 0.0


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """That a transform of a, mirrored or inverted maybe, lies on b.

    Attributes
    ----------
    a, b : ndarray of uint8, shape (height, width)
        Grey levels; a as it is transformed, mirrored already.
    matches : Matches
    model : Model
    limit : float
        How far off an inlier is at most, in pixels of b.
    mirrored, inverted : bool
        What is done to a besides.
    coarse, planar : bool, default False
        Whether blurred pictures are compared; whether the model is a perspective view.
    """

    a: Grey
    b: Grey
    matches: Matches
    model: Model
    limit: float
    mirrored: bool
    inverted: bool
    coarse: bool = False
    planar: bool = False

    @property
    def agreement(self) -> float:
        """The share of matches that are inliers."""
        return self.model.n_inliers / max(1, len(self.matches))


def similarities(a: Picture, b: Picture, how: Pass) -> list[Hypothesis]:
    """Return the similarity transforms of a that have inliers enough.

    Of a picture and its mirror image those stay that have at least half the inliers of the better.
    """
    found = []
    for mirrored in (False, True) if how.mirror else (False,):
        form = a.mirrored() if mirrored else a
        points = form.key_points.inverted() if how.inverted else form.key_points
        matches = match(points, b.key_points, how.ratio)
        model = similarity(matches, how.limit, SCALES)
        if model is None or model.n_inliers < max(how.least, how.least_share * len(matches)):
            continue
        found.append(
            Hypothesis(form.grey, b.grey, matches, model, how.limit, mirrored, how.inverted)
        )
    most = max((hypothesis.model.n_inliers for hypothesis in found), default=0)
    return [hypothesis for hypothesis in found if 2 * hypothesis.model.n_inliers >= most]


def perspective(of: Hypothesis) -> Hypothesis | None:
    """Return the perspective view that explains more than a similarity transform does.

    Parameters
    ----------
    of : Hypothesis
        The similarity transform.

    Returns
    -------
    Hypothesis, optional
        None where there is none, or no camera before a flat picture would see it. Whether it has
        gained enough is seen from the pictures (`gains`).
    """
    if of.model.n_inliers < 8:
        return None
    model = homography(of.matches, of.limit)
    if model is None or not is_flat_view(model.matrix, of.a.shape, 2.5, 6.0):
        return None
    enough = max(20, 0.4 * len(of.matches), of.model.n_inliers + 3)
    return replace(of, model=model, planar=True) if model.n_inliers >= enough else None


def gains(planar: int, similar: int) -> bool:
    """Say whether a perspective view has more inliers than its freedom alone would give it."""
    return planar >= 1.25 * similar + 5
