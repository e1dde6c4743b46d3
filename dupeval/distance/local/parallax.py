"""How far matches leave a model together: what another viewpoint does and a copy does not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# How many neighbours, and how near and far they are, in pixels.
NEIGHBOURS, NEAREST, FARTHEST = 8, 8.0, 150.0
# What is looked at of very many: every place still has neighbours.
MOST = 400


def smooth_residual(points: npt.NDArray[np.floating], residuals: npt.NDArray[np.float64]) -> float:
    """Return the size of what is smooth in a field of residuals.

    With m the mean residual of each point's 8 nearest neighbours that are 8 to 150 pixels away
    it is sqrt(max(0, mean(r . m))): errors of the key points, which know nothing of each other,
    cancel, and a field that varies slowly stays.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        In pixels.
    residuals : ndarray of float64, shape (n, 2)

    Returns
    -------
    float
        In the residuals' unit; 0 where no point has neighbours.
    """
    products = agreement(points, residuals)
    return float(np.sqrt(max(0.0, products.mean()))) if len(products) else 0.0


def agreement(
    points: npt.NDArray[np.floating], residuals: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return r . m of each point that has neighbours; see `smooth_residual`."""
    step = -(-len(points) // MOST) if len(points) else 1
    points, residuals = points[::step], residuals[::step]
    differences = points[:, None] - points[None]
    apart = np.hypot(differences[..., 0], differences[..., 1])
    apart[(apart < NEAREST) | (apart > FARTHEST)] = np.inf
    k = min(NEIGHBOURS, len(points))
    nearest = np.argpartition(apart, k - 1, axis=1)[:, :k] if k else np.empty((0, 0), np.intp)
    counts = np.isfinite(np.take_along_axis(apart, nearest, axis=1))
    n = counts.sum(axis=1)
    means = (residuals[nearest] * counts[..., None]).sum(axis=1) / np.maximum(n, 1)[:, None]
    products: npt.NDArray[np.float64] = (residuals * means).sum(axis=1)
    known: npt.NDArray[np.float64] = products[n > 0]
    return known
