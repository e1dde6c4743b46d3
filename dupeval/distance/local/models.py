"""How one picture lies on another: transforms found by RANSAC, and which of them can be true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.distance.local.keypoints import opencv
from dupeval.distance.local.matching import Matches

Matrix = npt.NDArray[np.float64]

# RANSAC draws at most so often, and stops when it is as sure as that.
DRAWS, SURE = 2000, 0.995


@dataclass(frozen=True, eq=False)
class Model:
    """A transform of picture a onto picture b.

    Attributes
    ----------
    matrix : ndarray of float64, shape (3, 3)
        On homogeneous coordinates in pixels.
    inliers : ndarray of bool, shape (n_matches,)
        Which matches it explains.
    """

    matrix: Matrix
    inliers: npt.NDArray[np.bool_]

    @property
    def n_inliers(self) -> int:
        """How many matches it explains."""
        return int(self.inliers.sum())


def similarity(matches: Matches, limit: float, scales: tuple[float, float]) -> Model | None:
    """Find the shift, turn and scale that most matches agree on.

    Parameters
    ----------
    matches : Matches
    limit : float
        How far off a match may be, in pixels of b.
    scales : tuple of float
        The least and the most that is believed.
    """
    if len(matches) < 3:
        return None
    cv2 = opencv()
    # OpenCV seeds each of these calls alike: equal matches, equal answers.
    matrix, inliers = cv2.estimateAffinePartial2D(
        matches.a,
        matches.b,
        method=cv2.RANSAC,
        ransacReprojThreshold=limit,
        maxIters=DRAWS,
        confidence=SURE,
    )
    if matrix is None or not np.isfinite(matrix).all():
        return None
    if not scales[0] <= np.hypot(matrix[0, 0], matrix[1, 0]) <= scales[1]:
        return None
    return Model(np.vstack([matrix, [0.0, 0.0, 1.0]]), inliers[:, 0].astype(bool))


def homography(matches: Matches, limit: float) -> Model | None:
    """Find the perspective view that most matches agree on; see `similarity`."""
    if len(matches) < 5:
        return None
    cv2 = opencv()
    matrix, inliers = cv2.findHomography(
        matches.a, matches.b, cv2.RANSAC, limit, maxIters=DRAWS, confidence=SURE
    )
    if matrix is None or not np.isfinite(matrix).all():
        return None
    return Model(matrix, inliers[:, 0].astype(bool))


def affine_residuals(matches: Matches) -> npt.NDArray[np.float64]:
    """Return what the best affine transform leaves of matches, shape (n, 2), in pixels of b."""
    a = np.column_stack([matches.a.astype(np.float64), np.ones(len(matches))])
    b = matches.b.astype(np.float64)
    solution, *_ = np.linalg.lstsq(a, b, rcond=None)
    left: npt.NDArray[np.float64] = b - a @ solution
    return left


def homography_residuals(matches: Matches) -> npt.NDArray[np.float64]:
    """Return what the best perspective view leaves of matches, shape (n, 2), in pixels of b."""
    matrix, _ = opencv().findHomography(matches.a, matches.b, 0)
    if matrix is None:
        return np.zeros((len(matches), 2))
    return matches.b - project(matrix, matches.a)


def project(matrix: Matrix, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return where a transform takes points, shape (n, 2)."""
    x = np.asarray(points, np.float64)
    moved = x @ matrix[:, :2].T + matrix[:, 2]
    projected: npt.NDArray[np.float64] = moved[:, :2] / moved[:, 2:]
    return projected


def corners(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return the corners of a picture of a height and width, shape (4, 2), in turn."""
    height, width = shape[:2]
    return np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float64)


def is_flat_view(
    matrix: Matrix, shape: tuple[int, ...], anisotropy: float, corner_areas: float
) -> bool:
    """Say whether a transform is what a camera in front of a picture may do to it.

    Parameters
    ----------
    matrix : ndarray of float64, shape (3, 3)
    shape : tuple of int
        Height and width of the picture that is transformed.
    anisotropy : float
        How much more, at most, it stretches one direction than another, at the centre.
    corner_areas : float
        How much larger, at most, one corner is shown than another.
    """
    at = np.vstack([corners(shape), corners(shape).mean(axis=0)])
    depths = at @ matrix[2, :2] + matrix[2, 2]
    if not ((depths > 0).all() or (depths < 0).all()):
        return False  # Part of it lies behind the camera.
    # The Jacobian's determinant of a homography is det / depth^3.
    areas = np.abs(depths[:4]) ** -3
    moved = at[4] @ matrix[:2, :2].T + matrix[:2, 2]
    jacobian = (matrix[:2, :2] - np.outer(moved / depths[4], matrix[2, :2])) / depths[4]
    stretch = np.linalg.svd(jacobian, compute_uv=False)
    return bool(
        areas.max() <= corner_areas * areas.min()
        and stretch[1] > 0
        and stretch[0] <= anisotropy * stretch[1]
        and np.linalg.det(jacobian) > 0
    )
