"""Vectors and replies of a dataset's images, made once whoever asks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from fake_dataset import byte_copies
from fake_program import COUNTED, fake_program, starts

from dupeval.dataset import Dataset, ImageHandle
from dupeval.engine.workshop import Workshop
from dupeval.errors import NoScoresError
from dupeval.method import Resources
from dupeval.representation import Representation
from dupeval.timing import Stopwatch
from dupeval.tool.command import Command


class Counting(Representation):
    """Of each image its place among all that were asked for, in many columns."""

    def __init__(self) -> None:
        self.asked: list[Sequence[ImageHandle]] = []

    @property
    def key(self) -> Mapping[str, Any]:
        return {"representation": "counting"}

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        self.asked.append(images)
        rng = np.random.default_rng(0)
        for place, _ in enumerate(images):
            yield np.append(np.float32(place), rng.normal(size=40)).astype(np.float32)


class FirstColumns(Representation):
    """A layer of another representation."""

    def __init__(self, source: Representation, columns: int) -> None:
        self._source, self.columns = source, columns

    @property
    def source(self) -> Representation:
        return self._source

    @property
    def key(self) -> Mapping[str, Any]:
        return {"representation": "columns", "columns": self.columns}

    def from_source(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return vectors[:, : self.columns]

    def vectors(self, paths: Sequence[Path]) -> Iterator[npt.NDArray[np.float32]]:
        raise AssertionError("its source is asked")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    # Equal files are represented once.
    queries = {"one": {"a": "p", "b": "q", "c": "r"}, "two": {"a": "s", "b": "t"}}
    named = {slug: {f"{n}.png": p for n, p in of.items()} for slug, of in queries.items()}
    return byte_copies(tmp_path / "data", named)


@pytest.fixture
def make(dataset: Dataset, tmp_path: Path) -> Callable[..., Workshop]:
    def make(watch: Stopwatch, run: int = 0, **resources: Any) -> Workshop:
        return Workshop(dataset, Resources(tmp_path / "cache", **resources), watch, run)

    return make


def test_methods_are_shown_handles_query_after_query(
    dataset: Dataset, make: Callable[..., Workshop]
) -> None:
    shown = make(Stopwatch("it")).queries()
    assert [query.slug for query in shown] == ["one", "two"]
    assert [query.images for query in shown] == [query.images for query in dataset.queries]
    assert {type(image).__name__ for query in shown for image in query.images} == {"ImageHandle"}


def test_vectors_are_made_once_of_all_images_and_each_query_gets_its_own(
    make: Callable[..., Workshop],
) -> None:
    watch, representation = Stopwatch("it"), Counting()
    first, second = make(watch).queries()
    assert representation.asked == []
    assert second.vectors(representation)[:, 0].tolist() == [3, 4]
    assert first.vectors(representation)[:, 0].tolist() == [0, 1, 2]
    assert [len(images) for images in representation.asked] == [5]
    assert [(timing.stage, timing.stored) for timing in watch.timings] == [
        ("representation", False)
    ]


def test_layers_of_one_pass_are_timed_once(make: Callable[..., Workshop]) -> None:
    watch, whole = Stopwatch("it"), Counting()
    (first, _) = make(watch).queries()
    for columns in (1, 2):
        layer = FirstColumns(whole, columns)
        np.testing.assert_array_equal(first.vectors(layer), first.vectors(whole)[:, :columns])
    assert [timing.stage for timing in watch.timings] == ["representation"]


def test_workshops_of_a_dataset_may_share_vectors(dataset: Dataset, tmp_path: Path) -> None:
    watches, shelf, whole = [Stopwatch("one"), Stopwatch("two")], {}, Counting()
    layer = FirstColumns(whole, 2)
    for watch in watches:
        workshop = Workshop(dataset, Resources(tmp_path / "cache"), watch, shelf=shelf)
        (first, _) = workshop.queries()
        np.testing.assert_array_equal(first.vectors(layer), first.vectors(whole)[:, :2])
    assert [len(images) for images in whole.asked] == [5]
    said = [[(timing.stage, timing.stored) for timing in watch.timings] for watch in watches]
    assert said == [[("representation", False)], [("representation", True)]]


def test_coordinates_keep_all_inner_products_and_are_made_once(
    make: Callable[..., Workshop],
) -> None:
    watch, representation = Stopwatch("it"), Counting()
    shown = make(watch).queries()
    vectors = np.concatenate([query.vectors(representation) for query in shown]).astype(float)
    coordinates = np.concatenate([query.coordinates(representation) for query in shown])
    assert coordinates.shape == (5, 5)
    np.testing.assert_allclose(coordinates @ coordinates.T, vectors @ vectors.T, rtol=1e-9)
    assert [timing.stage for timing in watch.timings] == ["representation", "coordinates"]


@pytest.mark.usefixtures("without_namespaces")
def test_a_tool_is_run_once_on_each_query_in_each_run(
    make: Callable[..., Workshop], tmp_path: Path
) -> None:
    program = fake_program(tmp_path / "program", COUNTED)
    tool = Command((program, "{images}"))
    for run in range(2):
        watch = Stopwatch("it")
        workshop = make(watch, run)
        for _ in range(2):
            for query in workshop.queries():
                query.reply(tool, 10.0)
        assert starts(program) == 2 * (run + 1)
        assert [timing.stage for timing in watch.timings] == ["tool"]


@pytest.mark.usefixtures("without_namespaces")
def test_a_tool_is_run_again_where_all_is_to_be_fresh(
    make: Callable[..., Workshop], tmp_path: Path
) -> None:
    program = fake_program(tmp_path / "program", COUNTED)
    for fresh, n_starts, stored in ((False, 2, False), (False, 2, True), (True, 4, False)):
        watch = Stopwatch("it")
        make(watch, fresh=fresh).queries()[0].reply(Command((program, "{images}")), 10.0)
        assert (starts(program), watch.timings[0].stored) == (n_starts, stored)


def test_a_tool_has_the_time_it_is_given(make: Callable[..., Workshop], tmp_path: Path) -> None:
    program = fake_program(tmp_path / "program", "import time; time.sleep(60)")
    query, _ = make(Stopwatch("it")).queries()
    with pytest.raises(NoScoresError, match=r"no answer within 0\.5 s$"):
        query.reply(Command((program, "{images}")), 0.5)


def test_what_a_tool_took_is_the_sum_of_its_seconds_and_its_most_memory(
    make: Callable[..., Workshop], tmp_path: Path
) -> None:
    code = """
        import sys
        if len(sys.argv) == 3:
            held = bytearray(300_000_000)
    """
    tool = Command((fake_program(tmp_path / "program", code), "{images}"))
    watch = Stopwatch("it")
    replies = [query.reply(tool, 20.0) for query in make(watch).queries()]
    (timing,) = watch.timings
    assert replies[0].peak_memory_mb < 300 < replies[1].peak_memory_mb == timing.peak_memory_mb
    assert timing.wall_s == sum(reply.wall_s for reply in replies)
    assert timing.cpu_s == sum(reply.cpu_s for reply in replies)
