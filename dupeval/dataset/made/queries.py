"""Which photographs are one query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dupeval.dataset.made.settings import LEAST_PHOTOGRAPHS, MadeSettings
from dupeval.dataset.made.twice import squared_distances
from dupeval.dataset.names import composed, fault_of_name
from dupeval.errors import SettingsError

# The places of photographs in the list of all.
Places = list[int]

NAMED = 5


@dataclass(frozen=True)
class Dealt:
    """What became of the photographs.

    Attributes
    ----------
    queries : dict of str to list of int
        The photographs of each query, by its slug.
    told : tuple of str
        Sentences on what a person may not have expected.
    """

    queries: dict[str, Places]
    told: tuple[str, ...]


def deal(
    settings: MadeSettings,
    names: Sequence[str],
    vectors: Callable[[], npt.NDArray[np.float32]],
) -> Dealt:
    """Divide photographs into queries.

    There are as many queries as are needed to use all photographs, or `n_queries`; photographs
    are spread over them evenly. So none has more than `photographs_a_query`, and where the number
    does not come out even, or photographs are too few, all are a little smaller. By sub-folders
    each folder is divided so by itself, and one of fewer than 3 photographs is left out.

    Parameters
    ----------
    settings : MadeSettings
    names : sequence of str
        The photographs' paths below their folder.
    vectors : callable
        Gives the vectors that say what looks alike, shape (n, d).

    Raises
    ------
    SettingsError
        If there are too few photographs for a query, or for so many.
    """
    if settings.queries == "subfolders":
        return _by_folders(settings, names)
    n = len(names)
    wanted = settings.n_queries
    if n < LEAST_PHOTOGRAPHS * (wanted or 1):
        raise SettingsError(
            f"a query needs {LEAST_PHOTOGRAPHS} photographs, and here are {n}"
            + (f"; possible: dataset.n_queries up to {n // LEAST_PHOTOGRAPHS}" if wanted else "")
        )
    places = list(range(n))
    settings.making.random("queries").shuffle(places)
    sizes = _sizes(n, settings.photographs_a_query, wanted)
    parts = _alike(places, vectors(), sizes) if settings.queries == "alike" else _cut(places, sizes)
    width = max(2, len(str(len(sizes))))
    queries = {f"query_{k:0{width}d}": sorted(part) for k, part in enumerate(parts, 1)}
    return Dealt(queries, tuple(_told(settings, sizes, n)))


def _by_folders(settings: MadeSettings, names: Sequence[str]) -> Dealt:
    folders: dict[str, Places] = {}
    for place, name in enumerate(names):
        folder, slash, _ = name.partition("/")
        folders.setdefault(folder if slash else "", []).append(place)
    small = [name for name, places in folders.items() if len(places) < LEAST_PHOTOGRAPHS]
    queries: dict[str, Places] = {}
    for folder, places in folders.items():
        if folder in small:
            continue
        # By itself, so that it stays what it is when others are added.
        settings.making.random("queries", folder).shuffle(places)
        sizes = _sizes(len(places), settings.photographs_a_query, None)
        for number, part in enumerate(_cut(places, sizes), 1):
            stem = folder if folder and not fault_of_name(folder) else "query"
            slug = f"{stem}_{number}" if len(sizes) > 1 else stem
            queries[_new(slug, queries)] = sorted(part)
    if len(queries) < (settings.n_queries or 1):
        raise SettingsError(
            f"the sub-folders give {len(queries)} queries of {LEAST_PHOTOGRAPHS} photographs and "
            "more; possible: fewer dataset.n_queries, or dataset.queries=alike"
        )
    told = [
        f"{len(small)} of {len(folders)} folders have fewer than {LEAST_PHOTOGRAPHS} photographs "
        f"and are left out: {', '.join(repr(name or '.') for name in small[:NAMED])}"
        + (", ..." if len(small) > NAMED else "")
    ]
    slugs = list(queries)[: settings.n_queries]
    sizes = [len(queries[slug]) for slug in slugs]
    in_folders = sum(len(places) for name, places in folders.items() if name not in small)
    return Dealt(
        {slug: queries[slug] for slug in slugs},
        (*(told if small else ()), *_told(settings, sizes, in_folders)),
    )


def _new(slug: str, known: dict[str, Places]) -> str:
    while composed(slug) in map(composed, known):
        slug += "_"
    return slug


def _sizes(photographs: int, most: int, wanted: int | None) -> list[int]:
    """Return how many photographs each query has; at most `most`, and all within one of another."""
    n = wanted or -(-photographs // most)
    used = min(photographs, n * most)
    ends = [k * used // n for k in range(n + 1)]
    return sorted((after - before for before, after in pairwise(ends)), reverse=True)


def _cut(places: Places, sizes: Sequence[int]) -> Iterator[Places]:
    start = 0
    for size in sizes:
        yield places[start : start + size]
        start += size


def _alike(
    places: Places, vectors: npt.NDArray[np.float32], sizes: Sequence[int]
) -> Iterator[Places]:
    """Give for the first photograph that is left those nearest to it, again and again."""
    left = np.array(places)
    for size in sizes:
        distances = squared_distances(vectors[left[:1]], vectors[left])[0]
        distances[0] = -1
        nearest = np.argsort(distances, kind="stable")[:size]
        yield left[nearest].tolist()
        left = np.delete(left, nearest)


def _told(settings: MadeSettings, sizes: Sequence[int], photographs: int) -> Iterator[str]:
    least, most = (settings.making.images_of(size) for size in (min(sizes), max(sizes)))
    if least < settings.images_a_query:
        yield (
            f"{len(sizes)} queries of {least if least == most else f'{least} to {most}'} images, "
            f"not of {settings.images_a_query}: {photographs:,} photographs are spread over them, "
            f"and {settings.photographs_a_query} are needed for so many images"
        )
    if sum(sizes) < photographs:
        yield (
            f"{photographs - sum(sizes):,} of {photographs:,} photographs are in no query, for "
            f"dataset.n_queries={settings.n_queries}"
        )
