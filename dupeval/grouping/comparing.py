"""A method asked about images that are no query: how far apart they are, or which are one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dupeval.dataset import UNLABELLED, Dataset, ImageHandle, Label, Query
from dupeval.distance.gates import SMALL
from dupeval.distance.pairs import PairCache
from dupeval.errors import SettingsError
from dupeval.grouping.distances import (
    AllPairs,
    PairDistances,
    Places,
    SomePairs,
    crossing,
    pairs_of,
)
from dupeval.method import Distances, Method, Partition, Resources
from dupeval.method.pairs import PairMethod
from dupeval.method.views import QueryImages, TrainingView
from dupeval.representation.cache import VectorCache

if TYPE_CHECKING:
    from dupeval.distance.gates import Gate

# Methods that tell the distances of all pairs: those alone take 1.6 GB.
MOST_IMAGES = 20_000
NAME = "images"


def distances_of(
    method: Method, images: Sequence[ImageHandle], n_first: int | None, resources: Resources
) -> PairDistances | Partition:
    """Return how far apart images are, or which belong together of a method that says only that.

    Parameters
    ----------
    method : Method
    images : sequence of ImageHandle
        Of different contents.
    n_first : int, optional
        Only pairs of one of the first `n_first` images and one of the others matter.
    resources : Resources

    Raises
    ------
    ImageError
        If an image cannot be read any more.
    SettingsError
        If the method learns from other queries, or there are too many images for it.
    NoScoresError
        If it cannot be run here.
    """
    if isinstance(method, PairMethod):
        return _of_pairs(method, images, n_first, resources)
    if len(images) > MOST_IMAGES:
        raise SettingsError(
            f"{len(images):,} images are more than the {MOST_IMAGES:,} of which this method's "
            "distances fit into memory; possible: a method that compares pairs, such as verified"
        )
    return _of_all(method, images, resources)


def _of_pairs(
    method: PairMethod, images: Sequence[ImageHandle], n_first: int | None, resources: Resources
) -> PairDistances:
    n = len(images)
    pairs = pairs_of(n) if n_first is None else crossing(n_first, n - n_first)
    if len(pairs) > SMALL * (SMALL - 1) // 2:
        pairs = _let_through(method.gate, images, pairs, resources)
    asked = [(images[a], images[b]) for a, b in pairs.tolist()]
    cache = PairCache(resources.cache_dir / "pairs")
    made = cache.compare(asked, method.score, resources.progress)
    return SomePairs(n, pairs, made.distances, method.score.largest)


def _let_through(
    gate: Gate | None, images: Sequence[ImageHandle], pairs: Places, resources: Resources
) -> Places:
    if gate is None:
        return pairs
    n = len(images)
    looked_at = gate.lets_through(_query(images, resources))
    # Where a pair stands in scipy's order.
    at = pairs[:, 0] * (2 * n - pairs[:, 0] - 1) // 2 + pairs[:, 1] - pairs[:, 0] - 1
    chosen: Places = pairs[looked_at[at]]
    return chosen


def _query(images: Sequence[ImageHandle], resources: Resources) -> QueryImages:
    cache = VectorCache(resources.cache_dir / "vectors")

    def vectors(representation: Any) -> Any:
        return cache.vectors(images, representation, resources.progress)

    def nothing(*_: Any) -> Any:
        raise SettingsError("a gate may ask for vectors only")

    return QueryImages(NAME, tuple(images), vectors, nothing, nothing, nothing)


def _of_all(
    method: Method, images: Sequence[ImageHandle], resources: Resources
) -> PairDistances | Partition:
    # It brings what only methods on vectors and tools need.
    from dupeval.engine.workshop import Workshop  # noqa: PLC0415
    from dupeval.timing import Stopwatch  # noqa: PLC0415

    labels = tuple(Label(UNLABELLED) for _ in images)
    dataset = Dataset(NAME, (Query(NAME, NAME, tuple(images), labels),))
    watch = Stopwatch(NAME)
    (query,) = queries = Workshop(dataset, resources, watch).queries()
    params = method.default
    scope = method.scope(params)
    if scope == "others":
        raise SettingsError(
            "this method learns from the images of other queries, and here are none; possible: "
            "one that learns nothing, or from the images themselves (fit=query)"
        )
    method.check(params, len(images))
    ready = method.prepared(queries, [params], watch)
    ready.prepare_fits(queries, [params])
    fit = None if scope == "none" else ready.fit(TrainingView(queries), ready.fit_params(params))
    _, answer = next(iter(ready.answers(fit, query, [params])))
    if isinstance(answer, Distances):
        return AllPairs(len(images), answer.condensed)
    return np.asarray(answer)
