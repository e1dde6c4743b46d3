"""Methods on vectors: representation, reduction and agglomerative clustering."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field as DataclassField
from dataclasses import fields, is_dataclass, replace
from functools import cached_property, partial
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.clustering import (
    Linkage,
    Metric,
    check_combination,
    pairwise_distances,
    truncated_distances,
)
from dupeval.clustering.memory import MOST_CONDENSED
from dupeval.clustering.pairs import ComparedPairs
from dupeval.clustering.vectors import VectorPairs
from dupeval.components import Components, ComponentsOfMany, Projection
from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Answer, Distances, Method, Params, Scope
from dupeval.method.grid import check_grid, combinations
from dupeval.method.views import QueryImages, TrainingView, Vectors
from dupeval.reduction import PCA, check_components
from dupeval.representation import Representation
from dupeval.strict import STRICT
from dupeval.timing import Stopwatch, one_thread

COMPONENTS = "n_components"
OF_REDUCTION = ("fit", "whiten", COMPONENTS)
OF_CLUSTERING = ("linkage", "metric")
MIRROR = "mirror"

Fit = Components | ComponentsOfMany | Projection


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
    mirror : {"none", "max"}, default "none"
        ``max``: two images are as similar as they are, or as either is to the other seen in a
        mirror, whichever is more. Possible without a reduction, where the representation can see
        images in a mirror.
    grid : mapping, default {}
        What the protocol ``nested`` chooses from: values for any parameters of the
        representation, of the reduction (``fit``, ``whiten``, ``n_components``) and of the
        clustering (``linkage``, ``metric``), and ``mirror``. Every possible combination is tried.
    """

    representation: Representation
    reduction: PCA | None = None
    linkage: Linkage = "average"
    metric: Metric = "cosine"
    threshold: Annotated[float, Field(allow_inf_nan=False)] | None = None
    mirror: Literal["none", "max"] = "none"
    grid: Mapping[str, tuple[Any, ...]] = Field(default_factory=dict)

    def __post_init__(self) -> None:
        self._check_clustering()
        possible = [
            *(field.name for field in _fields(self.representation)),
            *self._compared_by,
            *(OF_REDUCTION if self.reduction else ()),
        ]
        check_grid(self.grid, possible, self.at)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Every parameter that can be chosen, with its value."""
        reduced = [] if self.reduction is None else OF_REDUCTION
        return {
            **_of_representation(self.representation),
            **{name: getattr(self.reduction, name) for name in reduced if name != COMPONENTS},
            **{name: getattr(self, name) for name in self._compared_by},
            **{name: getattr(self.reduction, name) for name in reduced if name == COMPONENTS},
        }

    def at(self, params: Params) -> VectorMethod:
        """Return the method with some of its parameters changed, and no grid.

        Raises
        ------
        SettingsError, ValidationError
            If a value, or the combination of values, is not possible.
        """
        mine = {n: v for n, v in params.items() if n in (*OF_CLUSTERING, MIRROR)}
        reduced = {name: value for name, value in params.items() if name in OF_REDUCTION}
        others = {n: v for n, v in params.items() if n not in mine and n not in reduced}
        representation: Any = self.representation
        if others:
            representation = replace(representation, **others)
        reduction = self.reduction
        if reduction is not None and reduced:
            reduction = replace(reduction, **reduced)
        return replace(self, representation=representation, reduction=reduction, grid={}, **mine)

    @cached_property
    def candidates(self) -> Sequence[Params]:
        """See `Method.candidates`: the possible combinations, in the order of the grid."""
        return combinations(self.grid, self.at)  # Not every linkage has a meaning for a metric.

    @property
    def cut(self) -> float | None:
        """See `Method.cut`."""
        return self.threshold

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        try:
            return {"representation": dict(self.representation.key)}
        except NoScoresError as error:
            return {error.source: str(error)}

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Method.key`."""
        reduction = self.reduction
        return {
            "representation": dict(self.representation.key),
            "reduction": reduction and {name: getattr(reduction, name) for name in OF_REDUCTION},
            "clustering": {name: getattr(self, name) for name in self._compared_by},
            "threshold": self.threshold,
            "grid": {name: list(values) for name, values in self.grid.items()},
        }

    def scope(self, params: Params) -> Scope:
        """See `Method.scope`."""
        if self.reduction is None:
            return "none"
        scope: Scope = params.get("fit", self.reduction.fit)
        return scope

    def linkage_of(self, params: Params) -> Linkage:
        """See `Method.linkage_of`."""
        linkage: Linkage = params.get("linkage", self.linkage)
        return linkage

    def check(self, params: Params, n_images: int) -> None:
        """See `Method.check`."""
        reduction = self.at(params).reduction
        if reduction is not None:
            check_components(reduction, n_images)

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> VectorMethod:
        """See `Method.prepared`: every vector that will be asked for is computed."""
        made = [self.at(params) for params in wanted]
        asked = [x for one in made for x in (one.representation, one.seen_in_mirror) if x]
        # What others follow from comes first, and is read once.
        for representation in sorted(dict.fromkeys(asked), key=lambda x: x.source is not None):
            queries[0].vectors(representation)
        return self

    def prepare_fits(self, queries: Sequence[QueryImages], wanted: Sequence[Params]) -> None:
        """See `Method.prepare_fits`: vectors that are reduced get fewer coordinates first."""
        for params in wanted:
            made = self.at(params)
            if made.reduction is not None:
                queries[0].coordinates(made.representation)

    def fit_params(self, params: Params) -> Params:
        """See `Method.fit_params`."""
        later = (*OF_CLUSTERING, *OF_REDUCTION, MIRROR)
        return {name: value for name, value in params.items() if name not in later}

    @property
    def _numbers_of_components(self) -> Sequence[int | float]:
        """All that are configured, or in the grid."""
        own = [] if self.reduction is None else [self.reduction.n_components]
        return [*own, *self.grid.get(COMPONENTS, ())]

    def fit(self, view: TrainingView, params: Params) -> Fit | None:
        """See `Method.fit`."""
        made = self.at(params)
        if made.reduction is None:
            return None
        check_components(made.reduction, view.n_images)
        own = made.reduction.fit == "query"
        with one_thread():
            if view.scatter is not None and not own:
                scatter = partial(view.scatter, made.representation)
                return ComponentsOfMany(scatter, self._numbers_of_components)
            return Components(view.coordinates(made.representation, own))

    def packed_fit(self, fit: Components, params: Params) -> Mapping[str, npt.NDArray[np.float64]]:
        """Return what of a fit is needed to answer with some parameters, as arrays to be kept."""
        reduction = self.at(params).reduction
        if reduction is None:
            raise ValueError("without a reduction nothing is fitted")
        return fit.first(reduction.n_components).tensors

    def unpacked_fit(self, tensors: Mapping[str, npt.NDArray[Any]]) -> Projection:
        """Return a fit that `packed_fit` gave as arrays; ValueError if these are none."""
        return Projection.of(tensors)

    def answers(
        self, fit: Fit | None, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """See `Method.answers`: distances grow with the number of components."""
        representation = self._representation_at(many[0])
        metrics: list[Metric] = [params.get("metric", self.metric) for params in many]
        if fit is None or self.reduction is None:
            yield from self._compared(query, representation, many)
            return
        own = self.scope(many[0]) == "query"
        X, configured = query.coordinates(representation, own), self.reduction
        wanted: dict[bool, dict[int, list[tuple[Params, Metric]]]] = {}
        for params, metric in zip(many, metrics, strict=True):
            whiten = params.get("whiten", configured.whiten)
            k = fit.count(params.get(COMPONENTS, configured.n_components))
            wanted.setdefault(whiten, {}).setdefault(k, []).append((params, metric))
        plain = fit.project(X, whiten=False)
        for whiten, of_k in wanted.items():
            projected = fit.whitened(plain) if whiten else plain
            if len(X) > MOST_CONDENSED:
                for k, of_params in of_k.items():
                    for params, metric in of_params:
                        yield params, ComparedPairs(VectorPairs(projected[:, :k], metric))
                continue
            for k, distances in truncated_distances(projected, of_k, set(metrics), fit.block):
                answers = {metric: Distances(condensed) for metric, condensed in distances.items()}
                yield from ((params, answers[metric]) for params, metric in of_k[k])

    def _compared(
        self, query: QueryImages, representation: Representation, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """Yield the distances of vectors as they are."""
        X = query.vectors(representation)
        found: dict[tuple[Metric, str], Distances] = {}
        for params in many:
            metric, mirror = params.get("metric", self.metric), params.get(MIRROR, self.mirror)
            if len(X) > MOST_CONDENSED and mirror == "none":
                yield params, ComparedPairs(VectorPairs(X, metric))
                continue
            if (metric, mirror) not in found:
                condensed = pairwise_distances(X, metric)
                if mirror == "max":
                    M = query.vectors(representation.mirror_image)
                    condensed = np.minimum(condensed, mirrored_distances(X, M, metric))
                found[metric, mirror] = Distances(condensed)
            yield params, found[metric, mirror]

    def _representation_at(self, params: Params) -> Representation:
        """Return the representation with these parameters; asked for again and again."""
        key = tuple(sorted(self.fit_params(params).items()))
        if key not in self._representations:
            self._representations[key] = self.at(params).representation
        return self._representations[key]

    @cached_property
    def _representations(self) -> dict[tuple[Any, ...], Representation]:
        return {}

    def vectors(self, fit: Fit | None, query: QueryImages, params: Params) -> Vectors:
        """Return a query's vectors as they are compared, shape (n_images, d)."""
        made = self.at(params)
        if fit is None or made.reduction is None:
            return query.vectors(made.representation)
        X = query.coordinates(made.representation, made.reduction.fit == "query")
        k = fit.count(made.reduction.n_components)  # Those that are not known yet are found now.
        return fit.project(X, made.reduction.whiten)[:, :k]

    @property
    def seen_in_mirror(self) -> Representation | None:
        """The representation of mirrored images, where they are compared too."""
        return self.representation.mirror_image if self.mirror == "max" else None

    @property
    def _compared_by(self) -> tuple[str, ...]:
        can_mirror = self.reduction is None and self.representation.mirror_image is not None
        return (*OF_CLUSTERING, MIRROR) if can_mirror else OF_CLUSTERING

    def _check_clustering(self) -> None:
        check_combination(self.linkage, self.metric)
        if self.mirror == "max" and MIRROR not in self._compared_by:
            raise SettingsError(
                "mirror=max needs a representation that can see images in a mirror, such as an "
                "embedding, and no reduction; possible: mirror=none"
            )
        if self.reduction is not None and self.metric == "correlation":
            raise SettingsError(
                "metric=correlation depends on the signs of principal components, which are "
                "arbitrary; with a reduction these are possible: euclidean, cosine, cityblock"
            )


def mirrored_distances(X: Vectors, M: Vectors, metric: Metric) -> npt.NDArray[np.float64]:
    """Return how far each image of a pair is from the other in a mirror, the less of the two.

    Parameters
    ----------
    X, M : ndarray of float, shape (n, d)
        The vectors of the images, and of the images in a mirror.
    metric : str
        See `dupeval.clustering.pairwise_distances`.

    Returns
    -------
    ndarray of float64, shape (n * (n - 1) / 2,)
        In scipy's condensed order.
    """
    from scipy.spatial.distance import squareform  # noqa: PLC0415  (as in dupeval.clustering)

    n = len(X)
    across = squareform(pairwise_distances(np.concatenate([X, M]), metric))[:n, n:]
    left, right = np.triu_indices(n, 1)
    return np.minimum(across[left, right], across[right, left])


def _fields(representation: Representation) -> tuple[DataclassField[Any], ...]:
    return fields(representation) if is_dataclass(representation) else ()


def _of_representation(representation: Representation) -> dict[str, Any]:
    """Return what changes a vector and stands in the representation's key as it is."""
    key = representation.key
    own = {field.name: getattr(representation, field.name) for field in _fields(representation)}
    return {p: v for p, v in own.items() if p in key and key[p] == v}
