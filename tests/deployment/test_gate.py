"""Of many images those pairs are compared that are compared when a folder is grouped."""

from pathlib import Path

import numpy as np
import pytest
from fake_pairs import Sums, of_sum
from labelled import dataset_of
from placed import Placed

from dupeval.dataset import Dataset, Label, Query
from dupeval.deployment import gate
from dupeval.deployment.gate import AsGrouped, as_grouped
from dupeval.engine.workshop import Workshop
from dupeval.grouping import comparing
from dupeval.method import Resources
from dupeval.method.pairs import PairMethod
from dupeval.timing import Stopwatch


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take four images for many."""
    for module in (gate, comparing):
        monkeypatch.setattr(module, "SMALL", 3)


def sums(*values: int) -> Dataset:
    images = tuple(of_sum(n) for n in values)
    return Dataset("sums", (Query("q", "Q", images, tuple(Label(str(n)) for n in values)),))


def test_a_small_sample_has_all_its_pairs_compared(tmp_path: Path) -> None:
    method = PairMethod(Sums(), threshold=0.5)
    resources = Resources(tmp_path)
    assert as_grouped(method, sums(1, 2, 3), resources) is method
    assert as_grouped(Placed({}), dataset_of("a" * 200), resources).cut is None


@pytest.mark.usefixtures("few")
def test_of_a_large_one_those_that_a_folder_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def voted(_: object, images: tuple[object, ...], *__: object) -> np.ndarray:
        return np.array([[0, 1], [1, 2]])

    monkeypatch.setattr(comparing, "worth_a_look", voted)
    dataset, resources = sums(1, 2, 3, 90), Resources(tmp_path)
    method = as_grouped(PairMethod(Sums(), threshold=1.0), dataset, resources)
    assert isinstance(method, PairMethod)
    assert isinstance(method.gate, AsGrouped)
    assert method.gate.limit == 1.25
    (query,) = Workshop(dataset, resources, Stopwatch("sums")).queries()
    # 1 and 3 are connected by 2, and so compared; 90 is looked at with none.
    assert method.gate.lets_through(query).tolist() == [True, True, False, True, False, False]
    assert hash(method.gate) == hash(as_grouped(method.at({}), dataset, resources).gate)


@pytest.mark.usefixtures("few")
def test_a_gate_of_its_own_stays(tmp_path: Path) -> None:
    own = AsGrouped(Sums(), 1.0, Resources(tmp_path))
    method = PairMethod(Sums(), gate=own)
    assert as_grouped(method, sums(1, 2, 3, 4), Resources(tmp_path)) is method
