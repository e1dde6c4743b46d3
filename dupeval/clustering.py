"""Agglomerative clustering: the full merge tree of one query's vectors, and its cuts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from dupeval.errors import SettingsError

Linkage = Literal["single", "complete", "average", "weighted", "centroid", "median", "ward"]
Metric = Literal["euclidean", "cosine", "cityblock", "correlation"]

# Their update formulas hold for Euclidean distances only.
EUCLIDEAN_LINKAGES = ("centroid", "median", "ward")

# Coordinates whose sums are kept; fewer are summed anew for each number of them.
BLOCK = 32


def check_combination(linkage: Linkage, metric: Metric) -> None:
    """Raise SettingsError when the linkage has no meaning with the metric."""
    if linkage in EUCLIDEAN_LINKAGES and metric != "euclidean":
        others = [name for name in get_args(Linkage) if name not in EUCLIDEAN_LINKAGES]
        raise SettingsError(
            f"linkage={linkage} needs metric=euclidean, not {metric}; with metric={metric} "
            f"these linkages are possible: {', '.join(others)}"
        )


def pairwise_distances(X: npt.ArrayLike, metric: Metric) -> npt.NDArray[np.float64]:
    """Return the distances between all pairs of rows.

    Parameters
    ----------
    X : array-like of float, shape (n, d)
        One vector a row, all finite.
    metric : {"euclidean", "cosine", "cityblock", "correlation"}
        The distance. Where cosine or correlation is undefined (a vector without length, or
        without variance) it is 0 between two such vectors and 1 to any other.

    Returns
    -------
    ndarray of float64, shape (n * (n - 1) / 2,)
        In scipy's condensed order.

    Raises
    ------
    ValueError
        If `X` is not a matrix of finite numbers.
    """
    # Half a second, and a package, that who looks at a few pairs does without.
    from scipy.spatial.distance import pdist, squareform  # noqa: PLC0415

    vectors = np.asarray(X, dtype=np.float64)
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ValueError("X must be a matrix of finite numbers, one vector a row")
    if metric not in ("cosine", "correlation"):
        return pdist(vectors, metric)
    if metric == "correlation":
        constant = (vectors == vectors[:, :1]).all(axis=1)
        vectors = vectors - vectors.mean(axis=1, keepdims=True)
        vectors[constant] = 0.0  # A mean that rounds would leave them a direction.
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    # Half the squared chord is 1 - cos, without the cancellation that makes the distance of
    # equal vectors a random 1e-16. Chords to the zero vector have length 1: their half is 1/2.
    distances = pdist(directions, "sqeuclidean") / 2
    without = lengths[:, 0] == 0
    if without.any():
        distances[squareform(without[:, None] != without[None, :], checks=False)] = 1.0
    return np.minimum(distances, 2.0)


def truncated_distances(
    X: npt.ArrayLike, dimensions: Collection[int], metrics: Collection[Metric], size: int = BLOCK
) -> Iterator[tuple[int, Mapping[Metric, npt.NDArray[np.float64]]]]:
    """Yield the distances between the first k coordinates of all rows, for growing k.

    Sums over whole blocks of coordinates are made once for all k. Equal to `pairwise_distances` of
    ``X[:, :k]`` up to rounding, which depends on k alone and not on the others asked for.

    Parameters
    ----------
    X : array-like of float, shape (n, d)
        One vector a row, all finite.
    dimensions : collection of int
        The values of k, each in 1..d, in any order.
    metrics : collection of {"euclidean", "cosine", "cityblock"}
    size : int, default `BLOCK`
        Coordinates in a block.

    Yields
    ------
    k : int
        In growing order, each once.
    distances : mapping of metric to ndarray of float64, shape (n * (n - 1) / 2,)

    Raises
    ------
    ValueError
        If `X` is not a matrix of finite numbers, a k is not in 1..d, or a metric is no sum over
        coordinates.
    """
    from scipy.spatial.distance import pdist  # noqa: PLC0415

    vectors = np.asarray(X, dtype=np.float64)
    if vectors.ndim != 2 or not np.isfinite(vectors).all():
        raise ValueError("X must be a matrix of finite numbers, one vector a row")
    ordered = sorted(set(dimensions))
    if ordered and not 1 <= ordered[0] <= ordered[-1] <= vectors.shape[1]:
        raise ValueError(f"dimensions must be in 1..{vectors.shape[1]}")
    if "correlation" in metrics:
        raise ValueError("metric=correlation is no sum over coordinates")
    n = len(vectors)
    left, right = np.triu_indices(n, 1)
    squares, absolutes = np.zeros(len(left)), np.zeros(len(left))
    products = np.zeros((n, n))
    done = 0
    for k in ordered:
        while done + size <= k:
            block = vectors[:, done : done + size]
            squares += pdist(block, "sqeuclidean")
            absolutes += pdist(block, "cityblock") if "cityblock" in metrics else 0.0
            products += block @ block.T
            done += size
        rest = vectors[:, done:k]
        own = squares + pdist(rest, "sqeuclidean") if k > done else squares
        distances: dict[Metric, npt.NDArray[np.float64]] = {}
        if "euclidean" in metrics:
            distances["euclidean"] = np.sqrt(own)
        if "cosine" in metrics:
            distances["cosine"] = _cosine(products + rest @ rest.T, own, left, right)
        if "cityblock" in metrics:
            extra = pdist(rest, "cityblock") if k > done else 0.0
            distances["cityblock"] = absolutes + extra
        yield k, distances


def _cosine(
    products: npt.NDArray[np.float64],
    squares: npt.NDArray[np.float64],
    left: npt.NDArray[np.intp],
    right: npt.NDArray[np.intp],
) -> npt.NDArray[np.float64]:
    lengths = np.sqrt(np.diagonal(products))
    # One length after the other: where there is one coordinate the quotient is exactly 1 or -1.
    both = lengths[left] * lengths[right]
    cosines = np.divide(products[left, right], both, out=np.zeros_like(both), where=both > 0)
    distances: npt.NDArray[np.float64] = np.clip(1.0 - cosines, 0.0, 2.0)
    # Equal vectors, those without length too: the quotient may round to something below 1.
    distances[squares == 0] = 0.0
    return distances


@dataclass(frozen=True, eq=False)
class Dendrogram:
    """The merge tree of n observations, merges in order of height.

    Attributes
    ----------
    merges : ndarray of int64, shape (n - 1, 2)
        The two clusters each merge joins: below n an observation, n + i the i-th merge.
    heights : ndarray of float64, shape (n - 1,)
        The distance of each merge, never decreasing. Linkages that can invert (centroid, median)
        count a merge as high as the highest below it, as scipy's ``fcluster`` does.
    """

    merges: npt.NDArray[np.int64]
    heights: npt.NDArray[np.float64]

    @classmethod
    def from_vectors(
        cls, X: npt.ArrayLike, linkage: Linkage = "average", metric: Metric = "cosine"
    ) -> Self:
        """Cluster the rows of `X`, shape (n, d), n >= 1.

        Raises
        ------
        SettingsError
            If the linkage has no meaning with the metric.
        ValueError
            If `X` is not a matrix of finite numbers.
        """
        check_combination(linkage, metric)
        return cls.from_distances(pairwise_distances(X, metric), linkage)

    @classmethod
    def from_distances(cls, distances: npt.ArrayLike, linkage: Linkage = "single") -> Self:
        """Cluster observations known by their distances, in scipy's condensed order.

        With single linkage a cut at t gives the connected components of "distance <= t", and a
        distance may be infinite: no threshold joins such a pair by itself.

        Raises
        ------
        ValueError
            If `distances` is not a vector of numbers >= 0, all finite but with single linkage.
        """
        from scipy.cluster import hierarchy  # noqa: PLC0415

        condensed = np.asarray(distances, dtype=np.float64)
        endless = np.isinf(condensed)
        # NaN is not >= 0 either.
        if condensed.ndim != 1 or not (condensed >= 0).all():
            raise ValueError("distances must be one condensed vector of numbers not below 0")
        if endless.any() and linkage != "single":
            raise ValueError("infinite distances have a meaning for single linkage only")
        if condensed.size == 0:
            return cls(np.empty((0, 2), np.int64), np.empty(0))
        beyond = np.nextafter(condensed.max(initial=0.0, where=~endless), np.inf)
        tree = hierarchy.linkage(np.where(endless, beyond, condensed), linkage)
        # After an inversion only the cluster just made can be merged lower, so that the highest
        # merge so far is the highest one below.
        heights = np.maximum.accumulate(tree[:, 2])
        if endless.any():
            heights[heights >= beyond] = np.inf
        return cls(tree[:, :2].astype(np.int64), heights)

    @property
    def n_observations(self) -> int:
        """How many observations the tree joins."""
        return len(self.merges) + 1

    def cut(self, threshold: float) -> npt.NDArray[np.int64]:
        """Return the partition made by all merges of height <= `threshold`.

        Parameters
        ----------
        threshold : float
            A distance; minus infinity leaves every observation alone.

        Returns
        -------
        ndarray of int64, shape (n,)
            Labels 0, 1, ... in the order in which the clusters first appear.
        """
        n = self.n_observations
        clusters = {i: [i] for i in range(n)}
        for i in range(int(np.searchsorted(self.heights, threshold, side="right"))):
            left, right = self.merges[i]
            clusters[n + i] = clusters.pop(int(left)) + clusters.pop(int(right))
        labels = np.empty(n, np.int64)
        for label, members in enumerate(sorted(clusters.values(), key=min)):
            labels[members] = label
        return labels
