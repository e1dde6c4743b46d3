"""Vectors, and which of them are within a distance of each other."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.clustering.blocks import BLOCK, Vectors, in_parallel, slices
from dupeval.clustering.distances import Metric, pairwise_distances
from dupeval.clustering.index import pairs_by_index
from dupeval.clustering.pairs import Places, Values

# Up to so many vectors every pair is looked at: two minutes of two cores at 512 numbers each.
MOST_LOOKED_AT = 200_000


class VectorPairs:
    """Vectors to compare; see `dupeval.clustering.pairs.Compared`.

    Distances are those of `dupeval.clustering.pairwise_distances`, in float64: a product in float32
    only says which pairs need not be looked at. Of more than `MOST_LOOKED_AT` vectors the pairs are
    found through an index, which may lose some; `recall` is what was measured of it.

    Parameters
    ----------
    X : ndarray of float, shape (n, d)
        All finite.
    metric : {"euclidean", "cosine", "cityblock", "correlation"}
    """

    def __init__(self, X: npt.NDArray[Any], metric: Metric) -> None:
        self._vectors = Vectors(X, metric)
        self.recall = 1.0

    def __len__(self) -> int:
        return len(self._vectors)

    def within(self, limit: float) -> tuple[Places, Places, Values]:
        """Return the pairs at most so far apart: places, the smaller first, and distances."""
        vectors = self._vectors
        if len(self) > MOST_LOOKED_AT and vectors.is_product:
            first, second, distances, self.recall = pairs_by_index(vectors, limit)
            return first, second, distances
        tiles = [
            (rows, columns)
            for rows in slices(len(self), BLOCK)
            for columns in slices(len(self), BLOCK)
            if columns.start >= rows.start
        ]
        found = in_parallel(partial(_near_of_tile, vectors, limit=limit), tiles)
        first, second, distances = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.lexsort((second, first))
        return first[order], second[order], distances[order]

    def only(self, places: Places) -> VectorPairs:
        """Return some of them."""
        return VectorPairs(self._vectors.some(places), self._vectors.metric)

    def rows(self, places: Places) -> npt.NDArray[np.float32]:
        """Return the distances of some to all, shape (k, n)."""
        parts = in_parallel(partial(self._vectors.between, places), slices(len(self), BLOCK))
        return np.concatenate(parts, axis=1)

    def condensed(self) -> npt.NDArray[np.floating]:
        """Return the distances of all pairs, in scipy's condensed order."""
        return pairwise_distances(self._vectors.some(np.arange(len(self))), self._vectors.metric)

    def square(self) -> Values:
        """Return the distances of all pairs, shape (n, n)."""
        n = len(self)
        left, right = np.triu_indices(n, 1)
        found = np.zeros((n, n))
        found[left, right] = found[right, left] = self._vectors.of_pairs(left, right)
        return found


def _near_of_tile(
    vectors: Vectors, tile: tuple[slice, slice], limit: float
) -> tuple[Places, Places, Values]:
    rows, columns = tile
    if vectors.is_product:
        first, second = vectors.candidates(rows, columns, limit)
    else:
        # What float32 rounds is looked at again.
        most = np.nextafter(np.float32(limit), np.float32(np.inf))
        first, second = np.nonzero(vectors.between(rows, columns) <= most)
    return nearer(vectors, first + rows.start, second + columns.start, limit)


def nearer(
    vectors: Vectors, first: Places, second: Places, limit: float
) -> tuple[Places, Places, Values]:
    """Return those of some pairs that are within a distance, the smaller place first."""
    once = first < second
    first, second = first[once], second[once]
    distances = vectors.of_pairs(first, second)
    near = distances <= limit
    return first[near], second[near], distances[near]
