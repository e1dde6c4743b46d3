"""How far apart vectors are: all pairs, in scipy's condensed order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from dupeval.clustering.memory import MOST_DOUBLE
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


def pairwise_distances(X: npt.ArrayLike, metric: Metric) -> npt.NDArray[Any]:
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
    ndarray, shape (n * (n - 1) / 2,)
        In scipy's condensed order; of float64 up to `dupeval.clustering.memory.MOST_DOUBLE` rows,
        of float32 above.

    Raises
    ------
    ValueError
        If `X` is not a matrix of finite numbers.
    SettingsError
        If what they take is not free.
    """
    if len(np.asarray(X)) > MOST_DOUBLE:
        # It imports this module, for what is a metric.
        from dupeval.clustering.blocks import condensed_in_blocks  # noqa: PLC0415

        return condensed_in_blocks(np.asarray(X), metric)
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
) -> Iterator[tuple[int, Mapping[Metric, npt.NDArray[Any]]]]:
    """Yield the distances between the first k coordinates of all rows, for growing k.

    Sums over whole blocks of coordinates are made once for all k. Equal to `pairwise_distances` of
    ``X[:, :k]`` up to rounding, which depends on k alone and not on the others asked for; of more
    than `dupeval.clustering.memory.MOST_DOUBLE` rows they are those.

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
    distances : mapping of metric to ndarray, shape (n * (n - 1) / 2,)

    Raises
    ------
    ValueError
        If `X` is not a matrix of finite numbers, a k is not in 1..d, or a metric is no sum over
        coordinates.
    SettingsError
        If what they take is not free.
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
    if n > MOST_DOUBLE:
        for k in ordered:
            yield k, {metric: pairwise_distances(vectors[:, :k], metric) for metric in metrics}
        return
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
