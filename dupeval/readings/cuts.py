"""The counts of every cut of every pipeline on one dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.preprocessing import StandardScaler, normalize

from dupeval.clustering import Dendrogram, Metric, pairwise_distances, truncated_distances
from dupeval.components import Components
from dupeval.metrics import pair_curve
from dupeval.readings.space import CLUSTERINGS, METRICS, Cut, Features, Reduction
from dupeval.reduction import lossless_coordinates
from dupeval.truth import Truth as KnownPairs

Vectors = npt.NDArray[np.floating]
OfMetric = Mapping[Metric, npt.NDArray[np.float64]]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Truth(NamedTuple):
    """What is true of a dataset.

    Attributes
    ----------
    labels : sequence of ndarray of int64, shape (n_images,), or of `dupeval.truth.Truth`
        Of each query.
    n_true, n_pairs : ndarray of int64, shape (n_queries,)
    """

    labels: Sequence[Ints | KnownPairs]
    n_true: Ints
    n_pairs: Ints


@dataclass(frozen=True, eq=False)
class Cuts:
    """What comes of every distinct cut of each query, in the order of merging.

    All arrays have shape (n_queries, n_steps); a query with fewer steps has places at plus
    infinity, which no threshold reaches.

    Attributes
    ----------
    thresholds : ndarray of float64
        From which on a step holds; the first of each query is minus infinity.
    tp, claimed : ndarray of int64
        True pairs that are together, and all that are.
    """

    thresholds: Floats
    tp: Ints
    claimed: Ints

    def scaled(self, factor: float) -> Cuts:
        """Return the cuts of distances that are so many times as large."""
        return Cuts(self.thresholds * factor, self.tp, self.claimed)

    def at(self, thresholds: Floats) -> tuple[Ints, Ints]:
        """Return the true and the claimed pairs at thresholds, shape (n_thresholds, n_queries)."""
        # Steps are few: counting those that have begun is faster than looking for the last.
        step = (self.thresholds <= thresholds[:, None, None]).sum(axis=2) - 1
        queries = np.arange(len(self.thresholds))
        return self.tp[queries, step], self.claimed[queries, step]


@dataclass(frozen=True, eq=False)
class Partitions:
    """Cuts by height, and what the other kinds of cut need to know of them.

    Attributes
    ----------
    heights : Cuts
    groups : ndarray of int64, shape (n_queries, n_steps)
        How many groups each step leaves.
    """

    heights: Cuts
    groups: Ints

    def cut_by(self, kind: Cut) -> Cuts:
        """Return the cuts with the thresholds of their kind."""
        heights, tp, claimed = self.heights.thresholds, self.heights.tp, self.heights.claimed
        there = heights < np.inf
        if kind == "fraction":
            top = np.where(there, heights, -np.inf).max(axis=1, keepdims=True)
            return Cuts(heights / np.where(top > 0, top, 1.0), tp, claimed)
        if kind == "groups":
            # The fewer groups, the higher the threshold.
            fewer = np.where(there, float(heights.shape[1]) - self.groups, np.inf)
            fewer[:, 0] = -np.inf
            return Cuts(fewer, tp, claimed)
        return self.heights


def trees_of(
    vectors: Vectors,
    truth: Truth,
    features: Features,
    reductions: Sequence[Reduction],
) -> Iterator[tuple[Reduction | None, dict[tuple[str, str], Partitions]]]:
    """Yield what comes of vectors, without a reduction (None) and with each one, by clustering.

    Parameters
    ----------
    vectors : ndarray of float, shape (n_images, d)
        Of all images, query after query.
    truth : Truth
    features : {"plain", "unit", "standard"}
    reductions : sequence of Reduction
    """
    ends = np.cumsum([len(own) for own in truth.labels])[:-1]
    X = _featured(np.asarray(vectors, np.float64), features)
    plain = [
        {metric: pairwise_distances(part, metric) for metric in METRICS}
        for part in np.split(X, ends)
    ]
    yield None, _trees(plain, truth)
    coordinates = lossless_coordinates(X)
    parts = np.split(coordinates, ends)
    for fit in dict.fromkeys(reduction.fit for reduction in reductions):
        wanted = [reduction.n_components for reduction in reductions if reduction.fit == fit]
        of_all = Components(coordinates) if fit == "dataset" else None
        distances: dict[int, list[OfMetric]] = {k: [] for k in wanted}
        for part in parts:
            components = of_all or Components(part)
            projected = components.project(part, whiten=False)
            # A query of few images has fewer components: all of them then.
            possible = {k: min(k, components.n_most) for k in wanted}
            found = dict(truncated_distances(projected, possible.values(), METRICS))
            for k in wanted:
                distances[k].append(found[possible[k]])
        for k in wanted:
            yield Reduction(k, fit), _trees(distances[k], truth)


def _featured(X: Floats, features: Features) -> Floats:
    if features == "unit":
        return np.asarray(normalize(X))
    if features == "standard":
        return np.asarray(StandardScaler().fit_transform(X))
    return X


def _trees(distances: Sequence[OfMetric], truth: Truth) -> dict[tuple[str, str], Partitions]:
    return {
        (linkage, metric): _tree(
            [Dendrogram.from_distances(own[metric], linkage) for own in distances], truth
        )
        for linkage, metric in CLUSTERINGS
    }


def _tree(dendrograms: Sequence[Dendrogram], truth: Truth) -> Partitions:
    shape = (len(dendrograms), max(len(own) for own in truth.labels))
    thresholds = np.full(shape, np.inf)
    tp, claimed, groups = (np.zeros(shape, np.int64) for _ in range(3))
    for q, (dendrogram, labels) in enumerate(zip(dendrograms, truth.labels, strict=True)):
        curve = pair_curve(dendrogram, labels)
        n = len(curve)
        thresholds[q, :n] = curve.thresholds
        tp[q, :n], claimed[q, :n] = curve.tp, curve.tp + curve.fp
        merged = np.searchsorted(dendrogram.heights, curve.thresholds, side="right")
        groups[q, :n] = len(labels) - merged
    return Partitions(Cuts(thresholds, tp, claimed), groups)
