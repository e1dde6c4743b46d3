"""Many settings: families that share their work against scikit-learn anew for every setting."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn import decomposition
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics.cluster import pair_confusion_matrix

from benchmarks.measuring import Figure, figure, ratios, seconds
from dupeval.dataset import Dataset
from dupeval.engine.answers import Answers
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.folds import Folds
from dupeval.engine.workshop import Workshop
from dupeval.method import Resources
from dupeval.method.vectors import VectorMethod
from dupeval.reduction import PCA
from dupeval.representation import Representation
from dupeval.sweep.outcome import Outcome, hidden_sets, outcomes
from dupeval.timing import Stopwatch, one_thread

ROOT = Path(__file__).resolve().parent.parent
N_QUERIES, N_THRESHOLDS = 3, 200
# F1 at every threshold, of each query while each set of queries is hidden.
Scores = dict[tuple[int, frozenset[int]], np.ndarray]


def measure(
    dataset: Dataset,
    representation: Representation,
    vectors: np.ndarray,
    cache_dir: Path,
    runs: int,
) -> list[Figure]:
    """Score some settings on some queries both ways, and time the program with its own settings."""
    few = replace(dataset, queries=dataset.queries[:N_QUERIES])
    grid = {"metric": ("euclidean", "cosine"), "n_components": (5, 15)}
    family = VectorMethod(representation, PCA(10, whiten=True), linkage="average", grid=grid)
    X = np.asarray(vectors[: len(few.images)], np.float64)
    workshop = Workshop(few, Resources(cache_dir), Stopwatch("benchmark"))
    truths = [query.truth for query in few.queries]

    def together() -> list[Outcome]:
        scored = ScoredAnswers(Answers(family, workshop), truths)
        return outcomes(scored, family.candidates, held_out=True)

    with one_thread():
        together()  # The vectors are read.
        thresholds = [_thresholds(outcome) for outcome in together()]

        def apart() -> list[Scores]:
            return [
                _plain(family.at(setting), few, X, grid)
                for setting, grid in zip(family.candidates, thresholds, strict=True)
            ]

        missed = _check(together(), apart(), thresholds)
        ours, theirs = seconds([together, apart], runs)
    name = f"{len(family.candidates)} settings with PCA, {N_QUERIES} queries, each held out"
    plain = f"scikit-learn for each setting, {N_THRESHOLDS} thresholds"
    program = "experiments/sweep.py, 372 settings"
    return [
        figure(name, "families, every threshold", "ms", [1e3 * t for t in ours]),
        figure(name, plain, "ms", [1e3 * t for t in theirs]),
        figure(name, "times faster", "x", ratios(theirs, ours)),
        figure(name, f"best mean F1 that {N_THRESHOLDS} thresholds miss, at most", "", [missed]),
        figure(program, "vectors stored, all settings computed", "s", _program(cache_dir, runs)),
        figure(program, "all settings stored", "s", _program(cache_dir, runs, anew=False)),
    ]


def _thresholds(outcome: Outcome) -> np.ndarray:
    # A little beyond the highest merge, so that none is at a threshold but for rounding.
    highest = max(curve.thresholds[-1] for curve in outcome.curves)
    return np.linspace(0, 1.01 * highest, N_THRESHOLDS)


def _plain(method: VectorMethod, dataset: Dataset, X: np.ndarray, thresholds: np.ndarray) -> Scores:
    """Fit, reduce and cluster as one does who has one setting at a time before the eyes."""
    n_queries, reduction = len(dataset.queries), method.reduction
    if reduction is None:
        raise ValueError("what is compared is PCA")
    ends = np.cumsum([len(query.images) for query in dataset.queries])[:-1]
    parts = np.split(X, ends)
    fitted: dict[frozenset[int], decomposition.PCA] = {}
    scores: Scores = {}
    for hidden in hidden_sets(Folds.each_query(n_queries), held_out=True):
        for query in range(n_queries):
            if query in hidden:
                continue
            on = frozenset(range(n_queries)) - hidden - {query}
            if on not in fitted:
                pca = decomposition.PCA(
                    reduction.n_components, whiten=reduction.whiten, svd_solver="full"
                )
                fitted[on] = pca.fit(np.concatenate([parts[i] for i in sorted(on)]))
            reduced = fitted[on].transform(parts[query])
            labels = dataset.queries[query].photographs
            scores[query, hidden] = np.array(
                [_plain_f1(method, reduced, labels, t) for t in thresholds]
            )
    return scores


def _plain_f1(
    method: VectorMethod, reduced: np.ndarray, photographs: np.ndarray, threshold: float
) -> float:
    # sklearn does not merge at the threshold itself, hence the next number above.
    clusters = AgglomerativeClustering(
        n_clusters=None,
        distance_threshold=np.nextafter(threshold, np.inf),
        metric=method.metric,
        linkage=method.linkage,
    ).fit_predict(reduced)
    (_, fp), (fn, tp) = pair_confusion_matrix(photographs, clusters)
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 1.0


def _check(together: list[Outcome], apart: list[Scores], thresholds: list[np.ndarray]) -> float:
    """Return how much of the best mean F1 the plain way misses at most, having seen both agree."""
    missed = 0.0
    for outcome, scores, grid in zip(together, apart, thresholds, strict=True):
        for query, curve in enumerate(outcome.curves):
            plain = scores[query, frozenset()]
            difference = np.abs(curve.f1[curve.steps_at(grid)] - plain).max()
            if difference > 1e-12:
                raise AssertionError(f"the two ways differ by {difference}")
            hidden = frozenset((query,))
            others = [f1 for (_, held_out), f1 in scores.items() if held_out == hidden]
            gap = outcome.held_out[query].f1 - np.mean(others, axis=0).max()
            if gap < -1e-12:
                raise AssertionError(f"a threshold of the plain way is better by {-gap}")
            missed = max(missed, gap)
    return missed


def _program(cache_dir: Path, runs: int, anew: bool = True) -> list[float]:
    times = []
    with tempfile.TemporaryDirectory() as out:
        command = [
            *(sys.executable, "experiments/sweep.py", f"cache_dir={cache_dir}", f"out_dir={out}"),
            *("progress=false", f"compute={'always' if anew else 'only_missing'}"),
        ]
        for _ in range(runs):
            start = time.perf_counter()
            subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - start)
    return times
