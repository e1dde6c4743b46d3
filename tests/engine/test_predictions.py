"""The groups that a protocol's decisions give, of one query by its photographs too."""

from typing import Any

import numpy as np
import pytest
from given import GivenVectors, draw_queries
from labelled import dataset_of, given_workshop
from sklearn import decomposition

from dupeval.clustering import Dendrogram
from dupeval.engine.answers import Answers
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.folds import Folds, folds_of
from dupeval.engine.predictions import predict
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import pair_curve
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.nested import Nested
from dupeval.protocol.oracle import Oracle
from dupeval.protocol.search import best_threshold
from dupeval.reduction import PCA
from dupeval.truth import Truth

(PHOTOGRAPHS,), (X,) = draw_queries(1, 24, 6, seed=4)


def scored(method: VectorMethod, n_folds: int | None = None) -> ScoredAnswers:
    dataset = dataset_of(PHOTOGRAPHS.tolist())
    workshop = given_workshop(dataset, X, method.representation)
    return ScoredAnswers(
        Answers(method, workshop, folds_of(dataset, n_folds)), [dataset.queries[0].truth]
    )


def test_of_every_query_are_its_cut_with_its_distances() -> None:
    labels, vectors = draw_queries(3, 8, 5, seed=1)
    method = VectorMethod(GivenVectors(), linkage="average", metric="euclidean")
    workshop = given_workshop(dataset_of(*labels), np.concatenate(vectors), method.representation)
    run = ScoredAnswers(Answers(method, workshop), list(map(Truth.of, labels)))
    for query, made in enumerate(predict("it", Oracle(), {"it": run})):
        assert made.query == query
        tree = Dendrogram.from_vectors(vectors[query], "average", "euclidean")
        assert made.labels.tolist() == tree.cut(made.decision.threshold).tolist()
        assert made.distances is not None
        np.testing.assert_array_equal(
            made.distances, run.answers.distances(query, made.decision.params)
        )


@pytest.mark.parametrize("n_components", [None, 2, 0.8])
@pytest.mark.parametrize("protocol", [LeaveOneQueryOut(), Nested()])
def test_of_one_query_each_pair_is_decided_while_its_photograph_is_hidden(
    protocol: LeaveOneQueryOut, n_components: Any
) -> None:
    reduction = None if n_components is None else PCA(n_components)
    method = VectorMethod(GivenVectors(), reduction, linkage="average", metric="euclidean")
    run = scored(method)
    (made,) = predict("it", protocol, {"it": run})
    names = sorted(set(PHOTOGRAPHS.tolist()))
    together = np.eye(len(X), dtype=bool)
    thresholds = []
    for name in names:
        shown = name != PHOTOGRAPHS
        reduced = X
        if n_components is not None:
            pca = decomposition.PCA(n_components, svd_solver="full").fit(X[shown])
            reduced = pca.transform(X)
        rest = Dendrogram.from_vectors(reduced[shown], "average", "euclidean")
        threshold, _ = best_threshold([pair_curve(rest, PHOTOGRAPHS[shown])])
        thresholds.append(threshold)
        cut = Dendrogram.from_vectors(reduced, "average", "euclidean").cut(threshold)
        for i in np.flatnonzero(~shown):
            together[i, i:] |= (cut == cut[i])[i:]
    together |= together.T
    for _ in range(len(X)):
        together = (together.astype(int) @ together.astype(int)) > 0
    assert ((made.labels[:, None] == made.labels) == together).all()
    assert made.decision.threshold == pytest.approx(np.median(thresholds))


@pytest.mark.parametrize("n_components", [None, 2])
def test_of_one_query_folds_cluster_all_images_once_a_fit(
    n_components: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reduction = None if n_components is None else PCA(n_components)
    method = VectorMethod(GivenVectors(), reduction, linkage="average", metric="euclidean")
    run = scored(method)
    clustered = []
    grouped = run.answers.grouped

    def noted(answer: Any, params: Any) -> Any:
        clustered.append(len(answer.condensed))
        return grouped(answer, params)

    monkeypatch.setattr(run.answers, "grouped", noted)
    predict("it", LeaveOneQueryOut(), {"it": run})
    n_folds, of_all = len(run.folds), len(X) * (len(X) - 1) // 2
    assert n_folds > 1
    assert clustered.count(of_all) == (1 if n_components is None else n_folds)
    assert sum(n != of_all for n in clustered) == n_folds


def test_of_one_query_protocols_that_leave_nothing_out_are_as_they_were() -> None:
    method = VectorMethod(GivenVectors(), linkage="average", metric="euclidean")
    run = scored(method)
    (made,) = predict("it", Oracle(), {"it": run})
    alone = ScoredAnswers(
        Answers(method, given_workshop(dataset_of(PHOTOGRAPHS.tolist()), X, method.representation)),
        [Truth.of(PHOTOGRAPHS)],
    )
    (same,) = predict("it", Oracle(), {"it": alone})
    assert made.decision == same.decision
    assert made.labels.tolist() == same.labels.tolist()


def test_folds_of_queries_share_a_fit() -> None:
    labels, vectors = draw_queries(6, 8, 5, seed=2)
    method = VectorMethod(GivenVectors(), PCA(2), linkage="average", metric="euclidean")
    workshop = given_workshop(dataset_of(*labels), np.concatenate(vectors), method.representation)
    folds = Folds((frozenset({0, 3}), frozenset({1, 4}), frozenset({2, 5})), 6)
    run = ScoredAnswers(Answers(method, workshop, folds), list(map(Truth.of, labels)))
    for query, made in enumerate(predict("it", Nested(), {"it": run})):
        fold = folds.with_query(query)
        others = [q for q in range(6) if q not in fold]
        pca = decomposition.PCA(2, svd_solver="full")
        pca.fit(np.concatenate([vectors[q] for q in others]))
        trees = [Dendrogram.from_vectors(pca.transform(X), "average", "euclidean") for X in vectors]
        threshold, _ = best_threshold([pair_curve(trees[q], labels[q]) for q in others])
        assert made.decision.hidden == fold
        assert made.decision.threshold == pytest.approx(threshold)
        assert made.labels.tolist() == trees[query].cut(made.decision.threshold).tolist()
    assert len(run.answers._fits) == 3
