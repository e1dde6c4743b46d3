"""Distances of many vectors, in blocks of float32, and of single pairs of them, in float64.

Distances that are sums over products are matrix products: of directions the cosine, of vectors
less their mean the Euclidean distance. Such a product is off by a few units of float32's last
place, which is little of a large distance and much of a small one; small ones are computed anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from dupeval.clustering.distances import Metric
from dupeval.clustering.memory import check_memory, n_pairs

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
_T = TypeVar("_T")
_R = TypeVar("_R")

# Rows of a block; with as many columns it takes 4 MB.
BLOCK = 1024
# Single pairs that are computed together.
SOME = 4096
# Of the squares of two vectors, below which share their squared distance is computed anew.
NEAR = 0.01
# The relative error of one operation in float32.
UNIT = 2.0**-24


def n_cores() -> int:
    """Return on how many cores this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parallel(work: Callable[[_T], _R], parts: Iterable[_T]) -> list[_R]:
    """Return what work makes of each part, in their order, on every core.

    Linear algebra keeps to one thread each, so that what is not linear algebra gains as well, and
    so that no figure depends on how many there are.
    """
    with threadpool_limits(1), ThreadPoolExecutor(n_cores()) as pool:
        return list(pool.map(work, parts))


class Vectors:
    """Vectors, made ready to be compared by one metric.

    Parameters
    ----------
    X : ndarray of float, shape (n, d)
        All finite.
    metric : {"euclidean", "cosine", "cityblock", "correlation"}

    Raises
    ------
    ValueError
        If `X` is not a matrix of finite numbers.
    """

    def __init__(self, X: npt.NDArray[Any], metric: Metric) -> None:
        if X.ndim != 2:
            raise ValueError("X must be a matrix of finite numbers, one vector a row")
        self.metric, self._X = metric, X
        self._middle = X.mean(axis=0, dtype=np.float64) if metric == "euclidean" else 0.0
        self._ready: Floats = np.empty(X.shape, np.float32)
        self._squares: npt.NDArray[np.float64] = np.empty(len(X))
        for rows in slices(len(X), BLOCK):
            if not np.isfinite(X[rows]).all():
                raise ValueError("X must be a matrix of finite numbers, one vector a row")
            ready = self._prepared(X[rows])
            self._ready[rows] = ready
            self._squares[rows] = np.einsum("ij,ij->i", ready, ready)

    def __len__(self) -> int:
        return len(self._X)

    def _prepared(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Return vectors whose differences, or products, are what is compared."""
        vectors = rows.astype(np.float64)
        if self.metric == "euclidean":
            vectors -= self._middle
        if self.metric in ("euclidean", "cityblock"):
            return vectors
        if self.metric == "correlation":
            constant = (vectors == vectors[:, :1]).all(axis=1)
            vectors -= vectors.mean(axis=1, keepdims=True)
            vectors[constant] = 0.0  # A mean that rounds would leave them a direction.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        directions: npt.NDArray[np.float64] = np.zeros_like(vectors)
        np.divide(vectors, lengths, out=directions, where=lengths > 0)
        return directions

    @property
    def is_product(self) -> bool:
        """Whether a matrix product tells the distances."""
        return self.metric != "cityblock"

    def squared(self, rows: slice | Places, columns: slice | Places) -> Floats:
        """Return squared distances of some to others, as a matrix product has them, unclipped."""
        product: Floats = self._ready[rows] @ self._ready[columns].T
        product *= np.float32(-2)
        product += self._squares[rows].astype(np.float32)[:, None]
        product += self._squares[columns].astype(np.float32)
        return product

    def candidates(
        self, rows: slice | Places, columns: slice | Places, limit: float
    ) -> tuple[Places, Places]:
        """Return which of some may be within a distance of which of others: no fewer than are.

        Returns
        -------
        row, column : ndarray of int64
            Their numbers among the rows, and among the columns.
        """
        most = self.as_squared(limit) + self.margin
        # |a|^2 + |b|^2 - 2 a.b <= most, with as little as possible to do for each pair.
        product: Floats = self._ready[rows] @ self._ready[columns].T
        product -= (self._squares[columns] / 2).astype(np.float32)
        least = ((self._squares[rows] - most) / 2).astype(np.float32)
        at = np.flatnonzero((product >= least[:, None]).ravel())
        row, column = np.divmod(at, max(product.shape[1], 1))
        return row, column

    @cached_property
    def margin(self) -> float:
        """By how much a squared distance may be off, at most, where a product tells it."""
        d = self._ready.shape[1]
        # Of a sum of d products, of what is rounded before, and of the sums after it.
        return float((d + 16) * UNIT * 4.0 * self._squares.max(initial=0.0))

    def as_squared(self, limit: float) -> float:
        """Return the squared distance that a distance is, where a product tells distances."""
        return limit**2 if self.metric == "euclidean" else 2 * limit

    def between(self, rows: slice | Places, columns: slice | Places) -> Floats:
        """Return the distances of some to others, shape (n_rows, n_columns), in float32."""
        if not self.is_product:
            return self._cityblock(rows, columns)
        at, of = _places(rows, len(self)), _places(columns, len(self))
        if self.metric == "euclidean":
            found = self.squared(rows, columns)
            limits = NEAR * (self._squares[at][:, None] + self._squares[of]).astype(np.float32)
        else:
            # Half the square of the chord between directions, as little as is to do for each pair.
            found = (-self._ready[rows]) @ self._ready[columns].T
            found += np.float32(1)
            limits = np.full(1, NEAR, np.float32)
        near, column = np.divmod(np.flatnonzero((found < limits).ravel()), max(len(of), 1))
        if self.metric == "euclidean":
            np.sqrt(np.maximum(found, 0, out=found), out=found)
        else:
            np.clip(found, 0, 2, out=found)
            # Of two without a direction the product tells the distance to others.
            near, column = self._with_undirected(at, of, near, column)
        found[near, column] = self.of_pairs(at[near], of[column])
        return found

    def _with_undirected(
        self, at: Places, of: Places, near: Places, column: Places
    ) -> tuple[Places, Places]:
        """Add the pairs of which neither vector has a direction."""
        first, second = (
            np.flatnonzero(self._squares[at] == 0),
            np.flatnonzero(self._squares[of] == 0),
        )
        if not len(first) or not len(second):
            return near, column
        more = np.repeat(first, len(second)), np.tile(second, len(first))
        return np.concatenate([near, more[0]]), np.concatenate([column, more[1]])

    def _cityblock(self, rows: slice | Places, columns: slice | Places) -> Floats:
        from scipy.spatial.distance import cdist  # noqa: PLC0415

        return cdist(self._X[rows], self._X[columns], "cityblock").astype(np.float32)

    def of_pairs(self, first: Places, second: Places) -> npt.NDArray[np.float64]:
        """Return the distances of single pairs, as `pairwise_distances` has them."""
        found = np.empty(len(first))
        for some in slices(len(first), SOME):
            a, b = self._prepared(self._X[first[some]]), self._prepared(self._X[second[some]])
            if self.metric == "cityblock":
                found[some] = np.abs(a - b).sum(axis=1)
                continue
            squared = np.square(a - b).sum(axis=1)
            if self.metric == "euclidean":
                found[some] = np.sqrt(squared)
                continue
            one_without = (self._squares[first[some]] == 0) != (self._squares[second[some]] == 0)
            found[some] = np.where(one_without, 1.0, np.minimum(squared / 2, 2.0))
        return found

    def some(self, places: Places) -> npt.NDArray[Any]:
        """Return some of the vectors as they were given."""
        return self._X[places]


def condensed_in_blocks(X: npt.NDArray[Any], metric: Metric) -> Floats:
    """Return the distances between all pairs of many rows.

    Parameters
    ----------
    X : ndarray of float, shape (n, d)
    metric : str
        See `dupeval.clustering.pairwise_distances`.

    Returns
    -------
    ndarray of float32, shape (n * (n - 1) / 2,)
        In scipy's condensed order.

    Raises
    ------
    ValueError
        If `X` is not a matrix of finite numbers.
    SettingsError
        If they do not fit into memory.
    """
    n = len(X)
    # They, and the copy that merging them destroys.
    check_memory(n, 8, "fewer images, or only the pairs within a radius")
    vectors = Vectors(X, metric)
    found = np.empty(n_pairs(n), np.float32)

    def fill(rows: slice) -> None:
        start = rows.start * (2 * n - rows.start - 1) // 2
        for i, row in enumerate(vectors.between(rows, slice(rows.start, n))):
            found[start : start + len(row) - i - 1] = row[i + 1 :]
            start += len(row) - i - 1

    in_parallel(fill, slices(n, BLOCK // 8))
    return found


def slices(n: int, size: int) -> Iterator[slice]:
    """Yield parts of n things, `size` each."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def _places(some: slice | Places, n: int) -> Places:
    return np.arange(n)[some] if isinstance(some, slice) else some
