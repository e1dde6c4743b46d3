"""A method's thresholds and curves on a dataset, made once and kept."""

from pathlib import Path

import numpy as np
import pytest
from fake_dataset import byte_copies

from dupeval.dataset import Dataset
from dupeval.engine.answers import Answers
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.folds import folds_of
from dupeval.engine.workshop import Workshop
from dupeval.method import Resources
from dupeval.method.vectors import VectorMethod
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.search import best_params
from dupeval.reduction import PCA
from dupeval.representation.raw import RawPixels
from dupeval.suite.carriers import Carrier, carrier_of
from dupeval.timing import Stopwatch

METHODS = {
    "raw": VectorMethod(RawPixels(size=4), metric="euclidean"),
    "raw_pca": VectorMethod(RawPixels(size=4), PCA(3, fit="others"), metric="euclidean"),
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Three queries, in the second of which copies are hard negatives of nobody."""
    queries = {"one": "aabbc", "two": "ddeef", "three": "gghij"}
    images = {slug: {f"{i}.png": p for i, p in enumerate(of)} for slug, of in queries.items()}
    return byte_copies(tmp_path_factory.mktemp("carriers") / "data", images)


def answers_of(name: str, dataset: Dataset, tmp_path: Path) -> ScoredAnswers:
    workshop = Workshop(dataset, Resources(tmp_path / "other"), Stopwatch(name))
    answers = Answers(METHODS[name], workshop, folds_of(dataset))
    answers.prepare([{}])
    return ScoredAnswers(answers, [query.truth for query in dataset.queries])


@pytest.mark.parametrize("name", METHODS)
def test_it_chooses_as_the_protocol_does_and_as_the_search_does(
    name: str, dataset: Dataset, tmp_path: Path
) -> None:
    own = answers_of(name, dataset, tmp_path)
    carrier = Carrier.of(own, dataset)
    decided = LeaveOneQueryOut().decide(name, {name: own})
    assert list(carrier.held_out.values()) == decided
    best = carrier.best()
    assert (best.params, best.threshold) == best_params(own, [{}], range(3), frozenset())
    for i, (slug, decision) in enumerate(zip(carrier.curves, decided, strict=True)):
        (curve,) = own.curves(i, [{}], frozenset({i}))
        assert carrier.scores(slug, decision) == curve.at(decision.threshold)


@pytest.mark.parametrize("name", METHODS)
def test_what_is_kept_is_what_was_made(name: str, dataset: Dataset, tmp_path: Path) -> None:
    resources = Resources(tmp_path / "cache")
    made, kept = (
        carrier_of(name, METHODS[name], dataset, folds_of(dataset), resources) for _ in range(2)
    )
    assert len(list((tmp_path / "cache" / "carriers").rglob("*.safetensors"))) == 1
    assert kept.candidates == made.candidates
    assert kept.held_out == made.held_out
    for slug, curves in made.curves.items():
        for one, other in zip(curves, kept.curves[slug], strict=True):
            np.testing.assert_array_equal(one.thresholds, other.thresholds)
            np.testing.assert_array_equal(one.f1, other.f1)


def test_one_query_chooses_for_others_alone(tmp_path: Path) -> None:
    images = {f"{i}.png": photograph for i, photograph in enumerate("aabbcc")}
    single = byte_copies(tmp_path / "data", {"one": images})
    carrier = Carrier.of(answers_of("raw", single, tmp_path), single)
    assert carrier.held_out == {}
    assert carrier.scores("one", carrier.best()).f1 == 1.0
