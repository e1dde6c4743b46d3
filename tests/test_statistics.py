"""Uncertainty over queries: bootstrap intervals, and the exact paired sign-flip test."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupeval.statistics import bootstrap_interval, sign_flip_p_value

F1 = [0.1, 0.9, 0.5, 0.7, 1.0, 0.3, 0.8, 0.6, 0.95]


def p_value(differences: list[float], seed: int = 0) -> float:
    return sign_flip_p_value(differences, [0.0] * len(differences), seed)


class TestBootstrapInterval:
    def test_the_seed_decides_it(self) -> None:
        scores = np.random.default_rng(1).random(9)
        assert bootstrap_interval(scores, 5) == bootstrap_interval(scores, 5)
        assert bootstrap_interval(scores, 5) != bootstrap_interval(scores, 6)

    def test_it_holds_the_mean_of_scores_that_vary_and_lies_within_them(self) -> None:
        low, high = bootstrap_interval(F1, 0)
        assert min(F1) < low < np.mean(F1) < high < max(F1)

    def test_scores_that_do_not_vary_give_an_interval_without_width(self) -> None:
        assert bootstrap_interval([0.5] * 9, 0) == (0.5, 0.5)
        low, high = bootstrap_interval([0.7] * 9, 0)
        assert low == high == pytest.approx(0.7)

    @pytest.mark.parametrize("scores", [[], [0.5]])
    def test_fewer_than_two_queries_have_no_interval(self, scores: list[float]) -> None:
        low, high = bootstrap_interval(scores, 0)
        assert math.isnan(low)
        assert math.isnan(high)

    @pytest.mark.parametrize("level", [0.95, 0.5])
    def test_it_is_the_percentile_interval_of_resampled_means(self, level: float) -> None:
        resampled = np.random.default_rng(99).choice(F1, (50_000, len(F1))).mean(axis=1)
        expected = np.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
        assert bootstrap_interval(F1, 0, level=level) == pytest.approx(expected, abs=0.01)

    def test_a_higher_level_is_a_wider_interval(self) -> None:
        low_50, high_50 = bootstrap_interval(F1, 0, level=0.5)
        low_99, high_99 = bootstrap_interval(F1, 0, level=0.99)
        assert low_99 < low_50 < high_50 < high_99

    def test_two_queries_draw_each_of_four_pairs_alike(self) -> None:
        # Means 0, 1/2, 1/2, 1: each end alone holds more than 2.5 %.
        assert bootstrap_interval([0.0, 1.0], 0) == (0.0, 1.0)


class TestSignFlipPValue:
    @pytest.mark.parametrize(
        ("differences", "expected"),
        [
            ([0.5, 0.5], 2 / 4),
            ([0.1, 0.2, 0.3], 2 / 8),
            ([-0.1, -0.2, -0.3], 2 / 8),
            # Of the sums +-3 +-2 +-1, those of at least 4: 6, 4 and their opposites.
            ([3.0, 2.0, -1.0], 4 / 8),
            # Those of at least 2: 6, 4, 2 and 2 = 3 - 2 + 1 (not 0 = 3 - 2 - 1).
            ([3.0, -2.0, 1.0], 6 / 8),
            ([1.0, 1.0, -1.0], 8 / 8),
            # A query without a difference doubles both counts.
            ([0.0, 1.0, 1.0, 1.0], 4 / 16),
            ([0.25] * 9, 2 / 512),
            ([0.25] * 8 + [-0.125], 4 / 512),
        ],
    )
    def test_it_is_the_share_of_sign_patterns_with_at_least_this_sum(
        self, differences: list[float], expected: float
    ) -> None:
        assert p_value(differences) == expected

    @pytest.mark.parametrize("n", [0, 1, 2, 9, 16, 17, 20])
    def test_equal_scores_have_p_value_1(self, n: int) -> None:
        assert sign_flip_p_value(F1[:1] * n, F1[:1] * n, 0) == 1.0

    def test_one_query_says_nothing(self) -> None:
        assert p_value([0.9]) == 1.0

    def test_only_differences_matter_and_not_which_method_is_the_reference(self) -> None:
        reference = [0.2, 0.95, 0.45, 0.9, 0.3, 0.35, 0.7, 0.4, 0.05]
        forward = sign_flip_p_value(F1, reference, 0)
        assert 0 < forward < 1
        assert sign_flip_p_value(reference, F1, 0) == forward
        assert p_value((np.array(F1) - np.array(reference)).tolist()) == forward

    @settings(deadline=None, max_examples=100)
    @given(st.lists(st.integers(-8, 8).map(lambda i: i / 8), min_size=2, max_size=8))
    def test_it_equals_a_count_over_all_sign_patterns(self, differences: list[float]) -> None:
        # Eighths add up without rounding, so ties are ties.
        observed = abs(sum(differences))
        patterns = list(product((-1, 1), repeat=len(differences)))
        as_extreme = sum(
            abs(sum(sign * d for sign, d in zip(pattern, differences, strict=True))) >= observed
            for pattern in patterns
        )
        assert p_value(differences) == as_extreme / len(patterns)

    @pytest.mark.parametrize(
        "differences",
        [
            ["0.1", "0.2", "-0.3"],
            ["0.1", "0.2", "0.3", "-0.4"],
            ["0.3", "-0.2", "-0.1", "0.001"],
            ["-0.71", "-0.51", "0.85", "0.81", "0.24", "0.81", "-0.41", "-0.81", "-0.27"],
            ["1/3", "1/3", "-1/6", "2/3", "-1/2", "1/6", "-5/6"],
        ],
    )
    def test_ties_count_although_their_sums_are_rounded(self, differences: list[str]) -> None:
        exact = [Fraction(text) for text in differences]
        sums = [
            abs(sum(sign * d for sign, d in zip(pattern, exact, strict=True)))
            for pattern in product((-1, 1), repeat=len(exact))
        ]
        expected = sum(value >= abs(sum(exact)) for value in sums) / len(sums)
        assert p_value([float(d) for d in exact]) == expected

    def test_up_to_16_queries_the_seed_does_not_matter(self) -> None:
        differences = np.random.default_rng(3).normal(0.3, 1, 16).tolist()
        assert p_value(differences, seed=1) == p_value(differences, seed=2)
        assert p_value([1.0] * 16) == 2 / 2**16

    def test_beyond_16_queries_patterns_are_drawn_by_the_seed(self) -> None:
        differences = np.random.default_rng(3).normal(0.3, 1, 17).tolist()
        drawn = p_value(differences, seed=1)
        assert drawn == p_value(differences, seed=1)
        assert drawn != p_value(differences, seed=2)
        patterns = np.array(list(product((-1, 1), repeat=17)), dtype=np.float64)
        exact = np.mean(np.abs(patterns @ differences) >= abs(sum(differences)) - 1e-12)
        assert drawn == pytest.approx(exact, abs=0.01)

    def test_drawn_patterns_never_give_a_p_value_of_0(self) -> None:
        assert 0 < p_value([1.0] * 30) < 0.001

    def test_scores_that_are_not_paired_are_an_error(self) -> None:
        with pytest.raises(ValueError, match="broadcast"):
            sign_flip_p_value([0.1, 0.2, 0.3], [0.1, 0.2], 0)
