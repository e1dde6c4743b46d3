"""A method asked about images that are no query: how far apart they are, or which are one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from dupeval.clustering.pairs import (
    AllPairs,
    ComparedPairs,
    PairDistances,
    Places,
    SomePairs,
    crossing,
    pairs_of,
)
from dupeval.clustering.sparse import components
from dupeval.dataset import UNLABELLED, Dataset, ImageHandle, Label, Query
from dupeval.distance import PairScore
from dupeval.distance.gates import SMALL
from dupeval.distance.pairs import PairCache
from dupeval.distance.sharing import pairs_sharing_words
from dupeval.errors import SettingsError
from dupeval.grouping.default import GATE
from dupeval.method import Distances, Method, Partition, Resources
from dupeval.method.pairs import PairMethod
from dupeval.method.views import QueryImages, TrainingView
from dupeval.representation.cache import VectorCache

# A tool may take so many seconds for each image, where its limit for a query is less.
S_OF_AN_IMAGE = 1.0
NAME = "images"


def distances_of(
    method: Method,
    images: Sequence[ImageHandle],
    n_first: int | None,
    limit: float,
    resources: Resources,
) -> PairDistances | Partition:
    """Return how far apart images are, or which belong together of a method that says only that.

    Parameters
    ----------
    method : Method
    images : sequence of ImageHandle
        Of different contents.
    n_first : int, optional
        Only pairs of one of the first `n_first` images and one of the others matter.
    limit : float
        Images that are connected by pairs up to so far apart are all compared, up to 100.
    resources : Resources

    Raises
    ------
    ImageError
        If an image cannot be read any more.
    SettingsError
        If the method learns from other queries, or what it takes is not free.
    NoScoresError
        If it cannot be run here.
    """
    if isinstance(method, PairMethod):
        return _of_pairs(method, images, n_first, limit, resources)
    return _of_all(method, images, resources)


def _of_pairs(
    method: PairMethod,
    images: Sequence[ImageHandle],
    n_first: int | None,
    limit: float,
    resources: Resources,
) -> PairDistances:
    n = len(images)
    n_pairs = n * (n - 1) // 2 if n_first is None else n_first * (n - n_first)
    cache = _pair_cache(resources)

    def compared(pairs: Places) -> SomePairs:
        asked = [(images[a], images[b]) for a, b in pairs.tolist()]
        made = cache.compare(asked, method.score, resources.progress)
        return SomePairs(n, pairs, made.distances, method.score.largest)

    if n_pairs <= SMALL * (SMALL - 1) // 2:
        return compared(pairs_of(n) if n_first is None else crossing(n_first, n - n_first))
    # All pairs of many images would take days: a method without a gate has the default's.
    gate = method.gate or GATE
    pairs = gate.looked_at(_query(images, resources), method.score, n_first)
    found = compared(pairs)
    if n_first is None and len(more := _connected(found, limit, pairs)):
        found = compared(np.concatenate([pairs, more]))
    return found


def _pair_cache(resources: Resources) -> PairCache:
    return PairCache(resources.cache_dir / "pairs", resources.workers)


def _connected(found: PairDistances, limit: float, pairs: Places) -> Places:
    """Return the pairs that were not looked at of images that others connect: not too many."""
    known = set(map(tuple, pairs.tolist()))
    first, second, _ = found.within(limit)
    return np.array(
        [
            pair
            for part in components(found.n, first, second)
            if len(part) <= SMALL
            for pair in combinations(part, 2)
            if pair not in known
        ],
        np.int64,
    ).reshape(-1, 2)


def _query(images: Sequence[ImageHandle], resources: Resources) -> QueryImages:
    """Return what a gate may ask of images that are no query: vectors and words."""
    cache = VectorCache(resources.cache_dir / "vectors")

    def vectors(representation: Any) -> Any:
        return cache.vectors(images, representation, resources.progress)

    def sharing(score: PairScore, nearest: int, n_first: int | None) -> Places:
        where = (_pair_cache(resources), resources.progress)
        return pairs_sharing_words(images, score, nearest, n_first, *where)

    def nothing(*_: Any) -> Any:
        raise SettingsError("a gate may ask for vectors and words only")

    return QueryImages(NAME, tuple(images), vectors, nothing, nothing, nothing, sharing)


def _of_all(
    method: Method, images: Sequence[ImageHandle], resources: Resources
) -> PairDistances | Partition:
    # It brings what only methods on vectors and tools need.
    from dupeval.engine.workshop import Workshop  # noqa: PLC0415
    from dupeval.method.external import ExternalMethod  # noqa: PLC0415
    from dupeval.timing import Stopwatch  # noqa: PLC0415

    if isinstance(method, ExternalMethod):
        most = max(method.time_limit_s, len(images) * S_OF_AN_IMAGE)
        method = replace(method, time_limit_s=most)
    labels = tuple(Label(UNLABELLED) for _ in images)
    dataset = Dataset(NAME, (Query(NAME, NAME, tuple(images), labels),))
    watch = Stopwatch(NAME)
    (query,) = queries = Workshop(dataset, resources, watch).queries()
    params = method.default
    scope = method.scope(params)
    if scope == "others":
        raise SettingsError(
            "this method learns from the images of other queries, and here are none; possible: a "
            "calibration, which holds what it learnt, or a method that learns nothing"
        )
    method.check(params, len(images))
    ready = method.prepared(queries, [params], watch)
    ready.prepare_fits(queries, [params])
    fit = None if scope == "none" else ready.fit(TrainingView(queries), ready.fit_params(params))
    _, answer = next(iter(ready.answers(fit, query, [params])))
    if isinstance(answer, Distances):
        return AllPairs(len(images), answer.condensed)
    return answer if isinstance(answer, ComparedPairs) else np.asarray(answer)
