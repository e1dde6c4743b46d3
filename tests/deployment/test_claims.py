"""Which groups are claimed and without a mistake, and what bounds that gives."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dupeval.clustering import Dendrogram
from dupeval.deployment.claims import (
    claimed_groups,
    claims_of,
    groups_needed,
    least_mean,
    least_precision,
    least_share,
    share_interval,
    true_groups,
)
from dupeval.truth import Truth, Verdict


def counted_by_hand(groups: list[int], truth: Truth) -> tuple[int, int]:
    """Count pair by pair."""
    counts, true = truth.of_pairs()
    pairs = {pair: i for i, pair in enumerate(combinations(range(len(groups)), 2))}
    claimed = faultless = 0
    for group in set(groups):
        members = [i for i, own in enumerate(groups) if own == group]
        own = [pairs[pair] for pair in combinations(members, 2) if counts[pairs[pair]]]
        claimed += bool(own)
        faultless += bool(own) and all(true[i] for i in own)
    return claimed, faultless


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    n = draw(st.integers(2, 8))
    photographs = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    known = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    verdicts = [
        Verdict(a, b, draw(st.sampled_from(["same", "different", "unsure"])))
        for a, b in combinations(range(n), 2)
        if draw(st.integers(0, 6)) == 0
    ]
    return Truth.of(photographs, known, verdicts=verdicts)


class TestClaims:
    def test_a_group_with_one_wrong_pair_is_claimed_with_a_mistake(self) -> None:
        truth = Truth.of(["a", "a", "b", "b", "c"])
        assert claimed_groups([0, 0, 0, 1, 2], truth) == (1, 0)
        assert claimed_groups([0, 0, 1, 1, 2], truth) == (2, 2)
        assert claimed_groups([0, 1, 2, 3, 4], truth) == (0, 0)

    def test_a_group_of_which_nothing_is_known_is_not_claimed(self) -> None:
        truth = Truth.of(["a", "a", "", ""], [True, True, False, False])
        assert claimed_groups([0, 0, 1, 1], truth) == (1, 1)
        # A stranger among copies is no mistake that anybody knows of.
        assert claimed_groups([0, 0, 0, 1], truth) == (1, 1)

    def test_photographs_are_found_whole_or_not(self) -> None:
        truth = Truth.of(["a", "a", "a", "b", "b", "c"])
        assert true_groups([0, 0, 1, 2, 2, 2], truth) == (2, 1)
        assert true_groups([0] * 6, truth) == (2, 2)

    @given(truths(), st.data())
    def test_of_every_cut_they_are_those_of_its_partition(
        self, truth: Truth, data: st.DataObject
    ) -> None:
        n = len(truth)
        size = n * (n - 1) // 2
        distances = data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
        dendrogram = Dendrogram.from_distances(np.array(distances, float), "average")
        claims = claims_of(dendrogram, truth)
        for threshold in (-math.inf, 0.0, *dendrogram.heights, 9.0):
            found = [int(x[0]) for x in claims.at(np.array([threshold]))]
            groups = dendrogram.cut(threshold).tolist()
            assert tuple(found) == counted_by_hand(groups, truth)
            partition = claims_of(np.array(groups), truth)
            assert [int(x[0]) for x in partition.at(np.array([math.nan]))] == found


class TestBounds:
    @pytest.mark.parametrize(("good", "of"), [(0, 5), (1, 1), (9, 10), (59, 59), (298, 300)])
    def test_of_a_share_they_are_clopper_and_pearsons(self, good: int, of: int) -> None:
        exact = stats.binomtest(good, of, alternative="greater").proportion_ci(0.95, "exact")
        assert float(least_share(good, of)) == pytest.approx(exact.low)
        two_sided = stats.binomtest(good, of).proportion_ci(0.95, "exact")
        assert share_interval(good, of) == pytest.approx((two_sided.low, two_sided.high))

    def test_nothing_claimed_bounds_nothing(self) -> None:
        assert float(least_share(0, 0)) == 0
        assert share_interval(0, 0) == (0, 1)

    def test_over_queries_they_are_students(self) -> None:
        values = np.array([1.0, 0.9, 0.95, 1.0])
        low = values.mean() - stats.t.ppf(0.95, 3) * values.std(ddof=1) / 2
        assert float(least_mean(values)) == pytest.approx(low)
        with_one_that_claims_nothing = np.append(values, np.nan)
        assert float(least_mean(with_one_that_claims_nothing)) == pytest.approx(low)

    @pytest.mark.parametrize("values", [[1.0, 1.0, 1.0], [0.8], [0.8, np.nan], [np.nan, np.nan]])
    def test_equal_queries_or_one_say_nothing_of_each_other(self, values: list[float]) -> None:
        assert math.isnan(least_mean(np.array(values)))

    def test_of_precision_the_lower_one_is_taken(self) -> None:
        alike = np.ones(9)
        assert float(least_precision(alike, 41, 41)) == pytest.approx(0.05 ** (1 / 41))
        differing = np.array([1.0, 0.2, 1.0])
        assert float(least_precision(differing, 400, 400)) == float(least_mean(differing))

    def test_so_many_groups_without_a_mistake_show_a_precision(self) -> None:
        assert groups_needed(0, 0, 0.95) == 59
        assert groups_needed(0, 0, 0.99) == 299
        assert groups_needed(40, 40, 0.95) == 19
        assert groups_needed(59, 59, 0.95) == 0
        one_wrong = groups_needed(40, 41, 0.95)
        assert one_wrong is not None
        assert float(least_share(40 + one_wrong, 41 + one_wrong)) >= 0.95
        assert float(least_share(39 + one_wrong, 40 + one_wrong)) < 0.95

    def test_what_no_number_shows_is_none(self) -> None:
        assert groups_needed(0, 10, 0.9999999) is None
