"""What speaks for a hypothesis and against it: pictures, residuals, overlap, bystanders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.distance.local.hypotheses import Hypothesis, Look
from dupeval.distance.local.models import affine_residuals, homography_residuals, project
from dupeval.distance.local.parallax import smooth_residual
from dupeval.distance.local.photometric import Map, Overlap, local_correlation, overlap

# Standard deviation of the smoothing of both pictures, in pixels of the coarser one.
SMOOTHING = 1.0
# The overlap's side has so many boxes, each of so many pixels at least.
BOXES, SMALLEST_BOX = 12, 5
# Fewer textured pixels say nothing.
LEAST_TEXTURED = 64
# What the side of an overlap of two whole pictures of 512 pixels is about.
WHOLE_SIDE = 384.0


@dataclass(frozen=True)
class Evidence:
    """What is measured of a hypothesis.

    Attributes
    ----------
    n_inliers, n_matches : int
    upper, median, quartile, decile : float
        Of the local correlation over the textured part of the overlap: the 75th, 50th, 25th and
        10th percentile, in -1..1; of negatives with the sign turned.
    parallax : float
        Size of the smooth part of the residuals, in pixels of a picture of 512.
    share : float
        How much of the smaller picture is in the overlap, in 0..1.
    whole : float
        And of the larger one.
    halo : float
        Matches at one to four times the limit from the model, for each inlier.
    look : {"fine", "inverted", "relief", "coarse"}
    similar : int, optional
        See `Hypothesis`.
    enlarged : float, default 1
        How much the smaller original was enlarged, at least 1.
    """

    n_inliers: int
    n_matches: int
    upper: float
    median: float
    quartile: float
    decile: float
    parallax: float
    share: float
    whole: float
    halo: float
    look: Look
    similar: int | None = None
    enlarged: float = 1.0

    @property
    def agreement(self) -> float:
        """The share of matches that are inliers."""
        return self.n_inliers / max(1, self.n_matches)


@dataclass(frozen=True, eq=False)
class Laid:
    """The pictures of a hypothesis, laid on each other.

    Attributes
    ----------
    overlap : Overlap
    correlation : ndarray of float32, shape (height, width)
    textured : ndarray of bool, shape (height, width)
        Where the correlation counts.
    points, residuals : ndarray of float64, shape (n_inliers, 2)
        Where the inliers are in b, and what the refitted model leaves of them, in pixels of b.
    """

    overlap: Overlap
    correlation: Map
    textured: npt.NDArray[np.bool_]
    points: npt.NDArray[np.float64]
    residuals: npt.NDArray[np.float64]


def lay(hypothesis: Hypothesis) -> Laid | None:
    """Lay the pictures of a hypothesis on each other; None where they share next to nothing."""
    shared = overlap(hypothesis.a, hypothesis.b, hypothesis.model.matrix, SMOOTHING)
    if shared is None:
        return None
    box = max(SMALLEST_BOX, round(np.sqrt(shared.n_pixels) / BOXES)) | 1
    correlation, textured = local_correlation(shared.a, shared.b, shared.mask, box)
    if hypothesis.look == "inverted":
        correlation = -correlation
    inliers = hypothesis.matches.only(hypothesis.model.inliers)
    left = (
        homography_residuals(inliers)
        if hypothesis.similar is not None
        else affine_residuals(inliers)
    )
    return Laid(shared, correlation, textured, inliers.b.astype(np.float64), left)


def measure(hypothesis: Hypothesis, laid: Laid, enlarged: float) -> Evidence:
    """Measure what speaks for a hypothesis and against it.

    Parameters
    ----------
    hypothesis : Hypothesis
    laid : Laid
        Its pictures.
    enlarged : float
        How much the smaller original was enlarged, at least 1: so much larger are the errors of
        its key points.
    """
    zoom = laid.overlap.zoom
    size = smooth_residual(laid.points * zoom, laid.residuals * zoom)
    upper, median, quartile, decile = _percentiles(laid.correlation[laid.textured])
    return Evidence(
        n_inliers=hypothesis.model.n_inliers,
        n_matches=len(hypothesis.matches),
        upper=upper,
        median=median,
        quartile=quartile,
        decile=decile,
        parallax=float(size * WHOLE_SIDE / np.sqrt(laid.overlap.n_pixels) / enlarged),
        share=laid.overlap.share,
        whole=laid.overlap.whole,
        halo=_halo(hypothesis),
        look=hypothesis.look,
        similar=hypothesis.similar,
        enlarged=enlarged,
    )


def _percentiles(values: npt.NDArray[np.float32]) -> list[float]:
    n = len(values)
    if n < LEAST_TEXTURED:
        return [0.0] * 4
    places = [3 * n // 4, n // 2, n // 4, n // 10]
    found: list[float] = np.partition(values, places)[places].tolist()
    return found


def _halo(hypothesis: Hypothesis) -> float:
    matches, model = hypothesis.matches, hypothesis.model
    off = np.linalg.norm(project(model.matrix, matches.a) - matches.b, axis=1)
    near = (off > hypothesis.limit) & (off <= 4 * hypothesis.limit)
    return float(near.sum() / max(1, model.n_inliers))
