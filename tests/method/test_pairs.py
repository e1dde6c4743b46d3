"""Methods on pairs: what a gate leaves out is farthest apart, and scores are compared once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_dataset import byte_copies
from fake_pairs import Sums
from given import groups_of, worked

from dupeval.dataset import Dataset
from dupeval.distance import PairScore
from dupeval.distance.explanation import Explanation
from dupeval.distance.gates import Near
from dupeval.distance.local.sift import SiftInliers
from dupeval.distance.local.verified import Verified
from dupeval.engine.answers import Answers
from dupeval.engine.workshop import Workshop
from dupeval.errors import SettingsError
from dupeval.method import Resources
from dupeval.method.pairs import PairMethod
from dupeval.representation.raw import RawPixels
from dupeval.timing import Stopwatch

OTHERS = {"one": {"a": "p", "b": "p", "c": "q"}, "two": {"d": "r", "e": "r"}}


@dataclass(frozen=True)
class Step(PairScore):
    """1 between files whose sums of bytes differ by more than `step`."""

    step: int = 1

    @property
    def features_key(self) -> Mapping[str, Any]:
        return {"features": "sum"}

    @property
    def key(self) -> Mapping[str, Any]:
        return {"score": "step", "step": self.step}

    def features(self, image: Any) -> Any:
        with image.open() as file:
            return {"sum": np.array([float(sum(file.read()))])}

    def distance(self, a: Any, b: Any) -> float:
        return float(abs(a["sum"] - b["sum"])[0] > self.step)


class Telling(Sums):
    """Shows the hashes of two files."""

    def explain(self, a: Any, b: Any) -> Explanation:
        return Explanation("told", a["sha256"], b["sha256"])


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    named = {slug: {f"{n}.png": p for n, p in of.items()} for slug, of in OTHERS.items()}
    return byte_copies(tmp_path / "data", named)


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return Resources(tmp_path / "cache")


def test_copies_are_grouped_and_stages_timed(dataset: Dataset, resources: Resources) -> None:
    for stored in (False, True):
        watch = Stopwatch("it")
        scored = worked(PairMethod(Sums(), threshold=0.5), dataset, resources, watch)
        assert [groups_of(scored, query, 0.0) for query in (0, 1)] == [[0, 0, 1], [0, 0]]
        assert [(timing.stage, timing.stored) for timing in watch.timings] == [
            ("features", stored),
            ("matching", stored),
        ]


def test_what_a_gate_leaves_out_has_the_largest_distance(
    dataset: Dataset, resources: Resources
) -> None:
    gate = Near(representation=RawPixels(size=8), within=0.0, metric="euclidean", small=0)
    score = Sums()
    answers = Answers(PairMethod(score, gate), Workshop(dataset, resources, Stopwatch("it")))
    with pytest.warns(UserWarning, match="it: the gate leaves out 2 of 4 pairs, among them 0 of 2"):
        answers.prepare([{}])
    assert answers.distances(0, {}).tolist() == [0, score.largest, score.largest]
    assert score.compared == []


def test_a_part_of_a_query_has_its_own_pairs(dataset: Dataset, resources: Resources) -> None:
    query, _ = Workshop(dataset, resources, Stopwatch("it")).queries()
    score = Sums()
    whole = query.pairs(score, None)
    assert query.only(np.array([2, 0])).pairs(score, None).tolist() == [whole[1]]
    assert query.only(np.array([1])).pairs(score, None).tolist() == []


def test_settings_of_the_score_can_be_chosen(dataset: Dataset, resources: Resources) -> None:
    method = PairMethod(Step(), grid={"step": [1, 10**6], "linkage": ["single", "average"]})
    assert len(method.candidates) == 4
    answers = Answers(method, Workshop(dataset, resources, Stopwatch("it")))
    many = [{"step": 1, "linkage": "single"}, {"step": 10**6, "linkage": "average"}]
    answers.prepare(many)
    near, far = answers.answers(0, many)
    assert near.condensed.max() == 1  # type: ignore[union-attr]
    assert far.condensed.max() == 0  # type: ignore[union-attr]
    assert [method.linkage_of(params) for params in many] == ["single", "average"]


def test_a_pair_is_explained_in_the_order_it_is_asked_for(dataset: Dataset) -> None:
    a, b = dataset.queries[0].images[:2]
    method = PairMethod(Telling())
    assert method.explains
    for first, second in ((a, b), (b, a)):
        told = method.explain({}, first, second)
        assert told is not None
        assert [told.a.tobytes().hex(), told.b.tobytes().hex()] == [first.sha256, second.sha256]


def test_a_score_that_explains_nothing_makes_a_method_that_does_not(dataset: Dataset) -> None:
    method = PairMethod(Sums())
    assert not method.explains
    assert method.explain({}, *dataset.queries[0].images[:2]) is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"linkage": "ward"}, "linkage=ward is for Euclidean distances only; possible: single"),
        ({"grid": {"colour": ["red"]}}, "grid.colour: there is no such parameter to try"),
        ({"grid": {"step": []}}, "grid.step is empty; possible: a list of values"),
        ({"grid": {"linkage": ["ward"]}}, "grid: no combination of its values is possible"),
    ],
)
def test_impossible_settings_are_told(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        PairMethod(Step(), **settings)


def test_all_that_changes_answers_is_in_the_key() -> None:
    method = PairMethod(Verified())
    gate = Near(representation=RawPixels(), within=0.5)
    others = [
        PairMethod(SiftInliers()),
        PairMethod(Verified(halo=False)),
        replace(method, gate=gate),
        replace(method, gate=Near(representation=RawPixels(), within=0.4)),
        replace(method, linkage="single"),
        replace(method, threshold=0.5),
        replace(method, grid={"mirror": [True, False]}),
    ]
    keys = [str(each.key) for each in (method, *others)]
    assert len(set(keys)) == len(keys)
    versions = {"numpy", "opencv-contrib-python-headless", "pillow"}
    assert versions <= method.description["score"].keys()
