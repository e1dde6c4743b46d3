"""Outcomes kept on disk, by all that changes them."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from given import GivenVectors, perfect_between
from labelled import Labelled, labelled_query

from dupeval.dataset import Dataset
from dupeval.engine.folds import Folds
from dupeval.method.vectors import VectorMethod
from dupeval.reduction import PCA
from dupeval.representation.raw import RawPixels
from dupeval.sweep.outcome import Best, Outcome
from dupeval.sweep.store import OutcomeStore, outcome_key


def dataset(photographs: str = "aab", edit: str = "") -> Dataset:
    images = tuple(
        Labelled(f"{i}.png", Path(f"{i}.png"), photograph, edit, f"hash {i}")
        for i, photograph in enumerate(photographs)
    )
    return Dataset("test", (labelled_query("q", "Q", images),))


OUTCOME = Outcome(
    (perfect_between(0.1, 1 / 3), perfect_between(2, math.pi)),
    (Best(0.2, 0.5), Best(-math.inf, 1 / 7)),
)


@pytest.fixture
def store(tmp_path: Path) -> OutcomeStore:
    return OutcomeStore(tmp_path / "sweep")


def only_file(store: OutcomeStore) -> Path:
    (path,) = store.folder.rglob("*.safetensors")
    return path


class TestStore:
    def test_what_is_loaded_is_what_was_saved_to_the_last_bit(self, store: OutcomeStore) -> None:
        store.save("ab12", OUTCOME)
        loaded = store.load("ab12")
        assert loaded is not None
        assert loaded.held_out == OUTCOME.held_out
        for curve, saved in zip(loaded.curves, OUTCOME.curves, strict=True):
            for name in ("thresholds", "tp", "fp", "fn", "tn", "precision", "recall", "f1"):
                np.testing.assert_array_equal(getattr(curve, name), getattr(saved, name))
                assert getattr(curve, name).dtype == getattr(saved, name).dtype

    def test_with_nothing_held_out(self, store: OutcomeStore) -> None:
        store.save("ab12", replace(OUTCOME, held_out=()))
        loaded = store.load("ab12")
        assert loaded is not None
        assert loaded.held_out == ()

    def test_what_was_not_saved_is_none(self, store: OutcomeStore) -> None:
        assert store.load("ab12") is None

    def test_the_same_outcome_is_the_same_bytes(self, store: OutcomeStore) -> None:
        store.save("ab12", OUTCOME)
        before = only_file(store).read_bytes()
        store.save("ab12", OUTCOME)
        assert only_file(store).read_bytes() == before

    @pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b[:-1] + b"!", lambda b: b""])
    def test_a_damaged_file_counts_as_none_and_is_named(
        self, store: OutcomeStore, damage: Any
    ) -> None:
        store.save("ab12", OUTCOME)
        path = only_file(store)
        path.write_bytes(damage(path.read_bytes()))
        with pytest.warns(UserWarning, match=f"{path} is damaged and is computed again"):
            assert store.load("ab12") is None


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
        monkeypatch.setattr("dupeval.sweep.store.version", lambda name: "0.0.1")
        other_libraries = key(VectorMethod(GivenVectors()))
        monkeypatch.setattr("dupeval.sweep.store.OUTCOME", 0)
        assert len({before, other_libraries, key(VectorMethod(GivenVectors()))}) == 3
