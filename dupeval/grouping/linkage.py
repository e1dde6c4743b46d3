"""Agglomerative clustering up to a height, exactly, of what is near enough to matter.

Linkages here join two clusters at the least, the largest or a mean of the distances between them,
so that a merge at height t joins clusters of which some pair is at most t apart. All merges up to t
therefore happen within the connected parts of the graph of such pairs, each for itself: nothing has
the size of all pairs. Small matrices are merged here and not by scipy, which takes longer to be
imported than most folders to be clustered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dupeval.clustering import EUCLIDEAN_LINKAGES, Linkage
from dupeval.errors import SettingsError
from dupeval.grouping.distances import PairDistances, Places, Values

# Images that are connected by pairs within the limit: their distances alone take 800 MB.
MOST_CONNECTED = 10_000


@dataclass(frozen=True)
class Merge:
    """Two clusters that become one.

    Attributes
    ----------
    left, right : tuple of int
        Places of their images, in order.
    height : float
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    height: float


def merges_within(distances: PairDistances, limit: float, linkage: Linkage) -> list[Merge]:
    """Return all merges up to a height, by height.

    Parameters
    ----------
    distances : PairDistances
    limit : float
        Below the largest distance.
    linkage : {"single", "complete", "average", "weighted"}

    Raises
    ------
    SettingsError
        If the linkage is another one, or too many images are connected.
    """
    if linkage in EUCLIDEAN_LINKAGES:
        raise SettingsError(
            f"linkage={linkage} is not possible here; possible: single, complete, average, weighted"
        )
    merges: list[Merge] = []
    first, second, _ = distances.within(limit)
    for part in components(distances.n, first, second):
        if len(part) > MOST_CONNECTED:
            raise SettingsError(
                f"{len(part):,} images are connected by pairs within {limit:g}, more than the "
                f"{MOST_CONNECTED:,} that are clustered together; possible: a lower threshold"
            )
        places = np.array(part, np.int64)
        highest = 0.0
        for left, right, height in merged(distances.among(places), limit, linkage):
            # Rounding may put a merge below those that it rests on, and the order is by height.
            highest = max(highest, height)
            sides = [tuple(places[sorted(side)].tolist()) for side in (left, right)]
            merges.append(Merge(sides[0], sides[1], highest))
    return sorted(merges, key=lambda merge: merge.height)


def components(n: int, first: Places, second: Places) -> list[list[int]]:
    """Return the places that pairs connect, by the first of each; not those that are alone."""
    root = list(range(n))

    def find(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        low, high = sorted((find(a), find(b)))
        root[high] = low
    parts: dict[int, list[int]] = {}
    for place in sorted({*first.tolist(), *second.tolist()}):
        parts.setdefault(find(place), []).append(place)
    return list(parts.values())


def merged(
    square: Values, limit: float, linkage: Linkage
) -> Iterable[tuple[list[int], list[int], float]]:
    """Yield the merges of a few images up to a height: which clusters, and how high.

    Equal heights are merged in the order of the images. Cost: about n**2 for n images.

    Parameters
    ----------
    square : ndarray of float64, shape (n, n)
        Distances.
    limit : float
    linkage : {"single", "complete", "average", "weighted"}
        Lance and Williams (Computer Journal 9, 1967) have the formulas.
    """
    apart = square.copy()
    np.fill_diagonal(apart, np.inf)
    members = [[i] for i in range(len(apart))]
    nearest = apart.argmin(axis=1)
    height = apart[np.arange(len(apart)), nearest]
    for _ in range(len(apart) - 1):
        found = int(height.argmin())
        a, b = sorted((found, int(nearest[found])))
        if not height[found] <= limit:
            return
        yield members[a], members[b], float(height[found])
        row = _joined(apart[a], apart[b], len(members[a]), len(members[b]), linkage)
        row[[a, b]] = np.inf
        apart[a], apart[:, a] = row, row
        apart[b], apart[:, b] = np.inf, np.inf
        members[a] = members[a] + members[b]
        height[b] = np.inf
        changed = np.flatnonzero((nearest == a) | (nearest == b))
        for i in (*changed[changed != b].tolist(), a):
            nearest[i] = apart[i].argmin()
            height[i] = apart[i, nearest[i]]
        nearer = row < height
        nearest[nearer], height[nearer] = a, row[nearer]
        height[b] = np.inf


def _joined(a: Values, b: Values, n_a: int, n_b: int, linkage: Linkage) -> Values:
    if linkage == "single":
        return np.minimum(a, b)
    if linkage == "complete":
        return np.maximum(a, b)
    if linkage == "weighted":
        return (a + b) / 2
    return (n_a * a + n_b * b) / (n_a + n_b)


def cut(n: int, merges: Sequence[Merge], threshold: float) -> list[tuple[int, ...]]:
    """Return the clusters that all merges up to a threshold make, by the first place of each."""
    cluster_of: dict[int, tuple[int, ...]] = {place: (place,) for place in range(n)}
    for merge in merges:
        if merge.height <= threshold:
            together = tuple(sorted(merge.left + merge.right))
            cluster_of.update(dict.fromkeys(together, together))
    return sorted(set(cluster_of.values()))
