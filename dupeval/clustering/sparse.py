"""Agglomerative clustering up to a height, exactly, of what is near enough to matter.

Linkages here join two clusters at the least, the largest or a mean of the distances between them,
so that a merge at height t joins clusters of which some pair is at most t apart. All merges up to t
therefore happen within the connected parts of the graph of such pairs, each for itself: nothing has
the size of all pairs. For single linkage the graph itself is enough; for the others all distances
within a part are made. Small parts are merged here and not by scipy, which takes longer to be
imported than most folders to be clustered.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dupeval.clustering.dendrogram import Dendrogram
from dupeval.clustering.distances import EUCLIDEAN_LINKAGES, Linkage
from dupeval.clustering.pairs import ComparedPairs, PairDistances, Places, Values
from dupeval.clustering.tree import tree_of
from dupeval.errors import SettingsError

# Images that are connected by pairs within the limit, where all their distances are needed: 0.8 GB,
# and as much again while they are merged.
MOST_CONNECTED = 20_000
# Where the limit may be lowered it is, until no more than these are connected: beyond, a slightly
# higher one connects nearly all, and they would be clustered with it.
ENOUGH_CONNECTED = 10_000
# Parts up to so many images are merged here.
SMALL = 500


def dendrogram_within(
    distances: PairDistances, limit: float, linkage: Linkage, at_least: float | None = None
) -> Dendrogram:
    """Return the tree of all merges up to a height; what is left joins at infinity.

    Parameters
    ----------
    distances : PairDistances
    limit : float
        Below the largest distance.
    linkage : {"single", "complete", "average", "weighted"}
    at_least : float, optional
        Where too many images are connected by pairs within the limit, it is lowered until they are
        not, but not below this; by default it is not lowered.

    Returns
    -------
    Dendrogram
        Its `reach` is the limit: cuts up to there are those of the tree of all pairs.

    Raises
    ------
    SettingsError
        If the linkage is another one, or too many images are connected.
    """
    if linkage in EUCLIDEAN_LINKAGES:
        raise SettingsError(
            f"linkage={linkage} is not possible here; possible: single, complete, average, weighted"
        )
    n = distances.n
    spanning = spanning_forest(n, *distances.within(limit))
    if linkage == "single":
        return Dendrogram(*tree_of(n, *spanning), reach=limit)
    limit = _lowered(n, spanning, limit, at_least)
    first, second, heights = spanning
    near = heights <= limit
    found: list[tuple[Places, Places, Values]] = [_none()]
    for part in components(n, first[near], second[near]):
        places = np.array(part, np.int64)
        a, b, at = _merged_part(distances, places, limit, linkage)
        found.append((places[a], places[b], at))
    merges = (np.concatenate(column) for column in zip(*found, strict=True))
    return Dendrogram(*tree_of(n, *merges), reach=limit)


def dendrogram_near(distances: ComparedPairs, linkage: Linkage) -> Dendrogram:
    """Return the tree within a radius of many images that leaves them enough others.

    The radius is that of `ComparedPairs.radius`, and less where too many images are connected.
    """
    return dendrogram_within(distances, distances.radius(), linkage, at_least=0.0)


def known(distances: PairDistances, tree: Dendrogram) -> str:
    """Say of a tree of many images what of it is known."""
    share = "" if distances.recall == 1 else f", {distances.recall:.1%} of them by a sample"
    return (
        f"of {distances.n:,} images only the pairs within {tree.reach:.4g} were looked at{share}: "
        "every cut up to there is that of all pairs, and none above it is known"
    )


def _none() -> tuple[Places, Places, Values]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)


def _lowered(
    n: int, spanning: tuple[Places, Places, Values], limit: float, at_least: float | None
) -> float:
    """Return the limit, or less, so that not too many images are connected within it."""
    most = MOST_CONNECTED if at_least is None else ENOUGH_CONNECTED
    at_least = limit if at_least is None else at_least
    tree = Dendrogram(*tree_of(n, *spanning))
    sizes = np.ones(2 * n - 1, np.int64)
    for i, (left, right) in enumerate(tree.merges.tolist()):
        if tree.heights[i] > limit:
            break
        sizes[n + i] = sizes[left] + sizes[right]
        if sizes[n + i] > most:
            lower = float(np.nextafter(tree.heights[i], -np.inf))
            if lower < at_least:
                connected = int(np.bincount(tree.cut(at_least)).max())
                raise SettingsError(
                    f"{connected:,} images are connected by pairs within {at_least:g}, more than "
                    f"the {most:,} that are clustered together; possible: a lower "
                    "threshold, or linkage=single"
                )
            return lower
    return limit


def spanning_forest(
    n: int, first: Places, second: Places, distances: Values
) -> tuple[Places, Places, Values]:
    """Return the least pairs that connect whatever the pairs connect, by distance (Kruskal's)."""
    order = np.argsort(distances, kind="stable")
    first, second, distances = first[order], second[order], distances[order]
    if len(first) > n:
        from scipy.sparse import coo_array  # noqa: PLC0415  (only of many pairs)
        from scipy.sparse.csgraph import minimum_spanning_tree  # noqa: PLC0415

        # By rank, for a distance of 0 is no pair to scipy, and equal ones come in their order.
        ranks = np.arange(1, len(first) + 1, dtype=np.float64)
        graph = coo_array((ranks, (first, second)), shape=(n, n)).tocsr()
        kept = np.sort(minimum_spanning_tree(graph).data.astype(np.int64) - 1)
        return first[kept], second[kept], distances[kept]
    root, kept_here = list(range(n)), []
    for i, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        low, high = sorted((_find(root, a), _find(root, b)))
        if low != high:
            root[high] = low
            kept_here.append(i)
    return first[kept_here], second[kept_here], distances[kept_here]


def components(n: int, first: Places, second: Places) -> list[list[int]]:
    """Return the places that pairs connect, by the first of each; not those that are alone."""
    root = list(range(n))
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        low, high = sorted((_find(root, a), _find(root, b)))
        root[high] = low
    parts: dict[int, list[int]] = {}
    for place in np.unique(np.concatenate([first, second])).tolist():
        parts.setdefault(_find(root, place), []).append(place)
    return list(parts.values())


def _find(root: list[int], place: int) -> int:
    while root[place] != place:
        root[place] = root[root[place]]
        place = root[place]
    return place


def _merged_part(
    distances: PairDistances, places: Places, limit: float, linkage: Linkage
) -> tuple[Places, Places, Values]:
    """Return the merges of a part up to a height: an image of either cluster, and how high."""
    if len(places) <= SMALL:
        found = [(a[0], b[0], at) for a, b, at in merged(distances.among(places), limit, linkage)]
        columns = np.array(found).reshape(-1, 3).T
        return columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2]
    tree = Dendrogram.from_distances(distances.condensed(places), linkage)
    n_made = int(np.searchsorted(tree.heights, limit, side="right"))
    member = np.arange(2 * len(places) - 1)
    for i, left in enumerate(tree.merges[:, 0].tolist()):
        member[len(places) + i] = member[left]
    left, right = member[tree.merges[:n_made]].T
    return left, right, tree.heights[:n_made]


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
