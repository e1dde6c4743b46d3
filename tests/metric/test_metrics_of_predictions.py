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
