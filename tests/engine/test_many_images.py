"""A query of more images than all pairs fit for: within a radius it is as of all pairs."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_dataset import byte_copies
from fake_tools import FakeDistances
from given import GivenVectors, given_answers
from labelled import dataset_of

from dupeval.clustering import sparse
from dupeval.clustering.pairs import ComparedPairs
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.folds import folds_of
from dupeval.engine.predictions import predict
from dupeval.errors import SettingsError
from dupeval.evaluation import evaluate
from dupeval.method import Method, Resources
from dupeval.method.external import ExternalMethod
from dupeval.method.vectors import VectorMethod
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.oracle import Oracle
from dupeval.reduction import PCA
from dupeval.tool.hashes import Hashes
from dupeval.tool.process import Reply
from dupeval.tool.view import in_order

PHOTOGRAPHS = [f"p{i % 7}" for i in range(40)]
X = (
    np.random.default_rng(0).normal(size=(7, 12))[np.arange(40) % 7]
    + np.random.default_rng(1).normal(size=(40, 12), scale=0.3)
).astype(np.float32)


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("method.vectors", "method.external", "evaluation"):
        monkeypatch.setattr(f"dupeval.{module}.MOST_CONDENSED", 10)


def scored(method: VectorMethod) -> ScoredAnswers:
    return given_answers(method, dataset_of(PHOTOGRAPHS), X)


@pytest.mark.parametrize("linkage", ["single", "average"])
@pytest.mark.parametrize("reduction", [None, PCA(4, fit="query")])
def test_up_to_the_radius_curves_are_those_of_all_pairs(
    linkage: Any, reduction: PCA | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = VectorMethod(GivenVectors(), reduction, linkage=linkage, metric="euclidean")
    (whole,) = scored(method).curves(0, [method.default], frozenset())
    monkeypatch.setattr("dupeval.method.vectors.MOST_CONDENSED", 10)
    monkeypatch.setattr("dupeval.clustering.pairs.NEIGHBOURS", 6)
    run = scored(method)
    (answer,) = run.answers.answers(0, [method.default])
    assert isinstance(answer, ComparedPairs)
    with pytest.warns(UserWarning, match=r": of 40 images only the pairs within \d.* is known$"):
        (curve,) = run.curves(0, [method.default], frozenset())
    # 50 others are more than there are: all but the farthest pair.
    n = len(curve)
    assert 30 < n <= len(whole)
    np.testing.assert_allclose(curve.thresholds[1:], whole.thresholds[1:n], rtol=1e-6)
    assert curve.tp.tolist() == whole.tp[:n].tolist()
    assert curve.fp.tolist() == whole.fp[:n].tolist()


@pytest.mark.usefixtures("few_are_many")
class TestATable:
    @pytest.fixture
    def resources(self, tmp_path: Path) -> Resources:
        return Resources(tmp_path / "cache")

    def test_says_of_which_queries_only_a_radius_is_known(
        self, resources: Resources, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "dupeval.engine.workshop.Workshop._vectors_of", lambda self, i, representation: X
        )
        method: Method = VectorMethod(GivenVectors(), metric="euclidean")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = evaluate(
                {"it": method}, {"oracle": Oracle()}, dataset_of(PHOTOGRAPHS), resources
            )
        assert made.results[0].scores.f1 == 1.0
        assert made.notes[0] == (
            "query 'q0' has 40 images: of vectors and hashes only pairs within a radius count, in "
            "which an image has 50 others on average; cuts up to there are exact, and no threshold "
            "above it is tried"
        )

    def test_hides_folds_of_photographs_as_of_few_images(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from dupeval.protocol.loqo import LeaveOneQueryOut

        method = VectorMethod(GivenVectors(), metric="euclidean")
        run = scored(method)
        run.answers.folds = folds_of(dataset_of(PHOTOGRAPHS), 3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            (made,) = predict("it", LeaveOneQueryOut(), {"it": run})
        assert made.distances is None
        assert len(set(zip(made.labels.tolist(), PHOTOGRAPHS, strict=True))) == 7

    def test_of_hashes_is_made_within_a_radius_too(
        self, tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        images = {f"{i:02d}.png": f"p{i % 5}" for i in range(12)}
        dataset = byte_copies(tmp_path / "data", {"q": images})
        method = ExternalMethod(FakeDistances(""), threshold=3.0)
        (query,) = dataset.queries
        digests = [bytes.fromhex(query.images[i].sha256) for i in in_order(query.images)]
        reply = Reply([Hashes.of_bytes(digests)], 0.5, 0.25, 7.0)
        monkeypatch.setattr("dupeval.engine.workshop.Workshop._reply_of", lambda *_: reply)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = evaluate({"it": method}, {"fixed": Fixed()}, dataset, resources)
        assert made.absences == ()
        assert made.results[0].scores.f1 == 1.0


def test_pairs_that_are_looked_at_one_by_one_are_refused_beforehand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dupeval.clustering.memory.MOST_DOUBLE", 4)
    monkeypatch.setattr("dupeval.clustering.memory.free_bytes", lambda: 100)
    query = given_answers(VectorMethod(GivenVectors()), dataset_of(PHOTOGRAPHS), X).answers.queries
    with pytest.raises(SettingsError, match=r"780 pairs of 40 images .* methods on vectors, or"):
        query[0].pairs(None, None)


def test_where_all_are_connected_the_reach_says_up_to_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dupeval.method.vectors.MOST_CONDENSED", 10)
    monkeypatch.setattr(sparse, "ENOUGH_CONNECTED", 6)
    method = VectorMethod(GivenVectors(), linkage="average", metric="euclidean")
    run = scored(method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (found,) = run.answers.found(0, [method.default])
    sizes = np.bincount(found.cut(found.reach))
    assert sizes.max() <= 6
    assert np.isfinite(found.reach)
