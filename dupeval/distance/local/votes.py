"""Which images may be copies of each other, told quickly by the words that their key points are.

A descriptor falls on one side or the other of some random planes; which sides, is a word (locality
sensitive hashing: Charikar, STOC 2002). Images with rare words in common (Sivic and Zisserman, ICCV
2003) are looked at. Nothing is decoded that the distances do not need too, and the number of pairs
grows with the number of images, not with its square.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from dupeval.distance.local.keypoints import LENGTH, KeyPoints
from dupeval.store import Tensors

# An image's words, a table after the other, each once and in order.
Words = npt.NDArray[np.int32]
Descriptors = npt.NDArray[np.float32]

# Fewer key points of relief and of what is blurred are at hand, and they tell less.
WEIGHTS = {"relief": 0.5, "coarse": 0.5}
TABLES, BITS = 4, 18
# Words of more than this share of the images say nothing.
COMMON, LEAST_COMMON = 0.1, 5
# About where the parts of a descriptor lie.
MIDDLE = 0.06


@dataclass(frozen=True, eq=False)
class Spoken:
    """The words of one image in one look.

    Attributes
    ----------
    own, mirrored, inverted : ndarray of int32
    """

    own: Words
    mirrored: Words
    inverted: Words

    @property
    def queries(self) -> tuple[Words, Words, Words]:
        """What is looked for among the others' own."""
        return self.own, self.mirrored, self.inverted


def spoken(features: Tensors) -> dict[str, Spoken]:
    """Return an image's words in each look of its features.

    Parameters
    ----------
    features : mapping
        With ``LOOK_descriptors``, or ``descriptors``, as `dupeval.distance.local.keypoints.detect`
        has them.
    """
    found = {}
    for name, descriptors in features.items():
        if name.endswith("descriptors"):
            look = name.removesuffix("descriptors").rstrip("_")
            points = _root(descriptors)
            versions = (points, points.mirrored(1), points.inverted())
            found[look] = Spoken(*(_words(version.descriptors) for version in versions))
    return found


def as_tensors(image: Mapping[str, Spoken]) -> Tensors:
    """Return an image's words as they are kept."""
    return {
        f"{look}/{field.name}": getattr(words, field.name)
        for look, words in image.items()
        for field in fields(Spoken)
    }


def from_tensors(tensors: Tensors) -> dict[str, Spoken]:
    """Return what `as_tensors` was given."""
    looks = dict.fromkeys(name.rpartition("/")[0] for name in tensors)
    names = [field.name for field in fields(Spoken)]
    return {look: Spoken(*(tensors[f"{look}/{name}"] for name in names)) for look in looks}


def candidates(
    images: Sequence[Mapping[str, Spoken]],
    n_first: int | None = None,
    nearest: int = 20,
    progress: bool = False,
) -> npt.NDArray[np.int64]:
    """Return the pairs that are worth looking at: of each image those that share most with it.

    Parameters
    ----------
    images : sequence of mapping of str to Spoken
        The words of each in each look; see `spoken`.
    n_first : int, optional
        Only pairs of one of the first `n_first` and one of the others matter.
    nearest : int, default 20
        How many of each image.
    progress : bool, default False
        Show a bar with images a second where it takes long.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 2)
        Places, the smaller first, each pair once.
    """
    start = 0 if n_first is None else n_first
    n_others = len(images) - start
    looks = sorted({look for image in images for look in image})
    books = {look: _Book([image[look].own for image in images[start:]]) for look in looks}
    pairs = set()
    n_asking = len(images) if n_first is None else n_first
    bar: dict[str, Any] = {"desc": "words", "unit": "image", "delay": 2, "disable": not progress}
    for place in tqdm(range(n_asking), **bar):
        score = np.zeros(n_others)
        for look in looks:
            score += WEIGHTS.get(look, 1.0) * books[look].score(images[place][look])
        if n_first is None:
            score[place] = 0.0
        best = np.argpartition(-score, min(nearest, n_others - 1))[:nearest]
        for other in (best[score[best] > 0] + start).tolist():
            pairs.add((min(place, other), max(place, other)))
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)


class _Book:
    """Which images have which words, and how telling that is."""

    def __init__(self, images: Sequence[Words]) -> None:
        self._n = len(images)
        words = np.concatenate(images) if images else np.empty(0, np.int32)
        of = np.repeat(np.arange(self._n, dtype=np.int32), [len(image) for image in images])
        order = np.argsort(words, kind="stable")
        self._of = of[order]
        self._words, self._starts, self._counts = np.unique(
            words[order], return_index=True, return_counts=True
        )
        self._telling = np.log((self._n + 1) / self._counts) ** 2
        self._telling[self._counts > max(LEAST_COMMON, COMMON * self._n)] = 0.0
        self._lengths = np.sqrt([max(1, len(image)) for image in images])

    def score(self, image: Spoken) -> npt.NDArray[np.float64]:
        """Return how much each image has in common with one, shape (n,)."""
        if not len(self._words):
            return np.zeros(self._n)
        best = np.max([self._shared(query) for query in image.queries], axis=0)
        score: npt.NDArray[np.float64] = best / self._lengths / np.sqrt(max(1, len(image.own)))
        return score

    def _shared(self, query: Words) -> npt.NDArray[np.float64]:
        at = np.minimum(np.searchsorted(self._words, query), len(self._words) - 1)
        at = at[(self._words[at] == query) & (self._telling[at] > 0)]
        counts = self._counts[at]
        # The places of all entries of these words, one run after the other.
        shift = self._starts[at] - np.concatenate([[0], np.cumsum(counts)[:-1]])[: len(at)]
        entries = np.repeat(shift, counts) + np.arange(counts.sum())
        telling = np.repeat(self._telling[at], counts)
        return np.bincount(self._of[entries], telling, self._n).astype(np.float64, copy=False)


def _root(descriptors: npt.NDArray[np.uint8]) -> KeyPoints:
    shares = descriptors.astype(np.float32)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
    return KeyPoints(np.zeros((len(shares), 2), np.float32), np.sqrt(shares))


def _words(descriptors: Descriptors) -> Words:
    sides = (descriptors - np.float32(MIDDLE)) @ _planes() > 0
    # Exact: the numbers are below 2 ** 24, and a product of floats is much faster.
    bits = sides.reshape(-1, TABLES, BITS).astype(np.float32) @ np.exp2(np.arange(BITS, dtype="f4"))
    return np.unique(bits.astype(np.int32) + (np.arange(TABLES, dtype=np.int32) << BITS))


def _planes() -> Descriptors:
    rng = np.random.default_rng(0)
    return rng.standard_normal((LENGTH, TABLES * BITS)).astype(np.float32)
