"""How far apart images are, of some pairs or of all, as one thing to ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


class PairDistances(ABC):
    """The distances of the pairs of n images.

    Attributes
    ----------
    n : int
    largest : float
        The distance of pairs that were not looked at; infinite where all were.
    n_looked_at : int
    """

    n: int
    largest: float
    n_looked_at: int

    @abstractmethod
    def within(self, limit: float) -> tuple[Places, Places, Values]:
        """Return the pairs at most so far apart: their places, the smaller first, and distances.

        `limit` is below `largest`.
        """

    @abstractmethod
    def among(self, places: Places) -> Values:
        """Return the distances between some images, shape (k, k)."""


class SomePairs(PairDistances):
    """Of some pairs; the others have the largest distance.

    Parameters
    ----------
    n : int
    pairs : ndarray of int64, shape (n_pairs, 2)
        Places, the smaller first, each pair once.
    distances : ndarray of float64, shape (n_pairs,)
    largest : float
    """

    def __init__(self, n: int, pairs: Places, distances: Values, largest: float) -> None:
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        self.n, self.largest, self.n_looked_at = n, largest, len(pairs)
        self._first, self._second = pairs[order, 0], pairs[order, 1]
        self._distances = distances[order]
        self._starts = np.searchsorted(self._first, np.arange(n + 1))

    @property
    def pairs(self) -> Places:
        """The pairs that are known, shape (n_pairs, 2), the smaller place first, in order."""
        return np.stack([self._first, self._second], axis=1)

    def within(self, limit: float) -> tuple[Places, Places, Values]:
        """See `PairDistances.within`."""
        near = self._distances <= limit
        return self._first[near], self._second[near], self._distances[near]

    def among(self, places: Places) -> Values:
        """See `PairDistances.among`."""
        square = np.full((len(places), len(places)), self.largest)
        np.fill_diagonal(square, 0.0)
        place_of = {int(place): i for i, place in enumerate(places)}
        for i, place in enumerate(places.tolist()):
            for at in range(self._starts[place], self._starts[place + 1]):
                j = place_of.get(int(self._second[at]))
                if j is not None:
                    square[i, j] = square[j, i] = self._distances[at]
        return square


class AllPairs(PairDistances):
    """Of all pairs.

    Parameters
    ----------
    n : int
    condensed : ndarray of float64, shape (n * (n - 1) / 2,)
        In scipy's order.
    """

    def __init__(self, n: int, condensed: Values) -> None:
        self.n, self.largest, self.n_looked_at = n, np.inf, len(condensed)
        self._condensed = condensed
        rows = np.arange(n, dtype=np.int64)
        # Where the pairs of each row begin.
        self._starts = rows * (2 * n - rows - 1) // 2

    def within(self, limit: float) -> tuple[Places, Places, Values]:
        """See `PairDistances.within`."""
        at = np.flatnonzero(self._condensed <= limit)
        first = np.searchsorted(self._starts, at, side="right") - 1
        # The last row has no pairs, and begins where the one before it ends.
        first = np.minimum(first, self.n - 2)
        return first, at - self._starts[first] + first + 1, self._condensed[at]

    def among(self, places: Places) -> Values:
        """See `PairDistances.among`."""
        square = np.zeros((len(places), len(places)))
        left, right = np.triu_indices(len(places), 1)
        low, high = np.minimum(places[left], places[right]), np.maximum(places[left], places[right])
        square[left, right] = self._condensed[self._starts[low] + high - low - 1]
        return square + square.T


def pairs_of(n: int) -> Places:
    """Return all pairs of n places, the smaller first, in scipy's order, shape (n_pairs, 2)."""
    return np.stack(np.triu_indices(n, 1), axis=1).astype(np.int64)


def crossing(n: int, others: int) -> Places:
    """Return the pairs of each of n places with each of `others` after them."""
    first = np.repeat(np.arange(n, dtype=np.int64), others)
    return np.stack([first, np.tile(np.arange(n, n + others, dtype=np.int64), n)], axis=1)


def places(values: Sequence[int]) -> Places:
    """Return places as an array."""
    return np.array(values, np.int64)
