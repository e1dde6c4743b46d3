"""What is left out together, while parameters and a cut are chosen on the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dupeval.dataset import UNLABELLED, Dataset, Query
from dupeval.method import Scope

# Up to this many queries each is left out by itself; more of them make `FOLDS` folds.
MOST_ALONE = 20
FOLDS = 10

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, eq=False)
class Folds:
    """A division of what can be hidden: a dataset's queries or, of a single one, its photographs.

    Attributes
    ----------
    members : tuple of frozenset of int
        The queries of each fold; of a single query's photographs, one number a fold.
    n_queries : int
        Of the dataset.
    of_image : ndarray of int64, shape (n_images,), optional
        The fold of each image, where a single query is divided.
    unscored : frozenset of int
        Queries without a pair that counts: nothing is chosen on them.
    """

    members: tuple[frozenset[int], ...]
    n_queries: int
    of_image: npt.NDArray[np.int64] | None = None
    unscored: frozenset[int] = NOTHING

    def __len__(self) -> int:
        return len(self.members)

    @classmethod
    def each_query(cls, n_queries: int, unscored: frozenset[int] = NOTHING) -> Folds:
        """Return folds of one query each."""
        members = tuple(frozenset((query,)) for query in range(n_queries))
        return cls(members, n_queries, unscored=unscored)

    @property
    def alone(self) -> bool:
        """Whether each query is left out by itself, so that no fit sees the query it serves."""
        return self.of_image is None and len(self.members) == self.n_queries

    @property
    def note(self) -> str | None:
        """What a table says of folds that are not queries one by one."""
        if self.of_image is not None and len(self) > 1:
            return (
                f"there is one query: in place of queries its photographs, in {len(self)} folds, "
                "are left out in turn, and there is no interval"
            )
        if self.of_image is None and not self.alone:
            return f"{self.n_queries} queries are left out in {len(self)} folds"
        return None

    def others(self, fold: frozenset[int]) -> list[int]:
        """Return the queries to choose on while a fold is hidden."""
        if self.of_image is not None:
            return [0]
        left_out = fold | self.unscored
        return [query for query in range(self.n_queries) if query not in left_out]

    def with_query(self, query: int) -> frozenset[int]:
        """Return the fold of a query, or NOTHING where its photographs are divided."""
        if self.of_image is not None:
            return NOTHING
        return self._fold_of[query]

    def seen(self, scope: Scope, query: int, hidden: frozenset[int]) -> frozenset[int]:
        """Return what a fit for a query sees: queries, or folds of a single one's photographs.

        Under ``others`` a fit never sees the query that it serves where queries are left out one
        by one. Of larger folds all queries outside of a hidden one share a fit.
        """
        if scope == "none":
            return NOTHING
        own = frozenset((query,)) if self.of_image is None else self.everything
        if scope == "query":
            return own
        if self.of_image is not None:
            others = self._without(hidden) if hidden else NOTHING
        else:
            others = self._without(hidden or self.with_query(query))
            others = others - own if self.alone else others
        return others if scope == "others" or own <= others else others | own

    @cached_property
    def everything(self) -> frozenset[int]:
        """All queries, or all folds of a single one's photographs."""
        return NOTHING.union(*self.members)

    @cached_property
    def _fold_of(self) -> dict[int, frozenset[int]]:
        return {query: fold for fold in self.members for query in fold}

    @cached_property
    def _known(self) -> dict[frozenset[int], frozenset[int]]:
        return {}

    def _without(self, hidden: frozenset[int]) -> frozenset[int]:
        # One object for each, whose hash is then known: many queries ask for the same.
        if hidden not in self._known:
            self._known[hidden] = self.everything - hidden
        return self._known[hidden]

    def n_images(self, seen: frozenset[int], of_queries: Sequence[int]) -> int:
        """Return how many images a fit has that sees this; see `seen`."""
        if self.of_image is not None:
            return len(self.images(seen))
        return sum(of_queries[query] for query in seen)

    def images(self, parts: frozenset[int]) -> npt.NDArray[np.int64]:
        """Return the places of a single query's images that lie in some folds."""
        if self.of_image is None:
            raise ValueError("images are divided only where there is a single query")
        return np.flatnonzero(np.isin(self.of_image, list(parts)))


def folds_of(dataset: Dataset, n_folds: int | None = None, seed: int = 0) -> Folds:
    """Return a dataset's folds: its queries one by one up to `MOST_ALONE`, else `FOLDS` folds.

    Parameters
    ----------
    dataset : Dataset
        Of a single query the photographs are divided, copies of one in one fold; unlabelled images
        are dealt out one by one, but with those that a verdict calls their copies.
    n_folds : int, optional
        At least 2; as many as there are queries, or more, leave each out by itself.
    seed : int, default 0
        Of the order in which queries, or photographs, are dealt out.
    """
    rng = np.random.default_rng(seed)
    n = len(dataset.queries)
    if n == 1:
        return _of_photographs(_known_copies(dataset.queries[0]), n_folds or FOLDS, rng)
    unscored = frozenset(i for i, query in enumerate(dataset.queries) if not query.is_scored)
    if n_folds is None:
        n_folds = n if n <= MOST_ALONE else FOLDS
    if n_folds >= n:
        return Folds.each_query(n, unscored)
    # Unscored ones last, so that two that are scored are never all in one fold.
    dealt = sorted(rng.permutation(n).tolist(), key=unscored.__contains__)
    members = tuple(frozenset(dealt[i::n_folds]) for i in range(n_folds))
    return Folds(members, n, unscored=unscored)


def _known_copies(query: Query) -> list[str]:
    """Return photographs, where unlabelled images have the name of those that they are copies of.

    Where all of these are unlabelled it is one that no photograph has.
    """
    names: list[str] = query.photographs.tolist()
    if not query.verdicts:
        return names
    classes = query.truth.copies.tolist()
    sizes = Counter(classes)
    name_of = {i: name for i, name in zip(classes, names, strict=True) if name}
    return [name_of.get(i, f"\0{i}" if sizes[i] > 1 else UNLABELLED) for i in classes]


def _of_photographs(photographs: Sequence[str], n_folds: int, rng: np.random.Generator) -> Folds:
    """Deal photographs out, those with most copies first, so that folds have pairs to find."""
    sizes = Counter(photographs)
    n_unlabelled = sizes.pop(UNLABELLED, 0)
    names = sorted(sizes)
    shuffled = [names[i] for i in rng.permutation(len(names))]
    fold_of = {
        name: i % n_folds for i, name in enumerate(sorted(shuffled, key=lambda x: -sizes[x]))
    }
    members = tuple(frozenset((i,)) for i in range(min(n_folds, len(names))))
    of_image = np.array([fold_of.get(name, 0) for name in photographs])
    # Last, and over folds that have a photograph: none is there for unlabelled images alone.
    of_image[np.array(photographs) == UNLABELLED] = np.arange(n_unlabelled) % max(len(members), 1)
    return Folds(members, 1, of_image)
