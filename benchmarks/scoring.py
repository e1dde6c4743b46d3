"""Every threshold of all queries: the exact curve against clustering again at each threshold."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.spatial.distance import squareform
from sklearn.cluster import AgglomerativeClustering

from benchmarks.measuring import Figure, figure, ratios, seconds
from dupeval.clustering import Dendrogram, pairwise_distances
from dupeval.dataset import Dataset
from dupeval.metrics import pair_curve


def measure(dataset: Dataset, vectors: np.ndarray, runs: int) -> list[Figure]:
    """Score all queries at every threshold at which any of their partitions changes."""
    ends = np.cumsum([len(query.images) for query in dataset.queries])[:-1]
    distances = [pairwise_distances(X, "cosine") for X in np.split(vectors, ends)]
    labels = [query.photographs for query in dataset.queries]
    thresholds = np.unique(
        np.concatenate([Dendrogram.from_distances(d, "average").heights for d in distances])
    )

    def exact() -> list[np.ndarray]:
        curves = [
            pair_curve(Dendrogram.from_distances(d, "average"), y)
            for d, y in zip(distances, labels, strict=True)
        ]
        return [curve.f1[curve.steps_at(thresholds)] for curve in curves]

    def plain() -> list[np.ndarray]:
        return [
            np.array([_plain_f1(squareform(d), y, t) for t in thresholds])
            for d, y in zip(distances, labels, strict=True)
        ]

    difference = max(np.abs(a - b).max() for a, b in zip(exact(), plain(), strict=True))
    if difference > 1e-12:
        raise AssertionError(f"the two ways differ by {difference}")
    ours, theirs = seconds([exact, plain], runs)
    name = f"scoring {len(labels)} queries at {len(thresholds)} thresholds"
    return [
        figure(name, "exact curve", "ms", [1e3 * t for t in ours]),
        figure(name, "AgglomerativeClustering at each threshold", "ms", [1e3 * t for t in theirs]),
        figure(name, "times faster", "x", ratios(theirs, ours)),
    ]


def _plain_f1(distances: np.ndarray, photographs: np.ndarray, threshold: float) -> float:
    # sklearn does not merge at the threshold itself, hence the next number above.
    clusters = AgglomerativeClustering(
        n_clusters=None,
        distance_threshold=np.nextafter(threshold, np.inf),
        metric="precomputed",
        linkage="average",
    ).fit_predict(distances)
    tp = fp = fn = 0
    for i, j in combinations(range(len(photographs)), 2):
        true, predicted = photographs[i] == photographs[j], clusters[i] == clusters[j]
        tp += true and predicted
        fp += predicted and not true
        fn += true and not predicted
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 1.0
