"""How copies were edited, and what share of the copies of each family of edits is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from dupeval.dataset import UNLABELLED, Query


class FoundImage(NamedTuple):
    """Where a method put one image.

    Attributes
    ----------
    photograph : hashable
        Equal for two images if they are of one query and show the same photograph.
    edit : str
        The chain of edits that made it; empty if it is unedited.
    group : hashable
        Equal for two images of one query if the method put them together.
    """

    photograph: Hashable
    edit: str
    group: Hashable


@dataclass(frozen=True)
class FoundPairs:
    """How many pairs there are, and how many of them a method put together."""

    found: int
    pairs: int

    @property
    def missed(self) -> int:
        """How many are not together."""
        return self.pairs - self.found

    @property
    def recall(self) -> float:
        """The share that is together."""
        return self.found / self.pairs


@cache
def families_of(edit: str) -> frozenset[str]:
    """Return the families of a chain of edits: crop and jpeg of ``crop:0.79+jpeg:43``."""
    names = (part.split(":")[0].strip() for part in edit.split("+"))
    return frozenset(name for name in names if name)


def found_images(query: Query, groups: Sequence[Hashable]) -> list[FoundImage]:
    """Return the labelled images of a query with their groups, given for all in its order."""
    return [
        FoundImage((query.slug, label.photograph), label.edit, group)
        for label, group in zip(query.labels, groups, strict=True)
        if label.photograph != UNLABELLED
    ]


def pairs_by_family(images: Iterable[FoundImage]) -> dict[str, FoundPairs]:
    """Return what is found of the pairs of each family of edits.

    The pairs of a family are an unedited image and a copy of it whose chain has that family in it,
    whatever else it has: one pair counts for each family of its chain. A pair of two edited copies
    counts for none, since what each edit has to do with it is not known.

    Parameters
    ----------
    images : iterable of FoundImage
        Of any number of queries.

    Returns
    -------
    dict of str to FoundPairs
        In the order of the families' names; those that have pairs.
    """
    images = list(images)
    unedited = [image for image in images if not families_of(image.edit)]
    firsts = Counter(image.photograph for image in unedited)
    in_group = Counter((image.photograph, image.group) for image in unedited)
    pairs: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for image in images:
        for family in families_of(image.edit):
            pairs[family] += firsts[image.photograph]
            found[family] += in_group[image.photograph, image.group]
    return {family: FoundPairs(found[family], n) for family, n in sorted(pairs.items()) if n}
