"""What a made dataset consists of: groups, edit chains and file names, before any pixel is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from random import Random

from dupeval.dataset.making.levels import IMAGES_A_QUERY, Level, Making
from dupeval.dataset.making.photographs import Photograph

# Pairs that make no sense in one chain: two crops, colour without colours, two file formats.
EXCLUSIVE = (("crop", "aspect"), ("colour", "greyscale"), ("format", "jpeg"))
# The edit that takes another photograph.
COLLAGE = "collage"
# More are dealt with in parts: all ways to divide their copies are too many to draw from.
MOST_AT_ONCE = 22


@dataclass(frozen=True)
class PlannedImage:
    """One image to make.

    Attributes
    ----------
    source : Photograph
    number : int
        0 for the photograph as first published, else the number of the copy.
    families : tuple of str
        The edits of the copy, in the order of application.
    stem : str
        The file's name without its ending; in their order it gives no group away.
    beside : Photograph or None
        The photograph that takes the smaller part of a collage.
    """

    source: Photograph
    number: int
    families: tuple[str, ...]
    stem: str
    beside: Photograph | None = None

    @property
    def shown(self) -> frozenset[Photograph]:
        """All photographs that are to be seen in it."""
        return frozenset({self.source, self.beside or self.source})


def plan_images(photographs: Sequence[Photograph], making: Making) -> list[PlannedImage]:
    """Plan the whole dataset.

    Parameters
    ----------
    photographs : sequence of Photograph
        Of all queries.
    making : Making

    Returns
    -------
    list of PlannedImage
        By query and name.
    """
    deck = _Deck(making)
    planned = []
    for query in dict.fromkeys(photograph.query for photograph in photographs):
        own = [photograph for photograph in photographs if photograph.query == query]
        pairs = _numbered(own, making)
        places = list(range(1, len(pairs) + 1))
        making.random(query, "places").shuffle(places)
        width = max(2, len(str(len(pairs))))
        images = []
        for (source, number), place in zip(pairs, places, strict=True):
            chain = _chain(deck, source, number, making)
            beside = _beside(source, number, own, making) if COLLAGE in chain else None
            images.append(PlannedImage(source, number, chain, f"img_{place:0{width}d}", beside))
        planned += sorted(images, key=lambda image: image.stem)
    return planned


def group_sizes(photographs: int, images: int, rng: Random, level: Level) -> list[int]:
    """Draw the sizes of a query's groups of two and more, largest first.

    All partitions that keep the limits and have at least two different sizes are equally likely.
    Where there is none, a small query, they may be of one size; then have as many or as few pairs
    as they like; then leave as few photographs without a copy.

    Parameters
    ----------
    photographs : int
        Different photographs in the query.
    images : int
        More of them than photographs.
    rng : Random
    level : Level

    Returns
    -------
    list of int
    """
    part = images / IMAGES_A_QUERY
    least, most = (limit * part for limit in level.pairs)
    most_groups = photographs - int(level.least_singles * part)
    possible = [
        [extra + 1 for extra in extras]
        for extras in _partitions(images - photographs, level.largest_group - 1)
        if len(extras) <= photographs
    ]
    limits: tuple[Callable[[list[int]], bool], ...] = (
        lambda sizes: len(sizes) <= most_groups,
        lambda sizes: least <= sum(k * (k - 1) // 2 for k in sizes) <= most,
        lambda sizes: len(set(sizes)) > 1,
    )
    for kept in (limits, limits[:2], limits[:1]):
        within = [sizes for sizes in possible if all(limit(sizes) for limit in kept)]
        if within:
            return rng.choice(within)
    return rng.choice(possible)


def _numbered(photographs: Sequence[Photograph], making: Making) -> list[tuple[Photograph, int]]:
    query = photographs[0].query
    rng = making.random(query, "groups")
    sizes: list[int] = []
    for part, images in parts(len(photographs), making.images_of(len(photographs))):
        drawn = group_sizes(part, images, rng, making.level)
        sizes += drawn + [1] * (part - len(drawn))
    making.random(query, "photographs").shuffle(sizes)
    return [
        (source, number)
        for source, size in zip(photographs, sizes, strict=True)
        for number in range(size)
    ]


def parts(photographs: int, images: int) -> list[tuple[int, int]]:
    """Cut a query into parts of even size, as (photographs, images)."""
    n = -(-photographs // MOST_AT_ONCE)
    ends = [(k * photographs // n, k * images // n) for k in range(n + 1)]
    return [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(ends)]


def _partitions(total: int, largest: int) -> Iterator[list[int]]:
    if total == 0:
        yield []
    for first in range(min(total, largest), 0, -1):
        for rest in _partitions(total - first, first):
            yield [first, *rest]


def _deal_families(making: Making) -> Iterator[str]:
    for number in count():
        deck = list(making.level.edits)
        making.random("deck", number).shuffle(deck)
        yield from deck


class _Deck:
    """Shuffled decks of all families; a card that does not suit stays for the next chain."""

    def __init__(self, making: Making) -> None:
        self._cards = _deal_families(making)
        self._kept: list[str] = []

    def take(self, source: Photograph, chain: Sequence[str]) -> str:
        for place, card in enumerate(self._kept):
            if _suits(card, source, chain):
                return self._kept.pop(place)
        for card in self._cards:
            if _suits(card, source, chain):
                return card
            self._kept.append(card)
        raise AssertionError("the decks do not end")


def _chain(deck: _Deck, source: Photograph, number: int, making: Making) -> tuple[str, ...]:
    if number == 0:
        return ()
    chain: list[str] = []
    rng = making.random(source.query, source.photograph, number, "length")
    length = rng.choice(making.level.chain_lengths)
    while len(chain) < length:
        chain.append(deck.take(source, chain))
    chain.sort(key=list(making.level.edits).index)
    last = making.random(source.query, source.photograph, number, "afterwards")
    return (*chain, *(family for family in making.level.afterwards if last.random() < 0.5))


def _beside(
    source: Photograph, number: int, photographs: Sequence[Photograph], making: Making
) -> Photograph:
    rng = making.random(source.query, source.photograph, number, "beside")
    others = [other for other in photographs if other != source]
    # Two views of one place look like one photograph, or like a third one.
    elsewhere = [other for other in others if not source.scene or other.scene != source.scene]
    return rng.choice(elsewhere or others)


def _suits(card: str, source: Photograph, chain: Sequence[str]) -> bool:
    if card in source.avoid or card in chain:
        return False
    return not any(card in pair and other in pair for pair in EXCLUSIVE for other in chain)
