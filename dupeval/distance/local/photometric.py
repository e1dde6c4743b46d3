"""Two pictures laid on each other, and how alike they are there, place by place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.distance.local.keypoints import Grey, opencv
from dupeval.distance.local.models import Matrix, corners, project

Map = npt.NDArray[np.float32]

# Keeps the correlation of what is nearly flat near 0; grey levels to the fourth.
FLAT = 4.0
# A place is textured where the variance of either picture in its box is above this, grey levels
# squared.
TEXTURE = 9.0


@dataclass(frozen=True, eq=False)
class Overlap:
    """What two pictures share, in pixels of the coarser one.

    Attributes
    ----------
    a, b : ndarray of float32, shape (height, width)
        Grey levels, smoothed.
    mask : ndarray of bool, shape (height, width)
        Where both pictures are.
    share : float
        Of the picture that covers less: how much of it is in the overlap.
    whole : float
        Of the one that covers more.
    zoom : float
        Pixels of this frame a pixel of b; 1 where b is the coarser one.
    """

    a: Map
    b: Map
    mask: npt.NDArray[np.bool_]
    share: float
    whole: float
    zoom: float

    @property
    def n_pixels(self) -> int:
        """Of the overlap."""
        return int(self.mask.sum())


def overlap(a: Grey, b: Grey, matrix: Matrix, smoothing: float) -> Overlap | None:
    """Lay one picture on another.

    The finer one is smoothed to the scale of the coarser one and warped on it; then both are
    smoothed.

    Parameters
    ----------
    a, b : ndarray of uint8, shape (height, width)
    matrix : ndarray of float64, shape (3, 3)
        Takes pixels of a to pixels of b.
    smoothing : float
        Standard deviation in pixels of the coarser picture.

    Returns
    -------
    Overlap, optional
        None where they share next to nothing.
    """
    zoom = float(np.sqrt(_area(project(matrix, corners(a.shape))) / _area(corners(a.shape))))
    if not np.isfinite(zoom) or zoom <= 0:
        return None
    if zoom <= 1:
        found = _warped(a, b, matrix, zoom, smoothing)
        return found and Overlap(*found, zoom=1.0)
    back = np.linalg.inv(matrix).astype(np.float64, copy=False)
    found = _warped(b, a, back, 1 / zoom, smoothing)
    return found and Overlap(found[1], found[0], *found[2:], zoom=1 / zoom)


def _warped(
    finer: Grey, coarser: Grey, matrix: Matrix, scale: float, smoothing: float
) -> tuple[Map, Map, npt.NDArray[np.bool_], float, float] | None:
    cv2 = opencv()
    height, width = coarser.shape
    box = _bounding_box(matrix, finer.shape, coarser.shape)
    if box is None:
        return None
    left, top, right, bottom = box
    shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    size = (right - left, bottom - top)
    blur = 0.5 * np.sqrt(max(0.0, scale**-2 - 1))
    fine = cv2.GaussianBlur(finer, (0, 0), blur) if blur > 0.2 else finer
    warped = cv2.warpPerspective(fine, shift @ matrix, size, flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(
        np.ones(finer.shape, np.uint8), shift @ matrix, size, flags=cv2.INTER_NEAREST
    ).astype(bool)
    if inside.sum() < 64:
        return None
    part = coarser[top:bottom, left:right]
    a, b = (cv2.GaussianBlur(x.astype(np.float32), (0, 0), smoothing) for x in (warped, part))
    # Beyond the border of the finer picture there is black, which smoothing spreads.
    weight = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), smoothing)
    a = np.where(inside, a / np.maximum(weight, 1e-3), 0)
    areas = (_area(project(matrix, corners(finer.shape))), height * width)
    share, whole = (min(1.0, float(inside.sum() / of(areas))) for of in (min, max))
    return a, b, inside, share, whole


def _bounding_box(
    matrix: Matrix, finer: tuple[int, ...], coarser: tuple[int, ...]
) -> tuple[int, int, int, int] | None:
    at = project(matrix, corners(finer))
    height, width = coarser
    left, top = np.maximum(np.floor(at.min(axis=0)), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(at.max(axis=0)) + 1, [width, height]).astype(int).tolist()
    if right - left < 8 or bottom - top < 8:
        return None
    return left, top, right, bottom


def _area(polygon: npt.NDArray[np.float64]) -> float:
    x, y = polygon.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def local_correlation(
    a: Map, b: Map, mask: npt.NDArray[np.bool_], box: int
) -> tuple[Map, npt.NDArray[np.bool_]]:
    """Correlate two pictures in the box around every pixel.

    Parameters
    ----------
    a, b : ndarray of float32, shape (height, width)
        Grey levels.
    mask : ndarray of bool, shape (height, width)
        What counts of them.
    box : int
        Side of the boxes in pixels, odd.

    Returns
    -------
    ndarray of float32, shape (height, width)
        cov / sqrt(var_a var_b + 4), 0 outside of the mask.
    ndarray of bool, shape (height, width)
        Where it means something: in the mask, at least half of the box too, and either picture is
        textured.
    """
    weights = mask.astype(np.float32)
    n = _sum(weights, box)
    at_least = np.maximum(n, 1)
    # Sums of squares of what is near its mean lose nothing in single precision.
    a, b = ((x - x[mask].mean()) * weights for x in (a, b))
    mean_a, mean_b = _sum(a, box) / at_least, _sum(b, box) / at_least
    var_a = np.maximum(_sum(a * a, box) / at_least - mean_a**2, 0)
    var_b = np.maximum(_sum(b * b, box) / at_least - mean_b**2, 0)
    covariance = _sum(a * b, box) / at_least - mean_a * mean_b
    correlation = covariance / np.sqrt(var_a * var_b + FLAT) * weights
    textured = mask & (2 * n >= box * box) & (np.maximum(var_a, var_b) > TEXTURE)
    return correlation.astype(np.float32, copy=False), textured


def _sum(values: Map, box: int) -> Map:
    cv2 = opencv()
    summed: Map = cv2.boxFilter(
        values, cv2.CV_32F, (box, box), normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    return summed
