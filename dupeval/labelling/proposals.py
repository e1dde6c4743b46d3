"""What a method proposes: groups at a strict cut, and how far apart images are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from dupeval.clustering import Linkage
from dupeval.clustering.pairs import PairDistances, Places, Values
from dupeval.grouping.linkage import cut as clusters_at
from dupeval.grouping.linkage import merges_within
from dupeval.method import Partition

# The strict cut, as a share of the method's own; and how far above it pairs are worth a question
# of methods that tell no largest distance.
STRICT, FARTHEST = 0.8, 2.0


@dataclass(frozen=True, eq=False)
class QueryProposals:
    """What a method says of a query; images by their numbers.

    Attributes
    ----------
    clusters : tuple of tuple of int
        Of several images each, together at the strict cut.
    first, second : ndarray of int64, shape (n_pairs,)
        Pairs that are near enough to be asked about, the nearest first.
    distances : ndarray of float64, shape (n_pairs,)
    """

    clusters: tuple[tuple[int, ...], ...] = ()
    first: Places = field(default_factory=lambda: np.empty(0, np.int64))
    second: Places = field(default_factory=lambda: np.empty(0, np.int64))
    distances: Values = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, eq=False)
class Proposals:
    """What a method says of all images.

    Attributes
    ----------
    method : str
    cut : float
        Its own threshold; NaN of one that tells groups.
    of_query : mapping of str to QueryProposals
    """

    method: str
    cut: float
    of_query: Mapping[str, QueryProposals]

    def nearest_first(self, query: str, image: int) -> dict[int, float]:
        """Return the distance of those images that are near one, the nearest first."""
        own = self.of_query.get(query, QueryProposals())
        near: dict[int, float] = {}
        for mine, others in ((own.first, own.second), (own.second, own.first)):
            at = np.flatnonzero(mine == image)
            near |= dict(zip(others[at].tolist(), own.distances[at].tolist(), strict=True))
        return dict(sorted(near.items(), key=lambda item: item[1]))


def query_proposals(
    answer: PairDistances | Partition, numbers: Sequence[int], cut: float, linkage: Linkage
) -> QueryProposals:
    """Return what a method proposes for one query.

    Parameters
    ----------
    answer : PairDistances or ndarray of int64
        What it says of the query's images.
    numbers : sequence of int
        Their numbers.
    cut : float
        Its threshold.
    linkage : str
        How it clusters.
    """
    number = np.array(numbers, np.int64)
    if not isinstance(answer, PairDistances):
        together: dict[int, list[int]] = defaultdict(list)
        for label, image in zip(np.asarray(answer).tolist(), numbers, strict=True):
            together[label].append(image)
        groups = tuple(tuple(own) for own in together.values() if len(own) > 1)
        return QueryProposals(groups)
    strict = cut * STRICT
    merges = merges_within(answer, strict, linkage)
    clusters = [c for c in clusters_at(len(numbers), merges, strict) if len(c) > 1]
    limit = np.nextafter(answer.largest, 0) if np.isfinite(answer.largest) else cut * FARTHEST
    first, second, distances = answer.within(limit)
    order = np.argsort(distances, kind="stable")
    return QueryProposals(
        tuple(tuple(number[list(cluster)].tolist()) for cluster in clusters),
        number[first[order]],
        number[second[order]],
        distances[order],
    )
