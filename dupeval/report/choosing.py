"""Which pairs of a method tell most: its mistakes, the least sure first, and close calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from dupeval.dataset import Dataset, Query
from dupeval.engine.answers import Answers
from dupeval.engine.workshop import Workshop
from dupeval.method import Method, Resources
from dupeval.protocol import Decision
from dupeval.stored import StoredResults
from dupeval.timing import Stopwatch

# A method with fewer mistakes shows right pairs too, those nearest to its threshold.
FEWEST = 4
# Of two photographs that are taken for one, and of one that is torn apart, so many pairs are shown.
ALIKE = 2

Kind = Literal["wrong", "missed", "right"]


class Judgement(NamedTuple):
    """What became of a pair: if its two images are in one group, and why they may be."""

    kind: Kind
    together: bool
    distance: float
    threshold: float


@dataclass(frozen=True, eq=False)
class Judged:
    """The pairs of a query under one protocol, in condensed order.

    Attributes
    ----------
    protocol : str
    decision : Decision
    distances : ndarray of float64, shape (n_pairs,)
    together : ndarray of bool, shape (n_pairs,)
        Whether the two are in one group.
    mistaken : ndarray of bool, shape (n_pairs,)
        Whether that is wrong; False of pairs that do not count.
    """

    protocol: str
    decision: Decision
    distances: npt.NDArray[np.float64]
    together: npt.NDArray[np.bool_]
    mistaken: npt.NDArray[np.bool_]

    @cached_property
    def margins(self) -> npt.NDArray[np.float64]:
        """How far each distance is from the threshold."""
        far = np.abs(self.distances - self.decision.threshold)
        margins: npt.NDArray[np.float64] = np.where(np.isnan(far), np.inf, far)
        return margins

    def of(self, pair: int) -> Judgement:
        """Return what became of one pair."""
        together = bool(self.together[pair])
        mistake: Kind = "wrong" if together else "missed"
        kind = mistake if self.mistaken[pair] else "right"
        return Judgement(kind, together, float(self.distances[pair]), self.decision.threshold)


def judged_pairs(
    name: str,
    method: Method,
    dataset: Dataset,
    results: StoredResults,
    resources: Resources,
) -> Mapping[str, Sequence[Judged]]:
    """Return by the query's slug what became of its pairs, protocol by protocol.

    Which pairs count, and which are true, is as `dupeval.truth.Truth` has it: verdicts on single
    pairs are followed. Distances that are not kept are computed.
    """
    answers = Answers(method, Workshop(dataset, resources, Stopwatch(name)))
    judged: dict[str, list[Judged]] = {query.slug: [] for query in dataset.queries}
    for protocol in results.protocols:
        for i, query in enumerate(dataset.queries):
            place = (protocol, name, query.slug)
            if place not in results.partitions:
                continue
            decision = results.decision(name, protocol, query.slug)
            distances = answers.distances(i, decision.params, decision.hidden)
            labels = results.labels(place)
            first, second = np.triu_indices(len(labels), 1)
            together = labels[first] == labels[second]
            counts, true = query.truth.of_pairs()
            mistaken = counts & (together != true)
            judged[query.slug].append(Judged(protocol, decision, distances, together, mistaken))
    return judged


def most_telling_pairs(
    dataset: Dataset, judged: Mapping[str, Sequence[Judged]], most: int
) -> Iterator[tuple[Query, int]]:
    """Yield pairs by query and place in the condensed order.

    Parameters
    ----------
    dataset : Dataset
    judged : mapping of str to sequence of Judged
        As `judged_pairs` returns it.
    most : int
        Mistakes under any protocol, those whose distance is nearest to the threshold first, and if
        they are fewer than four, right pairs near it; of the same photographs two at most.
    """
    mistakes: list[tuple[float, int, int]] = []
    right: list[tuple[float, int, int]] = []
    for place, query in enumerate(dataset.queries):
        under = judged[query.slug]
        if not under:
            continue
        mistaken = np.any([each.mistaken for each in under], axis=0)
        margins = np.min([_margins(each, mistaken) for each in under], axis=0)
        for wanted, found in ((mistaken, mistakes), (~mistaken, right)):
            least_sure = islice(_least_sure(query, margins, wanted), most)
            found += [(float(margins[pair]), place, pair) for pair in least_sure]
    n_mistakes = min(most, len(mistakes))
    n_right = max(0, min(most, FEWEST) - n_mistakes)
    for _, place, pair in sorted(mistakes)[:n_mistakes] + sorted(right)[:n_right]:
        yield dataset.queries[place], pair


def _least_sure(
    query: Query, margins: npt.NDArray[np.float64], wanted: npt.NDArray[np.bool_]
) -> Iterator[int]:
    """Yield the wanted pairs that count, the smallest margin first, few that are alike."""
    first, second = np.triu_indices(len(query.images), 1)
    # What is known to be copies of each other, labelled or not.
    copies, (counts, _) = query.truth.copies, query.truth.of_pairs()
    pairs = np.flatnonzero(wanted & counts)
    alike: Counter[frozenset[int]] = Counter()
    for pair in pairs[np.argsort(margins[pairs], kind="stable")].tolist():
        of = frozenset((int(copies[first[pair]]), int(copies[second[pair]])))
        alike[of] += 1
        if alike[of] <= ALIKE:
            yield pair


def _margins(each: Judged, mistaken: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return margins; of a pair that is a mistake elsewhere, only where it is one."""
    margins: npt.NDArray[np.float64] = np.where(mistaken & ~each.mistaken, np.inf, each.margins)
    return margins


def places_of(pair: int, n: int) -> tuple[int, int]:
    """Return the places of the images of a pair in scipy's condensed order."""
    first, second = np.triu_indices(n, 1)
    return int(first[pair]), int(second[pair])
