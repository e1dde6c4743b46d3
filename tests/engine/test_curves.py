"""The scores of all cuts of a method's answers, and what protocols make of them."""

import math

import numpy as np
import pytest
from given import GivenVectors
from labelled import scored_answers

from dupeval.clustering import Dendrogram
from dupeval.engine.curves import curves_of
from dupeval.engine.rehearsal import Rehearsal
from dupeval.errors import SettingsError
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import PairCurve, PairScores, pair_scores
from dupeval.reduction import PCA
from dupeval.truth import Truth

NOTHING_HIDDEN: frozenset[int] = frozenset()
PHOTOGRAPHS = ["p", "p", "q", "q"]
TRUTH = Truth.of(PHOTOGRAPHS)


def assert_same(curve: PairCurve, expected: PairCurve, rtol: float = 0) -> None:
    np.testing.assert_allclose(curve.thresholds, expected.thresholds, rtol=rtol)
    for name in ("tp", "fp", "fn", "tn"):
        np.testing.assert_array_equal(getattr(curve, name), getattr(expected, name))


class TestScoredAnswers:
    def test_hand_computed_curves(self) -> None:
        vectors = [np.array([[0.0], [1.0], [5.0]]), np.array([[10.0], [12.0]])]
        method = VectorMethod(GivenVectors(), linkage="single", metric="euclidean")
        scored = scored_answers(method, ["aab", "aa"], vectors)
        (first,), (second,) = (scored.curves(q, [{}], NOTHING_HIDDEN) for q in range(2))
        assert first.thresholds.tolist() == [-np.inf, 1.0, 4.0]
        assert first.f1.tolist() == [0.0, 1.0, 0.5]
        assert second.thresholds.tolist() == [-np.inf, 2.0]
        assert second.f1.tolist() == [0.0, 1.0]

    def test_a_curve_is_computed_once_and_never_mistaken_for_another(self) -> None:
        rng = np.random.default_rng(0)
        vectors = [rng.normal(size=(5, 6)) for _ in range(4)]
        scored = scored_answers(VectorMethod(GivenVectors(), PCA(2)), ["aabbc"] * 4, vectors)
        (first,) = scored.curves(1, [{}], NOTHING_HIDDEN)
        assert scored.curves(1, [{}], NOTHING_HIDDEN)[0] is first
        # What is hidden of the query itself changes nothing: it is not fitted on anyway.
        assert scored.curves(1, [{}], frozenset({1}))[0] is first
        others = [
            *scored.curves(0, [{}], NOTHING_HIDDEN),
            *scored.curves(1, [{}], frozenset({3})),
            *scored.curves(
                1,
                [{"n_components": 3}, {"metric": "euclidean"}, {"linkage": "single"}],
                NOTHING_HIDDEN,
            ),
        ]
        for other in others:
            assert not np.array_equal(other.thresholds, first.thresholds)

    def test_unlabelled_images_are_in_the_tree_and_not_in_the_counts(self) -> None:
        # 0 and 2 are one only through 1, by single linkage.
        vectors = [np.array([[0.0], [1.0], [2.0], [9.0]])]
        method = VectorMethod(GivenVectors(), linkage="single", metric="euclidean")
        scored = scored_answers(method, [["a", "", "a", "b"]], vectors)
        (curve,) = scored.curves(0, [{}], NOTHING_HIDDEN)
        assert curve.thresholds.tolist() == [-np.inf, 1.0, 7.0]
        assert [curve.tp.tolist(), curve.fp.tolist()] == [[0, 1, 1], [0, 0, 2]]
        assert curve.f1.tolist() == [0.0, 1.0, 0.5]

    @pytest.mark.parametrize("reduction", [None, PCA(2), PCA(2, "dataset"), PCA(2, "query")])
    def test_labels_of_a_query_enter_no_curve_but_its_own(self, reduction: PCA | None) -> None:
        rng = np.random.default_rng(0)
        vectors = [rng.normal(size=(n, 6)) for n in (5, 6, 7)]
        method = VectorMethod(GivenVectors(), reduction)
        before, after = (
            scored_answers(method, photographs, vectors)
            for photographs in (["aabbc", "aaabcd", "abcabca"], ["aabbc", "aaabcd", "aaaaaab"])
        )
        for q in (0, 1):
            (own,), (same) = (
                after.curves(q, [{}], NOTHING_HIDDEN),
                before.curves(q, [{}], NOTHING_HIDDEN),
            )
            assert_same(own, same[0])
        (new,), (old,) = (s.curves(2, [{}], NOTHING_HIDDEN) for s in (after, before))
        assert new.tp.tolist() != old.tp.tolist()


class TestCurvesOf:
    def test_a_dendrogram_leaves_out_what_no_threshold_reaches(self) -> None:
        far = math.inf
        tree = Dendrogram.from_distances([1.0, far, far, far, far, far])
        (curve,) = curves_of([tree], TRUTH)
        assert curve.thresholds.tolist() == [-math.inf, 1.0]
        assert curve.at(1e300) == PairScores.from_counts(1, 0, 1, 4)
        (nothing,) = curves_of([Dendrogram.from_distances([far] * 6)], TRUTH)
        assert nothing.thresholds.tolist() == [-math.inf]
        assert list(nothing) == [PairScores.from_counts(0, 0, 2, 4)]

    def test_groups_have_one_step_that_holds_at_any_threshold(self) -> None:
        groups = np.array([0, 0, 1, 2])
        (curve,) = curves_of([groups], TRUTH)
        assert list(curve) == [pair_scores(PHOTOGRAPHS, groups)]
        for threshold in (math.nan, -math.inf, 0.0, 7.0):
            assert curve.at(threshold) == pair_scores(PHOTOGRAPHS, groups)

    def test_they_come_in_the_order_of_what_was_found(self) -> None:
        trees = [Dendrogram.from_distances([x, 9.0, 9.0, 9.0, 9.0, 9.0]) for x in range(1, 6)]
        groups = np.array([0, 0, 1, 2])
        curves = curves_of([trees[0], groups, *trees[1:]], TRUTH)
        starts = [curve.thresholds.tolist() for curve in curves]
        assert starts[0] == [-math.inf, 1.0, 9.0]
        assert math.isnan(starts[1][0])
        assert [start[1] for start in starts[2:]] == [2.0, 3.0, 4.0, 5.0]


class TestRehearsal:
    def test_finds_what_a_fit_would_lack_and_what_will_be_asked_for(self) -> None:
        method = VectorMethod(GivenVectors(), PCA(4))
        rehearsal = Rehearsal(method, [3, 3, 3])
        rehearsal.curves(0, [{}, {"n_components": 2}], NOTHING_HIDDEN)
        assert rehearsal.wanted == [{}, {"n_components": 2}]
        with pytest.raises(SettingsError, match="PCA is fitted on 3 images"):
            rehearsal.curves(0, [{}], frozenset({1}))
