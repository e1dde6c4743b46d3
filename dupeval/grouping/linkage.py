"""The merges up to a height as they are told: which images become one, and how high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dupeval.clustering import Linkage
from dupeval.clustering.pairs import PairDistances
from dupeval.clustering.sparse import dendrogram_within


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


def merges_within(
    distances: PairDistances, limit: float, linkage: Linkage, at_least: float | None = None
) -> list[Merge]:
    """Return all merges up to a height, by height.

    Parameters
    ----------
    distances : PairDistances
    limit : float
        Below the largest distance.
    linkage : {"single", "complete", "average", "weighted"}
    at_least : float, optional
        See `dupeval.clustering.sparse.dendrogram_within`.

    Raises
    ------
    SettingsError
        If the linkage is another one, or too many images are connected.
    """
    tree = dendrogram_within(distances, limit, linkage, at_least)
    members: dict[int, tuple[int, ...]] = {}
    merges: list[Merge] = []
    made = int((tree.heights <= limit).sum())
    for i, pair in enumerate(tree.merges[:made].tolist()):
        left, right = sorted(members.pop(cluster, (cluster,)) for cluster in pair)
        merges.append(Merge(left, right, float(tree.heights[i])))
        members[distances.n + i] = tuple(sorted(left + right))
    return merges


def cut(n: int, merges: Sequence[Merge], threshold: float) -> list[tuple[int, ...]]:
    """Return the clusters that all merges up to a threshold make, by the first place of each."""
    cluster_of: dict[int, tuple[int, ...]] = {place: (place,) for place in range(n)}
    for merge in merges:
        if merge.height <= threshold:
            together = tuple(sorted(merge.left + merge.right))
            cluster_of.update(dict.fromkeys(together, together))
    return sorted(set(cluster_of.values()))
