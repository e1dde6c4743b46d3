"""Groups of images as they are told: who is kept, how sure that is, what nearly belonged to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from dupeval.clustering import Linkage
from dupeval.clustering.pairs import PairDistances
from dupeval.grouping.finding import Unread
from dupeval.grouping.keeping import Keep, keeper
from dupeval.grouping.linkage import Merge, cut, merges_within
from dupeval.grouping.reading import ImageFile
from dupeval.method import Partition

# How far above the threshold merges are looked for, as a share of it: what nearly was together.
BEYOND = 0.25


@dataclass(frozen=True)
class Chain:
    """Two images of one group that are farther apart than the threshold: others join them.

    Attributes
    ----------
    a, b : int
        Places of the files that are farthest apart.
    distance : float
    """

    a: int
    b: int
    distance: float


@dataclass(frozen=True)
class Group:
    """Images that are copies of one photograph, as far as the method can tell.

    Attributes
    ----------
    number : int
        From 1 on, the least sure first.
    members : tuple of int
        Places of the files, the keeper first, then by distance to it.
    to_keeper : tuple of float
        Of each member; 0 of the keeper and of copies byte for byte, NaN where none is known.
    height : float
        Of the merge that made it; 0 of copies byte for byte, NaN where none is known.
    sureness : float
        How far the threshold is from the nearest height that would change the group.
    next_height : float
        At which it would become part of something larger; infinite where that is far away.
    chain : Chain, optional
    """

    number: int
    members: tuple[int, ...]
    to_keeper: tuple[float, ...]
    height: float
    sureness: float
    next_height: float = np.inf
    chain: Chain | None = None

    @property
    def keeper(self) -> int:
        """The place of the image that is kept."""
        return self.members[0]


@dataclass(frozen=True)
class NearMiss:
    """Images that would be one group at a slightly higher threshold.

    Attributes
    ----------
    left, right : tuple of int
        Places of the files.
    height : float
        The threshold from which on they are.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    height: float


@dataclass(frozen=True)
class Grouping:
    """What became of somebody's images.

    Attributes
    ----------
    files : tuple of ImageFile
        In the order in which they were found.
    groups : tuple of Group
        Those of several images, the least sure first, then the others.
    near_misses : tuple of NearMiss
        The nearest first.
    unread : tuple of Unread
    method : str
    threshold : float
        NaN of a method that has none.
    n_references : int, default 0
        How many of the files, the last ones, are those that the others were compared with.
    n_pairs, n_looked_at : int
        Pairs of different contents, and those that the method looked at.
    promise : str, default ""
        What the calibration says that was followed.
    """

    files: tuple[ImageFile, ...]
    groups: tuple[Group, ...]
    near_misses: tuple[NearMiss, ...]
    unread: tuple[Unread, ...]
    method: str
    threshold: float
    n_references: int = 0
    n_pairs: int = 0
    n_looked_at: int = 0
    promise: str = ""

    @cached_property
    def several(self) -> tuple[Group, ...]:
        """The groups of several images."""
        return tuple(group for group in self.groups if len(group.members) > 1)

    @cached_property
    def removable(self) -> tuple[int, ...]:
        """Places of the files that are not kept."""
        first_reference = len(self.files) - self.n_references
        return tuple(
            place
            for group in self.several
            for place in group.members[1:]
            if place < first_reference
        )

    @property
    def n_bytes_freed(self) -> int:
        """What the files that are not kept take up; several names of one file take it up once."""
        gone = set(self.removable)
        kept = {file.inode for place, file in enumerate(self.files) if place not in gone}
        freed = {self.files[i].inode: self.files[i].n_bytes for i in gone}
        return sum(n_bytes for inode, n_bytes in freed.items() if inode not in kept)


def grouped_by_distance(
    files: Sequence[ImageFile],
    distances: PairDistances,
    threshold: float,
    linkage: Linkage,
    keep: Keep,
) -> tuple[tuple[Group, ...], tuple[NearMiss, ...]]:
    """Group files by the distances of their contents.

    Parameters
    ----------
    files : sequence of ImageFile
    distances : PairDistances
        Of the contents, in the order in which the files have them; see `contents_of`.
    threshold : float
    linkage : str
    keep : str
        See `dupeval.grouping.keeping.keeper`.
    """
    places = list(contents_of(files).values())
    limit = min(threshold * (1 + BEYOND), (threshold + distances.largest) / 2)
    merges = merges_within(distances, limit, linkage, threshold)
    clusters = cut(len(places), merges, threshold)
    heights = _heights(merges)
    groups = [_group(files, places, c, distances, heights, threshold, keep) for c in clusters]
    whole = set(clusters)
    near = [
        NearMiss(_files_of(merge.left, places), _files_of(merge.right, places), merge.height)
        for merge in merges
        if merge.height > threshold and {merge.left, merge.right} <= whole
    ]
    return numbered(groups), tuple(near)


def grouped_by_labels(
    files: Sequence[ImageFile], labels: Partition, keep: Keep
) -> tuple[Group, ...]:
    """Group files by the labels of their contents: of methods that tell no distances."""
    places = list(contents_of(files).values())
    together: dict[int, list[int]] = defaultdict(list)
    for label, of_content in zip(labels.tolist(), places, strict=True):
        together[label] += of_content
    groups = []
    for members in together.values():
        ordered = _keeper_first(files, sorted(members), keep)
        kept = files[ordered[0]].content.sha256
        to_keeper = [0.0 if files[i].content.sha256 == kept else np.nan for i in ordered]
        height = 0.0 if not np.isnan(to_keeper).any() else np.nan
        groups.append(Group(0, ordered, tuple(to_keeper), height, np.inf))
    return numbered(groups)


def grouped_with_references(
    files: Sequence[ImageFile],
    n_new: int,
    distances: PairDistances,
    threshold: float,
) -> tuple[tuple[Group, ...], tuple[NearMiss, ...]]:
    """Put each new file to the nearest reference, which is kept.

    Parameters
    ----------
    files : sequence of ImageFile
        The new ones, then the references.
    n_new : int
    distances : PairDistances
        Of the new files' contents, then the references'; a content of both is there twice.
    threshold : float
    """
    new, references = (list(contents_of(files, *part).values()) for part in ((0, n_new), (n_new,)))
    limit = min(threshold * (1 + BEYOND), (threshold + distances.largest) / 2)
    nearest: dict[int, tuple[float, int]] = {}
    for first, second, distance in zip(*(x.tolist() for x in distances.within(limit)), strict=True):
        if first < len(new) <= second:
            found = (distance, second - len(new))
            nearest[first] = min(found, nearest.get(first, found))
    members: dict[int, list[tuple[float, int]]] = defaultdict(list)
    misses = []
    for place, (distance, reference) in nearest.items():
        if distance <= threshold:
            members[reference] += [(distance, file) for file in new[place]]
        else:
            misses.append(NearMiss(tuple(new[place]), tuple(references[reference]), distance))
    groups = []
    for reference, copies in members.items():
        copies.sort()
        far, together = copies[-1][0], (references[reference][0], *(file for _, file in copies))
        to_keeper = (0.0, *(distance for distance, _ in copies))
        groups.append(Group(0, together, to_keeper, far, threshold - far))
    taken = {file for group in groups for file in group.members}
    alone = [i for i in range(n_new) if i not in taken]
    groups += [Group(0, (i,), (0.0,), 0.0, np.inf) for i in alone]
    return numbered(groups), tuple(sorted(misses, key=lambda miss: miss.height))


def contents_of(
    files: Sequence[ImageFile], start: int = 0, stop: int | None = None
) -> dict[str, list[int]]:
    """Return the places of the files of each content, contents in the order of their first file."""
    places: dict[str, list[int]] = {}
    for i in range(*slice(start, stop).indices(len(files))):
        places.setdefault(files[i].content.sha256, []).append(i)
    return places


def numbered(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Return groups with their numbers: of several images the least sure first, then the others."""

    def rank(group: Group) -> tuple[bool, float, int]:
        alone = len(group.members) == 1
        return (alone, 0.0 if alone else group.sureness, min(group.members))

    ordered = sorted(groups, key=rank)
    return tuple(replace(group, number=i) for i, group in enumerate(ordered, 1))


def _group(
    files: Sequence[ImageFile],
    places: Sequence[Sequence[int]],
    cluster: tuple[int, ...],
    distances: PairDistances,
    heights: Mapping[tuple[int, ...], tuple[float, float]],
    threshold: float,
    keep: Keep,
) -> Group:
    members = _keeper_first(files, _files_of(cluster, places), keep)
    height, next_height = heights.get(cluster, (0.0, np.inf))
    if len(cluster) == 1:
        return Group(
            *(0, members, (0.0,) * len(members), 0.0), next_height - threshold, next_height
        )
    square = distances.among(np.array(cluster, np.int64))
    row_of = {file: row for row, content in enumerate(cluster) for file in places[content]}
    to_keeper = {file: float(square[row_of[members[0]], row_of[file]]) for file in members}
    ordered = sorted(members, key=lambda file: (file != members[0], to_keeper[file]))
    a, b = np.unravel_index(square.argmax(), square.shape)
    chain = None
    if square[a, b] > threshold:
        first, last = (places[cluster[int(end)]][0] for end in sorted((a, b)))
        chain = Chain(first, last, float(square[a, b]))
    sureness = min(threshold - height, next_height - threshold)
    in_order = tuple(to_keeper[file] for file in ordered)
    return Group(0, tuple(ordered), in_order, height, sureness, next_height, chain)


def _heights(merges: Sequence[Merge]) -> dict[tuple[int, ...], tuple[float, float]]:
    """Return of each cluster the height that made it, and the one at which it became another's."""
    heights: dict[tuple[int, ...], tuple[float, float]] = {}
    for merge in merges:
        for side in (merge.left, merge.right):
            heights[side] = (heights.get(side, (0.0, np.inf))[0], merge.height)
        heights[tuple(sorted(merge.left + merge.right))] = (merge.height, np.inf)
    return heights


def _files_of(cluster: Sequence[int], places: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(sorted(file for content in cluster for file in places[content]))


def _keeper_first(
    files: Sequence[ImageFile], members: Sequence[int], keep: Keep
) -> tuple[int, ...]:
    kept = members[keeper([files[i] for i in members], keep)]
    return (kept, *(i for i in members if i != kept))
