"""Uncertainty over queries: intervals, the exact paired sign-flip test, and several of them."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dupeval.errors import SettingsError
from dupeval.statistics import (
    Comparison,
    detectable_difference,
    holm,
    mean_interval,
    sign_flip_p_value,
    smallest_p_value,
)

F1 = [0.1, 0.9, 0.5, 0.7, 1.0, 0.3, 0.8, 0.6, 0.95]


def p_value(differences: list[float], seed: int = 0) -> float:
    return sign_flip_p_value(differences, [0.0] * len(differences), seed)


class TestMeanInterval:
    @pytest.mark.parametrize("level", [0.95, 0.5])
    def test_it_is_that_of_students_t(self, level: float) -> None:
        error = np.std(F1, ddof=1) / 3
        expected = stats.t.interval(level, 8, np.mean(F1), error)
        assert mean_interval(F1, level=level) == pytest.approx(expected)

    def test_it_ends_where_a_mean_cannot_lie(self) -> None:
        low, high = mean_interval([0.0, 1.0, 1.0])
        assert (low, high) == (0.0, 1.0)
        differences = mean_interval([-1.0, 1.0, 1.0], bounds=(-1.0, 1.0))
        assert differences == (-1.0, 1.0)

    @pytest.mark.parametrize("scores", [[], [0.5], [0.7] * 9, [1.0, 1.0]])
    def test_of_fewer_than_two_queries_or_of_equal_scores_there_is_none(
        self, scores: list[float]
    ) -> None:
        low, high = mean_interval(scores)
        assert math.isnan(low)
        assert math.isnan(high)


class TestHolm:
    def test_by_hand(self) -> None:
        adjusted = holm({"a": 0.03, "b": 0.01, "c": 0.04, "d": 0.01})
        # .01 times 4; .01 times 3, not below it; .03 times 2; .04, not below .06.
        assert adjusted == pytest.approx({"a": 0.06, "b": 0.04, "c": 0.06, "d": 0.04})
        assert list(adjusted) == ["a", "b", "c", "d"]

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
    def test_rejects_what_the_step_down_procedure_rejects(self, values: list[float]) -> None:
        p_values = {str(i): value for i, value in enumerate(values)}
        adjusted = holm(p_values)
        for level in (0.01, 0.05, 0.2):
            rejected = set()
            for place, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
                if p_values[name] * (len(values) - place) > level:
                    break
                rejected.add(name)
            assert {name for name, value in adjusted.items() if value <= level} == rejected

    def test_one_comparison_stays_as_it_is(self) -> None:
        assert holm({"a": 0.2}) == {"a": 0.2}


class TestReach:
    @pytest.mark.parametrize("n", [1, 2, 9, 16, 17, 40])
    def test_no_p_value_is_smaller(self, n: int) -> None:
        assert p_value([1.0] * n) >= smallest_p_value(n)
        if n <= 16:  # Beyond, patterns are drawn.
            assert p_value([1.0] * n) == smallest_p_value(n)

    @pytest.mark.parametrize(("n", "m"), [(3, 1), (9, 1), (9, 4), (9, 12), (20, 4)])
    def test_a_detectable_difference_is_found_four_times_in_five(self, n: int, m: int) -> None:
        difference = detectable_difference(0.2, n, m)
        samples = np.random.default_rng(0).normal(difference, 0.2, (20_000, n))
        found = stats.ttest_1samp(samples, 0, axis=1).pvalue < 0.05 / m
        assert found.mean() == pytest.approx(0.8, abs=0.02)

    def test_where_queries_do_not_differ_any_difference_is(self) -> None:
        assert detectable_difference(0.0, 9, 4) == 0.0


class TestComparison:
    COMPARISON = Comparison("ref", {"mine": ["a", "b"], "tools": ["c"]}, 0)

    def test_a_method_in_no_block_is_among_the_others(self) -> None:
        blocks = [self.COMPARISON.block_of(name) for name in ("a", "b", "c", "d")]
        assert blocks == ["mine", "mine", "tools", "others"]

    def test_a_block_has_at_most_12_comparisons(self) -> None:
        names = [f"m{i}" for i in range(12)]
        Comparison("ref", {"many": names}, 0).check([*names, "ref"])
        with pytest.raises(SettingsError, match="the block 'others' has 13 methods to compare"):
            Comparison("ref", {}, 0).check([*names, "one more", "ref"])

    def test_a_method_is_in_one_block(self) -> None:
        with pytest.raises(SettingsError, match="blocks: a in more than one"):
            Comparison("ref", {"one": ["a"], "two": ["a"]}, 0).check(["a"])


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
