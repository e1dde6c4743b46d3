"""Curves of several queries averaged and pooled, exactly."""

import math

import numpy as np
import pytest
from given import perfect_between
from hypothesis import given
from hypothesis import strategies as st

from dupeval.clustering import Dendrogram
from dupeval.errors import SettingsError
from dupeval.figures.curves import (
    has_threshold,
    mean_curve,
    pooled_curve,
    pooled_scores,
    scored,
)
from dupeval.figures.inputs import FigureInputs
from dupeval.metrics import PairCurve, PairScores, pair_curve, pair_scores

INF = math.inf


def test_the_curves_of_decisions_are_those_of_the_parameters_they_chose(
    chosen: FigureInputs,
) -> None:
    curves, _ = scored(chosen, "raw_pca", "nested")
    decisions = [chosen.stored.decision("raw_pca", "nested", slug) for slug in chosen.slugs]
    for place, (curve, decision) in enumerate(zip(curves, decisions, strict=True)):
        assert decision.params == {"metric": "cityblock", "linkage": "single", "size": 6}
        tree = chosen.answers("raw_pca").dendrogram(place, decision.params, decision.hidden)
        assert set(curve.thresholds[1:]) == set(tree.heights)


class TestMeans:
    def test_of_two_step_functions(self) -> None:
        thresholds, means = mean_curve([perfect_between(1, 3), perfect_between(2, 4)])
        assert thresholds.tolist() == [-INF, 1, 2, 3, 4]
        assert list(means) == ["F1", "precision", "recall"]
        assert means["F1"].tolist() == means["recall"].tolist() == [0, 0.5, 1, 0.5, 0]

    def test_they_are_means_of_f1_and_not_the_f1_of_means(self) -> None:
        half = PairCurve(np.array([-INF]), *np.array([[1], [0], [1], [0]]))
        whole = PairCurve(np.array([-INF]), *np.array([[1], [1], [0], [0]]))
        _, means = mean_curve([half, whole])
        assert (means["precision"][0], means["recall"][0]) == (0.75, 0.75)
        assert means["F1"][0] == pytest.approx(2 / 3)

    def test_of_partitions_without_a_threshold(self) -> None:
        found = [[0, 0, 1], [0, 0, 0]]
        curves = [PairCurve.of_partition(pair_scores([0, 0, 1], labels)) for labels in found]
        thresholds, means = mean_curve(curves)
        assert not has_threshold(thresholds)
        assert means["precision"].tolist() == [pytest.approx((1 + 1 / 3) / 2)]


class TestPooled:
    def test_counts_are_added_at_one_threshold_for_all(self) -> None:
        pooled = pooled_curve([perfect_between(1, 3), perfect_between(2, 4)])
        assert pooled.thresholds.tolist() == [-INF, 1, 2, 3, 4]
        assert pooled.tp.tolist() == [0, 1, 2, 1, 0]
        assert pooled.fp.tolist() == [0, 0, 0, 1, 2]
        assert pooled.f1.tolist() == [0, 2 / 3, 1, 0.5, 0]

    @given(
        st.lists(
            st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=2, max_size=6),
            min_size=1,
            max_size=4,
        ),
        st.floats(0, 5),
    )
    def test_at_any_threshold_it_is_what_the_queries_have_there(
        self, queries: list[list[tuple[int, int]]], threshold: float
    ) -> None:
        curves = []
        for images in queries:
            places, labels = zip(*images, strict=True)
            X = np.array(places, float)[:, None]
            tree = Dendrogram.from_vectors(X, "single", "euclidean")
            curves.append(pair_curve(tree, labels))
        pooled, own = pooled_curve(curves).at(threshold), [c.at(threshold) for c in curves]
        assert (pooled.tp, pooled.fp) == (sum(s.tp for s in own), sum(s.fp for s in own))
        assert (pooled.fn, pooled.tn) == (sum(s.fn for s in own), sum(s.tn for s in own))
        thresholds, means = mean_curve(curves)
        place = np.searchsorted(thresholds, threshold, side="right") - 1
        assert means["F1"][place] == pytest.approx(np.mean([s.f1 for s in own]))

    def test_rows_of_queries(self) -> None:
        rows = [{"tp": 1, "fp": 0, "fn": 1, "tn": 4}, {"tp": 2, "fp": 1, "fn": 0, "tn": 3}]
        assert pooled_scores(rows) == PairScores.from_counts(3, 1, 1, 7)


class TestWhatIsStored:
    def test_scores_are_those_of_table_1(self, inputs: FigureInputs) -> None:
        rows = inputs.stored.table1
        for method in ("raw", "raw_pca"):
            curves, thresholds = scored(inputs, method, "loqo")
            row = rows[rows["method"] == method].iloc[0]
            f1 = [c.at(threshold).f1 for c, threshold in zip(curves, thresholds, strict=True)]
            assert np.mean(f1) == pytest.approx(row["f1"], abs=1e-6)

    def test_a_protocol_that_was_not_run(self, inputs: FigureInputs) -> None:
        with pytest.raises(SettingsError, match="no results of the protocol 'fixed'; possible: lo"):
            scored(inputs, "raw", "fixed")

    def test_a_method_that_is_not_in_the_run(self, inputs: FigureInputs) -> None:
        with pytest.raises(SettingsError, match="'vgg' is not in the run; possible: raw, raw_pca"):
            scored(inputs, "vgg", "loqo")
