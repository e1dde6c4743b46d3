"""The groups that a method found in a query, set against the photographs: wrong and missed pairs.

A wrong pair (FP) is two images of one group that show different photographs; a missed pair (FN) two
images of one photograph in different groups. Pairs that do not count are neither.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice, zip_longest

import numpy as np

from dupeval.dataset import UNLABELLED, Dataset, Query
from dupeval.edits import FoundPairs, found_images, found_pairs, pairs_by_family
from dupeval.stored import StoredResults
from dupeval.truth import Truth

# So many photographs of a group, and images of a photograph, show what it is about.
FEW = 3


@dataclass(frozen=True)
class GroupPart:
    """The images of one photograph, or the unlabelled ones, in one group, by place in the query.

    How many are elsewhere, in other groups: each of them makes a missed pair with each here.
    """

    photograph: str
    images: tuple[int, ...]
    elsewhere: int

    @property
    def missed(self) -> int:
        """How many missed pairs have one image here."""
        return len(self.images) * self.elsewhere


@dataclass(frozen=True)
class FoundGroup:
    """A group, part by part, the largest first, unlabelled images last.

    Verdicts on single pairs change, by an image's place, in how many wrong and in how many missed
    pairs it is. ``same_scene`` says how many of the wrong pairs are of one scene.
    """

    parts: tuple[GroupPart, ...]
    changed: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    same_scene: int = 0

    @cached_property
    def n_images(self) -> int:
        """How many images it has."""
        return sum(len(part.images) for part in self.parts)

    @cached_property
    def n_labelled(self) -> int:
        """How many of them are labelled: pairs of these are right or wrong."""
        return sum(len(part.images) for part in self.parts if part.photograph != UNLABELLED)

    @cached_property
    def missed(self) -> int:
        """How many missed pairs have one image here."""
        return sum(part.missed for part in self.parts) + sum(x for _, x in self.changed.values())

    @cached_property
    def wrong(self) -> int:
        """How many pairs of it show different photographs."""
        sizes = [len(part.images) for part in self.parts if part.photograph != UNLABELLED]
        # Each wrong pair is counted at both of its ends.
        ends = sum(size * (self.n_labelled - size) for size in sizes)
        return (ends + sum(x for x, _ in self.changed.values())) // 2

    def mistakes(self, image: int, part: GroupPart) -> tuple[int, int]:
        """Return in how many wrong and in how many missed pairs an image of a part is."""
        wrong, missed = self.changed.get(image, (0, 0))
        labelled = part.photograph != UNLABELLED
        return wrong + labelled * (self.n_labelled - len(part.images)), missed + part.elsewhere


def found_groups(
    photographs: Sequence[str], labels: Sequence[int], truth: Truth | None = None
) -> list[FoundGroup]:
    """Return the groups of a partition, those with most wrong, then most missed pairs first.

    Parameters
    ----------
    photographs : sequence of str, length n_images
        Empty of unlabelled images, which make no pair.
    labels : sequence of int, length n_images
        Equal labels mean "in one group".
    truth : Truth, optional
        What is known besides: verdicts on single pairs, and scenes.
    """
    truth = truth or Truth.of(list(photographs), [name != UNLABELLED for name in photographs])
    changed = _changed_by_verdicts(truth, labels)
    copies = Counter(photographs)
    del copies[UNLABELLED]
    members: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, (photograph, label) in enumerate(zip(photographs, labels, strict=True)):
        members[label][photograph].append(place)
    groups = []
    for parts in members.values():
        in_order = sorted(parts.items(), key=lambda item: (not item[0], -len(item[1]), item[1]))
        found = (GroupPart(p, tuple(own), max(0, copies[p] - len(own))) for p, own in in_order)
        images = [image for own in parts.values() for image in own]
        of_images = {image: changed[image] for image in images if image in changed}
        scene = 0
        if truth.scenes is not None and len(images) > 1:
            scene = int(truth.only(np.sort(images)).counts.scene)
        groups.append(FoundGroup(tuple(found), of_images, scene))
    return sorted(groups, key=lambda g: (-g.wrong, -g.missed, -g.n_images, g.parts[0].images[0]))


def _changed_by_verdicts(truth: Truth, labels: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return by how much verdicts change the numbers of wrong and missed pairs of each image."""
    wrong: Counter[int] = Counter()
    missed: Counter[int] = Counter()
    of_verdicts = zip(
        truth.named.tolist(), truth.is_true.tolist(), truth.sign.tolist(), strict=True
    )
    for pair, is_true, sign in of_verdicts:
        together = labels[pair[0]] == labels[pair[1]]
        if together != is_true:
            (missed if is_true else wrong).update(dict.fromkeys(pair, sign))
    return {image: (wrong[image], missed[image]) for image in {*wrong, *missed}}


def found_by_family(
    dataset: Dataset, results: StoredResults, protocol: str, method: str
) -> dict[str, FoundPairs]:
    """Return what a method found of the pairs of each family of edits, of all queries."""
    found = [
        (query, results.labels(place).tolist())
        for query in dataset.queries
        if (place := (protocol, method, query.slug)) in results.partitions
    ]
    images = chain.from_iterable(found_images(*one) for one in found)
    return pairs_by_family(images, chain.from_iterable(found_pairs(*one) for one in found))


def telling(partitions: Iterable[Sequence[FoundGroup]], n_images: int, most: int) -> frozenset[int]:
    """Choose, of so many images of a query, some of each photograph in the worst groups.

    Of every partition a few of the worst group, then of its second worst, and so on.
    """
    order = chain(_from_worst_groups(partitions), range(n_images))
    return frozenset(islice(dict.fromkeys(order), most))


def most_telling(
    queries: Sequence[Query],
    partitions: Mapping[str, Sequence[Sequence[FoundGroup]]],
    most_a_query: int,
    most: int,
) -> dict[str, frozenset[int]]:
    """Choose so many images of each query, and of all, by the query's slug; see `telling`.

    Of every query the groups of every partition of it, the worst first, are given. Queries in
    which most goes wrong come first.
    """
    errors = {
        slug: sum(group.wrong + group.missed / 2 for groups in found for group in groups)
        for slug, found in partitions.items()
    }
    chosen: dict[str, frozenset[int]] = {}
    for query in sorted(queries, key=lambda query: -errors.get(query.slug, 0)):
        room = min(most_a_query, most)
        chosen[query.slug] = telling(partitions[query.slug], len(query.images), room)
        most -= len(chosen[query.slug])
    return chosen


def _from_worst_groups(partitions: Iterable[Sequence[FoundGroup]]) -> Iterator[int]:
    for equally_bad in zip_longest(*partitions):
        for group in filter(None, equally_bad):
            for part in group.parts[:FEW]:
                yield from part.images[:FEW]
