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


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    # Equal files are represented once.
    queries = {"one": {"a": "p", "b": "q", "c": "r"}, "two": {"a": "s", "b": "t"}}
    named = {slug: {f"{n}.png": p for n, p in of.items()} for slug, of in queries.items()}
    return byte_copies(tmp_path / "data", named)


@pytest.fixture
def make(dataset: Dataset, tmp_path: Path) -> Callable[..., Workshop]:
    def make(watch: Stopwatch, run: int = 0) -> Workshop:
        return Workshop(dataset, Resources(tmp_path / "cache"), watch, run)

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
