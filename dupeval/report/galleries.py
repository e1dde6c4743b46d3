"""The groups that a method found in a query, set against the photographs: wrong and missed pairs.

A wrong pair (FP) is two images of one group that show different photographs; a missed pair (FN) two
images of one photograph in different groups.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice, zip_longest

import numpy as np
import numpy.typing as npt

from dupeval.dataset import UNLABELLED, Query
from dupeval.edits import found_images, pairs_by_family

# So many photographs of a group, and images of a photograph, show what it is about.
FEW = 3


@dataclass(frozen=True)
class Part:
    """The images of one photograph, or the unlabelled ones, in one group.

    Attributes
    ----------
    photograph : str
    images : tuple of int
        Their places in the query.
    missed : int
        The missed pairs that have one image here: copies here times copies in other groups.
    """

    photograph: str
    images: tuple[int, ...]
    missed: int


@dataclass(frozen=True)
class FoundGroup:
    """A group, part by part, the largest first."""

    parts: tuple[Part, ...]

    @cached_property
    def n_images(self) -> int:
        """How many images it has."""
        return sum(len(part.images) for part in self.parts)

    @cached_property
    def missed(self) -> int:
        """How many missed pairs have one image here."""
        return sum(part.missed for part in self.parts)

    @cached_property
    def wrong(self) -> int:
        """How many pairs of its labelled images show different photographs."""
        sizes = [len(part.images) for part in self.parts if part.photograph != UNLABELLED]
        return n_pairs([sum(sizes)]) - n_pairs(sizes)


def n_pairs(sizes: Iterable[int]) -> int:
    """Return the number of unordered pairs within sets of the given sizes."""
    return sum(size * (size - 1) // 2 for size in sizes)


def found_groups(photographs: Sequence[str], labels: Sequence[int]) -> tuple[FoundGroup, ...]:
    """Return the groups of a partition, those with most wrong, then most missed pairs first.

    Parameters
    ----------
    photographs : sequence of str, length n_images
        Empty of unlabelled images, which make the last part of their group and no pair.
    labels : sequence of int, length n_images
        Equal labels mean "in one group".
    """
    copies = Counter(photographs)
    del copies[UNLABELLED]
    members: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, (photograph, label) in enumerate(zip(photographs, labels, strict=True)):
        members[label][photograph].append(place)
    groups = [
        FoundGroup(
            tuple(
                Part(
                    photograph,
                    tuple(images),
                    len(images) * max(0, copies[photograph] - len(images)),
                )
                for photograph, images in sorted(
                    parts.items(), key=lambda item: (not item[0], -len(item[1]), item[1])
                )
            )
        )
        for parts in members.values()
    ]
    return tuple(sorted(groups, key=_worst_first))


def _worst_first(group: FoundGroup) -> tuple[int, int, int, int]:
    return -group.wrong, -group.missed, -group.n_images, group.parts[0].images[0]


@dataclass(frozen=True)
class EditLoss:
    """How many of the pairs of one family of edits a method missed."""

    family: str
    missed: int
    pairs: int


def losses_by_edit(
    queries: Iterable[tuple[Query, npt.NDArray[np.int64]]],
) -> tuple[EditLoss, ...]:
    """Return what is missed of each family of edits, the largest share first.

    Parameters
    ----------
    queries : iterable of (Query, ndarray of int64, shape (n_images,))
        Each query with its images' labels.

    Returns
    -------
    tuple of EditLoss
        Of the pairs that `dupeval.edits.pairs_by_family` counts; empty where there are none.
    """
    images = chain.from_iterable(found_images(query, labels.tolist()) for query, labels in queries)
    losses = [EditLoss(name, of.missed, of.pairs) for name, of in pairs_by_family(images).items()]
    return tuple(sorted(losses, key=lambda x: (-x.missed / x.pairs, -x.pairs, x.family)))


def most_telling(
    queries: Sequence[Query],
    galleries: Mapping[str, Sequence[Sequence[FoundGroup]]],
    most_a_query: int,
    most: int,
) -> dict[str, frozenset[int]]:
    """Choose the images that a report shows: some of each photograph in the worst groups.

    Parameters
    ----------
    queries : sequence of Query
    galleries : mapping of str to sequence
        By the query's slug, the groups of every partition of it, the worst first.
    most_a_query, most : int
        How many images of one query, and of all.

    Returns
    -------
    dict of str to frozenset of int
        By the query's slug, the places of the chosen images. When not all queries have room, those
        in which most goes wrong come first.
    """
    chosen: dict[str, frozenset[int]] = {}
    for query in sorted(queries, key=lambda query: -_errors(galleries[query.slug])):
        room = min(most_a_query, most, len(query.images))
        order = chain(_from_worst_groups(galleries[query.slug]), range(len(query.images)))
        chosen[query.slug] = frozenset(islice(dict.fromkeys(order), room))
        most -= room
    return chosen


def _errors(galleries: Iterable[Iterable[FoundGroup]]) -> float:
    """Count the wrong and missed pairs of all partitions of a query."""
    return sum(group.wrong + group.missed / 2 for groups in galleries for group in groups)


def _from_worst_groups(galleries: Iterable[Sequence[FoundGroup]]) -> Iterator[int]:
    """Give a few images of every partition's worst group, then of its second worst, and so on."""
    for equally_bad in zip_longest(*galleries):
        for group in filter(None, equally_bad):
            for part in group.parts[:FEW]:
                yield from part.images[:FEW]
