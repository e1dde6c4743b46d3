"""Uncertainty over queries: intervals, the paired sign-flip test, and tests that are many."""

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
    @settings(deadline=None, max_examples=100)
    @given(
        st.lists(st.integers(0, 190).map(lambda i: i / 190), min_size=2, max_size=12).filter(
            lambda scores: len(set(scores)) > 1
        ),
        st.floats(0.5, 0.99),
    )
    def test_it_is_students_t_interval_clipped_to_the_bounds(
        self, scores: list[float], level: float
    ) -> None:
        low, high = stats.t.interval(
            level, len(scores) - 1, loc=np.mean(scores), scale=stats.sem(scores)
        )
        unclipped = mean_interval(scores, (-math.inf, math.inf), level)
        assert unclipped == pytest.approx((low, high), rel=1e-9, abs=1e-12)
        expected = (max(low, 0), min(high, 1))
        assert mean_interval(scores, level=level) == pytest.approx(expected, rel=1e-9, abs=1e-12)

    def test_by_hand(self) -> None:
        # Mean 0.5, standard deviation 0.1, and t of two degrees of freedom is 4.3027.
        half = 4.302653 * 0.1 / math.sqrt(3)
        assert mean_interval([0.4, 0.5, 0.6]) == pytest.approx((0.5 - half, 0.5 + half), abs=1e-6)

    def test_it_is_clipped_to_what_a_mean_can_be(self) -> None:
        assert mean_interval([0.0, 1.0]) == (0.0, 1.0)
        assert mean_interval([-1.0, 1.0], bounds=(-1.0, 1.0)) == (-1.0, 1.0)
        low, high = mean_interval([0.9, 1.0, 1.0])
        assert 0 < low < 2.9 / 3
        assert high == 1.0

    def test_a_higher_level_is_a_wider_interval(self) -> None:
        low_50, high_50 = mean_interval(F1, level=0.5)
        low_99, high_99 = mean_interval(F1, level=0.99)
        assert low_99 < low_50 < np.mean(F1) < high_50 < high_99

    @pytest.mark.parametrize("scores", [[], [0.5], [0.5] * 9, [0.7] * 9, [0.0] * 2, [1.0] * 3])
    def test_too_few_or_equal_scores_have_no_interval(self, scores: list[float]) -> None:
        low, high = mean_interval(scores)
        assert math.isnan(low)
        assert math.isnan(high)


def test_differences_that_are_equal_but_for_rounding_have_no_interval() -> None:
    differences = [0.9 - 0.8, 0.3 - 0.2, 0.8 - 0.7]
    assert len(set(differences)) > 1
    assert all(math.isnan(end) for end in mean_interval(differences, bounds=(-1.0, 1.0)))


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


@pytest.mark.parametrize("n", [0, 1, 2, 3, 9, 16, 17, 40])
def test_the_smallest_p_value_is_that_of_differences_of_one_sign(n: int) -> None:
    found = p_value([1.0] * n)
    if n == 17:  # Among the drawn patterns some are all of one sign.
        assert found > smallest_p_value(n) == 1 / 65_537
    else:
        assert found == smallest_p_value(n)


P_VALUES = st.lists(st.floats(0, 1), max_size=8).map(
    lambda values: {f"method {i}": value for i, value in enumerate(values)}
)


class TestHolm:
    @pytest.mark.parametrize(
        ("p_values", "expected"),
        [
            ([], []),
            ([0.03], [0.03]),
            # 3 * 0.01; 2 * 0.04 = 0.08; 1 * 0.06, which is not below the one before.
            ([0.04, 0.01, 0.06], [0.08, 0.03, 0.08]),
            ([0.5, 0.5], [1.0, 1.0]),
            ([0.4, 0.4, 0.9], [1.0, 1.0, 1.0]),
            ([0.25, 0.25], [0.5, 0.5]),
            ([1.0, 0.125, 0.25, 0.125], [1.0, 0.5, 0.5, 0.5]),
        ],
    )
    def test_by_hand(self, p_values: list[float], expected: list[float]) -> None:
        found = holm({f"m{i}": value for i, value in enumerate(p_values)})
        assert list(found) == [f"m{i}" for i in range(len(p_values))]
        assert list(found.values()) == pytest.approx(expected)

    @settings(deadline=None, max_examples=200)
    @given(P_VALUES)
    def test_an_adjusted_value_is_the_least_level_at_which_steps_reject(
        self, p_values: dict[str, float]
    ) -> None:
        # The definition without adjusted values: from the smallest p-value on, reject while it is
        # at most the level divided by how many are left.
        def rejected(level: float) -> set[str]:
            names = sorted(p_values, key=lambda name: p_values[name])
            out: set[str] = set()
            for place, name in enumerate(names):
                if p_values[name] * (len(names) - place) > level:
                    break
                out.add(name)
            return out

        adjusted = holm(p_values)
        assert list(adjusted) == list(p_values)
        for level in {0.0, 0.05, 0.5, *(value for value in adjusted.values() if value < 1)}:
            assert rejected(level) == {name for name in adjusted if adjusted[name] <= level}

    @settings(deadline=None, max_examples=100)
    @given(P_VALUES)
    def test_it_keeps_the_order_lies_above_and_below_bonferroni(
        self, p_values: dict[str, float]
    ) -> None:
        adjusted = holm(p_values)
        for name, value in p_values.items():
            assert value <= adjusted[name] <= min(1.0, len(p_values) * value)
            for other, larger in p_values.items():
                if value <= larger:
                    assert adjusted[name] <= adjusted[other]

    def test_of_the_most_comparisons_all_can_be_found_with_nine_queries(self) -> None:
        assert 12 * smallest_p_value(9) < 0.05 < 13 * smallest_p_value(9)


class TestDetectableDifference:
    @pytest.mark.parametrize(("n_queries", "n_comparisons"), [(3, 1), (9, 1), (9, 12), (40, 3)])
    def test_a_t_test_finds_it_in_four_of_five(self, n_queries: int, n_comparisons: int) -> None:
        difference = detectable_difference(0.2, n_queries, n_comparisons)
        drawn = np.random.default_rng(0).normal(difference, 0.2, (40_000, n_queries))
        p_values = stats.ttest_1samp(drawn, 0, axis=1).pvalue
        assert np.mean(p_values < 0.05 / n_comparisons) == pytest.approx(0.8, abs=0.01)

    def test_known_sample_sizes(self) -> None:
        # So many pairs does an effect of .2, .5 and .8 standard deviations need, by G*Power.
        for effect, n_queries in ((0.2, 199), (0.5, 34), (0.8, 15)):
            enough = detectable_difference(1.0, n_queries, 1)
            assert enough <= effect < detectable_difference(1.0, n_queries - 1, 1)

    def test_it_grows_with_the_spread_and_the_number_of_comparisons(self) -> None:
        one = detectable_difference(0.1, 9, 1)
        assert detectable_difference(0.3, 9, 1) == pytest.approx(3 * one)
        assert detectable_difference(0.1, 9, 12) > one > detectable_difference(0.1, 10, 1)

    def test_differences_that_do_not_vary_are_found_however_small(self) -> None:
        assert detectable_difference(0.0, 9, 3) == 0.0

    @pytest.mark.parametrize("n_queries", [2, 3, 500])
    @pytest.mark.parametrize("n_comparisons", [1, 12])
    def test_it_is_found_for_the_fewest_and_for_many_queries(
        self, n_queries: int, n_comparisons: int
    ) -> None:
        assert 0 < detectable_difference(0.1, n_queries, n_comparisons) < math.inf


class TestComparison:
    COMPARISON = Comparison("best", {"hashes": ["a", "b"], "networks": ("c",)}, 0)

    @pytest.mark.parametrize(
        ("method", "block"),
        [("a", "hashes"), ("b", "hashes"), ("c", "networks"), ("d", "others"), ("best", "others")],
    )
    def test_methods_in_no_block_are_the_others(self, method: str, block: str) -> None:
        assert self.COMPARISON.block_of(method) == block

    def test_a_block_of_twelve_besides_the_reference_is_possible(self) -> None:
        twelve = [f"m{i}" for i in range(12)]
        self.COMPARISON.check(["best", *twelve, "a", "b"])
        with pytest.raises(SettingsError, match=r"'others' has 13 .* with best; possible: 12 at"):
            self.COMPARISON.check(["best", *twelve, "another"])
        Comparison("best", {"own": twelve}, 0).check(["best", *twelve, "another"])

    def test_a_method_in_two_blocks_is_an_error(self) -> None:
        with pytest.raises(SettingsError, match="blocks: a in more than one"):
            Comparison("best", {"x": ["a", "b"], "y": ["a"]}, 0).check([])
        with pytest.raises(SettingsError, match="blocks: a in more than one"):
            Comparison("best", {"x": ["a", "a"]}, 0).check([])
