"""Distances of pairs kept on disk, by all that changes them: what is known is computed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.distance.workers import Threads, Workers
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store, Tensors

Pair = tuple[ImageHandle, ImageHandle]

# Pairs of one image that a worker compares at a time; so much a run that is killed loses at most,
# for each worker.
TOGETHER = 64


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
        """Return what an entry holds; ValueError, LookupError, ... if it is another."""
        hashes = [bytes(row).hex() for row in entry.array("partners", np.uint8, None, 32)]
        values = entry.array("values", np.float64, len(hashes), 3)
        if np.isnan(values).any():
            raise ValueError("no distances")
        known = {sha256: tuple(row) for sha256, row in zip(hashes, values.tolist(), strict=True)}
        return cls(known, entry.spent)

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
    workers : Workers, optional
        Who does the work; by default threads, one for each core that the process may use.
    """

    def __init__(self, folder: Path, workers: Workers | None = None) -> None:
        self.folder = folder
        self.of_images = Store(folder / "features")
        self.of_pairs = Store(folder / "distances")
        self._workers = workers or Threads()

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
        kept = {sha256: self.of_pairs.read(key, Partners.of) for sha256, key in keys.items()}
        rows = {sha256: Partners() if row is None else row for sha256, row in kept.items()}
        new = [sha256 for sha256, row in kept.items() if row is None]
        missing = [(a, b) for a, b in different if b not in rows[a].known]
        n_made = 0
        if new or missing:
            needed = dict.fromkeys([*new, *(sha256 for pair in missing for sha256 in pair)])
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
            key = self._features_key(image.sha256, score)
            spent = self.of_images.read(key, lambda entry: entry.spent)
            if spent is None:
                missing.append(image)
            else:
                took[image.sha256] = spent
        made = self._workers.features(score, missing)
        with self._bar(score, "image", len(missing), progress) as bar:
            for image, (features, spent) in zip(missing, made, strict=True):
                about = dict(zip(("wall_s", "cpu_s"), spent, strict=True))
                key = self._features_key(image.sha256, score)
                self.of_images.put(key, Entry(features, about))
                took[image.sha256] = spent
                bar.update()
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
        todo = list(_together(missing))
        made = self._workers.distances(score, todo, lambda sha256: self._kept(sha256, score))
        with self._bar(score, "pair", len(missing), progress) as bar:
            for (first, others), (distances, (wall_s, cpu_s)) in zip(todo, made, strict=True):
                n = len(others)
                for other, distance in zip(others, distances, strict=True):
                    rows[first].known[other] = (distance, wall_s / n, cpu_s / n)
                self.of_pairs.put(keys[first], rows[first].entry())
                bar.update(n)

    def _kept(self, sha256: str, score: PairScore) -> Tensors:
        entry = self.of_images.get(self._features_key(sha256, score))
        if entry is None:
            raise RuntimeError("features were removed while they were in use")
        return entry.tensors

    def _features_key(self, sha256: str, score: PairScore) -> Mapping[str, Any]:
        source = source_sha256(score)
        return {"features": dict(score.features_key), "source": source, "image": sha256}

    @staticmethod
    def _bar(score: PairScore, unit: str, total: int, progress: bool) -> tqdm[Any]:
        name = str(score.key["score"])
        return tqdm(total=total, desc=name, unit=unit, disable=not (progress and total))


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
