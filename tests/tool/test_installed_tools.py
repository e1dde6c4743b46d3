"""Every tool that a method's YAML names, run for real on images made by hand."""

import json
import os
import re
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from configuration import build_methods
from fake_imagededup import THRESHOLDS, WitnessedImageDedup
from fake_photographs import photograph, write_copies
from hydra_app import compose
from labelled import Labelled, labelled_query

from dupeval.dataset import Dataset, Query
from dupeval.engine.answers import Answers, cut
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.workshop import Workshop
from dupeval.files import file_sha256
from dupeval.method import Resources
from dupeval.method.external import ExternalMethod
from dupeval.timing import Stopwatch
from dupeval.tool.imagededup import ImageDedup
from dupeval.tool.imagehash import CropResistantHash, ImageHash
from dupeval.tool.pdq import PDQ
from dupeval.tool.perception import PerceptionLocal

# Every package starts once for all of these, which takes a minute or two.
pytestmark = pytest.mark.slow

HELPERS = str(Path(__file__).resolve().parents[1] / "helpers")
# Those of the project: a user may have YAMLs beside them.
NAMES = sorted(
    {"pdq", "perception_local"}
    | {
        name
        for name, method in compose("table1", ["experiment=table1_all"]).methods.items()
        if method._target_.endswith(".ExternalMethod")
    }
)
# They read whatever a dataset may hold.
READ_ALL = (ImageHash, CropResistantHash, PDQ, PerceptionLocal)


def query_of(folder: Path, photographs: dict[str, str]) -> Query:
    return labelled_query(
        folder.name,
        folder.name,
        [
            Labelled(name, folder / name, label, "", file_sha256(folder / name))
            for name, label in photographs.items()
        ],
    )


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Give a query of two photographs in four copies and one alone, and one of odd formats."""
    root = tmp_path_factory.mktemp("data")
    copies, odd = root / "copies", root / "odd formats"
    photographs = write_copies(copies, 1) | write_copies(copies, 2)
    photograph(3).save(copies / "3.jpg", quality=92)
    photographs["3.jpg"] = "3"
    odd.mkdir()
    formats = {}
    for seed, ending in ((5, "png"), (6, "jp2")):
        for name in ("a", "b"):
            photograph(seed).save(odd / f"{name}.{ending}")
            formats[f"{name}.{ending}"] = str(seed)
    return Dataset("by hand", (query_of(copies, photographs), query_of(odd, formats)))


@dataclass(frozen=True)
class Run:
    name: str
    method: ExternalMethod
    scored: ScoredAnswers
    complaints: list[str]
    timing: Any
    witness: Path

    def groups(self, query: int, threshold: float | None = None) -> list[int]:
        """Return the groups at a threshold, by default the tool's own."""
        chosen = self.method.cut if threshold is None else threshold
        assert chosen is not None
        (found,) = self.scored.answers.found(query, [self.method.default])
        labels: list[int] = cut(found, chosen).tolist()
        return labels


@pytest.fixture(scope="module")
def runs(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """Give a function that runs the tool of a YAML, once."""

    @cache
    def run_once(name: str) -> Run:
        method: Any = build_methods(compose("run", [f"method={name}"]))[name]
        folder = tmp_path_factory.mktemp(name)
        if isinstance(method.tool, ImageDedup):
            # To start the package takes seconds: its own word is heard in the same process.
            witnessed = WitnessedImageDedup(**method.tool.parameters, file=str(folder / "witness"))
            method = replace(method, tool=witnessed)
        watch = Stopwatch(name)
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            patch.setenv("PYTHONPATH", HELPERS, prepend=os.pathsep)
            if isinstance(method.tool, WitnessedImageDedup):
                # It writes its word into a folder of ours, which nothing that is kept in can.
                patch.setenv("DUPEVAL_ISOLATION", "process group")
            answers = Answers(method, Workshop(dataset, Resources(folder), watch))
            answers.prepare([])
        told = [str(warning.message) for warning in caught]
        complaints = [text for text in told if not text.startswith("tools are kept in by")]
        (timing,) = watch.timings
        scored = ScoredAnswers(answers, [query.truth for query in dataset.queries])
        return Run(name, method, scored, complaints, timing, folder / "witness")

    return run_once


@pytest.fixture(params=NAMES)
def run(request: pytest.FixtureRequest, runs: Callable[[str], Run]) -> Run:
    """Give the run of each tool."""
    if request.param == "findimagedupes" and shutil.which("findimagedupes") is None:
        pytest.skip("findimagedupes is not on the PATH; on Debian: apt install findimagedupes")
    if request.param == "perception_local" and find_spec("faiss") is None:
        pytest.skip("faiss-cpu is not installed; pip install 'dupeval[tools]'")
    return runs(request.param)


def test_finds_exact_copies_at_its_default(run: Run, dataset: Dataset) -> None:
    groups = dict(zip([i.name for i in dataset.queries[0].images], run.groups(0), strict=True))
    assert groups["1 first.jpg"] == groups["1-same.JPG"]
    assert groups["2 first.jpg"] == groups["2-same.JPG"]


def test_tells_no_distance_between_exact_copies(run: Run, dataset: Dataset) -> None:
    names = [image.name for image in dataset.queries[0].images]
    groups = run.groups(0, 0.0)
    for seed in (1, 2):
        same = names.index(f"{seed} first.jpg"), names.index(f"{seed}-same.JPG")
        assert groups[same[0]] == groups[same[1]]


def test_separates_unrelated_photographs_at_its_default(run: Run, dataset: Dataset) -> None:
    photographs = {image.name: of.photograph for image, of in dataset.queries[0].with_labels}
    names = list(photographs)
    wrong = [
        (a, b)
        for (a, group_a), (b, group_b) in combinations(zip(names, run.groups(0), strict=True), 2)
        if group_a == group_b and photographs[a] != photographs[b]
    ]
    assert wrong == []


def test_finds_every_copy_at_some_threshold_that_separates_them(run: Run) -> None:
    curves = run.scored.curves(0, run.method.cut_candidates, frozenset())
    assert max(curve.f1.max() for curve in curves) == 1.0


def test_of_a_format_it_does_not_read_images_are_alone_and_named_in_a_warning(
    run: Run, dataset: Dataset
) -> None:
    a_png, b_png, a_jp2, b_jp2 = run.groups(1)
    assert a_png == b_png
    if isinstance(run.method.tool, READ_ALL):
        assert a_jp2 == b_jp2 != a_png
        assert run.complaints == []
    else:
        assert len({a_png, a_jp2, b_jp2}) == 3
        (complaint,) = set(run.complaints)
        assert complaint.startswith(
            f"{run.name} on query 'odd formats': cannot read 2 of 4 images, which count as alone: "
        )
        assert re.findall(r"'(\w\.jp2)'", complaint) in (["a.jp2", "b.jp2"], ["b.jp2", "a.jp2"])


def test_says_which_version_it_is_and_what_it_took(run: Run) -> None:
    versions = run.method.description["versions"]
    assert versions
    assert all(versions.values())
    assert run.timing.cpu_s > 0
    assert 0 < run.timing.wall_s < 60
    assert 10 < run.timing.peak_memory_mb < 2000
    assert not run.timing.stored


@pytest.mark.parametrize(
    "run", [name for name in NAMES if name.startswith("imagededup_")], indirect=True
)
def test_imagededup_calls_neighbours_those_within_a_distance(run: Run) -> None:
    lines = run.witness.read_text().splitlines()
    assert len(lines) == 2
    for line in lines:
        names, distances, neighbours = json.loads(line)
        found = dict(zip(combinations(names, 2), distances, strict=True))
        for threshold, of_each in zip(THRESHOLDS, neighbours, strict=True):
            within = {p for p, d in found.items() if d is not None and d <= threshold}
            said = {tuple(sorted((a, b))) for a, others in of_each.items() for b in others}
            assert said == within
