"""Methods on vectors: representation, reduction and agglomerative clustering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from dataclasses import field, replace
from itertools import product
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.clustering import Dendrogram, Linkage, Metric, check_combination
from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.method import THRESHOLD, Curves, Method, Resources, Setting
from dupeval.metrics import PairCurve, pair_curve
from dupeval.reduction import (
    PCA,
    Components,
    Vectors,
    check_components,
    lossless_coordinates,
)
from dupeval.representation import Representation
from dupeval.representation.cache import VectorCache
from dupeval.settings import STRICT
from dupeval.timing import Stopwatch, one_thread

TUNABLE = (THRESHOLD, "n_components", "linkage", "metric")


@dataclass(frozen=True, config=STRICT)
class VectorMethod(Method):
    """Representation, reduction and agglomerative clustering, with their parameters.

    Attributes
    ----------
    representation : Representation
    reduction : PCA, optional
        None leaves the vectors as they are.
    linkage, metric : str
        See `dupeval.clustering`.
    threshold : float, optional
        Where the protocol ``fixed`` cuts.
    tuned : tuple of str, default ("threshold",)
        What the protocols ``loqo`` and ``oracle`` choose, jointly: ``threshold``, and any of
        ``n_components``, ``linkage`` and ``metric``.
    grid : mapping, default {}
        The values to choose from, for each tuned parameter but the threshold, whose every value
        is tried.
    """

    representation: Representation
    reduction: PCA | None = None
    linkage: Linkage = "average"
    metric: Metric = "cosine"
    threshold: Annotated[float, Field(allow_inf_nan=False)] | None = None
    tuned: tuple[str, ...] = (THRESHOLD,)
    grid: Mapping[str, tuple[Any, ...]] = Field(default_factory=dict)

    def __post_init__(self) -> None:
        if THRESHOLD not in self.tuned:
            raise SettingsError(f"tuned={list(self.tuned)} must include {THRESHOLD}")
        for name in self.tuned:
            if name not in TUNABLE:
                raise SettingsError(f"tuned: {name!r} is unknown; possible: {', '.join(TUNABLE)}")
            if name != THRESHOLD and not self.grid.get(name):
                raise SettingsError(f"tuned: {name} needs its values in grid.{name}")
        if "n_components" in self.tuned and self.reduction is None:
            raise SettingsError("tuned: n_components needs a reduction")
        if not self.grid:
            check_combination(self.linkage, self.metric)
            if self.reduction is not None and self.metric == "correlation":
                raise SettingsError(
                    "metric=correlation depends on the signs of principal components, which are "
                    "arbitrary; with a reduction these are possible: euclidean, cosine, cityblock"
                )
            return
        for setting in self.settings:
            self.at(setting)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """All combinations of the tuned parameters' values, in the order of the grid."""
        names = [name for name in self.tuned if name != THRESHOLD]
        return tuple(
            dict(zip(names, values, strict=True))
            for values in product(*(self.grid[name] for name in names))
        )

    def at(self, setting: Setting) -> VectorMethod:
        """Return the method with one combination of the tuned parameters and nothing to tune."""
        values = dict(setting)
        reduction = self.reduction
        if reduction is not None and "n_components" in values:
            reduction = replace(reduction, n_components=values.pop("n_components"))
        return replace(
            self, **{"reduction": reduction, "tuned": (THRESHOLD,), "grid": {}, **values}
        )

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        return {"representation": dict(self.representation.key)}

    def rehearsal(self, n_images: Sequence[int]) -> Rehearsal:
        """See `Method.rehearsal`."""
        return Rehearsal(self, n_images)

    def curves(self, dataset: Dataset, resources: Resources, watch: Stopwatch) -> VectorCurves:
        """See `Method.curves`."""
        cache = VectorCache(resources.cache_dir / "vectors")
        made = cache.represent(dataset.images, self.representation, resources.progress)
        watch.add("representation", made.wall_s, made.cpu_s, stored=made.stored)
        with watch.time("coordinates"), one_thread():
            return VectorCurves.of(self, dataset, made.vectors)


@plain_dataclass(frozen=True, eq=False)
class _OfMethod:
    """What curves take over from their method as it is."""

    method: VectorMethod

    @property
    def settings(self) -> Sequence[Setting]:
        """See `Curves.settings`."""
        return self.method.settings

    @property
    def default(self) -> Setting:
        """See `Curves.default`."""
        return {}

    @property
    def threshold(self) -> float | None:
        """See `Curves.threshold`."""
        return self.method.threshold

    @property
    def other_runs(self) -> Sequence[Curves]:
        """See `Curves.other_runs`; equal vectors give equal curves."""
        return ()


@plain_dataclass(frozen=True, eq=False)
class Rehearsal(_OfMethod):
    """The curves of a method before there are vectors: only what is impossible shows.

    Attributes
    ----------
    method : VectorMethod
    n_images : sequence of int
        Of each query.
    """

    n_images: Sequence[int]

    @property
    def n_queries(self) -> int:
        """See `Curves.n_queries`."""
        return len(self.n_images)

    def curve(self, query: int, setting: Setting, hidden: frozenset[int]) -> PairCurve:
        """Return the curve of a query with one image, if its dendrogram could be made."""
        reduction = self.method.at(setting).reduction
        if reduction is not None:
            fitted_on = reduction.fitted_on(query, hidden, self.n_queries)
            n = sum(self.n_images[i] for i in fitted_on)
            check_components(reduction, n)
        return pair_curve(Dendrogram.from_distances([]), ["photograph"])

    def partition(
        self, query: int, setting: Setting, hidden: frozenset[int], threshold: float
    ) -> npt.NDArray[np.int64]:
        """See `Curves.partition`."""
        return np.zeros(self.n_images[query], np.int64)


@plain_dataclass(frozen=True, eq=False)
class VectorCurves(_OfMethod):
    """The curves of a `VectorMethod` on a dataset, each computed when first asked for.

    Attributes
    ----------
    method : VectorMethod
    photographs : sequence of ndarray of str
        The true labels of each query.
    vectors : sequence of ndarray of float, shape (n_images, d)
        The representation of each query's images.
    """

    photographs: Sequence[npt.NDArray[np.str_]]
    vectors: Sequence[Vectors]
    _components: dict[frozenset[int], Components] = field(default_factory=dict)
    _scores: dict[tuple[int, frozenset[int]], Vectors] = field(default_factory=dict)
    _curves: dict[tuple[Any, ...], PairCurve] = field(default_factory=dict)

    @classmethod
    def of(cls, method: VectorMethod, dataset: Dataset, vectors: Vectors) -> VectorCurves:
        """Split the vectors of all images, shape (n_images, d), by query."""
        # Principal components need no more than the space that the vectors span.
        X = vectors if method.reduction is None else lossless_coordinates(vectors)
        ends = np.cumsum([len(query.images) for query in dataset.queries])[:-1]
        return cls(method, [q.photographs for q in dataset.queries], np.split(X, ends))

    @property
    def n_queries(self) -> int:
        """See `Curves.n_queries`."""
        return len(self.vectors)

    def curve(self, query: int, setting: Setting, hidden: frozenset[int]) -> PairCurve:
        """See `Curves.curve`."""
        fitted_on = self._fitted_on(query, hidden)
        key = (query, fitted_on, *sorted(setting.items()))
        if key not in self._curves:
            dendrogram = self.dendrogram(query, setting, hidden)
            self._curves[key] = pair_curve(dendrogram, self.photographs[query])
        return self._curves[key]

    def partition(
        self, query: int, setting: Setting, hidden: frozenset[int], threshold: float
    ) -> npt.NDArray[np.int64]:
        """See `Curves.partition`."""
        return self.dendrogram(query, setting, hidden).cut(threshold)

    def dendrogram(self, query: int, setting: Setting, hidden: frozenset[int]) -> Dendrogram:
        """Return a query's dendrogram; the arguments are those of `curve`."""
        method = self.method.at(setting)
        X = self.vectors[query]
        if method.reduction is not None:
            X = self._reduce(method.reduction, query, self._fitted_on(query, hidden))
        return Dendrogram.from_vectors(X, method.linkage, method.metric)

    def _fitted_on(self, query: int, hidden: frozenset[int]) -> frozenset[int]:
        reduction = self.method.reduction
        return reduction.fitted_on(query, hidden, self.n_queries) if reduction else frozenset()

    def _reduce(self, reduction: PCA, query: int, fitted_on: frozenset[int]) -> Vectors:
        components = self._fit(reduction, fitted_on)
        if (query, fitted_on) not in self._scores:
            self._scores[query, fitted_on] = components.project(self.vectors[query])
        return self._scores[query, fitted_on][:, : components.count(reduction.n_components)]

    def _fit(self, reduction: PCA, queries: frozenset[int]) -> Components:
        if queries not in self._components:
            check_components(reduction, sum(len(self.vectors[i]) for i in queries))
            X = np.concatenate([self.vectors[i] for i in sorted(queries)])
            self._components[queries] = Components(X, reduction.whiten)
        return self._components[queries]
