"""Scores besides those of pairs, by hand and against their definitions."""

from itertools import product
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, v_measure_score

from dupeval.metric.adjusted_rand import AdjustedRand
from dupeval.metric.bcubed import BCubed
from dupeval.metric.kept import Kept
from dupeval.metric.ranking import Ranking
from dupeval.metric.v_measure import VMeasure

PARTITIONS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6)
TRUE, PREDICTED = list("aaab"), [0, 0, 1, 1]


class TestBCubed:
    def test_by_hand(self) -> None:
        scores = BCubed().scores(TRUE, PREDICTED)
        # Precision of the images: 1, 1, 1/2, 1/2; recall: 2/3, 2/3, 1/3, 1.
        assert scores["bcubed_precision"] == pytest.approx(0.75)
        assert scores["bcubed_recall"] == pytest.approx(2 / 3)
        assert scores["bcubed_f1"] == pytest.approx(2 * 0.75 * (2 / 3) / (0.75 + 2 / 3))

    @given(PARTITIONS)
    def test_is_the_mean_over_images(self, labels: list[tuple[int, int]]) -> None:
        true, predicted = np.array(labels).T
        precision, recall = [], []
        for photograph, group in labels:
            both = ((true == photograph) & (predicted == group)).sum()
            precision.append(both / (predicted == group).sum())
            recall.append(both / (true == photograph).sum())
        scores = BCubed().scores(true, predicted)
        assert scores["bcubed_precision"] == pytest.approx(fmean(precision))
        assert scores["bcubed_recall"] == pytest.approx(fmean(recall))


class TestKept:
    def test_by_hand(self) -> None:
        # Of {a, a} a is kept; of {a, b} either: b is lost in one of two choices.
        assert Kept().scores(TRUE, PREDICTED) == {"photographs_lost": 0.5, "copies_left": 0.5}

    def test_nothing_together_loses_nothing_and_leaves_all_copies(self) -> None:
        assert Kept().scores(TRUE, range(4)) == {"photographs_lost": 0, "copies_left": 2}

    @given(PARTITIONS)
    def test_is_the_mean_over_all_choices(self, labels: list[tuple[int, int]]) -> None:
        groups: dict[int, list[int]] = {}
        for photograph, group in labels:
            groups.setdefault(group, []).append(photograph)
        kept = [len(set(choice)) for choice in product(*groups.values())]
        n_photographs = len({photograph for photograph, _ in labels})
        scores = Kept().scores(*np.array(labels).T)
        assert scores["photographs_lost"] == pytest.approx(n_photographs - fmean(kept))
        assert scores["copies_left"] == pytest.approx(len(groups) - fmean(kept))


def test_those_of_scikit_learn_are_passed_on() -> None:
    assert AdjustedRand().scores(TRUE, PREDICTED) == {
        "adjusted_rand": adjusted_rand_score(TRUE, PREDICTED)
    }
    assert VMeasure().scores(TRUE, PREDICTED)["v_measure"] == v_measure_score(TRUE, PREDICTED)


class TestRanking:
    def test_by_hand(self) -> None:
        together = np.array([True, False, True, True])
        scores = Ranking(0.6).of_distances(together, np.array([1.0, 2.0, 3.0, np.inf]))
        # Precision down to each true pair: 1, 2/3 and 3/4; the last is joined at no threshold.
        assert scores["average_precision"] == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
        assert scores["recall_at_p60"] == pytest.approx(2 / 3)
        assert list(Ranking().of_distances(together, np.ones(4))) == [
            *("average_precision", "recall_at_p90")
        ]

    def test_of_equal_distances_the_false_come_first(self) -> None:
        together = np.array([True, False, True, False])
        scores = Ranking(0.5).of_distances(together, np.zeros(4))
        assert scores["average_precision"] == pytest.approx((1 / 3 + 2 / 4) / 2)
        assert scores["recall_at_p50"] == 1.0
        assert Ranking(0.6).of_distances(together, np.zeros(4))["recall_at_p60"] == 0.0

    def test_of_no_true_pair_nothing_is_said(self) -> None:
        assert Ranking().of_distances(np.zeros(3, bool), np.arange(3.0)) == {}

    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=1, max_size=8))
    def test_recall_is_the_most_of_all_cuts_that_are_precise_enough(
        self, pairs: list[tuple[bool, int]]
    ) -> None:
        together, distances = np.array([t for t, _ in pairs]), np.array([d for _, d in pairs])
        if not together.any():
            return
        reached = [0.0]
        for threshold in range(5):
            claimed = distances <= threshold
            if claimed.any() and together[claimed].mean() >= 0.75:
                reached.append(together[claimed].sum() / together.sum())
        found = Ranking(0.75).of_distances(together, distances.astype(float))
        assert found["recall_at_p75"] == pytest.approx(max(reached))
