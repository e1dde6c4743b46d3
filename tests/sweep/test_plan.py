"""All that changes what comes of a setting is in its key."""

from dataclasses import replace
from pathlib import Path

import pytest
from given import GivenVectors
from labelled import Labelled, labelled_query

from dupeval.dataset import Dataset
from dupeval.engine.folds import Folds
from dupeval.method.vectors import VectorMethod
from dupeval.reduction import PCA
from dupeval.representation.raw import RawPixels
from dupeval.sweep.plan import outcome_key


def dataset(photographs: str = "aab", edit: str = "") -> Dataset:
    images = tuple(
        Labelled(f"{i}.png", Path(f"{i}.png"), photograph, edit, f"hash {i}")
        for i, photograph in enumerate(photographs)
    )
    return Dataset("test", (labelled_query("q", "Q", images),))


RAW = VectorMethod(RawPixels(size=8), PCA(2), linkage="single", metric="euclidean")


def key(method: VectorMethod = RAW, data: Dataset | None = None, held_out: bool = True) -> str:
    data = data or dataset()
    return outcome_key(method, data, held_out, Folds.each_query(len(data.queries)))


class TestKeys:
    def test_are_sha256_in_hex(self) -> None:
        assert len(key()) == 64
        assert int(key(), 16) > 0

    @pytest.mark.parametrize(
        "other",
        [
            replace(RAW, representation=RawPixels(size=16)),
            replace(RAW, reduction=None),
            replace(RAW, reduction=PCA(3)),
            replace(RAW, reduction=PCA(0.5)),
            replace(RAW, reduction=PCA(2, fit="query")),
            replace(RAW, reduction=PCA(2, whiten=True)),
            replace(RAW, linkage="average"),
            replace(RAW, metric="cosine"),
        ],
    )
    def test_differ_with_everything_that_changes_the_outcome(self, other: VectorMethod) -> None:
        assert key(other) != key()

    def test_differ_with_the_dataset_and_with_what_is_asked_for(self) -> None:
        assert len({key(), key(data=dataset("abb")), key(held_out=False)}) == 3

    def test_do_not_differ_with_the_threshold_in_force_or_how_the_setting_came_about(self) -> None:
        assert key(replace(RAW, threshold=0.3)) == key()
        grid = {"linkage": ("single", "average"), "n_components": (2,)}
        assert key(replace(RAW, grid=grid)) == key()
        assert key(replace(RAW, linkage="ward", grid=grid).at({"linkage": "single"})) == key()

    def test_differ_from_release_to_release_of_what_computes_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = key(VectorMethod(GivenVectors()))
        monkeypatch.setattr("dupeval.sweep.plan.version", lambda name: "0.0.1")
        assert key(VectorMethod(GivenVectors())) != before

    def test_differ_with_the_source(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = key()
        monkeypatch.setattr("dupeval.sweep.plan.source_sha256", lambda *_, **__: "another")
        assert key() != before
