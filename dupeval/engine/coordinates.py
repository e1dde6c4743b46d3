"""The coordinates in which principal components are found: fewer, and no inner product lost.

Components lie in the space that the images span on which they are fitted. In a basis of it vectors
are as long as these images are many; where that is more than they were, they stay as they are.

Where neither is short - many images, and vectors of tens of thousands of numbers - components are
fitted on `LANDMARKS` of the images, spread evenly over the dataset, each only where it may be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dupeval.engine.folds import MOST_ALONE
from dupeval.reduction import Vectors, lossless_coordinates
from dupeval.scatter import Scatter

# Vectors of more numbers than this are too long for a matrix of how they scatter.
LONG = 4096
LANDMARKS = 512
# Images that are turned at once.
ROWS = 1024


@dataclass(frozen=True, eq=False)
class Coordinates:
    """The coordinates of a dataset's images.

    Attributes
    ----------
    matrix : ndarray of float64, shape (n_images, d)
        Query after query.
    ends : ndarray of int64, shape (n_queries + 1,)
        Before which row each query ends, the first after nothing.
    landmarks : ndarray of int64, shape (n_landmarks,), optional
        The rows that components are fitted on; None if all are.
    """

    matrix: npt.NDArray[np.float64]
    ends: npt.NDArray[np.int64]
    landmarks: npt.NDArray[np.int64] | None = None

    @classmethod
    def of(cls, vectors: Sequence[Vectors]) -> Coordinates:
        """Return the coordinates of the vectors of each query."""
        ends = np.cumsum([0, *map(len, vectors)])
        n, d = int(ends[-1]), vectors[0].shape[1]
        if len(vectors) <= MOST_ALONE or d <= LONG or n <= LANDMARKS:
            return cls(lossless_coordinates(np.concatenate(vectors)), ends)
        landmarks = np.linspace(0, n - 1, LANDMARKS).round().astype(np.int64)
        queries = np.searchsorted(ends, landmarks, side="right") - 1
        seen = np.stack([vectors[q][i - ends[q]] for q, i in zip(queries, landmarks, strict=True)])
        basis = np.linalg.qr(seen.astype(np.float64).T)[0]
        matrix = np.empty((n, LANDMARKS))
        for some in _batches(ends):
            rows = np.concatenate(vectors[some])
            matrix[ends[some.start] : ends[some.stop]] = rows.astype(np.float64) @ basis
        return cls(matrix, ends, landmarks)

    def of_query(self, query: int) -> npt.NDArray[np.float64]:
        """Return the coordinates of a query's images, shape (n_images, d)."""
        return self.matrix[self.ends[query] : self.ends[query + 1]]

    def scatter(self, queries: frozenset[int]) -> Scatter:
        """Return how those images of some queries scatter that components are fitted on."""
        others = set(range(len(self.ends) - 1)) - queries
        if len(others) < len(queries):
            return self._whole.without(self._of(others))
        return self._of(queries)

    @cached_property
    def _whole(self) -> Scatter:
        return Scatter.of(self._fitted(), self._origin)

    @cached_property
    def _origin(self) -> npt.NDArray[np.float64]:
        origin: npt.NDArray[np.float64] = self._fitted().mean(axis=0)
        return origin

    def _of(self, queries: Iterable[int]) -> Scatter:
        among = np.zeros(len(self.matrix), np.bool_)
        for query in queries:
            among[self.ends[query] : self.ends[query + 1]] = True
        rows = among if self.landmarks is None else self.landmarks[among[self.landmarks]]
        return Scatter.of(self.matrix[rows], self._origin)

    def _fitted(self) -> npt.NDArray[np.float64]:
        return self.matrix if self.landmarks is None else self.matrix[self.landmarks]


def _batches(ends: npt.NDArray[np.int64]) -> Iterator[slice]:
    """Yield runs of queries that have about `ROWS` images, one query at least."""
    start, n_queries = 0, len(ends) - 1
    while start < n_queries:
        stop = int(np.searchsorted(ends, ends[start] + ROWS, side="right")) - 1
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop
