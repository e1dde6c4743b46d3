"""What follows from answers: images that are one photograph, and photographs that differ."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from dupeval.labelling.answers import Answer, Fact


class Links:
    """Classes of images, joined pair by pair, and which classes are known to differ.

    Parameters
    ----------
    n : int
        How many images there are, numbered from 0.
    """

    def __init__(self, n: int) -> None:
        self._root = list(range(n))
        self._members = [[i] for i in range(n)]
        self._apart: list[set[int]] = [set() for _ in range(n)]
        # What a table calls a class: classes of different names differ.
        self._name: dict[int, str] = {}

    def of(self, image: int) -> int:
        """Return the class of an image: the smallest number in it."""
        return self._root[image]

    def members(self, image: int) -> Sequence[int]:
        """Return the images of an image's class, itself among them."""
        return self._members[self._root[image]]

    def name(self, image: int) -> str:
        """Return what a table calls an image's class; empty where none does."""
        return self._name.get(self._root[image], "")

    def together(self, a: int, b: int) -> bool:
        """Say whether two images are known to show one photograph."""
        return self._root[a] == self._root[b]

    def apart(self, a: int, b: int) -> bool:
        """Say whether two images are known to show different photographs."""
        a, b = self._root[a], self._root[b]
        if a == b:
            return False
        one, other = self._name.get(a, ""), self._name.get(b, "")
        return b in self._apart[a] or bool(one and other and one != other)

    def differing(self, image: int) -> set[int]:
        """Return the classes that were said to differ from an image's; names are not asked."""
        return self._apart[self._root[image]]

    def call(self, image: int, name: str) -> None:
        """Give an image's class a name; it has none or the same."""
        if name:
            self._name[self._root[image]] = name

    def allows(self, fact: Fact) -> bool:
        """Say whether a fact can be true."""
        return not (self.apart if fact.same else self.together)(fact.a, fact.b)

    def agree(self, answer: Answer) -> bool:
        """Say whether all that an answer says can be true together."""
        if answer.said != "same":
            return answer.said == "unsure" or not self.together(*answer.images)
        joined = {self._root[image] for image in answer.images}
        return joined.isdisjoint(self._root[image] for image in answer.others) and not any(
            self.apart(a, b) for a, b in combinations(joined, 2)
        )

    def add(self, fact: Fact) -> None:
        """Add a fact that can be true."""
        a, b = sorted((self._root[fact.a], self._root[fact.b]))
        if not fact.same:
            self._apart[a].add(b)
            self._apart[b].add(a)
        elif a != b:
            self._join(a, b)

    def _join(self, a: int, b: int) -> None:
        for image in self._members[b]:
            self._root[image] = a
        self._members[a] += self._members[b]
        self._members[b] = []
        for other in self._apart[b]:
            self._apart[other].discard(b)
            self._apart[other].add(a)
        self._apart[a] |= self._apart[b]
        self._apart[b] = set()
        if b in self._name:
            self._name[a] = self._name.pop(b)


def blamed(answers: Sequence[Answer], links: Links, fact: Fact) -> tuple[int, ...]:
    """Return which answers a fact contradicts: the shortest chain that says the opposite.

    Parameters
    ----------
    answers : sequence of Answer
        That stand.
    links : Links
        What follows from them.
    fact : Fact
        That cannot be true together with them.
    """
    joined: dict[int, list[tuple[int, int]]] = {}
    for answer in answers:
        for a, b, same in answer.facts:
            if same:
                joined.setdefault(a, []).append((b, answer.id))
                joined.setdefault(b, []).append((a, answer.id))
    if not fact.same:
        return tuple(_chain(joined, fact.a, fact.b))
    ends = {links.of(fact.a), links.of(fact.b)}
    chains = []
    for differing, id_ in _differing(answers):
        a, b = differing
        if {links.of(a), links.of(b)} == ends:
            if links.of(a) != links.of(fact.a):
                a, b = b, a
            chain = [*_chain(joined, fact.a, a), id_, *_chain(joined, b, fact.b)]
            chains.append(tuple(dict.fromkeys(chain)))
    if chains:
        return min(chains, key=len)
    # Two names of a table.
    by_name = {answer.photograph: answer for answer in answers if answer.photograph}
    of_ends = [by_name[links.name(end)] for end in (fact.a, fact.b)]
    chain = []
    for end, answer in zip((fact.a, fact.b), of_ends, strict=True):
        own = [a for a in answers if a.photograph == answer.photograph]
        near = next(a for a in own if links.together(end, a.images[0]))
        chain += [*_chain(joined, end, near.images[0]), near.id]
    return tuple(dict.fromkeys(chain))


def _differing(answers: Iterable[Answer]) -> Iterator[tuple[tuple[int, int], int]]:
    for answer in answers:
        yield from (((fact.a, fact.b), answer.id) for fact in answer.facts if not fact.same)


def _chain(joined: dict[int, list[tuple[int, int]]], start: int, end: int) -> list[int]:
    """Return the answers on the shortest way from an image to another of its class."""
    before: dict[int, tuple[int, int]] = {start: (start, 0)}
    waiting = deque([start])
    while end not in before:
        image = waiting.popleft()
        for other, id_ in joined.get(image, ()):
            if other not in before:
                before[other] = (image, id_)
                waiting.append(other)
    ids = []
    while end != start:
        end, id_ = before[end]
        ids.append(id_)
    return list(dict.fromkeys(reversed(ids)))
