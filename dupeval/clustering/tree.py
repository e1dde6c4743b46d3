"""Merges, as they are found, into the numbers that a tree has for its clusters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


def tree_of(n: int, first: Places, second: Places, heights: Values) -> tuple[Places, Values]:
    """Return the merges of n observations, in order of height; what nothing joins comes last.

    Parameters
    ----------
    n : int
    first, second : ndarray of int64, shape (n_merges,)
        An observation of each of the two clusters that a merge joins. A merge stands behind those
        that made its clusters, and is not lower.
    heights : ndarray of float64, shape (n_merges,)

    Returns
    -------
    merges : ndarray of int64, shape (n - 1, 2)
        See `dupeval.clustering.Dendrogram`.
    heights : ndarray of float64, shape (n - 1,)
        Infinite of merges that only make it one tree.
    """
    order = np.argsort(heights, kind="stable")
    merges = np.empty((max(n - 1, 0), 2), np.int64)
    above, cluster = list(range(n)), list(range(n))
    at = 0
    for a, b in zip(first[order].tolist(), second[order].tolist(), strict=True):
        left, right = _root(above, a), _root(above, b)
        merges[at, 0], merges[at, 1] = cluster[left], cluster[right]
        above[right] = left
        cluster[left] = n + at
        at += 1
    joined = np.full(len(merges), np.inf)
    joined[:at] = heights[order]
    roots = [cluster[i] for i in range(n) if above[i] == i]
    for i, other in enumerate(roots[1:]):
        merges[at + i] = (roots[0] if i == 0 else n + at + i - 1, other)
    return merges, joined


def _root(above: list[int], place: int) -> int:
    while above[place] != place:
        above[place] = above[above[place]]
        place = above[place]
    return place


def labels_at(merges: Places, n_made: int) -> Places:
    """Return the partition that the first merges make, labels in the order of their appearance."""
    n = len(merges) + 1
    top = list(range(n + n_made))
    made = merges[:n_made].tolist()
    for i in range(n_made - 1, -1, -1):
        left, right = made[i]
        top[left] = top[right] = top[n + i]
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(x, len(numbers)) for x in top[:n]], np.int64)
