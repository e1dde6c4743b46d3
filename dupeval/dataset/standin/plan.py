"""What the stand-in consists of: groups, edit chains and file names, before any pixel is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from dupeval.dataset.standin.levels import Level, Making
from dupeval.dataset.standin.sources import Source

IMAGES_PER_QUERY = 20

# Pairs that make no sense in one chain: two crops, colour without colours, two file formats.
EXCLUSIVE = (("crop", "aspect"), ("colour", "greyscale"), ("format", "jpeg"))
# The edit that takes another photograph.
COLLAGE = "collage"


@dataclass(frozen=True)
class PlannedImage:
    """One image to make.

    Attributes
    ----------
    source : Source
    number : int
        0 for the photograph as first published, else the number of the copy.
    families : tuple of str
        The edits of the copy, in the order of application.
    place : int
        From 1: the image's place in its query's list of names.
    beside : Source or None
        The photograph that takes the smaller part of a collage.
    """

    source: Source
    number: int
    families: tuple[str, ...]
    place: int
    beside: Source | None = None

    @property
    def shown(self) -> frozenset[Source]:
        """All photographs that are to be seen in it."""
        return frozenset({self.source, self.beside or self.source})


def plan_images(sources: Sequence[Source], making: Making) -> list[PlannedImage]:
    """Plan the whole dataset.

    Parameters
    ----------
    sources : sequence of Source
        Of all queries.
    making : Making

    Returns
    -------
    list of PlannedImage
        20 of each query, by query and place.
    """
    deck = _Deck(making)
    planned = []
    for query in dict.fromkeys(source.query for source in sources):
        photographs = [source for source in sources if source.query == query]
        pairs = _numbered(photographs, making)
        places = list(range(1, len(pairs) + 1))
        making.random(query, "places").shuffle(places)
        images = []
        for (source, number), place in zip(pairs, places, strict=True):
            chain = _chain(deck, source, number, making)
            beside = _beside(source, number, photographs, making) if COLLAGE in chain else None
            images.append(PlannedImage(source, number, chain, place, beside))
        planned += sorted(images, key=lambda image: image.place)
    return planned


def group_sizes(photographs: int, rng: Random, level: Level) -> list[int]:
    """Draw the sizes of a query's groups of two and more, largest first.

    All partitions that keep the limits and have at least two different sizes are equally likely.

    Parameters
    ----------
    photographs : int
        Different photographs in the query.
    rng : Random
    level : Level

    Returns
    -------
    list of int
    """
    copies = IMAGES_PER_QUERY - photographs
    possible = [
        [extra + 1 for extra in extras]
        for extras in _partitions(copies, level.largest_group - 1)
        if len(extras) <= photographs - level.least_singles and len(set(extras)) > 1
    ]
    least, most = level.pairs
    return rng.choice(
        [sizes for sizes in possible if least <= sum(k * (k - 1) // 2 for k in sizes) <= most]
    )


def _numbered(photographs: Sequence[Source], making: Making) -> list[tuple[Source, int]]:
    query = photographs[0].query
    sizes = group_sizes(len(photographs), making.random(query, "groups"), making.level)
    sizes += [1] * (len(photographs) - len(sizes))
    making.random(query, "photographs").shuffle(sizes)
    return [
        (source, number)
        for source, size in zip(photographs, sizes, strict=True)
        for number in range(size)
    ]


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

    def take(self, source: Source, chain: Sequence[str]) -> str:
        for place, card in enumerate(self._kept):
            if _suits(card, source, chain):
                return self._kept.pop(place)
        for card in self._cards:
            if _suits(card, source, chain):
                return card
            self._kept.append(card)
        raise AssertionError("the decks do not end")


def _chain(deck: _Deck, source: Source, number: int, making: Making) -> tuple[str, ...]:
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


def _beside(source: Source, number: int, photographs: Sequence[Source], making: Making) -> Source:
    rng = making.random(source.query, source.photograph, number, "beside")
    others = [other for other in photographs if other != source]
    # Two views of one place look like one photograph, or like a third one.
    elsewhere = [other for other in others if not source.scene or other.scene != source.scene]
    return rng.choice(elsewhere or others)


def _suits(card: str, source: Source, chain: Sequence[str]) -> bool:
    if card in source.avoid or card in chain:
        return False
    return not any(card in pair and other in pair for pair in EXCLUSIVE for other in chain)
