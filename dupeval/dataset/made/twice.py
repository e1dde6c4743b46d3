"""Which photographs are there twice: with the same bytes, or as a copy of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from joblib import cpu_count
from tqdm import tqdm

from dupeval.dataset import ImageHandle
from dupeval.dataset.made.looks import Look
from dupeval.timing import one_thread

# Of the squared distance of glances: all mild copies are nearer, most of harder ones, and one in 20
# pairs of different photographs.
NEAR = 0.8
NEIGHBOURS = 3
# Of `verified`, in 0..1: mild copies have less than .1, other views of one place more than .8.
SAME = 0.5
AT_ONCE = 1024


@dataclass(frozen=True)
class Twice:
    """Two photographs of one folder that are one, by their places in the list.

    Attributes
    ----------
    first, second : int
        `first` comes before `second`.
    is_exact : bool
        Whether the files' bytes are the same.
    """

    first: int
    second: int
    is_exact: bool


def find_twice(
    photographs: Sequence[tuple[ImageHandle, Look]], progress: bool = False
) -> list[Twice]:
    """Find photographs that are there more than once.

    Of each photograph the three nearest are compared by what the pixels show, among those whose
    glances are near: the pictures, or one in a mirror, must lie on each other. Copies with more
    about them than of them (a small photograph in a page) are not found.

    Parameters
    ----------
    photographs : sequence of (ImageHandle, Look)
    progress : bool, default False
    """
    first: dict[str, int] = {}
    exact = [
        Twice(before, place, True)
        for place, (image, _) in enumerate(photographs)
        if (before := first.setdefault(image.sha256, place)) != place
    ]
    different = sorted(first.values())
    near = [
        (different[a], different[b])
        for a, b in neighbours([photographs[place][1] for place in different])
    ]
    images = [image for image, _ in photographs]
    return exact + [Twice(a, b, False) for a, b in _verified(images, near, progress)]


def neighbours(looks: Sequence[Look]) -> list[tuple[int, int]]:
    """Return pairs of which one is among the three nearest of the other, as seen or mirrored."""
    if not looks:
        return []
    seen = np.array([look.vector for look in looks])
    mirrored = np.array([look.mirrored for look in looks])
    pairs = set()
    for start in range(0, len(looks), AT_ONCE):
        block = seen[start : start + AT_ONCE]
        distances = np.minimum(squared_distances(block, seen), squared_distances(block, mirrored))
        distances[np.arange(len(block)), start + np.arange(len(block))] = np.inf
        nearest = np.argsort(distances, axis=1, kind="stable")[:, :NEIGHBOURS]
        for row, others in enumerate(nearest):
            near = (int(other) for other in others if distances[row, other] < NEAR)
            pairs |= {(min(start + row, other), max(start + row, other)) for other in near}
    return sorted(pairs)


def squared_distances(
    a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return the squared Euclidean distances of all rows, shape (n_a, n_b)."""
    lengths = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)
    return np.asarray(np.maximum(lengths - 2 * (a @ b.T), 0), np.float32)


def together(twice: Sequence[Twice]) -> list[list[int]]:
    """Return groups of photographs that are one, also where a third one links them."""
    group: dict[int, list[int]] = {}
    for pair in twice:
        both = (group.get(place, [place]) for place in (pair.first, pair.second))
        merged = sorted(set().union(*both))
        group |= dict.fromkeys(merged, merged)
    return sorted({id(members): members for members in group.values()}.values())


def _verified(
    images: Sequence[ImageHandle], pairs: Sequence[tuple[int, int]], progress: bool
) -> Iterator[tuple[int, int]]:
    """Give the pairs that are one photograph."""
    if not pairs:
        return
    from dupeval.distance.local.verified import Verified  # noqa: PLC0415

    # Copies as hard as those of level `wild` are not looked for, which costs most of the time.
    score = Verified(
        side=320, n_points=400, inversion=False, relief=False, coarse=False, homography=False
    )
    places = sorted({place for pair in pairs for place in pair})
    bar = partial(tqdm, desc="comparing photographs", disable=not progress)
    with one_thread(), ThreadPoolExecutor(cpu_count()) as pool:
        made = pool.map(lambda place: score.prepared(score.features(images[place])), places)
        prepared = dict(zip(places, bar(made, total=len(places), unit="image"), strict=True))
        distances = pool.map(lambda pair: score.distance(*map(prepared.__getitem__, pair)), pairs)
        measured = list(bar(distances, total=len(pairs), unit="pair"))
    for pair, distance in zip(pairs, measured, strict=True):
        if distance <= SAME:
            yield pair
