"""The counts of every cut of every pipeline, held against the engine and against plain cuts."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenVectors, draw_queries, given_answers
from labelled import dataset_of
from scipy.cluster import hierarchy
from sklearn.preprocessing import StandardScaler

from dupeval.clustering import pairwise_distances
from dupeval.engine.answers import cut
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import pair_scores
from dupeval.readings.cuts import Partitions, Truth, trees_of
from dupeval.readings.space import CLUSTERINGS, Reduction
from dupeval.reduction import PCA

LABELS, VECTORS = draw_queries(3, 9, 12, seed=5)
X = np.concatenate(VECTORS)
TRUTH = Truth(
    [np.unique(own, return_inverse=True)[1] for own in LABELS], np.zeros(3, int), np.full(3, 36)
)
REDUCTIONS = [None, Reduction(2, "query"), Reduction(5, "query"), Reduction(4, "dataset")]


def trees(features: Any = "plain") -> dict[Any, dict[tuple[str, str], Partitions]]:
    wanted = [reduction for reduction in REDUCTIONS if reduction is not None]
    return dict(trees_of(X, TRUTH, features, wanted))


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_of_plain_features_are_those_of_the_engine(reduction: Reduction | None) -> None:
    found = trees()[reduction]
    assert set(found) == set(CLUSTERINGS)
    for (linkage, metric), tree in found.items():
        method = VectorMethod(
            GivenVectors(),
            None if reduction is None else PCA(reduction.n_components, reduction.fit),
            linkage,  # type: ignore[arg-type]
            metric,  # type: ignore[arg-type]
        )
        answers = given_answers(method, dataset_of(*LABELS), X)
        for threshold in np.quantile(tree.heights.thresholds[:, 1:], [0.1, 0.4, 0.8]):
            tp, claimed = tree.heights.at(np.array([threshold]))
            for query, own in enumerate(LABELS):
                (there,) = answers.answers.found(query, [{}])
                scores = pair_scores(own, cut(there, threshold))
                assert (scores.tp, scores.tp + scores.fp) == (tp[0, query], claimed[0, query])


def test_a_query_of_few_images_has_all_its_components() -> None:
    _, vectors = draw_queries(2, 4, 12, seed=1)
    truth = Truth([np.zeros(4, int)] * 2, np.zeros(2, int), np.full(2, 6))
    reductions = [Reduction(3, "query"), Reduction(50, "query")]
    found = dict(trees_of(np.concatenate(vectors), truth, "plain", reductions))
    for clustering, tree in found[reductions[0]].items():
        same = found[reductions[1]][clustering].heights.thresholds
        np.testing.assert_array_equal(tree.heights.thresholds, same)


@pytest.mark.parametrize("features", ["unit", "standard"])
def test_features_are_made_alike_before_all_else(features: Any) -> None:
    length = np.linalg.norm(X, axis=1, keepdims=True)
    made = X / length if features == "unit" else StandardScaler().fit_transform(X)
    for reduction, own in trees(features).items():
        same = dict(trees_of(made, TRUTH, "plain", [r for r in REDUCTIONS if r]))[reduction]
        for clustering, tree in own.items():
            np.testing.assert_allclose(
                tree.heights.thresholds, same[clustering].heights.thresholds, rtol=1e-9, atol=1e-12
            )


def by_scipy(query: int, linkage: str, metric: Any, t: float, criterion: str) -> npt.NDArray[Any]:
    tree = hierarchy.linkage(pairwise_distances(VECTORS[query], metric), linkage)
    height = t * tree[-1, 2] if criterion == "fraction" else t
    kind = "maxclust" if criterion == "groups" else "distance"
    labels: npt.NDArray[Any] = hierarchy.fcluster(tree, height, kind)
    return labels


@pytest.mark.parametrize("clustering", [("average", "cityblock"), ("single", "euclidean")])
@pytest.mark.parametrize(("kind", "values"), [("fraction", [0.3, 0.7, 1]), ("groups", [1, 3, 8])])
def test_other_kinds_of_cut_are_scipys(
    kind: Any, values: list[float], clustering: tuple[str, str]
) -> None:
    cuts = trees()[None][clustering].cut_by(kind)
    for value in values:
        # As many merges as images less groups.
        threshold = 9.0 - value if kind == "groups" else value
        tp, claimed = cuts.at(np.array([threshold]))
        for query, own in enumerate(LABELS):
            scores = pair_scores(own, by_scipy(query, *clustering, value, kind))
            assert (scores.tp, scores.tp + scores.fp) == (tp[0, query], claimed[0, query])


def test_below_the_first_merge_nothing_is_together() -> None:
    for kind in ("absolute", "fraction", "groups"):
        _, claimed = trees()[None]["ward", "euclidean"].cut_by(kind).at(np.array([-np.inf, -1.0]))
        assert not claimed.any()
