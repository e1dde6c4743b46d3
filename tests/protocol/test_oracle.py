"""The oracle: the best single setting on the very queries that are scored."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from given import GivenCurves, GivenVectors, perfect_between

from dupeval.method.vectors import VectorCurves, VectorMethod
from dupeval.protocol import Choice
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.oracle import Oracle
from dupeval.reduction import PCA


def draw_curves(seed: int, tuned: dict[str, Any]) -> VectorCurves:
    rng = np.random.default_rng(seed)
    photographs = [rng.integers(0, 3, 8) for _ in range(4)]
    vectors = [
        rng.normal(size=(3, 6))[labels] * 2 + rng.normal(size=(8, 6)) * rng.uniform(0.2, 2, 6)
        for labels in photographs
    ]
    method = VectorMethod(
        representation=GivenVectors(), reduction=PCA(3), metric="euclidean", **tuned
    )
    return VectorCurves(method, [labels.astype(np.str_) for labels in photographs], vectors)


def mean_f1(curves: VectorCurves, choices: Sequence[Choice]) -> float:
    scores = [curves.curve(q, c.setting, c.hidden).at(c.threshold) for q, c in enumerate(choices)]
    return float(np.mean([score.f1 for score in scores]))


def test_all_queries_share_one_choice_made_on_all_of_them_with_nothing_hidden() -> None:
    curves = GivenCurves([perfect_between(2, 4), perfect_between(3, 6), perfect_between(3, 5)])
    assert Oracle().choose("mine", {"mine": curves}) == [Choice({"n_components": 0}, 3.5)] * 3
    assert {hidden for _, hidden in curves.asked} == {frozenset()}


def test_setting_and_threshold_are_chosen_together() -> None:
    curves = GivenCurves(
        [perfect_between(2, 4), perfect_between(6, 7), perfect_between(8, 9)],
        [perfect_between(1, 2), perfect_between(6, 9), perfect_between(8, 9)],
    )
    assert Oracle().choose("mine", {"mine": curves}) == [Choice({"n_components": 1}, 8.5)] * 3


def test_one_query_is_enough() -> None:
    curves = GivenCurves([perfect_between(2, 4)])
    assert Oracle().choose("mine", {"mine": curves}) == [Choice({"n_components": 0}, 3.0)]


def test_other_methods_of_the_run_do_not_matter() -> None:
    mine, other = (GivenCurves([perfect_between(low, low + 2)]) for low in (2, 7))
    assert Oracle().choose("mine", {"other": other, "mine": mine})[0].threshold == 3.0
    assert Oracle().choose("other", {"other": other, "mine": mine})[0].threshold == 8.0


@pytest.mark.parametrize("seed", range(6))
def test_no_fixed_threshold_and_no_setting_of_the_grid_has_a_better_mean_f1(seed: int) -> None:
    grid = {"n_components": (1, 2, 5), "linkage": ("single", "average")}
    curves = draw_curves(seed, {"tuned": ("threshold", *grid), "grid": grid})
    choices = Oracle().choose("mine", {"mine": curves})
    best = mean_f1(curves, choices)
    assert len(curves.settings) == 6
    reached = [
        mean_f1(curves, [Choice(setting, threshold)] * 4)
        for setting in curves.settings
        for threshold in [-math.inf, *np.linspace(0, 12, 241), *_heights(curves, setting)]
    ]
    assert best == pytest.approx(max(reached), abs=1e-12)
    assert min(reached) < best


@pytest.mark.parametrize("seed", range(6))
def test_it_is_an_upper_bound_of_leave_one_query_out(seed: int) -> None:
    # Without a reduction both see the same curves.
    rng = np.random.default_rng(seed)
    photographs = [rng.integers(0, 3, 8) for _ in range(4)]
    vectors = [rng.normal(size=(3, 6))[p] * 2 + rng.normal(size=(8, 6)) for p in photographs]
    method = VectorMethod(representation=GivenVectors(), metric="euclidean")
    curves = VectorCurves(method, [p.astype(np.str_) for p in photographs], vectors)
    oracle, loqo = (p.choose("mine", {"mine": curves}) for p in (Oracle(), LeaveOneQueryOut()))
    assert mean_f1(curves, loqo) <= mean_f1(curves, oracle) + 1e-12


def _heights(curves: VectorCurves, setting: Mapping[str, Any]) -> list[float]:
    return [
        float(height)
        for query in range(curves.n_queries)
        for height in curves.dendrogram(query, setting, frozenset()).heights
    ]
