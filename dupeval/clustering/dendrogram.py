"""The full merge tree of observations, and its cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from dupeval.clustering.chain import CHAINED, merge_pairs
from dupeval.clustering.distances import Linkage, Metric, check_combination, pairwise_distances
from dupeval.clustering.memory import MOST_DOUBLE, check_memory, n_observations
from dupeval.clustering.tree import labels_at, tree_of


@dataclass(frozen=True, eq=False)
class Dendrogram:
    """The merge tree of n observations, merges in order of height.

    Attributes
    ----------
    merges : ndarray of int64, shape (n - 1, 2)
        The two clusters each merge joins: below n an observation, n + i the i-th merge.
    heights : ndarray of float64, shape (n - 1,)
        The distance of each merge, never decreasing. Linkages that can invert (centroid, median)
        count a merge as high as the highest below it, as scipy's ``fcluster`` does. Infinite of
        merges that no threshold makes.
    reach : float, default infinity
        Up to which thresholds it is known: where only pairs within a radius were looked at, not
        above that; see `dupeval.clustering.sparse`.
    """

    merges: npt.NDArray[np.int64]
    heights: npt.NDArray[np.float64]
    reach: float = np.inf

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

        Of more than `dupeval.clustering.memory.MOST_DOUBLE` observations all but the Euclidean
        linkages are computed in float32; see `dupeval.clustering.chain`.

        With single linkage a cut at t gives the connected components of "distance <= t", and a
        distance may be infinite: no threshold joins such a pair by itself.

        Raises
        ------
        ValueError
            If `distances` is not a vector of numbers >= 0, all finite but with single linkage.
        SettingsError
            If what it takes is not free.
        """
        condensed = np.asarray(distances)
        if condensed.dtype != np.float32:
            condensed = condensed.astype(np.float64, copy=False)
        # NaN is not >= 0 either; the least of some is NaN if one is.
        if condensed.ndim != 1 or not condensed.min(initial=0.0) >= 0:
            raise ValueError("distances must be one condensed vector of numbers not below 0")
        endless = bool(condensed.max(initial=0.0) == np.inf)
        if endless and linkage != "single":
            raise ValueError("infinite distances have a meaning for single linkage only")
        if condensed.size == 0:
            return cls(np.empty((0, 2), np.int64), np.empty(0))
        n = n_observations(condensed.size)
        merged = _many if n > MOST_DOUBLE and linkage in ("single", *CHAINED) else _few
        return cls(*merged(condensed, n, linkage, endless))

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
        return labels_at(self.merges, int(np.searchsorted(self.heights, threshold, side="right")))


def _few(
    condensed: npt.NDArray[np.floating], n: int, linkage: Linkage, endless: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    from scipy.cluster import hierarchy  # noqa: PLC0415

    check_memory(n, 16, f"other linkages than {linkage}, which take less, or fewer images")
    condensed = condensed.astype(np.float64, copy=False)
    beyond = np.inf
    if endless:
        infinite = np.isinf(condensed)
        beyond = np.nextafter(condensed.max(initial=0.0, where=~infinite), np.inf)
        condensed = np.where(infinite, beyond, condensed)
    tree = hierarchy.linkage(condensed, linkage)
    # After an inversion only the cluster just made can be merged lower, so that the highest
    # merge so far is the highest one below.
    heights = np.maximum.accumulate(tree[:, 2])
    if endless:
        heights[heights >= beyond] = np.inf
    return tree[:, :2].astype(np.int64), heights


def _many(
    condensed: npt.NDArray[np.floating], n: int, linkage: Linkage, endless: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    check_memory(n, 4, "fewer images, or only the pairs within a radius")
    own = condensed.astype(np.float32)
    beyond = np.inf
    if endless:
        beyond = np.nextafter(own.max(initial=0.0, where=np.isfinite(own)), np.float32(np.inf))
        own[own == np.inf] = beyond
    merges, heights = tree_of(n, *merge_pairs(own, n, linkage))
    heights[heights >= beyond] = np.inf
    return merges, heights
