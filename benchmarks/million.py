"""A million images through the index: what it finds, and what it takes.

python -m benchmarks.million [OUT] [--images N] writes an object of JSON. Recall is of all pairs of
one photograph that are within the radius: each is compared, so that it is no estimate.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np

from benchmarks.contests import RADIUS
from benchmarks.crowds import vectors_of
from dupeval.clustering.blocks import Vectors
from dupeval.clustering.pairs import ComparedPairs, Places
from dupeval.clustering.sparse import dendrogram_within
from dupeval.clustering.vectors import VectorPairs
from dupeval.files import write_results
from dupeval.metrics import pair_curve, pair_scores
from dupeval.timing import peak_memory_mb

ROOT = Path(__file__).resolve().parent.parent


def main(out: Path, n: int) -> None:
    """Find the pairs of n images, cluster them, score every threshold; write what it took."""
    X, photographs = vectors_of(n)
    told: dict[str, float] = {"n": n, "load": os.getloadavg()[0]}
    pairs = ComparedPairs(VectorPairs(X, "cosine"))
    wall, cpu = time.perf_counter(), time.process_time()
    first, second, _ = pairs.within(RADIUS)
    told |= {"pairs_wall_s": time.perf_counter() - wall, "pairs_cpu_s": time.process_time() - cpu}
    wall, cpu = time.perf_counter(), time.process_time()
    tree = dendrogram_within(pairs, RADIUS, "single")
    told |= {"tree_wall_s": time.perf_counter() - wall, "tree_cpu_s": time.process_time() - cpu}
    wall, cpu = time.perf_counter(), time.process_time()
    curve = pair_curve(tree, photographs).within_reach()
    told |= {"curve_wall_s": time.perf_counter() - wall, "curve_cpu_s": time.process_time() - cpu}
    best = int(curve.f1.argmax())
    labels = tree.cut(float(curve.thresholds[best]))
    if pair_scores(photographs, labels) != curve[best]:
        raise AssertionError("the curve is not that of its cuts")
    told |= {"best_f1": float(curve.f1[best]), "n_steps": len(curve), "n_pairs": len(first)}
    told["peak_mb"] = peak_memory_mb()
    true = _true_pairs(photographs)
    near = Vectors(X, "cosine").of_pairs(true[:, 0], true[:, 1]) <= RADIUS
    wanted = true[near] @ np.array([n, 1])
    found = np.isin(wanted, first * n + second, assume_unique=True)
    told |= {"recall_of_true_pairs": float(found.mean()), "n_true_within": len(wanted)}
    told["recall_of_sample"] = pairs.recall
    text = json.dumps(told, indent=2) + "\n"
    write_results(out, {"million.json": text.encode()})
    print(text)


def _true_pairs(photographs: Places) -> Places:
    """Return all pairs of one photograph, the smaller place first, shape (n_pairs, 2)."""
    order = np.argsort(photographs, kind="stable")
    ordered, found = photographs[order], [np.empty((0, 2), np.int64)]
    for apart in range(1, int(np.bincount(photographs).max())):
        same = np.flatnonzero(ordered[apart:] == ordered[:-apart])
        found.append(np.stack([order[same], order[same + apart]], axis=1))
    return np.concatenate(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what a million images cost.")
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "results" / "million")
    parser.add_argument("--images", type=int, default=1_000_000)
    given = parser.parse_args()
    main(given.out, given.images)
