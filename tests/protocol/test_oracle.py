"""The oracle: the best single setting on the very queries that are scored."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from dupeval.method import VectorCurves, VectorMethod
from dupeval.metrics import PairCurve
from dupeval.protocol import Choice
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.oracle import Oracle
from dupeval.reduction import PCA
from dupeval.representation import Representation


class GivenVectors(Representation):
    """Vectors come from the test; nothing is read."""

    @property
    def key(self) -> Mapping[str, Any]:
        return {"representation": "given"}

    def vectors(self, paths: Sequence[Path]) -> Iterator[npt.NDArray[np.float32]]:
        raise NotImplementedError


def perfect_between(low: float, high: float) -> PairCurve:
    """Make the curve of a query that is perfect from `low` to just below `high`, else at F1 0."""
    counts = [[0, 1, 0], [0, 0, 1], [1, 0, 1], [2, 2, 1]]
    return PairCurve(np.array([-math.inf, low, high]), *np.array(counts))


class GivenCurves:
    """Curves by setting and query; remembers what was hidden."""

    default: Mapping[str, Any] = {}
    threshold = None

    def __init__(self, *settings: Sequence[PairCurve]) -> None:
        self.by_setting = settings
        self.hidden: set[frozenset[int]] = set()

    @property
    def settings(self) -> list[dict[str, int]]:
        return [{"n_components": i} for i in range(len(self.by_setting))]

    @property
    def n_queries(self) -> int:
        return len(self.by_setting[0])

    def curve(self, query: int, setting: Mapping[str, Any], hidden: frozenset[int]) -> PairCurve:
        self.hidden.add(hidden)
        return self.by_setting[setting["n_components"]][query]


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
    assert curves.hidden == {frozenset()}


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
