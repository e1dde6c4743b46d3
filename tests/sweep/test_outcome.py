"""What comes of settings is what the protocols find on the plain way, one setting after another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from given import GivenVectors
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dupeval.dataset.standin import read_standin
from dupeval.errors import SettingsError
from dupeval.method import Setting
from dupeval.method.vectors import VectorCurves, VectorMethod
from dupeval.metrics import PairCurve
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.oracle import Oracle
from dupeval.protocol.shared import Shared
from dupeval.reduction import PCA, Scope
from dupeval.representation.cache import VectorCache
from dupeval.representation.raw import RawPixels
from dupeval.sweep.grid import Spread
from dupeval.sweep.outcome import Outcome, OutcomeCurves, outcomes
from dupeval.timing import one_thread

REPOSITORY = Path(__file__).resolve().parents[2]
NOTHING: frozenset[int] = frozenset()

Labels = list[npt.NDArray[np.str_]]
Vectors = list[npt.NDArray[np.float64]]


@pytest.fixture(autouse=True)
def _as_the_programs() -> Iterator[None]:
    with one_thread():
        yield


def draw(sizes: Sequence[int], d: int, seed: int, copies: bool = False) -> tuple[Labels, Vectors]:
    """Draw queries of noisy photographs; some images are copies of others to the last bit."""
    rng = np.random.default_rng(seed)
    labels, vectors = [], []
    for n in sizes:
        photographs = rng.integers(0, max(1, n // 2), n)
        X = rng.normal(size=(n, d))[photographs] * 2 + rng.normal(size=(n, d))
        if copies:
            X[rng.integers(0, n, n // 3)] = X[0]
        labels.append(photographs.astype(np.str_))
        vectors.append(X)
    return labels, vectors


def family(reduction: PCA | None, **grid: tuple[object, ...]) -> VectorMethod:
    tuned = ("threshold", *grid)
    return VectorMethod(GivenVectors(), reduction, metric="euclidean", tuned=tuned, grid=grid)


@dataclass(frozen=True)
class Alone:
    """The plain curves of a family seen as if it had one setting."""

    plain: VectorCurves
    setting: Setting
    settings: tuple[Setting, ...] = ({},)
    default: Setting = field(default_factory=dict)
    threshold: float | None = None

    @property
    def n_queries(self) -> int:
        return self.plain.n_queries

    def curve(self, query: int, setting: Setting, hidden: frozenset[int]) -> PairCurve:
        return self.plain.curve(query, self.setting, hidden)

    def partition(self, *_: object) -> npt.NDArray[np.int64]:
        raise AssertionError("no groups are asked for")


def assert_as_plain(plain: VectorCurves, settings: Sequence[Setting]) -> None:
    """Compare with each setting as a method of its own."""
    found = outcomes(plain, settings, held_out=True)
    assert len(found) == len(settings)
    for setting, outcome in zip(settings, found, strict=True):
        one = Alone(plain, setting)
        choices = LeaveOneQueryOut().choose("it", {"it": one})
        for query, (choice, best) in enumerate(zip(choices, outcome.held_out, strict=True)):
            assert best.threshold == pytest.approx(choice.threshold, rel=1e-9, abs=1e-12)
            own = one.curve(query, {}, choice.hidden)
            curve = outcome.curves[query]
            np.testing.assert_allclose(curve.thresholds, own.thresholds, rtol=1e-9, atol=1e-12)
            for name in ("tp", "fp", "fn", "tn"):
                np.testing.assert_array_equal(getattr(curve, name), getattr(own, name))
            assert curve.at(best.threshold) == own.at(choice.threshold)
            others = [q for q in range(one.n_queries) if q != query]
            f1 = [one.curve(q, {}, choice.hidden).at(choice.threshold).f1 for q in others]
            assert best.f1 == pytest.approx(np.mean(f1), abs=1e-12)


LINKAGES = ("single", "complete", "average")


@pytest.mark.parametrize("fit", ["others", "dataset", "query"])
@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("copies", [False, True])
def test_with_principal_components(fit: Scope, whiten: bool, copies: bool) -> None:
    method = family(
        PCA(2, fit, whiten),
        linkage=LINKAGES,
        metric=("euclidean", "cosine", "cityblock"),
        n_components=(3, 1, 5, 0.6, 0.95),
    )
    labels, vectors = draw([14, 12, 13, 15], 16, seed=1, copies=copies)
    assert_as_plain(VectorCurves(method, labels, vectors), method.settings)


def test_without_a_reduction() -> None:
    method = family(
        None, linkage=LINKAGES, metric=("euclidean", "cosine", "cityblock", "correlation")
    )
    assert_as_plain(VectorCurves(method, *draw([6, 9, 2, 1], 5, seed=2)), method.settings)


def test_linkages_that_need_euclidean_distances() -> None:
    method = family(PCA(2), linkage=("ward", "centroid", "median", "weighted"), n_components=(2, 4))
    assert_as_plain(VectorCurves(method, *draw([6, 9, 7], 5, seed=3)), method.settings)


@hypothesis_settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sizes=st.lists(st.integers(2, 7), min_size=3, max_size=5),
    d=st.integers(2, 9),
    seed=st.integers(0, 2**32 - 1),
    fit=st.sampled_from(["others", "dataset", "query"]),
    whiten=st.booleans(),
)
def test_on_any_dataset(sizes: list[int], d: int, seed: int, fit: Scope, whiten: bool) -> None:
    # Few vectors whitened on themselves are all at one distance: what merges first is rounding.
    assume(not (whiten and fit == "query"))
    method = family(
        PCA(1, fit, whiten),
        linkage=LINKAGES,
        metric=("euclidean", "cosine"),
        n_components=(1, 0.5, 0.9),
    )
    labels, vectors = draw(sizes, d, seed)
    assert_as_plain(VectorCurves(method, labels, vectors), method.settings)


def test_on_the_standin(tmp_path: Path) -> None:
    dataset = read_standin(REPOSITORY / "data" / "standin", tmp_path / "checked", progress=False)
    raw = RawPixels(size=8)
    vectors = VectorCache(tmp_path / "vectors").vectors(dataset.images, raw)
    method = VectorMethod(
        raw,
        PCA(1, whiten=True),
        tuned=("threshold", "linkage", "metric", "n_components"),
        grid={
            "linkage": ("single", "average"),
            "metric": ("euclidean", "cosine"),
            "n_components": (*Spread(4).up_to(139), 0.9),
        },
    )
    assert_as_plain(VectorCurves.of(method, dataset, vectors), method.settings)


class TestSomeSettingsOfAFamily:
    method = family(PCA(2), linkage=LINKAGES, n_components=(1, 2, 3))
    plain = VectorCurves(method, *draw([5, 6, 7], 6, seed=4))

    def test_are_what_they_are_among_all(self) -> None:
        every = outcomes(self.plain, self.method.settings, held_out=True)
        chosen = self.method.settings[1::3]
        few = outcomes(self.plain, chosen, held_out=True)
        for one, other in zip(few, every[1::3], strict=True):
            np.testing.assert_allclose(one.held_out, other.held_out, rtol=1e-12)

    def test_nothing_is_held_out_where_that_is_not_asked_for(self) -> None:
        (outcome,) = outcomes(self.plain, [self.method.settings[0]], held_out=False)
        assert outcome.held_out == ()
        assert len(outcome.curves) == 3

    @pytest.mark.parametrize("held_out", [False, True])
    def test_progress_adds_up_to_the_number_of_settings(self, held_out: bool) -> None:
        steps: list[float] = []
        outcomes(self.plain, self.method.settings, held_out, steps.append)
        assert len(steps) == (9 if held_out else 3)
        assert sum(steps) == pytest.approx(9)

    def test_more_components_than_there_are_is_an_error(self) -> None:
        with pytest.raises(SettingsError, match="n_components=7"):
            outcomes(self.plain, [{"n_components": 7}], held_out=True)


class TestAsTheProtocolsSeeIt:
    """All protocols but loqo choose on what an outcome keeps as they do on the plain curves."""

    method = family(PCA(2), linkage=LINKAGES)
    plain = VectorCurves(method, *draw([8, 6, 7], 6, seed=5))

    def both(self, place: int) -> tuple[Alone, OutcomeCurves]:
        setting = self.method.settings[place]
        (outcome,) = outcomes(self.plain, [setting], held_out=False)
        return Alone(self.plain, setting), OutcomeCurves(outcome, threshold=1.5)

    @pytest.mark.parametrize("place", range(3))
    def test_oracle(self, place: int) -> None:
        plain, kept = self.both(place)
        assert [c.threshold for c in Oracle().choose("it", {"it": kept})] == pytest.approx(
            [c.threshold for c in Oracle().choose("it", {"it": plain})]
        )

    def test_fixed(self) -> None:
        _, kept = self.both(0)
        assert [c.threshold for c in Fixed().choose("it", {"it": kept})] == [1.5] * 3

    def test_shared(self) -> None:
        (plain, kept), (plain_reference, kept_reference) = self.both(0), self.both(1)
        shared = Shared("ref")
        assert [
            c.threshold for c in shared.choose("it", {"it": kept, "ref": kept_reference})
        ] == pytest.approx(
            [c.threshold for c in shared.choose("it", {"it": plain, "ref": plain_reference})]
        )

    def test_what_is_not_kept_is_an_error(self) -> None:
        _, kept = self.both(0)
        assert kept.curve(1, {}, frozenset({1})) is kept.curve(1, {}, NOTHING)
        with pytest.raises(SettingsError, match="while another one is hidden"):
            kept.curve(0, {}, frozenset({1}))
        with pytest.raises(SettingsError, match="not groups"):
            kept.partition(0, {}, NOTHING, 1.0)


def test_one_query_has_curves_and_with_nothing_held_out_no_more() -> None:
    method = family(PCA(1, "query"), linkage=LINKAGES)
    plain = VectorCurves(method, *draw([5], 4, seed=6))
    found: list[Outcome] = outcomes(plain, method.settings, held_out=False)
    assert [len(outcome.curves) for outcome in found] == [1, 1, 1]
