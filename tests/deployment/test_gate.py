"""Of many images those pairs are compared that are compared when a folder is grouped."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from fake_pairs import Sums, of_sum
from placed import Placed

from dupeval.dataset import Dataset, Label, Query
from dupeval.deployment import gate
from dupeval.deployment.gate import AsGrouped, as_grouped
from dupeval.distance.gates import Gate
from dupeval.engine.workshop import Workshop
from dupeval.grouping import comparing
from dupeval.method import Method, Resources
from dupeval.method.pairs import PairMethod
from dupeval.timing import Stopwatch

RESOURCES = Resources(Path("nowhere"))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take four images for many."""
    for module in (gate, comparing):
        monkeypatch.setattr(module, "SMALL", 3)


def sums(*values: int) -> Dataset:
    images = tuple(of_sum(n) for n in values)
    return Dataset("sums", (Query("q", "Q", images, tuple(Label(str(n)) for n in values)),))


class Chosen(Gate):
    """Looks at pairs that the test gives."""

    key: ClassVar = {"gate": "chosen"}

    def __init__(self, *pairs: tuple[int, int]) -> None:
        self.pairs = np.array(pairs)

    def looked_at(self, *_: object) -> np.ndarray:
        return self.pairs


def looked_at(method: Method, dataset: Dataset, n_first: int | None = None) -> list[list[int]]:
    assert isinstance(method, PairMethod)
    assert method.gate is not None
    (query,) = Workshop(dataset, RESOURCES, Stopwatch("sums")).queries()
    pairs: list[list[int]] = method.gate.looked_at(query, method.score, n_first).tolist()
    return pairs


def test_a_small_sample_has_all_its_pairs_compared() -> None:
    method = as_grouped(PairMethod(Sums(), Chosen((0, 1)), threshold=0.5), RESOURCES)
    assert looked_at(method, sums(1, 2, 3)) == [[0, 1], [0, 2], [1, 2]]
    assert looked_at(method, sums(1, 2, 3), 1) == [[0, 1], [0, 2]]


def test_a_method_that_compares_no_pairs_is_as_it_was() -> None:
    method = Placed({})
    assert as_grouped(method, RESOURCES) is method


@pytest.mark.usefixtures("few")
def test_a_large_one_has_those_of_a_folder(tmp_path: Path) -> None:
    own = PairMethod(Sums(), Chosen((0, 1), (1, 2)), threshold=1.0)
    method = as_grouped(own, Resources(tmp_path))
    # 1 and 3 are connected by 2, and so compared; 90 is looked at with none.
    assert looked_at(method, sums(1, 2, 3, 90)) == [[0, 1], [0, 2], [1, 2]]


def test_a_little_more_than_the_threshold_connects() -> None:
    for threshold, limit in ((1.0, 1.25), (None, 5e8), (1e9, np.nextafter(1e9, 0))):
        method = as_grouped(PairMethod(Sums(), threshold=threshold), RESOURCES)
        assert isinstance(method, PairMethod)
        assert method.gate == AsGrouped(None, limit, RESOURCES)
        assert hash(method.gate) == hash(AsGrouped(None, limit, RESOURCES))
