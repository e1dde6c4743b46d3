"""Where thumbnails go so that none hides another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

Points = npt.NDArray[np.float64]


def apart(points: Points, size: Points, area: Points) -> Points:
    """Give each box a place of its own near its point.

    The area is divided into cells of a box's size, and the cells are shared out so that the sum of
    squared distances to the points is least; lines from boxes to points then hardly cross.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        Where the boxes' centres would best be.
    size : ndarray of float64, shape (2,)
        The width and height of the largest box; where n of them have no room, boxes overlap.
    area : ndarray of float64, shape (2, 2)
        The lower left and the upper right corner of where they may be.

    Returns
    -------
    ndarray of float64, shape (n, 2)
        The centres.
    """
    low, high = area
    n_cells = np.maximum(1, ((high - low) / size).astype(int))
    while n_cells.prod() < len(points):
        n_cells += 1
    axes = [low[k] + (high - low)[k] * (np.arange(n_cells[k]) + 0.5) / n_cells[k] for k in (0, 1)]
    cells = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    of_points, of_cells = linear_sum_assignment(cdist(points, cells, "sqeuclidean"))
    centres = np.empty_like(points)
    centres[of_points] = cells[of_cells]
    return centres
