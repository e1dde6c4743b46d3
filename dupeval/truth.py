"""What is known of the pairs of a query's images: which count, which are copies, which one scene.

By default the pairs of labelled images count, and those of one photograph are true. Single pairs
may be named besides: pairs with an unlabelled image that count after all, or pairs of labelled ones
that do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt

Said = Literal["same", "different", "scene", "unsure"]


class Verdict(NamedTuple):
    """What somebody said of two images of a query.

    Attributes
    ----------
    first, second : int
        Their places in the query, the smaller first.
    said : {"same", "different", "scene", "unsure"}
        They show one photograph; different ones; different ones of one scene; nobody can tell.
    """

    first: int
    second: int
    said: Said


class PairCounts(NamedTuple):
    """How many pairs there are of some: all that count, the true ones, those of one scene.

    Attributes
    ----------
    n, true, scene : int or ndarray of int64
        `scene` are pairs of one scene and different photographs: hard negatives.
    """

    n: npt.NDArray[np.int64]
    true: npt.NDArray[np.int64]
    scene: npt.NDArray[np.int64]


class Classes:
    """Things that are joined pair by pair: a union-find over 0 to n - 1."""

    def __init__(self, n: int) -> None:
        self._above = list(range(n))

    def of(self, thing: int) -> int:
        """Return the class of a thing: the first of its members."""
        above = self._above
        while above[thing] != thing:
            above[thing] = above[above[thing]]
            thing = above[thing]
        return thing

    def join(self, one: int, other: int) -> None:
        """Make one class of two."""
        first, second = sorted((self.of(one), self.of(other)))
        self._above[second] = first

    def join_equal(self, names: Iterable[str]) -> None:
        """Join things of equal names; an empty one is none."""
        first: dict[str, int] = {}
        for thing, name in enumerate(names):
            if name:
                self.join(first.setdefault(name, thing), thing)

    def all(self) -> npt.NDArray[np.int64]:
        """Return the class of each thing, shape (n,)."""
        return np.array([self.of(thing) for thing in range(len(self._above))], np.int64)


def _no_pairs() -> npt.NDArray[np.int64]:
    return np.empty((0, 2), np.int64)


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of the pairs of n images.

    Attributes
    ----------
    photographs : ndarray of int64, shape (n,)
        Equal for labelled images of one photograph.
    is_labelled : ndarray of bool, shape (n,)
    scenes : ndarray of int64, shape (n,), optional
        Equal for images of one scene; None where nobody said which there are.
    named : ndarray of int64, shape (n_named, 2)
        Pairs of which it is said one by one whether they count.
    is_true : ndarray of bool, shape (n_named,)
        Whether the two show one photograph.
    sign : ndarray of int64, shape (n_named,)
        1 where a pair with an unlabelled image counts, -1 where one of labelled images does not.
    """

    photographs: npt.NDArray[np.int64]
    is_labelled: npt.NDArray[np.bool_]
    scenes: npt.NDArray[np.int64] | None = None
    named: npt.NDArray[np.int64] = field(default_factory=_no_pairs)
    is_true: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))
    sign: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    @classmethod
    def of(
        cls,
        photographs: npt.ArrayLike,
        is_labelled: npt.ArrayLike | None = None,
        scenes: Sequence[str] = (),
        verdicts: Sequence[Verdict] = (),
    ) -> Self:
        """Return the truth that labels and verdicts tell.

        Parameters
        ----------
        photographs : array-like of int or str, shape (n,)
            Equal for labelled images of one photograph.
        is_labelled : array-like of bool, shape (n,), optional
            By default all are.
        scenes : sequence of str, length n, optional
            Empty where none is known.
        verdicts : sequence of Verdict
            That contradict neither the labels nor each other; see
            `dupeval.dataset.verdicts.read_verdicts`.

        Raises
        ------
        ValueError
            If the photographs are not one-dimensional.
        """
        values = np.asarray(photographs)
        if values.ndim != 1:
            raise ValueError(f"labels must be one-dimensional, not of shape {values.shape}")
        codes = np.unique(values, return_inverse=True)[1].astype(np.int64)
        known = np.ones(len(codes), np.bool_) if is_labelled is None else np.asarray(is_labelled)
        known = known.astype(np.bool_)
        # Of labelled images all but what is withdrawn is known already, of others all but that.
        telling = [
            v for v in verdicts if (v.said == "unsure") == (known[v.first] & known[v.second])
        ]
        named = np.array([v[:2] for v in telling], np.int64).reshape(-1, 2)
        unsure = np.array([v.said == "unsure" for v in telling], np.bool_)
        said_same = np.array([v.said == "same" for v in telling], np.bool_)
        alike = codes[named[:, 0]] == codes[named[:, 1]]
        return cls(
            codes,
            known,
            _scenes(codes, known, scenes, verdicts),
            named,
            np.where(unsure, alike, said_same),
            np.where(unsure, -1, 1).astype(np.int64),
        )

    def __len__(self) -> int:
        return len(self.photographs)

    @property
    def has_withdrawn(self) -> bool:
        """Whether a pair of labelled images does not count."""
        return bool((self.sign < 0).any())

    @cached_property
    def weights(self) -> npt.NDArray[np.int64]:
        """What each named pair adds to `PairCounts`, shape (n_named, 3)."""
        first, second = self.named.T
        scene = np.zeros(len(self.named), np.bool_)
        if self.scenes is not None:
            scene = (self.scenes[first] == self.scenes[second]) & ~self.is_true
        columns = (np.ones_like(scene), self.is_true, scene)
        return self.sign[:, None] * np.stack(columns, axis=1).astype(np.int64)

    @cached_property
    def counts(self) -> PairCounts:
        """How many pairs there are."""
        n = int(self.is_labelled.sum())
        true = pairs_of(self.photographs[self.is_labelled].tolist())
        scene = 0
        if self.scenes is not None:
            scene = pairs_of(self.scenes[self.is_labelled].tolist()) - true
        of_labels = np.array([n * (n - 1) // 2, true, scene])
        return PairCounts(*(of_labels + self.weights.sum(axis=0)))

    @property
    def copies(self) -> npt.NDArray[np.int64]:
        """Equal for images that are known to show one photograph, labelled or named, shape (n,)."""
        classes = Classes(len(self))
        _join_photographs(classes, self.photographs, self.is_labelled)
        for (first, second), same in zip(self.named.tolist(), self.is_true, strict=True):
            if same:
                classes.join(first, second)
        return classes.all()

    def of_pairs(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Return of each pair whether it counts, and whether it is true, in condensed order.

        Returns
        -------
        counts, true : ndarray of bool, shape (n * (n - 1) / 2,)
            Row by row above the diagonal.
        """
        n = len(self)
        known = self.is_labelled
        counts = known[:, None] & known
        true = self.photographs[:, None] == self.photographs
        first, second = self.named.T
        counts[first, second], true[first, second] = self.sign > 0, self.is_true
        above = np.triu_indices(n, 1)
        return counts[above], true[above] & counts[above]

    def only(self, places: npt.NDArray[np.int64]) -> Self:
        """Return what is known of some of the images, in increasing order of their places."""
        new = np.full(len(self), -1)
        new[places] = np.arange(len(places))
        named = new[self.named]
        kept = (named >= 0).all(axis=1)
        scenes = None if self.scenes is None else self.scenes[places]
        return type(self)(
            *(self.photographs[places], self.is_labelled[places], scenes),
            *(named[kept], self.is_true[kept], self.sign[kept]),
        )


def pairs_of(names: Iterable[object]) -> int:
    """Return how many unordered pairs of equal names there are."""
    return sum(size * (size - 1) // 2 for size in Counter(names).values())


def _scenes(
    photographs: npt.NDArray[np.int64],
    is_labelled: npt.NDArray[np.bool_],
    scenes: Sequence[str],
    verdicts: Sequence[Verdict],
) -> npt.NDArray[np.int64] | None:
    """Return the scene of each image: a photograph lies in one, and a verdict may say in which."""
    if not any(scenes) and all(verdict.said != "scene" for verdict in verdicts):
        return None
    classes = Classes(len(photographs))
    _join_photographs(classes, photographs, is_labelled)
    classes.join_equal(scenes)
    for first, second, said in verdicts:
        if said in ("same", "scene"):
            classes.join(first, second)
    return classes.all()


def _join_photographs(
    classes: Classes, photographs: npt.NDArray[np.int64], is_labelled: npt.NDArray[np.bool_]
) -> None:
    pairs = zip(photographs.tolist(), is_labelled.tolist(), strict=True)
    classes.join_equal(str(photograph) if known else "" for photograph, known in pairs)
