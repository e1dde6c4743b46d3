"""Principal components of many vectors by how they scatter: sums that images join and leave.

A fit that leaves out a tenth of the images is what all scatter less what the tenth does: no pass
over the others, and no matrix of them. Components are exact up to rounding; squared lengths, and
with them shares of the variance, have the precision of the largest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Vectors that are squared at once.
ROWS = 4096


@dataclass(frozen=True, eq=False)
class Scatter:
    """Sums over vectors, seen from an origin near their mean.

    Attributes
    ----------
    n : int
        How many vectors.
    origin : ndarray of float64, shape (d,)
    total : ndarray of float64, shape (d,)
        The sum of the vectors less the origin.
    squares : ndarray of float64, shape (d, d)
        The sum of their outer products.
    """

    n: int
    origin: Floats
    total: Floats
    squares: Floats

    @classmethod
    def of(cls, X: npt.NDArray[np.floating], origin: Floats) -> Self:
        """Return the sums over the rows of `X`, shape (n, d)."""
        squares = np.zeros((len(origin), len(origin)))
        total = np.zeros(len(origin))
        for start in range(0, len(X), ROWS):
            rows = X[start : start + ROWS] - origin
            total += rows.sum(axis=0)
            squares += rows.T @ rows
        return cls(len(X), origin, total, squares)

    def without(self, other: Scatter) -> Scatter:
        """Return the sums over those of the vectors that are not among others of the origin."""
        return Scatter(
            *(self.n - other.n, self.origin),
            *(self.total - other.total, self.squares - other.squares),
        )

    @property
    def mean(self) -> Floats:
        """Of the vectors, shape (d,)."""
        mean: Floats = self.origin + self.total / self.n
        return mean

    @property
    def covariance(self) -> Floats:
        """Of the vectors, shape (d, d)."""
        centred = self.squares - np.outer(self.total, self.total / self.n)
        covariance: Floats = centred / (self.n - 1)
        return covariance


def principal_axes(covariance: Floats, enough: Callable[[Floats], int]) -> tuple[Floats, Floats]:
    """Return the variances along all principal axes, and the first of the axes.

    Reducing the matrix to three diagonals is most of the work, and done once: from them come all
    variances, and then as many axes as these say are needed.

    Parameters
    ----------
    covariance : ndarray of float64, shape (d, d)
        Symmetric; overwritten.
    enough : callable
        ``enough(variances)`` returns how many axes are wanted; variances fall.

    Returns
    -------
    variances : ndarray of float64, shape (d,)
        From the largest to the smallest, none below 0.
    axes : ndarray of float64, shape (n_axes, d)
        Of length 1.
    """
    # As in dupeval.clustering: not for who needs none of it.
    from scipy.linalg import eigh_tridiagonal, eigvalsh_tridiagonal, lapack  # noqa: PLC0415

    d = len(covariance)
    work = int(lapack.dsytrd_lwork(d, lower=1)[0])
    # The transposed matrix is the same one, in LAPACK's order.
    reduced, diagonal, beside, tau, _ = lapack.dsytrd(
        covariance.T, lower=1, lwork=work, overwrite_a=1
    )
    if d == 1:
        return np.maximum(diagonal, 0.0), np.ones((min(enough(diagonal), 1), 1))
    variances = np.maximum(eigvalsh_tridiagonal(diagonal, beside)[::-1], 0.0)
    n = enough(variances)
    _, found = eigh_tridiagonal(
        *(diagonal, beside), select="i", select_range=(d - n, d - 1), lapack_driver="stemr"
    )
    axes = np.asfortranarray(found[:, ::-1])
    # The reflections lie below the diagonal as those of a QR decomposition do.
    reflections = np.asfortranarray(reduced[1:, : d - 1])
    work = int(lapack.dormqr("L", "N", reflections, tau, axes[1:], -1)[1][0])
    axes[1:] = lapack.dormqr("L", "N", reflections, tau, axes[1:], work)[0]
    return variances, np.ascontiguousarray(axes.T)
