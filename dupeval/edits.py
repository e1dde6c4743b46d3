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


class NamedPair(NamedTuple):
    """A pair of one photograph on which there is a verdict of its own.

    Attributes
    ----------
    one, other : FoundImage
    sign : int
        1 where it counts though an image is unlabelled, -1 where it does not though both are
        labelled.
    """

    one: FoundImage
    other: FoundImage
    sign: int


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
        image
        for image, label in zip(_all_found(query, groups), query.labels, strict=True)
        if label.photograph != UNLABELLED
    ]


def found_pairs(query: Query, groups: Sequence[Hashable]) -> list[NamedPair]:
    """Return the pairs of one photograph on which there are verdicts; see `found_images`."""
    images, truth = _all_found(query, groups), query.truth
    return [
        NamedPair(images[first], images[second], sign)
        for (first, second), true, sign in zip(
            truth.named.tolist(), truth.is_true, truth.sign.tolist(), strict=True
        )
        if true
    ]


def _all_found(query: Query, groups: Sequence[Hashable]) -> list[FoundImage]:
    return [
        FoundImage((query.slug, label.photograph), label.edit, group)
        for label, group in zip(query.labels, groups, strict=True)
    ]


def pairs_by_family(
    images: Iterable[FoundImage], named: Iterable[NamedPair] = ()
) -> dict[str, FoundPairs]:
    """Return what is found of the pairs of each family of edits.

    The pairs of a family are an unedited image and a copy of it whose chain has that family in it,
    whatever else it has: one pair counts for each family of its chain. A pair of two edited copies
    counts for none, since what each edit has to do with it is not known.

    Parameters
    ----------
    images : iterable of FoundImage
        Of any number of queries.
    named : iterable of NamedPair, default ()
        Of the same queries.

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
    for one, other, sign in named:
        of_both = [families_of(image.edit) for image in (one, other)]
        for family in frozenset.union(*of_both) if not all(of_both) else ():
            pairs[family] += sign
            found[family] += sign * (one.group == other.group)
    return {family: FoundPairs(found[family], n) for family, n in sorted(pairs.items()) if n}
