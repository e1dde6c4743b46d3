"""Vectors kept on disk, by all that changes them: what is known is never computed again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from dupeval.dataset import ImageHandle
from dupeval.representation import Representation
from dupeval.representation.pinned import check_pinned
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store


class VectorCache:
    """One entry for each image's bytes, representation key, and source of the representation.

    Parameters
    ----------
    folder : Path
        Of the store; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)

    def vectors(
        self,
        images: Sequence[ImageHandle],
        representation: Representation,
        progress: bool = False,
    ) -> npt.NDArray[np.float32]:
        """Return the vectors of all images, shape (n_images, d); see `represent`."""
        return self.represent(images, representation, progress).vectors

    def represent(
        self,
        images: Sequence[ImageHandle],
        representation: Representation,
        progress: bool = False,
    ) -> Represented:
        """Return the vectors of all images and what they took, computing the missing ones.

        Parameters
        ----------
        images : sequence of ImageHandle
        representation : Representation
        progress : bool, default False
            Show a bar with images a second while computing.

        Raises
        ------
        StoreError
            If what is kept cannot be read or written.
        WeightsError
            If it would be made with other weights than are meant; see `check_pinned`.

        Warns
        -----
        UserWarning
            If an entry is damaged; its vector is computed again.
        """
        if representation.source is not None:
            source = self.represent(images, representation.source, progress)
            return replace(source, vectors=representation.from_source(source.vectors))
        check_pinned(representation)
        of_all = {
            "representation": dict(representation.key),
            "source": source_sha256(representation),
        }
        by_content = {image.sha256: image for image in images}
        keys = {sha256: {**of_all, "image": sha256} for sha256 in by_content}
        known = _Gathered(list(by_content))
        missing = []
        for sha256, image in by_content.items():
            if self.store.read(keys[sha256], partial(known.add, sha256)) is None:
                missing.append(image)
        if missing:
            computed = _timed(representation.vectors(missing))
            bar = tqdm(
                computed,
                total=len(missing),
                desc=str(representation.key["representation"]),
                unit="image",
                disable=not progress,
            )
            for image, entry in zip(missing, bar, strict=True):
                self.store.put(keys[image.sha256], entry)
                known.add(image.sha256, entry)
        vectors = known.of([image.sha256 for image in images])
        return Represented(vectors, known.wall_s, known.cpu_s, stored=not missing)


class _Gathered:
    """The vectors of images in one matrix, whichever comes first: they may fill the memory."""

    def __init__(self, names: Sequence[str]) -> None:
        self.wall_s = self.cpu_s = 0.0
        self._row = {name: row for row, name in enumerate(names)}
        self._matrix: npt.NDArray[np.float32] | None = None

    def add(self, name: str, entry: Entry) -> Self:
        """Take an image's vector; ValueError, LookupError, ... if the entry holds none."""
        n = None if self._matrix is None else self._matrix.shape[1]
        vector = entry.array("vector", np.float32, n)
        wall_s, cpu_s = entry.spent
        if self._matrix is None:
            self._matrix = np.empty((len(self._row), len(vector)), vector.dtype)
        self._matrix[self._row[name]] = vector
        self.wall_s += wall_s
        self.cpu_s += cpu_s
        return self

    def of(self, names: Sequence[str]) -> npt.NDArray[np.float32]:
        if self._matrix is None:
            raise ValueError("there are no images to represent")
        rows = [self._row[name] for name in names]
        return self._matrix if rows == list(range(len(self._matrix))) else self._matrix[rows]


@dataclass(frozen=True, eq=False)
class Represented:
    """The vectors of images and what they took when they were computed.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n_images, d)
    wall_s, cpu_s : float
        In seconds; of all images that differ, whenever they were computed.
    stored : bool
        Whether nothing had to be computed.
    """

    vectors: npt.NDArray[np.float32]
    wall_s: float
    cpu_s: float
    stored: bool


def _timed(vectors: Iterable[npt.NDArray[np.float32]]) -> Iterator[Entry]:
    # Of a batch the first takes all of the time: only sums mean something.
    wall, cpu = time.perf_counter(), time.process_time()
    for vector in vectors:
        took = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
        yield Entry({"vector": vector.astype(np.float32, copy=False)}, took)
        wall, cpu = time.perf_counter(), time.process_time()
