"""The same work by dupeval and by what a user would pick instead: each in a process of its own.

python -m benchmarks.contests CONTEST WHO N prints one line of JSON: what it took, and a figure by
which to see that all did the same.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.crowds import hashes_of, photographs_of, predicted_of, vectors_of
from dupeval.timing import peak_memory_mb

RADIUS = 0.2
BITS = 10
# Where a clustering is made again for each threshold, so many of them are tried.
REFITS = 20


class Contestant(NamedTuple):
    """One way to do a contest's work.

    Attributes
    ----------
    name : str
    prepare : callable
        ``prepare(n)`` returns what it is given; not timed.
    work : callable
        ``work(given)`` returns the figure that all must agree on.
    most : int
        Images beyond which it takes minutes, or more memory than there is.
    """

    name: str
    prepare: Callable[[int], Any]
    work: Callable[[Any], float]
    most: int = 10**9


def _curve(given: Any) -> float:
    from dupeval.clustering import Dendrogram, pairwise_distances  # noqa: PLC0415
    from dupeval.metrics import pair_curve  # noqa: PLC0415

    tree = Dendrogram.from_distances(pairwise_distances(given.X, "cosine"), "average")
    return float(pair_curve(tree, given.photographs).f1.max())


def _refits(given: Any) -> float:
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415
    from sklearn.metrics import pairwise_distances  # noqa: PLC0415
    from sklearn.metrics.cluster import pair_confusion_matrix  # noqa: PLC0415

    distances = pairwise_distances(given.X, metric="cosine")
    best = 0.0
    for threshold in np.linspace(0.05, 1.0, REFITS):
        found = AgglomerativeClustering(
            n_clusters=None, distance_threshold=threshold, metric="precomputed", linkage="average"
        ).fit_predict(distances)
        (_, fp), (fn, tp) = pair_confusion_matrix(given.photographs, found)
        best = max(best, float(2 * tp / (2 * tp + fp + fn)))
    return best


def _near_vectors(given: Any) -> float:
    from dupeval.clustering.pairs import ComparedPairs  # noqa: PLC0415
    from dupeval.clustering.sparse import dendrogram_within  # noqa: PLC0415
    from dupeval.clustering.vectors import VectorPairs  # noqa: PLC0415
    from dupeval.metrics import pair_curve  # noqa: PLC0415

    pairs = ComparedPairs(VectorPairs(given.X, "cosine"))
    tree = dendrogram_within(pairs, RADIUS, "average")
    pair_curve(tree, given.photographs)
    return float(len(pairs.within(RADIUS)[0]))


def _faiss_vectors(given: Any) -> float:
    import faiss  # noqa: PLC0415

    X = given.X / np.linalg.norm(given.X, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(X.shape[1])
    index.add(X)
    limits, *_ = index.range_search(X, 1 - RADIUS)
    return float((limits[-1] - len(X)) / 2)


def _near_hashes(given: npt.NDArray[np.uint8]) -> float:
    from dupeval.clustering.hashes import HashPairs  # noqa: PLC0415

    return float(len(HashPairs(given).within(BITS)[0]))


def _faiss_hashes(given: npt.NDArray[np.uint8]) -> float:
    import faiss  # noqa: PLC0415

    index = faiss.IndexBinaryFlat(8 * given.shape[1])
    index.add(given)
    # It finds what is nearer than the radius.
    limits, *_ = index.range_search(given, BITS + 1)
    return float((limits[-1] - len(given)) / 2)


def _imagededup_hashes(given: dict[str, str]) -> float:
    from imagededup.methods import PHash  # noqa: PLC0415

    found = PHash(verbose=False).find_duplicates(
        encoding_map=given, max_distance_threshold=BITS, num_dist_workers=0
    )
    return sum(map(len, found.values())) / 2


def _czkawka_hashes(given: list[str]) -> float:
    from czkawka import ImageSimilarity  # noqa: PLC0415

    compare = ImageSimilarity().compare_hashes
    pairs = ((a, b) for i, a in enumerate(given) for b in given[i + 1 :])
    return float(sum(compare(a, b) <= BITS for a, b in pairs))


def _as_map(n: int) -> dict[str, str]:
    from imagededup.methods import PHash  # noqa: F401, PLC0415  (its import is not timed)

    return {f"{i}.jpg": row.tobytes().hex() for i, row in enumerate(hashes_of(n))}


def _as_base64(n: int) -> list[str]:
    import base64  # noqa: PLC0415

    return [base64.b64encode(row.tobytes()).decode().rstrip("=") for row in hashes_of(n)]


def _partitions(n: int) -> tuple[Any, Any]:
    photographs = photographs_of(n)
    return photographs, predicted_of(photographs)


def _scores(given: tuple[Any, Any]) -> float:
    from dupeval.metrics import pair_scores  # noqa: PLC0415

    return pair_scores(*given).f1


def _confusion(given: tuple[Any, Any]) -> float:
    from sklearn.metrics.cluster import pair_confusion_matrix  # noqa: PLC0415

    (_, fp), (fn, tp) = pair_confusion_matrix(*given)
    return float(2 * tp / (2 * tp + fp + fn))


def _duplicates_maps(n: int) -> tuple[Any, Any]:
    from imagededup.evaluation import evaluate  # noqa: F401, PLC0415  (its import is not timed)

    return tuple(map(_duplicates, _partitions(n)))[0:2]  # type: ignore[return-value]


def _duplicates(groups: Iterable[int]) -> dict[str, list[str]]:
    members = defaultdict(list)
    for i, group in enumerate(groups):
        members[group].append(f"{i}.jpg")
    return {
        image: [other for other in of_group if other != image]
        for of_group in members.values()
        for image in of_group
    }


def _imagededup_scores(given: tuple[Any, Any]) -> float:
    from imagededup.evaluation import evaluate  # noqa: PLC0415

    found = evaluate(*given, metric="classification")
    return float(found["f1_score"][1])


CONTESTS: dict[str, tuple[Contestant, ...]] = {
    "every threshold, average linkage, 512-d": (
        Contestant("dupeval", vectors_of, _curve, 25_000),
        Contestant("scikit-learn, 20 refits", vectors_of, _refits, 3_000),
    ),
    "pairs within a radius, 512-d": (
        Contestant("dupeval, with tree and curve", vectors_of, _near_vectors, 200_000),
        Contestant("faiss IndexFlatIP, pairs alone", vectors_of, _faiss_vectors, 30_000),
    ),
    "pairs within 10 of 64 bits": (
        Contestant("dupeval", hashes_of, _near_hashes),
        Contestant("faiss IndexBinaryFlat", hashes_of, _faiss_hashes),
        Contestant("imagededup find_duplicates", _as_map, _imagededup_hashes, 10_000),
        Contestant("czkawka compare_hashes", _as_base64, _czkawka_hashes, 3_000),
    ),
    "pair scores of a partition": (
        Contestant("dupeval", _partitions, _scores),
        Contestant("scikit-learn pair_confusion_matrix", _partitions, _confusion),
        Contestant("imagededup evaluate", _duplicates_maps, _imagededup_scores, 3_000),
    ),
}


def main(contest: str, who: str, n: int) -> None:
    """Do one contestant's work once, and print what it took."""
    (chosen,) = (one for one in CONTESTS[contest] if one.name == who)
    # Of what every process does once, such as importing, nothing is timed.
    chosen.work(chosen.prepare(200))
    given = chosen.prepare(n)
    wall, cpu = time.perf_counter(), _cpu_s()
    result = chosen.work(given)
    told = {"wall_s": time.perf_counter() - wall, "cpu_s": _cpu_s() - cpu}
    print(json.dumps({**told, "peak_mb": peak_memory_mb(with_children=True), "result": result}))


def _cpu_s() -> float:
    # Some work in processes of their own.
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
