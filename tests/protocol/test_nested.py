"""Nested selection: parameters and threshold that are best on the other queries."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenCurves, GivenVectors, Labels, draw_queries, given_answers, perfect_between
from labelled import dataset_of
from sklearn import decomposition

from dupeval.clustering import Dendrogram, pairwise_distances
from dupeval.errors import SettingsError
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import pair_scores
from dupeval.protocol import Decision
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.nested import Nested
from dupeval.reduction import PCA


class TestDecision:
    def test_is_of_parameters_and_threshold_together(self) -> None:
        curves = GivenCurves(
            [perfect_between(1, 4), perfect_between(5, 7), perfect_between(5, 7)],
            [perfect_between(2, 4), perfect_between(2, 4), perfect_between(8, 9)],
            cut_candidates=({},),
        )
        assert Nested().decide("mine", {"mine": curves}) == [
            Decision({"n_components": 0}, 6.0, frozenset({0})),
            # A tie at mean F1 1/2: the first parameters, and their widest interval.
            Decision({"n_components": 0}, 2.5, frozenset({1})),
            Decision({"n_components": 1}, 3.0, frozenset({2})),
        ]

    def test_looks_at_the_other_queries_alone_and_hides_the_scored_one_from_them(self) -> None:
        curves = GivenCurves([perfect_between(q, q + 2) for q in range(4)])
        Nested().decide("mine", {"mine": curves})
        assert curves.asked == [
            (other, frozenset({query}))
            for query in range(4)
            for other in range(4)
            if other != query
        ]

    def test_of_one_query_is_impossible(self) -> None:
        curves = GivenCurves([perfect_between(2, 4)])
        with pytest.raises(SettingsError, match="needs at least 2 queries, the dataset has 1"):
            Nested().decide("mine", {"mine": curves})

    def test_without_a_grid_is_that_of_leave_one_query_out(self) -> None:
        labels, vectors = draw_queries(4, 8, 5, seed=3)
        method = VectorMethod(GivenVectors(), PCA(2), metric="euclidean")
        answers = given_answers(method, dataset_of(*labels), np.concatenate(vectors))
        nested, loqo = (p.decide("it", {"it": answers}) for p in (Nested(), LeaveOneQueryOut()))
        assert nested == loqo


class ByHand:
    """The definition, one candidate and one threshold after the other."""

    def __init__(self, labels: Labels, vectors: list[npt.NDArray[np.float64]]) -> None:
        self.labels, self.vectors = labels, vectors

    def tree(self, query: int, scored: int, params: Mapping[str, Any]) -> Dendrogram:
        """Cluster a query through a fit that hides the scored one."""
        others = [q for q in range(len(self.vectors)) if q not in (query, scored)]
        seen = {"others": others, "dataset": [*others, query], "query": [query]}[params["fit"]]
        pca = decomposition.PCA(
            params["n_components"], whiten=params["whiten"], svd_solver="full"
        ).fit(np.concatenate([self.vectors[q] for q in seen]))
        X = pca.transform(self.vectors[query])
        distances = pairwise_distances(X, params["metric"])
        return Dendrogram.from_distances(distances, params["linkage"])

    def mean_f1(self, trees: Mapping[int, Dendrogram], threshold: float) -> float:
        scores = [pair_scores(self.labels[q], tree.cut(threshold)) for q, tree in trees.items()]
        return float(np.mean([score.f1 for score in scores]))

    def best(
        self, scored: int, candidates: list[Mapping[str, Any]]
    ) -> tuple[list[float], list[dict[int, Dendrogram]]]:
        """Return, of each candidate, the best mean F1 on the others, and their dendrograms."""
        all_trees = [
            {q: self.tree(q, scored, params) for q in range(len(self.labels)) if q != scored}
            for params in candidates
        ]
        most = [
            max(
                self.mean_f1(trees, threshold)
                for threshold in [-math.inf, *(h for tree in trees.values() for h in tree.heights)]
            )
            for trees in all_trees
        ]
        return most, all_trees


GRIDS = {
    "components": {"n_components": (1, 2, 4)},
    "shares": {"n_components": (0.5, 3, 0.9), "whiten": (True, False)},
    "clustering": {
        "linkage": ("single", "average", "ward"),
        "metric": ("euclidean", "cosine", "cityblock"),
    },
    "scopes": {"fit": ("query", "others", "dataset"), "n_components": (4, 2)},
}


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
@pytest.mark.parametrize("fit", ["others", "dataset", "query"])
@pytest.mark.parametrize("seed", range(2))
def test_it_is_the_best_of_all_candidates_and_thresholds_on_the_others(
    seed: int, fit: Any, grid: Mapping[str, tuple[Any, ...]]
) -> None:
    labels, vectors = draw_queries(4, 8, 6, seed)
    method = VectorMethod(GivenVectors(), PCA(3, fit), metric="euclidean", grid=grid)
    answers = given_answers(method, dataset_of(*labels), np.concatenate(vectors))
    decisions = Nested().decide("it", {"it": answers})
    hand = ByHand(labels, vectors)
    candidates = [{**method.parameters, **params} for params in method.candidates]
    for query, decision in enumerate(decisions):
        most, trees = hand.best(query, candidates)
        first = next(i for i, f1 in enumerate(most) if f1 >= max(most) - 1e-12)
        assert decision.params == method.candidates[first]
        assert hand.mean_f1(trees[first], decision.threshold) == pytest.approx(max(most), abs=1e-12)
        assert decision.hidden == {query}
    assert len({decision.threshold for decision in decisions}) > 1
