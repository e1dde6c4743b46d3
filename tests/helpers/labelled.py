"""Queries as a test writes them down: image by image, with what is known of each."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dupeval.dataset import Dataset, ImageHandle, Label, Query
from dupeval.engine.answers import Answers
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.workshop import Workshop
from dupeval.method import Resources
from dupeval.method.vectors import VectorMethod
from dupeval.representation import Representation
from dupeval.timing import Stopwatch


class Labelled(NamedTuple):
    """An image and its label."""

    name: str
    path: Path
    photograph: str
    edit: str = ""
    sha256: str = ""


def labelled_query(slug: str, title: str, images: Iterable[Labelled]) -> Query:
    """Part what methods see from what is known."""
    images = list(images)
    return Query(
        slug,
        title,
        tuple(ImageHandle.of(image.path, image.name, image.sha256) for image in images),
        tuple(Label(image.photograph, image.edit) for image in images),
    )


def dataset_of(*photographs: Sequence[str]) -> Dataset:
    """Make queries q0, q1, ... whose images show these photographs; there is no file."""
    return Dataset(
        "by hand",
        tuple(
            labelled_query(
                f"q{q}",
                f"Query {q}",
                [
                    Labelled(f"{i}.png", Path(f"q{q}/{i}.png"), photograph, "", f"{q}-{i}")
                    for i, photograph in enumerate(of_query)
                ],
            )
            for q, of_query in enumerate(photographs)
        ),
    )


def given_workshop(
    dataset: Dataset,
    vectors: npt.NDArray[np.floating],
    representation: Representation,
) -> Workshop:
    """Make a workshop that knows the vectors of all images, shape (n_images, d), beforehand."""
    workshop = Workshop(dataset, Resources(Path("nowhere")), Stopwatch("given"))
    ends = np.cumsum([len(query.images) for query in dataset.queries])[:-1]
    workshop._vectors[representation] = np.split(vectors, ends)
    return workshop


def scored_answers(
    method: VectorMethod,
    photographs: Sequence[Sequence[str]],
    vectors: Sequence[npt.NDArray[np.floating]],
) -> ScoredAnswers:
    """Return what the engine makes of a method on the vectors of each query's images."""
    dataset = dataset_of(*photographs)
    workshop = given_workshop(dataset, np.concatenate(vectors), method.representation)
    return ScoredAnswers(Answers(method, workshop), [q.truth for q in dataset.queries])
