"""Labels as they follow from the answers that stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dupeval.errors import SettingsError
from dupeval.labelling.answers import Answer, Event, Fact, standing
from dupeval.labelling.estimates import Counts
from dupeval.labelling.images import Images
from dupeval.labelling.links import Links, blamed
from dupeval.truth import Classes, pairs_of


@dataclass(frozen=True)
class Contradiction:
    """An answer that cannot be true together with earlier ones.

    Attributes
    ----------
    fact : Fact
        What of it cannot.
    ids : tuple of int
        The earlier answers, of which one must fall.
    """

    fact: Fact
    ids: tuple[int, ...]


class Labels:
    """What is known of images.

    Parameters
    ----------
    images : Images
    seed : str
        Says in which order images and pairs are drawn.
    events : iterable of Answer and Undo
    """

    def __init__(self, images: Images, seed: str, events: Iterable[Event] = ()) -> None:
        self.images, self.seed = images, seed
        self.events: list[Event] = []
        self._build(list(events))

    def _build(self, events: list[Event]) -> None:
        n = len(self.images.all)
        self.links = Links(n)
        self.answers: list[Answer] = []
        self.missed: set[int] = set()
        self.seen: set[int] = set()
        self.checked: dict[tuple[int, int], bool | None] = {}
        self.n_found_pairs = 0
        self._scenes = Classes(n)
        self._scene_names: list[tuple[int, str]] = []
        self._unsure: list[tuple[int, int]] = []
        for answer in standing(events):
            self._apply(answer)
        self.events = events

    def add(self, event: Event) -> None:
        """Add an answer that contradicts nothing, or take the last one back."""
        if isinstance(event, Answer) and not event.falls:
            self._apply(event)
            self.events.append(event)
        else:
            self._build([*self.events, event])

    @property
    def next_id(self) -> int:
        """The number of the next answer; none is given twice."""
        return 1 + max((e.id for e in self.events if isinstance(e, Answer)), default=0)

    @property
    def n_wrong(self) -> int:
        """How many of the pairs that were checked are not one photograph."""
        return sum(right is False for right in self.checked.values())

    @property
    def n_keys(self) -> int:
        """How many keys were pressed, undoing too."""
        return sum(event.keys if isinstance(event, Answer) else 1 for event in self.events)

    def contradiction(self, answer: Answer) -> Contradiction | None:
        """Return why an answer cannot stand beside those that it lets stand, or None."""
        if not answer.falls and self.links.agree(answer):
            return None
        others = [earlier for earlier in self.answers if earlier.id not in answer.falls]
        links = links_of(len(self.images.all), others)
        for fact in answer.facts:
            if not links.allows(fact):
                ids = blamed([*others, answer], links, fact)
                return Contradiction(fact, tuple(i for i in ids if i != answer.id))
            links.add(fact)
        return None

    def _apply(self, answer: Answer) -> None:
        links = self.links
        if answer.asked == "look" and len(answer.images) > 1:
            sizes = [len(links.members(image)) for image in answer.images]
            self.missed.update(i for image in answer.images for i in links.members(image))
            self.n_found_pairs += pairs_between(sizes)
        for fact in answer.facts:
            if not links.allows(fact):
                raise SettingsError(f"answer {answer.id} contradicts earlier ones")
            links.add(fact)
        links.call(answer.images[0], answer.photograph)
        if answer.said == "scene":
            self._scenes.join(*answer.images)
        if answer.scene:
            self._scene_names.append((answer.images[0], answer.scene))
        if answer.said == "unsure":
            self._unsure.append((answer.images[0], answer.images[1]))
        if answer.asked == "check":
            low, high = sorted(answer.images)
            self.checked[low, high] = None if answer.said == "unsure" else answer.said == "same"
        self.seen.update(answer.images, answer.others)
        self.answers.append(answer)

    def unsure_classes(self) -> set[tuple[int, int]]:
        """Return pairs of classes, smaller first, of which somebody could not tell."""
        roots = ((self.links.of(a), self.links.of(b)) for a, b in self._unsure)
        return {(min(pair), max(pair)) for pair in roots if not self._is_decided(*pair)}

    def _is_decided(self, a: int, b: int) -> bool:
        # Of photographs that a table names apart a pair may be withdrawn all the same.
        return a == b or b in self.links.differing(a)

    def scenes(self) -> tuple[Classes, dict[int, str]]:
        """Return which images are of one scene, and what tables call the classes."""
        classes = Classes(len(self.images.all))
        for number in range(len(self.images.all)):
            classes.join(number, self.links.of(number))
            classes.join(number, self._scenes.of(number))
        first: dict[tuple[str, str], int] = {}
        for number, name in self._scene_names:
            classes.join(number, first.setdefault((self.images.all[number].query, name), number))
        names: dict[int, str] = {}
        for number, name in self._scene_names:
            names.setdefault(classes.of(number), name)
        return classes, names

    def classes_of(self, query: str) -> list[int]:
        """Return the classes of a query that have an image there, in order."""
        return sorted({self.links.of(number) for number in self.images.of_query[query]})

    def size(self, root: int) -> int:
        """Return how many images of a class are there."""
        return sum(bool(self.images.all[i].names) for i in self.links.members(root))

    def settled(self) -> set[int]:
        """Return the images there whose class has nothing open to any other of their query."""
        settled: set[int] = set()
        for query, own in self.images.of_query.items():
            known = self.known_beside(query)
            done = {root for root, others in known.items() if len(others) == len(known) - 1}
            settled.update(i for i in own if self.links.of(i) in done)
        return settled

    def known_beside(self, query: str) -> dict[int, set[int]]:
        """Return of each class of a query those others that are apart from it, or unsure."""
        classes = set(self.classes_of(query))
        known = {root: self.links.differing(root) & classes for root in classes}
        for a, b in self.unsure_classes():
            if a in classes and b in classes:
                known[a].add(b)
                known[b].add(a)
        named = {root for root in classes if self.links.name(root)}
        for root in named:
            known[root] |= named - {root}
        return known

    def drawn_order(self) -> list[int]:
        """Return the images there in the order in which they are drawn: a random one that stays."""
        shown = self.images.all
        return sorted(
            self.images.there, key=lambda i: _drawn(self.seed, shown[i].query, shown[i].sha256)
        )

    def together_pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the pairs of images there that are together."""
        for query in self.images.of_query:
            for root in self.classes_of(query):
                own = [i for i in sorted(self.links.members(root)) if self.images.all[i].names]
                yield from ((a, b) for at, a in enumerate(own) for b in own[at + 1 :])

    def checks(self, n: int) -> list[tuple[int, int]]:
        """Return n random pairs that are together: they stay the same while labels do."""
        shown = self.images.all

        def key(pair: tuple[int, int]) -> bytes:
            a, b = (shown[i] for i in pair)
            return _drawn(self.seed, a.query, a.sha256, b.sha256)

        return sorted(self.together_pairs(), key=key)[:n]

    def n_decided(self) -> tuple[int, int]:
        """Return how many pairs of images there are together, and how many are apart or unsure."""
        together = apart_twice = 0
        for query in self.images.of_query:
            known = self.known_beside(query)
            sizes = {root: self.size(root) for root in known}
            together += sum(size * (size - 1) // 2 for size in sizes.values())
            apart_twice += sum(
                size * sum(sizes[other] for other in known[root]) for root, size in sizes.items()
            )
        return together, apart_twice // 2

    def counts(self, n_drawn: int, settled: set[int]) -> Counts:
        """Return what estimates rest on."""
        own = self.images.of_query
        together, apart = self.n_decided()
        n_pairs = pairs_of(query for query, numbers in own.items() for _ in numbers)
        return Counts(
            *(len(self.images.there), len(settled), n_drawn, len(self.missed)),
            *(self.n_found_pairs, together, n_pairs - together - apart),
            *(sum(right is not None for right in self.checked.values()), self.n_wrong),
            max(map(len, own.values()), default=0),
        )


def links_of(n: int, answers: Iterable[Answer]) -> Links:
    """Return what follows from answers that contradict nothing."""
    links = Links(n)
    for answer in answers:
        for fact in answer.facts:
            links.add(fact)
        links.call(answer.images[0], answer.photograph)
    return links


def pairs_between(sizes: Sequence[int]) -> int:
    """Return how many pairs there are between things of some sizes."""
    return (sum(sizes) ** 2 - sum(size**2 for size in sizes)) // 2


@lru_cache(100_000)
def _drawn(*of: str) -> bytes:
    """Return what an order by chance goes by."""
    return hashlib.sha256("\0".join(of).encode()).digest()
