"""The best threshold and setting: every threshold considered, the middle of the widest best."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupeval.clustering import Dendrogram
from dupeval.engine.folds import Folds
from dupeval.metrics import PairCurve, pair_curve
from dupeval.protocol import search
from dupeval.protocol.search import best_params, best_threshold

ALONE = -math.inf
# tp, fp, fn by the F1 they make, each out of ten pairs.
COUNTS = {
    0: (0, 2, 2),
    0.2: (1, 4, 4),
    0.4: (1, 1, 2),
    0.5: (1, 1, 1),
    0.8: (2, 0, 1),
    1: (2, 0, 0),
}


def curve_of(*steps: tuple[float, float]) -> PairCurve:
    """Make a curve of (threshold, F1), the first threshold minus infinity."""
    counts = np.array([COUNTS[f1] for _, f1 in steps]).T
    curve = PairCurve(np.array([start for start, _ in steps]), *counts, 10 - counts.sum(axis=0))
    assert curve.f1.tolist() == [f1 for _, f1 in steps]
    return curve


def mean_f1(curves: Sequence[PairCurve], threshold: float) -> float:
    return sum(curve.at(threshold).f1 for curve in curves) / len(curves)


class TestBestThreshold:
    def test_it_is_the_middle_of_the_best_interval(self) -> None:
        curve = curve_of((ALONE, 0), (2.0, 0.5), (3.0, 1), (7.0, 0.8), (9.0, 0.5))
        assert best_threshold([curve]) == (5.0, 1.0)

    def test_of_several_best_intervals_it_is_the_middle_of_the_widest(self) -> None:
        curve = curve_of((ALONE, 0), (1.0, 1), (2.0, 0.5), (4.0, 1), (7.0, 0.5), (8.0, 1), (9.0, 0))
        assert best_threshold([curve]) == (5.5, 1.0)

    def test_of_equally_wide_best_intervals_it_is_the_middle_of_the_lowest(self) -> None:
        curve = curve_of((ALONE, 0), (1.0, 1), (3.0, 0.5), (4.0, 1), (6.0, 0))
        assert best_threshold([curve]) == (2.0, 1.0)

    def test_steps_of_equal_f1_are_one_interval(self) -> None:
        curve = curve_of((ALONE, 0), (1.0, 1), (3.5, 0), (4.0, 1), (5.0, 1), (6.0, 1), (7.0, 0))
        assert best_threshold([curve]) == (5.5, 1.0)

    def test_over_several_curves_the_mean_counts(self) -> None:
        first = curve_of((ALONE, 0), (2.0, 1), (6.0, 0.5))
        second = curve_of((ALONE, 0.5), (4.0, 0.8), (9.0, 0))
        # Means: 0.25 below 2, 0.75 up to 4, 0.9 up to 6, 0.65 up to 9, 0.25 above.
        threshold, f1 = best_threshold([first, second])
        assert threshold == 5.0
        assert f1 == pytest.approx(0.9)

    def test_equal_means_made_of_different_scores_are_one_interval(self) -> None:
        # Added in another order the three scores give another rounding of the same sum.
        assert 0.2 + 0.4 + 0.8 != 0.8 + 0.2 + 0.4
        a = curve_of((ALONE, 0), (1.0, 0.2), (2.0, 0.4), (3.0, 0.8), (4.0, 0))
        b = curve_of((ALONE, 0), (1.0, 0.4), (2.0, 0.8), (3.0, 0.2), (4.0, 0))
        c = curve_of((ALONE, 0), (1.0, 0.8), (2.0, 0.2), (3.0, 0.4), (4.0, 0))
        for curves in ([a, b, c], [b, a, c], [c, b, a], [a, c, b]):
            assert best_threshold(curves)[0] == 2.5

    def test_the_interval_below_the_lowest_merge_begins_at_0(self) -> None:
        assert best_threshold([curve_of((ALONE, 1), (3.0, 0.5), (5.0, 0))]) == (1.5, 1.0)

    def test_nothing_together_joins_the_intervals_above_it_from_0_on(self) -> None:
        assert best_threshold([curve_of((ALONE, 1), (3.0, 1), (5.0, 0))]) == (2.5, 1.0)

    def test_where_merges_at_0_spoil_it_nothing_together_is_at_minus_infinity(self) -> None:
        curve = curve_of((ALONE, 1), (0.0, 0.5), (5.0, 0))
        assert best_threshold([curve]) == (ALONE, 1.0)
        assert curve.at(ALONE).f1 == 1.0

    def test_merges_at_0_that_are_best_are_no_reason_for_minus_infinity(self) -> None:
        assert best_threshold([curve_of((ALONE, 0), (0.0, 1), (5.0, 0))]) == (2.5, 1.0)
        assert best_threshold([curve_of((ALONE, 1), (0.0, 1), (5.0, 0))]) == (2.5, 1.0)

    def test_a_wider_interval_is_preferred_to_minus_infinity(self) -> None:
        assert best_threshold([curve_of((ALONE, 1), (0.0, 0.5), (2.0, 1), (4.0, 0))]) == (3.0, 1.0)

    def test_where_all_together_is_best_it_is_the_highest_merge(self) -> None:
        curve = curve_of((ALONE, 0), (2.0, 0.5), (3.0, 1))
        assert best_threshold([curve]) == (3.0, 1.0)
        assert curve.at(3.0).f1 == 1.0

    def test_the_highest_merge_is_that_of_all_curves(self) -> None:
        curves = [curve_of((ALONE, 0), (2.0, 1)), curve_of((ALONE, 0), (8.0, 1))]
        assert best_threshold(curves) == (8.0, 1.0)
        # Best from 2 on; what is above the highest merge has no width.
        curves = [curve_of((ALONE, 0), (2.0, 1)), curve_of((ALONE, 1), (8.0, 1))]
        assert best_threshold(curves) == (5.0, 1.0)

    def test_an_interval_with_width_is_preferred_to_all_together(self) -> None:
        curve = curve_of((ALONE, 0), (2.0, 1), (2.5, 0.5), (9.0, 1))
        assert best_threshold([curve]) == (2.25, 1.0)

    def test_queries_of_one_image_leave_nothing_to_choose(self) -> None:
        alone = pair_curve(Dendrogram.from_distances([]), ["a"])
        assert best_threshold([alone, alone]) == (ALONE, 1.0)

    @pytest.mark.parametrize("place", range(1, 5))
    def test_an_interval_too_narrow_to_have_a_middle_is_met_all_the_same(self, place: int) -> None:
        step = np.finfo(np.float64).eps
        low, high = 1 + place * step, 1 + (place + 1) * step
        assert math.nextafter(low, 2) == high
        curve = curve_of((ALONE, 0), (low, 1), (high, 0.5))
        threshold, f1 = best_threshold([curve])
        assert f1 == 1.0
        assert curve.at(threshold).f1 == 1.0

    @settings(deadline=None, max_examples=200)
    @given(st.data())
    def test_no_threshold_is_better_and_no_best_interval_is_wider(
        self, data: st.DataObject
    ) -> None:
        most = 12
        curves = [
            curve_of(
                (ALONE, data.draw(st.sampled_from(list(COUNTS)))),
                *((float(start), data.draw(st.sampled_from(list(COUNTS)))) for start in starts),
            )
            for starts in data.draw(
                st.lists(st.sets(st.integers(0, most)).map(sorted), min_size=1, max_size=4)
            )
        ]
        threshold, f1 = best_threshold(curves)
        # Every start of an interval is a whole number, so halves see every interval.
        candidates = [ALONE, -1.0, *(i / 2 for i in range(2 * most + 4))]
        best = max(mean_f1(curves, candidate) for candidate in candidates)
        assert f1 == pytest.approx(best, abs=1e-12)
        assert mean_f1(curves, threshold) == pytest.approx(best, abs=1e-12)

        highest = max(curve.thresholds[-1] for curve in curves)
        cells = "".join(
            "x" if mean_f1(curves, cell + 0.5) > best - 1e-9 else " "
            for cell in range(int(max(highest, 0)))
        )
        widest = max(cells.split(" "), key=len)
        if widest:
            assert threshold == cells.index(widest) + len(widest) / 2
        else:
            assert threshold in (ALONE, highest)

    @settings(deadline=None, max_examples=40)
    @given(st.integers(0, 10_000))
    def test_no_threshold_is_better_on_real_dendrograms(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        curves = [
            pair_curve(
                Dendrogram.from_vectors(rng.integers(0, 4, (n, 2)), "average", "euclidean"),
                rng.integers(0, 3, n),
            )
            for n in rng.integers(1, 9, 3)
        ]
        threshold, f1 = best_threshold(curves)
        starts = np.unique(np.concatenate([curve.thresholds for curve in curves]))
        middles = (starts[1:-1] + starts[2:]) / 2
        candidates = [*starts, *middles, starts[-1] + 1]
        assert mean_f1(curves, threshold) == pytest.approx(f1, abs=1e-12)
        assert f1 == pytest.approx(max(mean_f1(curves, c) for c in candidates), abs=1e-12)


class GivenCurves:
    """Curves by linkage and query; remembers what was asked for."""

    method: Any = None

    def __init__(self, **by_linkage: Sequence[PairCurve]) -> None:
        self.by_linkage = by_linkage
        self.asked: list[tuple[int, str, frozenset[int]]] = []

    @property
    def candidates(self) -> list[dict[str, str]]:
        return [{"linkage": name} for name in self.by_linkage]

    @property
    def folds(self) -> Folds:
        return Folds.each_query(len(next(iter(self.by_linkage.values()))))

    def curves(
        self, query: int, many: Sequence[Mapping[str, Any]], hidden: frozenset[int]
    ) -> list[PairCurve]:
        self.asked += [(query, params["linkage"], hidden) for params in many]
        return [self.by_linkage[params["linkage"]][query] for params in many]


BAD = curve_of((ALONE, 0), (1.0, 0.4), (3.0, 0))
FAIR = curve_of((ALONE, 0), (2.0, 0.8), (6.0, 0))
GOOD = curve_of((ALONE, 0), (4.0, 1), (8.0, 0))
GOOD_TOO = curve_of((ALONE, 0), (10.0, 1), (90.0, 0))


class TestBestParams:
    def test_the_setting_with_the_best_mean_f1_is_taken_with_its_own_threshold(self) -> None:
        curves = GivenCurves(single=[BAD], average=[GOOD], complete=[FAIR])
        assert best_params(curves, curves.candidates, [0], frozenset()) == (
            {"linkage": "average"},
            6.0,
        )

    def test_of_equally_good_settings_the_first_of_the_grid_is_taken(self) -> None:
        curves = GivenCurves(single=[FAIR], average=[GOOD], complete=[GOOD_TOO])
        assert best_params(curves, curves.candidates, [0], frozenset()) == (
            {"linkage": "average"},
            6.0,
        )
        curves = GivenCurves(complete=[GOOD_TOO], average=[GOOD], single=[FAIR])
        assert best_params(curves, curves.candidates, [0], frozenset()) == (
            {"linkage": "complete"},
            50.0,
        )

    def test_settings_whose_means_differ_by_rounding_are_equally_good(self) -> None:
        scores = [0.4, 0.8, 0.5, 0.8, 0.8, 0.4]
        rows = [[curve_of((ALONE, 0), (2.0, f1), (6.0, 0)) for f1 in scores]]
        rows.append(list(reversed(rows[0])))
        rows.append([rows[0][i] for i in (1, 3, 4, 0, 5, 2)])
        for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            curves = GivenCurves(**{f"setting_{i}": rows[i] for i in order})
            chosen, _ = best_params(curves, curves.candidates, range(6), frozenset())
            assert chosen == {"linkage": f"setting_{order[0]}"}

    def test_only_the_given_queries_count_and_only_they_are_looked_at(self) -> None:
        curves = GivenCurves(single=[GOOD, BAD, FAIR], average=[BAD, FAIR, FAIR])
        hidden = frozenset({0})
        assert best_params(curves, curves.candidates, [1, 2], hidden) == (
            {"linkage": "average"},
            4.0,
        )
        assert set(curves.asked) == {
            (query, linkage, hidden) for query in (1, 2) for linkage in ("single", "average")
        }


class TestMeanF1:
    @settings(deadline=None, max_examples=40)
    @given(st.integers(21, 60), st.integers(0, 10_000))
    def test_of_many_curves_it_is_the_mean_at_every_threshold(self, n: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        curves = [
            pair_curve(
                Dendrogram.from_distances(rng.integers(0, 9, 15).astype(float) / 8, "average"),
                rng.integers(0, 3, 6),
            )
            for _ in range(n)
        ]
        starts, means = search.mean_f1(curves)
        expected = np.unique(np.concatenate([curve.thresholds for curve in curves]))
        np.testing.assert_array_equal(starts, expected)
        of_each = [[curve.at(start).f1 for curve in curves] for start in starts]
        np.testing.assert_allclose(means, np.mean(of_each, axis=1), rtol=0, atol=3e-14)

    def test_where_scores_go_to_and_fro_equal_means_are_equal_to_the_last_bit(self) -> None:
        up = curve_of((ALONE, 0.2), (1.0, 0.8), (2.0, 0.2), (3.0, 0.8))
        down = curve_of((ALONE, 0.8), (1.0, 0.2), (2.0, 0.8), (3.0, 0.2))
        _, means = search.mean_f1([up, down] * 50)
        assert set(means.tolist()) == {means[0]}

    def test_of_many_partitions_there_is_one_step(self) -> None:
        groups = PairCurve(np.array([math.nan]), *np.array([[1], [0], [1], [0]]))
        starts, means = search.mean_f1([groups] * 30)
        assert np.isnan(starts).all()
        assert means.tolist() == pytest.approx([2 / 3])

    def test_curves_may_differ_in_what_0_divided_by_0_is(self) -> None:
        counts = np.array([[0], [1], [0], [1]])
        curves = [PairCurve(np.array([ALONE]), *counts, x) for x in (0.0, 1.0)]
        assert search.mean_f1(curves * 15)[1].tolist() == [0.0]
