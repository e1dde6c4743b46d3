"""What comes of settings is what the protocols find, one setting after another."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenVectors, perfect_between
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from labelled import scored_answers

from dupeval.engine.curves import ScoredAnswers
from dupeval.errors import SettingsError
from dupeval.method.vectors import VectorMethod
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.nested import Nested
from dupeval.protocol.oracle import Oracle
from dupeval.protocol.shared import Shared
from dupeval.reduction import PCA
from dupeval.store import Entry, Store
from dupeval.sweep.grid import Family, named_settings
from dupeval.sweep.outcome import Best, Outcome, OutcomeCurves, outcomes
from dupeval.sweep.plan import Planned
from dupeval.sweep.tables import Swept, best_table, figures_by_protocol
from dupeval.timing import one_thread

NOTHING: frozenset[int] = frozenset()
LINKAGES = ("single", "complete", "average")
Vectors = list[npt.NDArray[np.float64]]


@pytest.fixture(autouse=True)
def _as_the_programs() -> Iterator[None]:
    with one_thread():
        yield


def draw(
    sizes: Sequence[int], d: int, seed: int, copies: bool = False
) -> tuple[list[list[str]], Vectors]:
    """Draw queries of noisy photographs; some images are copies of others to the last bit."""
    rng = np.random.default_rng(seed)
    labels, vectors = [], []
    for n in sizes:
        photographs = rng.integers(0, max(1, n // 2), n)
        X = rng.normal(size=(n, d))[photographs] * 2 + rng.normal(size=(n, d))
        if copies:
            X[rng.integers(0, n, n // 3)] = X[0]
        labels.append(list(map(str, photographs)))
        vectors.append(X)
    return labels, vectors


def family(reduction: PCA | None, **grid: tuple[Any, ...]) -> VectorMethod:
    return VectorMethod(GivenVectors(), reduction, metric="euclidean", grid=grid)


def assert_as_alone(method: VectorMethod, labels: list[list[str]], vectors: Vectors) -> None:
    """Compare with each setting as a method of its own."""
    settings = list(method.candidates)
    found = outcomes(scored_answers(method, labels, vectors), settings, held_out=True)
    assert len(found) == len(settings)
    for setting, outcome in zip(settings, found, strict=True):
        alone = scored_answers(method.at(setting), labels, vectors)
        decisions = LeaveOneQueryOut().decide("it", {"it": alone})
        for query, (decided, best) in enumerate(zip(decisions, outcome.held_out, strict=True)):
            assert best.threshold == pytest.approx(decided.threshold, rel=1e-9, abs=1e-12)
            (own,) = alone.curves(query, [{}], decided.hidden)
            curve = outcome.curves[query]
            np.testing.assert_allclose(curve.thresholds, own.thresholds, rtol=1e-9, atol=1e-12)
            for name in ("tp", "fp", "fn", "tn"):
                np.testing.assert_array_equal(getattr(curve, name), getattr(own, name))
            others = [q for q in range(len(labels)) if q != query]
            f1 = [alone.curves(q, [{}], decided.hidden)[0].at(decided.threshold).f1 for q in others]
            assert best.f1 == pytest.approx(np.mean(f1), abs=1e-12)


@pytest.mark.parametrize("fit", ["others", "dataset", "query"])
@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("copies", [False, True])
def test_with_principal_components(fit: Any, whiten: bool, copies: bool) -> None:
    method = family(
        PCA(2, fit, whiten),
        linkage=LINKAGES,
        metric=("euclidean", "cosine", "cityblock"),
        n_components=(3, 5, 0.6),
    )
    assert_as_alone(method, *draw([14, 12, 13, 15], 16, seed=1, copies=copies))


def test_without_a_reduction() -> None:
    metrics = ("euclidean", "cosine", "cityblock", "correlation")
    assert_as_alone(family(None, linkage=LINKAGES, metric=metrics), *draw([6, 9, 2, 1], 5, seed=2))


def test_linkages_that_need_euclidean_distances() -> None:
    method = family(PCA(2), linkage=("ward", "centroid", "median", "weighted"), n_components=(2, 4))
    assert_as_alone(method, *draw([6, 9, 7], 5, seed=3))


@hypothesis_settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sizes=st.lists(st.integers(2, 7), min_size=3, max_size=5),
    d=st.integers(2, 9),
    seed=st.integers(0, 2**32 - 1),
    fit=st.sampled_from(["others", "dataset", "query"]),
    whiten=st.booleans(),
)
def test_on_any_dataset(sizes: list[int], d: int, seed: int, fit: Any, whiten: bool) -> None:
    # Few vectors whitened on themselves are all at one distance: what merges first is rounding.
    assume(not (whiten and fit == "query"))
    method = family(
        PCA(1, fit, whiten),
        linkage=LINKAGES,
        metric=("euclidean", "cosine"),
        n_components=(1, 0.5, 0.9),
    )
    assert_as_alone(method, *draw(sizes, d, seed))


class TestSomeSettingsOfAFamily:
    method = family(PCA(2), linkage=LINKAGES, n_components=(1, 2, 3))

    def scored(self) -> ScoredAnswers:
        return scored_answers(self.method, *draw([5, 6, 7], 6, seed=4))

    def test_are_what_they_are_among_all(self) -> None:
        every = outcomes(self.scored(), self.method.candidates, held_out=True)
        few = outcomes(self.scored(), self.method.candidates[1::3], held_out=True)
        for one, other in zip(few, every[1::3], strict=True):
            np.testing.assert_allclose(one.held_out, other.held_out, rtol=1e-12)

    def test_nothing_is_held_out_where_that_is_not_asked_for(self) -> None:
        (outcome,) = outcomes(self.scored(), [self.method.candidates[0]], held_out=False)
        assert outcome.held_out == ()
        assert len(outcome.curves) == 3

    @pytest.mark.parametrize("held_out", [False, True])
    def test_progress_adds_up_to_the_number_of_settings(self, held_out: bool) -> None:
        steps: list[float] = []
        outcomes(self.scored(), self.method.candidates, held_out, steps.append)
        assert len(steps) == (4 if held_out else 1)
        assert sum(steps) == pytest.approx(9)

    def test_more_components_than_there_are_is_an_error(self) -> None:
        with pytest.raises(SettingsError, match="n_components=7"):
            outcomes(self.scored(), [{"n_components": 7}], held_out=True)


class TestAsTheProtocolsSeeIt:
    """All protocols but those that leave out choose on what an outcome keeps."""

    method = family(PCA(2), linkage=LINKAGES)

    def both(self, place: int) -> tuple[ScoredAnswers, OutcomeCurves]:
        setting = self.method.candidates[place]
        data = draw([8, 6, 7], 6, seed=5)
        (outcome,) = outcomes(scored_answers(self.method, *data), [setting], held_out=False)
        alone = scored_answers(self.method.at(setting), *data)
        fixed = VectorMethod(GivenVectors(), PCA(2), threshold=1.5)
        return alone, OutcomeCurves(fixed, outcome)

    @pytest.mark.parametrize("place", range(3))
    def test_oracle(self, place: int) -> None:
        alone, kept = self.both(place)
        assert [c.threshold for c in Oracle().decide("it", {"it": kept})] == pytest.approx(
            [c.threshold for c in Oracle().decide("it", {"it": alone})]
        )

    def test_fixed(self) -> None:
        _, kept = self.both(0)
        assert [c.threshold for c in Fixed().decide("it", {"it": kept})] == [1.5] * 3

    def test_shared(self) -> None:
        (alone, kept), (alone_reference, kept_reference) = self.both(0), self.both(1)
        shared = Shared("ref")
        assert [
            c.threshold for c in shared.decide("it", {"it": kept, "ref": kept_reference})
        ] == pytest.approx(
            [c.threshold for c in shared.decide("it", {"it": alone, "ref": alone_reference})]
        )

    def test_what_is_not_kept_is_an_error(self) -> None:
        _, kept = self.both(0)
        (own,), (same,) = kept.curves(1, [{}], frozenset({1})), kept.curves(1, [{}], NOTHING)
        assert own is same
        with pytest.raises(SettingsError, match="while another one is hidden"):
            kept.curves(0, [{}], frozenset({1}))


def test_one_query_has_curves_and_with_nothing_held_out_no_more() -> None:
    method = family(PCA(1, "query"), linkage=LINKAGES)
    scored = scored_answers(method, *draw([5], 4, seed=6))
    found = outcomes(scored, method.candidates, held_out=False)
    assert [len(outcome.curves) for outcome in found] == [1, 1, 1]


@pytest.mark.parametrize("seed", range(3))
def test_all_held_out_is_what_nested_reaches_on_the_same_grid(seed: int) -> None:
    method = family(PCA(2), linkage=LINKAGES, metric=("euclidean", "cosine"), n_components=(2, 4))
    labels, vectors = draw([9, 8, 7, 9], 6, seed=seed)
    scored = scored_answers(method, labels, vectors)
    bare = Family(method.at({}), tuple(method.candidates))
    found = outcomes(scored, method.candidates, held_out=True)
    swept = [
        Swept(Planned("it", parameters, bare, setting, f"{i}"), outcome)
        for i, ((setting, parameters), outcome) in enumerate(
            zip(named_settings(bare), found, strict=True)
        )
    ]
    best = best_table(swept, figures_by_protocol(swept, {"loqo": LeaveOneQueryOut()}, {}))
    reached = [
        scored.curves(q, [decided.params], decided.hidden)[0].at(decided.threshold).f1
        for q, decided in enumerate(Nested().decide("it", {"it": scored}))
    ]
    assert best["f1_loqo_all"].tolist() == [pytest.approx(np.mean(reached), abs=1e-12)]


@pytest.mark.parametrize("held_out", [(Best(0.2, 0.5), Best(-math.inf, 1 / 7)), ()])
def test_what_is_kept_is_the_same_to_the_last_bit(
    held_out: tuple[Best, ...], tmp_path: Path
) -> None:
    outcome = Outcome((perfect_between(0.1, 1 / 3), perfect_between(2, math.pi)), held_out)
    Store(tmp_path).put({}, outcome.entry)
    entry = Store(tmp_path).get({})
    assert entry is not None
    loaded = Outcome.of(entry)
    assert loaded.held_out == held_out
    for curve, saved in zip(loaded.curves, outcome.curves, strict=True):
        for name in ("thresholds", "tp", "fp", "fn", "tn", "precision", "recall", "f1"):
            np.testing.assert_array_equal(getattr(curve, name), getattr(saved, name))
            assert getattr(curve, name).dtype == getattr(saved, name).dtype


@pytest.mark.parametrize(
    "changed",
    [
        {"n_cuts": np.array([2, 3])},
        {"n_cuts": np.array([6, 0])},
        {"n_cuts": np.array([[3], [3]])},
        {"n_cuts": np.array([3.0, 3.0])},
        {"tp": np.array([1, 2, 3, 4, 5])},
        {"tp": np.ones(6)},
        {"thresholds": np.ones(6, np.int64)},
        {"held_out": np.ones((1, 2))},
        {"held_out": np.ones((2, 3))},
    ],
)
def test_an_entry_of_no_outcome_is_told(changed: dict[str, Any]) -> None:
    one = perfect_between(0.1, 1 / 3)
    entry = Outcome((one, one), (Best(0.2, 0.5), Best(0.1, 1.0))).entry
    assert len(one) == 3
    assert len(Outcome.of(entry).curves) == 2
    with pytest.raises(ValueError, match=r"."):
        Outcome.of(Entry({**entry.tensors, **changed}))
