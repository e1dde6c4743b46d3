"""The oracle: the best single setting on the very queries that are scored."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from given import GivenCurves, GivenVectors, perfect_between
from labelled import scored_answers

from dupeval.engine.curves import Curves
from dupeval.method.vectors import VectorMethod
from dupeval.protocol import Decision
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.oracle import Oracle
from dupeval.reduction import PCA


def mean_f1(curves: Curves, decisions: Sequence[Decision]) -> float:
    scores = [
        curves.curves(q, [d.params], d.hidden)[0].at(d.threshold) for q, d in enumerate(decisions)
    ]
    return float(np.mean([score.f1 for score in scores]))


def test_all_queries_share_one_choice_made_on_all_of_them_with_nothing_hidden() -> None:
    curves = GivenCurves([perfect_between(2, 4), perfect_between(3, 6), perfect_between(3, 5)])
    assert Oracle().decide("mine", {"mine": curves}) == [Decision({"n_components": 0}, 3.5)] * 3
    assert {hidden for _, hidden in curves.asked} == {frozenset()}


def test_setting_and_threshold_are_chosen_together() -> None:
    curves = GivenCurves(
        [perfect_between(2, 4), perfect_between(6, 7), perfect_between(8, 9)],
        [perfect_between(1, 2), perfect_between(6, 9), perfect_between(8, 9)],
    )
    assert Oracle().decide("mine", {"mine": curves}) == [Decision({"n_components": 1}, 8.5)] * 3


def test_one_query_is_enough() -> None:
    curves = GivenCurves([perfect_between(2, 4)])
    assert Oracle().decide("mine", {"mine": curves}) == [Decision({"n_components": 0}, 3.0)]


def test_other_methods_of_the_run_do_not_matter() -> None:
    mine, other = (GivenCurves([perfect_between(low, low + 2)]) for low in (2, 7))
    assert Oracle().decide("mine", {"other": other, "mine": mine})[0].threshold == 3.0
    assert Oracle().decide("other", {"other": other, "mine": mine})[0].threshold == 8.0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("reduction", [None, PCA(3)])
def test_no_fixed_threshold_has_a_better_mean_f1_and_it_bounds_leave_one_query_out(
    seed: int, reduction: PCA | None
) -> None:
    rng = np.random.default_rng(seed)
    photographs = [rng.integers(0, 3, 8) for _ in range(4)]
    vectors = [
        rng.normal(size=(3, 6))[labels] * 2 + rng.normal(size=(8, 6)) * rng.uniform(0.2, 2, 6)
        for labels in photographs
    ]
    method = VectorMethod(GivenVectors(), reduction, metric="euclidean")
    curves = scored_answers(method, [list(map(str, p)) for p in photographs], vectors)
    decisions = Oracle().decide("mine", {"mine": curves})
    best = mean_f1(curves, decisions)
    heights = [
        float(height)
        for query in range(4)
        for height in curves.answers.dendrogram(query, {}).heights
    ]
    reached = [
        mean_f1(curves, [Decision({}, threshold)] * 4)
        for threshold in [-math.inf, *np.linspace(0, 12, 241), *heights]
    ]
    assert best == pytest.approx(max(reached), abs=1e-12)
    assert min(reached) < best
    if reduction is None:  # Both see the same curves.
        loqo = LeaveOneQueryOut().decide("mine", {"mine": curves})
        assert mean_f1(curves, loqo) <= best + 1e-12
