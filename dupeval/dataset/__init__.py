"""Queries, their images, and the photograph each image shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
import numpy.typing as npt

from dupeval.files import json_sha256, open_regular
from dupeval.truth import Truth, Verdict

# In place of the photograph that an image shows, where nobody said which.
UNLABELLED = ""


@dataclass(frozen=True)
class ImageHandle:
    """One image file: all that a method may know of it.

    Where the file lies is no part of that, for folders often say which images belong together.
    That guards against mistakes, not against code that goes looking.

    Attributes
    ----------
    name : str
        The file's name, as in ``labels.csv``.
    sha256 : str
        The SHA-256 of the file's bytes.
    open : callable
        ``open()`` returns the file's bytes as a stream to read from; `dupeval.dataset.images`
        turns them into pixels.
    """

    name: str
    sha256: str
    open: Callable[[], BinaryIO] = field(repr=False, compare=False)

    @classmethod
    def of(cls, path: Path, name: str, sha256: str) -> Self:
        """Return the handle of a file; nothing is read."""
        return cls(name, sha256, lambda: open_regular(path))


@dataclass(frozen=True)
class Label:
    """What is known of an image; no method sees it.

    Attributes
    ----------
    photograph : str
        Images of one query with equal strings are copies of one photograph; empty of an image that
        nobody labelled: methods group it as any other, and no pair with it is scored but those that
        a verdict names.
    edit : str, default ""
        How the copy was made, or empty; only ever used to break recall down.
    scene : str, default ""
        Images of one query with equal strings show one place or moment; empty where it is not
        known, or nothing is shared with another photograph. Copies of one photograph have one.
    """

    photograph: str
    edit: str = ""
    scene: str = ""


@dataclass(frozen=True)
class Query:
    """One search: a slug, a title in any language, and the images it returned.

    Attributes
    ----------
    slug, title : str
    images : tuple of ImageHandle
    labels : tuple of Label
        One for each image.
    verdicts : tuple of Verdict, default ()
        What is said of single pairs, in the order of the images.
    """

    slug: str
    title: str
    images: tuple[ImageHandle, ...]
    labels: tuple[Label, ...]
    verdicts: tuple[Verdict, ...] = ()

    @property
    def photographs(self) -> npt.NDArray[np.str_]:
        """The true labels, shape (n_images,); empty of unlabelled images."""
        return np.array([label.photograph for label in self.labels], np.str_)

    @property
    def is_labelled(self) -> npt.NDArray[np.bool_]:
        """Which images are labelled, shape (n_images,)."""
        known: npt.NDArray[np.bool_] = self.photographs != UNLABELLED
        return known

    @cached_property
    def truth(self) -> Truth:
        """What is known of the pairs of images: which are scored, and which of them are true."""
        scenes = [label.scene for label in self.labels]
        return Truth.of(self.photographs, self.is_labelled, scenes, self.verdicts)

    @property
    def is_scored(self) -> bool:
        """Whether there is a pair that counts."""
        return bool(self.truth.counts.n > 0)

    @property
    def with_labels(self) -> Iterator[tuple[ImageHandle, Label]]:
        """Each image with what is known of it."""
        return zip(self.images, self.labels, strict=True)

    @property
    def n_true_pairs(self) -> int:
        """How many of the unordered pairs that count show the same photograph."""
        return int(self.truth.counts.true)

    @property
    def n_scene_pairs(self) -> int:
        """How many of the pairs that count show different photographs of one scene."""
        return int(self.truth.counts.scene)


@dataclass(frozen=True)
class Dataset:
    """Queries in the order of ``queries.csv``."""

    name: str
    queries: tuple[Query, ...]

    @property
    def images(self) -> tuple[ImageHandle, ...]:
        """All images, query after query."""
        return tuple(image for query in self.queries for image in query.images)

    @property
    def n_unlabelled(self) -> int:
        """How many images are unlabelled."""
        return sum(label.photograph == UNLABELLED for q in self.queries for label in q.labels)

    @property
    def has_scenes(self) -> bool:
        """Whether any query says which photographs are of one scene."""
        return any(query.truth.scenes is not None for query in self.queries)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of all that the dataset says: titles, names, labels, every file's bytes."""
        return json_sha256([_said_by(query) for query in self.queries])


def _said_by(query: Query) -> list[object]:
    # Where nothing is said of scenes and pairs, nothing is added: a fingerprint stays as it was.
    images = [
        [
            image.name,
            known.photograph,
            known.edit,
            image.sha256,
            *([known.scene] * bool(known.scene)),
        ]
        for image, known in query.with_labels
    ]
    verdicts = [[*query.verdicts]] if query.verdicts else []
    return [query.slug, query.title, images, *verdicts]
