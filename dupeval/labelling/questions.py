"""What is asked next, and when there is nothing left that is worth an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from dupeval.errors import SettingsError
from dupeval.files import json_sha256
from dupeval.labelling.answers import Answer
from dupeval.labelling.estimates import Estimate, estimate, needed
from dupeval.labelling.labels import Labels
from dupeval.labelling.proposals import Proposals, QueryProposals
from dupeval.truth import Said

# Images that are shown at once: as many as there are keys for them.
MOST_SHOWN = 24
# Beyond the cut, so many pairs in a row that are no copies end the questions about pairs.
PATIENCE = 5
# Of all images, so many may be without a copy of theirs, with the confidence of the estimates.
GOAL = 0.05
# Pairs that are together and shown once more.
CHECKS = 20


@dataclass(frozen=True)
class Reply:
    """What somebody chose.

    Attributes
    ----------
    said : {"same", "different", "scene", "unsure"}, default "same"
        Of two images.
    chosen : tuple of int, default ()
        Of a group, the images that are not of it; of one image against others, those that show its
        photograph.
    """

    said: Said = "same"
    chosen: tuple[int, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes
    ----------
    asked : {"group", "pair", "look", "check"}
        See `dupeval.labelling.answers.Answer`.
    query : str
    images : tuple of int
        One of each class; of one against others, that one first.
    distance : float, optional
        Of a pair.
    proposed : bool, default False
        Whether a pair is a proposed group of two.
    """

    asked: Literal["group", "pair", "look", "check"]
    query: str
    images: tuple[int, ...]
    distance: float | None = None
    proposed: bool = False

    @cached_property
    def key(self) -> str:
        """What tells it from other questions."""
        return json_sha256([self.asked, self.query, self.images])[:16]

    def answer(self, id_: int, reply: Reply, method: str, falls: Sequence[int] = ()) -> Answer:
        """Return what a reply says.

        Raises
        ------
        SettingsError
            If it is none to this question.
        """
        chosen = tuple(dict.fromkeys(reply.chosen))
        if self.asked in ("pair", "check"):
            if chosen:
                raise SettingsError("two images are same, different, scene or unsure")
            found = Answer(id_, self.asked, self.images, said=reply.said, distance=self.distance)
        else:
            found = self._of_several(id_, reply, chosen)
        return replace(found, method=method, falls=tuple(falls))

    def _of_several(self, id_: int, reply: Reply, chosen: tuple[int, ...]) -> Answer:
        possible = self.images if self.asked == "group" else self.images[1:]
        if reply.said != "same" or not set(chosen) <= set(possible):
            raise SettingsError("an answer names some of the images that are shown")
        rest = tuple(image for image in possible if image not in chosen)
        keys = 1 + len(chosen)
        if self.asked == "look":
            return Answer(id_, "look", (self.images[0], *chosen), rest, keys=keys)
        if not rest:
            raise SettingsError("one image at least stays in the group")
        return Answer(id_, "group", rest, chosen, keys=keys)


class Plan:
    """All that may be asked now, of labels as they are.

    Parameters
    ----------
    labels : Labels
    proposals : Proposals
    beyond : bool, default False
        Whether to go on until nothing is open.
    """

    def __init__(self, labels: Labels, proposals: Proposals, beyond: bool = False) -> None:
        self.labels, self.proposals, self.beyond = labels, proposals, beyond
        self._unsure = labels.unsure_classes()

    def next(self, skipped: Set[str] = frozenset()) -> Question | None:
        """Return the next question: one that was put off only when no other is left."""
        first = None
        for question in self.questions():
            if question.key not in skipped:
                return question
            first = first or question
        return first

    def questions(self) -> Iterator[Question]:
        """Yield what may be asked, the most telling first."""
        for query in self.labels.images.of_query:
            yield from self._groups(query)
        yield from self._pairs()
        yield from self._looks()
        yield from self._checks()

    @cached_property
    def order(self) -> list[int]:
        """The images in the order in which they are drawn."""
        return self.labels.drawn_order()

    @cached_property
    def settled(self) -> set[int]:
        """The images that are known to be with all their copies."""
        return self.labels.settled()

    @cached_property
    def n_needed(self) -> int:
        """How many images must be drawn until few enough can be left."""
        n = len(self.order)
        goal = int(GOAL * n)
        if self.beyond:
            return n
        if n - len(self.settled) <= goal:
            return 0
        return needed(n, len(self.labels.missed), goal)

    @cached_property
    def n_drawn(self) -> int:
        """How many images, in the order in which they are drawn, are settled before one is not."""
        return next(
            (at for at, i in enumerate(self.order) if i not in self.settled), len(self.order)
        )

    @cached_property
    def estimate(self) -> Estimate:
        """How good the labels are."""
        return estimate(self.labels.counts(self.n_drawn, self.settled))

    def _groups(self, query: str) -> Iterator[Question]:
        links = self.labels.links
        for cluster in self._of(query).clusters:
            waiting = sorted({links.of(image) for image in cluster})
            while len(waiting) > 1:
                shown: list[int] = []
                for root in waiting:
                    if len(shown) < MOST_SHOWN and all(self._is_open(root, x) for x in shown):
                        shown.append(root)
                if len(shown) > 1:
                    yield self._group(query, shown)
                waiting = [root for root in waiting if root not in shown]

    def _group(self, query: str, shown: Sequence[int]) -> Question:
        images = tuple(self._shown(root) for root in shown)
        if len(images) > 2:
            return Question("group", query, images)
        a, b = images
        distance = self.proposals.nearest_first(query, a).get(b)
        return Question("pair", query, images, distance, proposed=True)

    def _pairs(self) -> Iterator[Question]:
        """Yield the pairs of classes nearest to the cut, each by its nearest pair of images."""
        cut = self.proposals.cut
        found = []
        for query in self.labels.images.of_query:
            for a, b, distance in self._nearest(self._of(query)):
                if self._is_open(self.labels.links.of(a), self.labels.links.of(b)):
                    found.append((abs(distance - cut), distance, query, a, b))
        tired = self._is_tired()
        for _, distance, query, a, b in sorted(found):
            if distance <= cut or not tired:
                yield Question("pair", query, (a, b), distance)

    def _nearest(self, own: QueryProposals) -> list[tuple[int, int, float]]:
        """Return the nearest pair of images of each two classes."""
        if not len(own.first):
            return []
        root = np.array([self.labels.links.of(i) for i in range(len(self.labels.images.all))])
        a, b = root[own.first], root[own.second]
        keys = np.minimum(a, b) * len(root) + np.maximum(a, b)
        at = np.unique(keys, return_index=True)[1]
        at = at[a[at] != b[at]]
        return list(
            zip(
                own.first[at].tolist(),
                own.second[at].tolist(),
                own.distances[at].tolist(),
                strict=True,
            )
        )

    def _is_tired(self) -> bool:
        """Say whether the last pairs beyond the cut were no copies."""
        last = [
            answer.said != "same"
            for answer in self.labels.answers
            if answer.asked == "pair"
            and answer.method == self.proposals.method
            and answer.distance is not None
            and answer.distance > self.proposals.cut
        ][-PATIENCE:]
        return len(last) == PATIENCE and all(last)

    def _looks(self) -> Iterator[Question]:
        """Yield images drawn at random, each against one of every class that may be its own."""
        for image in self.order[: self.n_needed]:
            if image in self.settled:
                continue
            query = self.labels.images.all[image].query
            nearest: dict[int, int] = {}
            for other in self.proposals.nearest_first(query, image):
                nearest.setdefault(self.labels.links.of(other), other)
            places = {root: at for at, root in enumerate(nearest)}
            own = self.labels.links.of(image)
            classes = [c for c in self.labels.classes_of(query) if self._is_open(own, c)]
            classes.sort(key=lambda root: places.get(root, len(places)))
            others = (nearest.get(c, self._shown(c)) for c in classes[: MOST_SHOWN - 1])
            yield Question("look", query, (image, *others))

    def _checks(self) -> Iterator[Question]:
        for pair in self.labels.checks(CHECKS):
            if pair not in self.labels.checked:
                yield Question("check", self.labels.images.all[pair[0]].query, pair)

    def _of(self, query: str) -> QueryProposals:
        return self.proposals.of_query.get(query, QueryProposals())

    def _shown(self, root: int) -> int:
        """Return the image that stands for a class: its first that is there."""
        images = self.labels.images.all
        return next(i for i in sorted(self.labels.links.members(root)) if images[i].names)

    def _is_open(self, a: int, b: int) -> bool:
        if a == b or self.labels.links.apart(a, b):
            return False
        return (min(a, b), max(a, b)) not in self._unsure
