"""What is wrong with the groups found in a query: pairs put together, and pairs kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Self

from dupeval.dataset import Query
from dupeval.metrics import PairScores, pair_scores


@dataclass(frozen=True)
class Part:
    """What is shown of a group: some of its images, in its order, and how many it has."""

    images: tuple[int, ...]
    size: int

    @property
    def n_tiles(self) -> int:
        """How many places it takes: one more than it has images, where some are left out."""
        return len(self.images) + (len(self.images) < self.size)


@dataclass(frozen=True)
class Mistakes:
    """The groups of one query, and in how many wrong and missed pairs each image is.

    Attributes
    ----------
    groups : tuple of tuple of int
        The images' places in the query; larger groups first, and in a group the images of the
        photograph that has most of them first.
    wrong, missed : tuple of int
        For each image, how many images of other photographs are in its group, and how many of
        its own photograph are not; 0 of unlabelled images, which do not count.
    earlier : tuple of int
        For each image, how many images before it show its photograph and are in its group.
    scores : PairScores
        fp counts the wrong pairs, fn the missed ones.
    """

    groups: tuple[tuple[int, ...], ...]
    wrong: tuple[int, ...]
    missed: tuple[int, ...]
    earlier: tuple[int, ...]
    scores: PairScores

    @classmethod
    def of(cls, query: Query, partition: Mapping[str, int]) -> Self:
        """Compare a partition, the group of each image by name, with the photographs."""
        photographs, known = query.photographs.tolist(), query.is_labelled.tolist()
        found = [partition[image.name] for image in query.images]
        both = list(zip(found, photographs, strict=True))
        together = Counter(compress(both, known))
        in_group, in_query = Counter(compress(found, known)), Counter(compress(photographs, known))
        groups: dict[int, list[int]] = {}
        for image, group in enumerate(found):
            groups.setdefault(group, []).append(image)
        ordered = [
            tuple(sorted(group, key=lambda i: (-together[both[i]], photographs[i])))
            for group in groups.values()
        ]
        return cls(
            tuple(sorted(ordered, key=lambda group: -len(group))),
            tuple(
                in_group[pair[0]] - together[pair] if labelled else 0
                for pair, labelled in zip(both, known, strict=True)
            ),
            tuple(
                in_query[pair[1]] - together[pair] if labelled else 0
                for pair, labelled in zip(both, known, strict=True)
            ),
            tuple(_earlier(both)),
            pair_scores(photographs, found, is_labelled=query.is_labelled),
        )

    def parts(self, most_images: int, most_of_group: int) -> list[Part]:
        """Return what there is room for: all groups, or parts of those with most mistakes.

        Parameters
        ----------
        most_images : int
            Of all groups together; those with most mistakes come first.
        most_of_group : int
            Only where not all images fit.
        """
        if len(self.wrong) <= most_images:
            return [Part(group, len(group)) for group in self.groups]
        mistakes = [wrong + missed for wrong, missed in zip(self.wrong, self.missed, strict=True)]
        places = range(len(self.groups))
        worst_first = sorted(places, key=lambda g: -sum(mistakes[i] for i in self.groups[g]))
        room, chosen = most_images, {}
        for place in worst_first:
            group = self.groups[place]
            # Of each photograph one image before a second one of any.
            telling = sorted(group, key=lambda i: (self.earlier[i], -mistakes[i]))
            part = telling[: min(room, most_of_group)]
            if part:
                chosen[place] = Part(tuple(i for i in group if i in part), len(group))
            room -= len(part)
        return [chosen[place] for place in sorted(chosen)]


def _earlier(keys: Iterable[Hashable]) -> Iterator[int]:
    """Yield for each key how many of those before it are equal."""
    seen: Counter[Hashable] = Counter()
    for key in keys:
        yield seen[key]
        seen[key] += 1
