"""How one picture may be a copy of another: transforms of it that matches agree on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from dupeval.distance.local.keypoints import Grey, KeyPoints
from dupeval.distance.local.matching import Matches, match
from dupeval.distance.local.models import Model, homography, is_flat_view, similarity

# What is compared: the pictures, one with the negative of the other, how much goes on where, or
# the pictures much blurred.
Look = Literal["fine", "inverted", "relief", "coarse"]

SCALES = (0.15, 6.7)


@dataclass(frozen=True, eq=False)
class Picture:
    """Grey levels and their key points."""

    grey: Grey
    key_points: KeyPoints

    def mirrored(self) -> Picture:
        """Return it as a mirror shows it."""
        return Picture(self.grey[:, ::-1], self.key_points.mirrored(self.grey.shape[1]))

    def strongest(self, n: int) -> Picture:
        """Return it with its first `n` key points."""
        return Picture(self.grey, self.key_points.strongest(n))


@dataclass(frozen=True)
class Pass:
    """One way of looking for key points in common.

    Attributes
    ----------
    look : {"fine", "inverted", "relief", "coarse"}
    ratio : float
        See `dupeval.distance.local.matching.match`.
    limit : float
        How far off an inlier may be, in pixels.
    mirror : bool
        Whether the mirror image of a is tried too.
    least : int
        The fewest inliers that count.
    """

    look: Look
    ratio: float
    limit: float
    mirror: bool
    least: int


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
    look : {"fine", "inverted", "relief", "coarse"}
        What is compared.
    mirrored : bool
        Whether it is the mirror image of a.
    similar : int, optional
        Of a perspective view: how many inliers the similarity transform has that it refines.
    """

    a: Grey
    b: Grey
    matches: Matches
    model: Model
    limit: float
    look: Look
    mirrored: bool
    similar: int | None = None


def similarities(a: Picture, b: Picture, how: Pass) -> list[Hypothesis]:
    """Return the similarity transforms of a that have inliers enough.

    Of a picture and its mirror image those stay that have at least half the inliers of the better.
    """
    found = []
    for mirrored in (False, True) if how.mirror else (False,):
        form = a.mirrored() if mirrored else a
        points = form.key_points
        matches = match(
            points.inverted() if how.look == "inverted" else points, b.key_points, how.ratio
        )
        model = similarity(matches, how.limit, SCALES)
        if model is not None and model.n_inliers >= how.least:
            found.append(
                Hypothesis(form.grey, b.grey, matches, model, how.limit, how.look, mirrored)
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
        None where there is none, or no camera before a flat picture would see it.
    """
    similar = of.model.n_inliers
    if similar < 8:
        return None
    model = homography(of.matches, of.limit)
    if model is None or not is_flat_view(model.matrix, of.a.shape, 2.5, 6.0):
        return None
    enough = max(20, 0.4 * len(of.matches), similar + 3)
    return replace(of, model=model, similar=similar) if model.n_inliers >= enough else None
