"""Which key point of one picture is which of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.distance.local.keypoints import KeyPoints, Points


@dataclass(frozen=True, eq=False)
class Matches:
    """Places of two pictures that look alike.

    Attributes
    ----------
    a, b : ndarray of float32, shape (n, 2)
        In pixels of each picture.
    """

    a: Points
    b: Points

    def __len__(self) -> int:
        return len(self.a)

    def only(self, which: npt.NDArray[np.bool_]) -> Matches:
        """Return some of them."""
        return Matches(self.a[which], self.b[which])


def match(a: KeyPoints, b: KeyPoints, ratio: float) -> Matches:
    """Match key points that are each other's nearest.

    Parameters
    ----------
    a, b : KeyPoints
    ratio : float
        A match must be nearer than this share of the distance to the second nearest of `b`
        (Lowe's test).
    """
    if len(a.points) < 2 or len(b.points) < 2:
        return Matches(a.points[:0], b.points[:0])
    alike = a.descriptors @ b.descriptors.T
    rows = np.arange(len(alike))
    nearest = alike.argmax(axis=1)
    best = alike[rows, nearest]
    mutual = best == alike.max(axis=0)[nearest]
    alike[rows, nearest] = -1
    second = alike.max(axis=1)
    # Of vectors of length 1 the squared distance is 2 - 2 times the inner product.
    clear = (1 - best) < ratio**2 * (1 - second)
    kept = np.flatnonzero(mutual & clear)
    return Matches(a.points[kept], b.points[nearest[kept]])
