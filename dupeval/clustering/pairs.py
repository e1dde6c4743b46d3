"""How far apart images are, of some pairs or of all, as one thing to ask."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from dupeval.clustering.memory import MOST_DOUBLE, check_pairs, n_observations, n_pairs

Places = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

# A radius is chosen so that an image has so many others within it, on average over a sample.
NEIGHBOURS = 50
SAMPLE = 200
# Distances of a sample, but those of a tenth of it in any case.
MOST_SAMPLED = 20_000_000


class Compared(Protocol):
    """What can be compared: vectors, or hashes."""

    @property
    def recall(self) -> float:
        """See `PairDistances.recall`."""

    def __len__(self) -> int: ...

    def within(self, limit: float) -> tuple[Places, Places, Values]:
        """See `PairDistances.within`."""

    def only(self, places: Places) -> Self:
        """Return some of them."""

    def rows(self, places: Places) -> npt.NDArray[np.floating]:
        """Return the distances of some to all, shape (k, n), infinite where there is none."""

    def condensed(self) -> npt.NDArray[np.floating]:
        """Return the distances of all pairs, in scipy's condensed order."""

    def square(self) -> Values:
        """Return the distances of all pairs, shape (n, n)."""


class PairDistances(ABC):
    """The distances of the pairs of n images.

    Attributes
    ----------
    n : int
    largest : float
        The distance of pairs that were not looked at; infinite where all were.
    n_looked_at : int
    recall : float
        The share of the pairs within a limit that are found, as measured; 1 where all are.
    """

    n: int
    largest: float
    n_looked_at: int
    recall: float = 1.0

    @abstractmethod
    def within(self, limit: float) -> tuple[Places, Places, Values]:
        """Return the pairs at most so far apart: their places, the smaller first, and distances.

        `limit` is below `largest`.
        """

    @abstractmethod
    def among(self, places: Places) -> Values:
        """Return the distances between some images, shape (k, k)."""

    def condensed(self, places: Places) -> npt.NDArray[np.floating]:
        """Return the distances between some images in scipy's condensed order."""
        square = self.among(places)
        rows = [row[i + 1 :] for i, row in enumerate(square)]
        return np.asarray(np.concatenate(rows), np.float64)


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

    def condensed(self, places: Places) -> npt.NDArray[np.floating]:
        """See `PairDistances.condensed`."""
        k = len(places)
        dtype = np.float64 if k <= MOST_DOUBLE else np.float32
        found: npt.NDArray[np.floating] = np.full(n_pairs(k), self.largest, dtype)
        place_of = np.full(self.n, -1)
        place_of[places] = np.arange(k)
        i, j = place_of[self._first], place_of[self._second]
        both = (i >= 0) & (j >= 0)
        low, high = np.minimum(i, j)[both], np.maximum(i, j)[both]
        found[low * (2 * k - low - 1) // 2 + high - low - 1] = self._distances[both]
        return found


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


class ComparedPairs(PairDistances):
    """Of all pairs, compared when asked for: nothing has the size of all pairs.

    Parameters
    ----------
    compared : Compared
        `dupeval.clustering.vectors.VectorPairs` or `dupeval.clustering.hashes.Hashes`.
    """

    def __init__(self, compared: Compared) -> None:
        self.n, self.largest = len(compared), np.inf
        self.n_looked_at = n_pairs(self.n)
        self._compared = compared
        self._found: tuple[float, tuple[Places, Places, Values]] | None = None

    def within(self, limit: float) -> tuple[Places, Places, Values]:
        """See `PairDistances.within`; what was found once is known for lower limits too."""
        if self._found is None or self._found[0] < limit:
            if self.n > MOST_DOUBLE:
                expected = int((self._of_sample() <= limit).sum(axis=1).mean() * self.n / 2)
                check_pairs(expected, f"within {limit:.4g} of each other")
            self._found = (limit, self._compared.within(limit))
            self.recall = self._compared.recall
        first, second, distances = self._found[1]
        if self._found[0] == limit:
            return first, second, distances
        near = distances <= limit
        return first[near], second[near], distances[near]

    def among(self, places: Places) -> Values:
        """See `PairDistances.among`."""
        return self._compared.only(places).square()

    def condensed(self, places: Places) -> npt.NDArray[np.floating]:
        """See `PairDistances.condensed`."""
        return self._compared.only(places).condensed()

    def only(self, places: Places) -> ComparedPairs:
        """Return what there is of some images."""
        return ComparedPairs(self._compared.only(places))

    def radius(self, neighbours: int = NEIGHBOURS) -> float:
        """Return within which distance an image has so many others, on average over a sample.

        The sample is evenly spaced, so that the radius is the same each time.
        """
        distances = self._of_sample()
        # Each is within any distance of itself.
        place = min(len(distances) * (neighbours + 1), distances.size) - 1
        return float(np.partition(distances.ravel(), place)[place])

    def _of_sample(self) -> npt.NDArray[np.floating]:
        """Return the distances of some, evenly spaced, to all."""
        size = min(SAMPLE, max(SAMPLE // 10, MOST_SAMPLED // self.n))
        return self._compared.rows(np.unique(np.linspace(0, self.n - 1, size).astype(np.int64)))


def among(condensed: npt.NDArray[Any], places: Places) -> npt.NDArray[Any]:
    """Return those of all distances that are between some images.

    Parameters
    ----------
    condensed : ndarray, shape (n * (n - 1) / 2,)
        In scipy's order.
    places : ndarray of int64, shape (k,)

    Returns
    -------
    ndarray, shape (k * (k - 1) / 2,)
    """
    n, k = n_observations(len(condensed)), len(places)
    found = np.empty(n_pairs(k), condensed.dtype)
    done = 0
    for i, place in enumerate(places.tolist()):
        low, high = np.minimum(place, places[i + 1 :]), np.maximum(place, places[i + 1 :])
        found[done : done + k - i - 1] = condensed[low * (2 * n - low - 1) // 2 + high - low - 1]
        done += k - i - 1
    return found


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
