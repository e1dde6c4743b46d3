"""Distances of pairs kept on disk, by all that changes them: what is known is computed once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from joblib import cpu_count
from tqdm import tqdm

from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store, Tensors
from dupeval.timing import one_thread

Pair = tuple[ImageHandle, ImageHandle]
_T = TypeVar("_T")
_R = TypeVar("_R")

# Pairs of one image that a worker compares at a time; so much a run that is killed loses at most,
# for each worker.
TOGETHER = 64
# Prepared images that are held at once, of 1.5 MB each.
HELD = 128


@dataclass(frozen=True, eq=False)
class Compared:
    """The distances of pairs, and what they took when they were computed.

    Attributes
    ----------
    distances : ndarray of float64, shape (n_pairs,)
    features : tuple of float
        Wall and CPU seconds of all images' features, whenever they were made.
    matching : tuple of float
        Wall and CPU seconds of all pairs that differ.
    features_stored, stored : bool
        Whether no image, and no pair, had to be looked at.
    """

    distances: npt.NDArray[np.float64]
    features: tuple[float, float]
    matching: tuple[float, float]
    features_stored: bool
    stored: bool


@dataclass(eq=False)
class Partners:
    """What is known of one image and those after it, by hash.

    Attributes
    ----------
    known : dict of str to tuple of float
        Of each partner: the distance, and the wall and CPU seconds that it took.
    features : tuple of float
        Wall and CPU seconds of the image's features.
    """

    known: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    features: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, entry: Entry) -> Partners:
        """Return what an entry holds."""
        hashes = [bytes(row).hex() for row in entry.tensors["partners"]]
        values = entry.tensors["values"].tolist()
        about = entry.about
        return cls(
            {sha256: tuple(row) for sha256, row in zip(hashes, values, strict=True)},
            (about["wall_s"], about["cpu_s"]),
        )

    def entry(self) -> Entry:
        """Return what is kept."""
        hashes = b"".join(bytes.fromhex(sha256) for sha256 in self.known)
        return Entry(
            {
                "partners": np.frombuffer(hashes, np.uint8).reshape(-1, 32),
                "values": np.array(list(self.known.values()), np.float64).reshape(-1, 3),
            },
            dict(zip(("wall_s", "cpu_s"), self.features, strict=True)),
        )


class PairCache:
    """An entry for each image's features, and one for its distances to the images after it.

    After means in the order of their hashes: a pair has one place, and one order in which it is
    compared, whoever asks for it.

    Parameters
    ----------
    folder : Path
        Of the stores; made when needed.
    n_workers : int, optional
        How many threads work; by default one for each core that the process may use.
    """

    def __init__(self, folder: Path, n_workers: int | None = None) -> None:
        self.of_images = Store(folder / "features")
        self.of_pairs = Store(folder / "distances")
        self._n_workers = n_workers

    def compare(self, pairs: Sequence[Pair], score: PairScore, progress: bool = False) -> Compared:
        """Return the distances of pairs, computing the missing ones; equal files are at 0.

        Parameters
        ----------
        pairs : sequence of (ImageHandle, ImageHandle)
        score : PairScore
        progress : bool, default False
            Show bars with images, then pairs, a second while computing.

        Raises
        ------
        StoreError
            If what is kept cannot be read or written.

        Warns
        -----
        UserWarning
            If an entry is damaged; what it held is computed again.
        """
        images = {image.sha256: image for pair in pairs for image in pair}
        ordered = [(a.sha256, b.sha256) for a, b in (in_order(*pair) for pair in pairs)]
        different = dict.fromkeys(pair for pair in ordered if pair[0] != pair[1])
        of_all = {"score": dict(score.key), "source": source_sha256(score)}
        keys = {sha256: {**of_all, "image": sha256} for sha256 in images}
        entries = {sha256: self.of_pairs.get(key) for sha256, key in keys.items()}
        rows = {s: Partners() if e is None else Partners.of(e) for s, e in entries.items()}
        new = [sha256 for sha256, entry in entries.items() if entry is None]
        missing = [(a, b) for a, b in different if b not in rows[a].known]
        n_made = 0
        if new or missing:
            needed = dict.fromkeys([*new, *(sha256 for pair in missing for sha256 in pair)])
            with one_thread():
                took, n_made = self._make_features([images[s] for s in needed], score, progress)
                for sha256 in new:
                    rows[sha256].features = took[sha256]
                    # Also of the last of a query, which none comes after.
                    self.of_pairs.put(keys[sha256], rows[sha256].entry())
                self._compare_missing(missing, rows, keys, score, progress)
        known = {(a, b): rows[a].known[b] for a, b in different}
        return Compared(
            np.array([known[pair][0] if pair in known else 0.0 for pair in ordered]),
            _sums(row.features for row in rows.values()),
            _sums(values[1:] for values in known.values()),
            features_stored=n_made == 0,
            stored=not missing,
        )

    def features(
        self, images: Sequence[ImageHandle], score: PairScore, progress: bool = False
    ) -> Iterator[Tensors]:
        """Yield what is kept of each image, once the missing is made; see `compare`."""
        unique = {image.sha256: image for image in images}
        with one_thread():
            self._make_features(list(unique.values()), score, progress)
        for image in images:
            yield self._kept(image.sha256, score)

    def _make_features(
        self, images: Sequence[ImageHandle], score: PairScore, progress: bool
    ) -> tuple[Mapping[str, tuple[float, float]], int]:
        """Make the features that are missing; return what each image's took, and how many."""
        took: dict[str, tuple[float, float]] = {}
        missing = []
        for image in images:
            entry = self.of_images.get(self._features_key(image.sha256, score))
            if entry is None:
                missing.append(image)
            else:
                took[image.sha256] = (entry.about["wall_s"], entry.about["cpu_s"])
        name = str(score.key["score"])
        made = self._in_threads(missing, score.features, len(missing), "image", name, progress)
        for image, features, spent in made:
            about = dict(zip(("wall_s", "cpu_s"), spent, strict=True))
            key = self._features_key(image.sha256, score)
            self.of_images.put(key, Entry(features, about))
            took[image.sha256] = spent
        return took, len(missing)

    def _compare_missing(
        self,
        missing: Sequence[tuple[str, str]],
        rows: Mapping[str, Partners],
        keys: Mapping[str, Mapping[str, Any]],
        score: PairScore,
        progress: bool,
    ) -> None:
        """Compare pairs, and keep each image's distances as soon as some are known."""

        @lru_cache(HELD)
        def prepared(sha256: str) -> Any:
            return score.prepared(self._kept(sha256, score))

        def compared(some: tuple[str, Sequence[str]]) -> list[float]:
            first = prepared(some[0])
            return [score.distance(first, prepared(other)) for other in some[1]]

        todo = list(_together(missing))
        name = str(score.key["score"])
        made = self._in_threads(todo, compared, len(missing), "pair", name, progress)
        for (first, others), distances, (wall_s, cpu_s) in made:
            n = len(others)
            for other, distance in zip(others, distances, strict=True):
                rows[first].known[other] = (distance, wall_s / n, cpu_s / n)
            self.of_pairs.put(keys[first], rows[first].entry())

    def _kept(self, sha256: str, score: PairScore) -> Tensors:
        entry = self.of_images.get(self._features_key(sha256, score))
        if entry is None:
            raise RuntimeError("features were removed while they were in use")
        return entry.tensors

    def _features_key(self, sha256: str, score: PairScore) -> Mapping[str, Any]:
        source = source_sha256(score)
        return {"features": dict(score.features_key), "source": source, "image": sha256}

    def _in_threads(
        self,
        items: Sequence[_T],
        work: Any,
        total: int,
        unit: str,
        name: str,
        progress: bool,
    ) -> Iterator[tuple[_T, Any, tuple[float, float]]]:
        """Yield items in their order, what was made of each, and the seconds since the last one.

        Nearly all of the work is OpenCV's and numpy's, which let other threads work meanwhile.
        """
        if not items:
            return
        bar = tqdm(total=total, desc=name, unit=unit, disable=not progress)
        n_workers = self._n_workers or cpu_count()
        with bar, ThreadPoolExecutor(n_workers) as pool:
            wall, cpu = time.perf_counter(), time.process_time()
            for item, made in zip(items, pool.map(work, items), strict=True):
                now = time.perf_counter(), time.process_time()
                yield item, made, (now[0] - wall, now[1] - cpu)
                bar.update(len(made) if unit == "pair" else 1)
                wall, cpu = now


def in_order(a: ImageHandle, b: ImageHandle) -> Pair:
    """Return a pair in the order in which it is compared: the smaller hash first."""
    return (a, b) if a.sha256 <= b.sha256 else (b, a)


def _together(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the first of pairs with some of its partners."""
    partners: dict[str, list[str]] = {}
    for first, other in pairs:
        partners.setdefault(first, []).append(other)
    for first, others in partners.items():
        for start in range(0, len(others), TOGETHER):
            yield first, others[start : start + TOGETHER]


def _sums(seconds: Iterable[Sequence[float]]) -> tuple[float, float]:
    wall_s, cpu_s = np.sum([(0.0, 0.0), *seconds], axis=0).tolist()
    return wall_s, cpu_s
