"""What comes of settings: their curves, and what is best while a query is held out.

The figures are those that the protocols find on `dupeval.method.vectors.VectorCurves`. Here
all settings of a family go the way together: principal components are fitted once for each set of
queries, distances grow with the number of components, and of each distance matrix every
dendrogram is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from dupeval.clustering import (
    Dendrogram,
    Linkage,
    Metric,
    pairwise_distances,
    truncated_distances,
)
from dupeval.errors import SettingsError
from dupeval.method import Curves, Setting
from dupeval.method.vectors import VectorCurves, VectorMethod
from dupeval.metrics import PairCurve, pair_curve
from dupeval.protocol.search import best_threshold
from dupeval.reduction import Components, Vectors, check_components

NOTHING: frozenset[int] = frozenset()


class Best(NamedTuple):
    """The threshold with the best mean F1 on some queries, and that F1."""

    threshold: float
    f1: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """What comes of one setting on a dataset, whatever the protocol.

    Attributes
    ----------
    curves : tuple of PairCurve
        Of each query, with nothing hidden but what its reduction never sees.
    held_out : tuple of Best
        For each query, what is best on the others while nothing of it is used; empty if that was
        not asked for.
    """

    curves: tuple[PairCurve, ...]
    held_out: tuple[Best, ...] = ()


@dataclass(frozen=True, eq=False)
class OutcomeCurves:
    """The curves of one setting as the protocols see them.

    Attributes
    ----------
    outcome : Outcome
    threshold : float, optional
        Where the protocol ``fixed`` cuts.
    """

    outcome: Outcome
    threshold: float | None = None
    settings: Sequence[Setting] = ({},)

    @property
    def default(self) -> Setting:
        """See `Curves.default`."""
        return {}

    @property
    def n_queries(self) -> int:
        """See `Curves.n_queries`."""
        return len(self.outcome.curves)

    @property
    def other_runs(self) -> Sequence[Curves]:
        """See `Curves.other_runs`."""
        return ()

    def curve(self, query: int, setting: Setting, hidden: frozenset[int]) -> PairCurve:
        """See `Curves.curve`."""
        if not hidden <= {query}:
            raise SettingsError("a sweep keeps no curves of queries while another one is hidden")
        return self.outcome.curves[query]

    def partition(
        self, query: int, setting: Setting, hidden: frozenset[int], threshold: float
    ) -> npt.NDArray[np.int64]:
        """See `Curves.partition`."""
        raise SettingsError("a sweep keeps scores, not groups")


def hidden_sets(n_queries: int, held_out: bool) -> list[frozenset[int]]:
    """Return what is hidden in turn: nothing, and where wanted each query."""
    return [NOTHING, *(frozenset((q,)) for q in range(n_queries) if held_out)]


def ignore(n_settings: float) -> None:
    """Take note of no progress."""


def outcomes(
    plain: VectorCurves,
    settings: Sequence[Setting],
    held_out: bool,
    advance: Callable[[float], object] = ignore,
) -> list[Outcome]:
    """Return what comes of settings of one family.

    Parameters
    ----------
    plain : VectorCurves
        The family's method on the vectors of a dataset.
    settings : sequence of mapping
        Of ``plain.settings``.
    held_out : bool
        Whether to find what is best while each query is held out.
    advance : callable, optional
        Told after each step how many settings' work it was; all together, ``len(settings)``.

    Returns
    -------
    list of Outcome
        In the order of `settings`.

    Raises
    ------
    SettingsError
        If a setting is not possible on this dataset.
    """
    projections = _Projections.of(plain, settings, held_out)
    queries = range(plain.n_queries)
    known: dict[tuple[int, frozenset[int]], list[PairCurve]] = {}

    def curves(query: int, hidden: frozenset[int], keep: bool) -> list[PairCurve]:
        place = (query, projections.fitted_on(query, hidden))
        if place in known:
            return known[place]
        made = _curves(plain, settings, query, *projections.at[place])
        advance(len(settings) / len(projections.at))
        if keep:
            known[place] = made
        return made

    own = [curves(query, NOTHING, keep=True) for query in queries]
    best: list[list[Best]] = []
    for query in queries if held_out else ():
        hidden = frozenset((query,))
        others = [curves(other, hidden, keep=False) for other in queries if other != query]
        best.append([Best(*best_threshold(each)) for each in zip(*others, strict=True)])
    return [
        Outcome(tuple(of_queries[i] for of_queries in own), tuple(row[i] for row in best))
        for i in range(len(settings))
    ]


@dataclass(frozen=True, eq=False)
class _Projections:
    """The vectors of queries on the components that may be used for them.

    Attributes
    ----------
    method : VectorMethod
    n_queries : int
    at : mapping of (query, queries fitted on) to (vectors, dimensions)
        The dimensions are those of each setting, or None where nothing is reduced.
    """

    method: VectorMethod
    n_queries: int
    at: dict[tuple[int, frozenset[int]], tuple[Vectors, list[int] | None]]

    @classmethod
    def of(cls, plain: VectorCurves, settings: Sequence[Setting], held_out: bool) -> _Projections:
        made = cls(plain.method, plain.n_queries, {})
        wanted: dict[frozenset[int], set[int]] = defaultdict(set)
        for hidden in hidden_sets(plain.n_queries, held_out):
            for query in range(plain.n_queries):
                if query not in hidden:
                    wanted[made.fitted_on(query, hidden)].add(query)
        for fitted_on, queries in wanted.items():
            made.at.update(made._project(plain, settings, fitted_on, queries))
        return made

    def fitted_on(self, query: int, hidden: frozenset[int]) -> frozenset[int]:
        reduction = self.method.reduction
        return reduction.fitted_on(query, hidden, self.n_queries) if reduction else NOTHING

    def _project(
        self,
        plain: VectorCurves,
        settings: Sequence[Setting],
        fitted_on: frozenset[int],
        queries: Collection[int],
    ) -> Iterator[tuple[tuple[int, frozenset[int]], tuple[Vectors, list[int] | None]]]:
        """Yield the vectors of `queries`; the components themselves are kept no longer."""
        reduction = self.method.reduction
        if reduction is None:
            yield from (((q, fitted_on), (plain.vectors[q], None)) for q in queries)
            return
        check_components(reduction, sum(len(plain.vectors[i]) for i in fitted_on))
        X = np.concatenate([plain.vectors[i] for i in sorted(fitted_on)])
        components = Components(X, reduction.whiten)
        configured = reduction.n_components
        dimensions = [components.count(s.get("n_components", configured)) for s in settings]
        for query in queries:
            projected = components.project(plain.vectors[query])[:, : max(dimensions)]
            yield (query, fitted_on), (projected, dimensions)


def _curves(
    plain: VectorCurves,
    settings: Sequence[Setting],
    query: int,
    X: Vectors,
    dimensions: list[int] | None,
) -> list[PairCurve]:
    """Return the curve of each setting for one query."""
    method = plain.method
    wanted: list[tuple[int, Metric, Linkage]] = [
        (k, setting.get("metric", method.metric), setting.get("linkage", method.linkage))
        for k, setting in zip(dimensions or [0] * len(settings), settings, strict=True)
    ]
    linkages: dict[tuple[int, Metric], set[Linkage]] = defaultdict(set)
    for k, metric, linkage in wanted:
        linkages[k, metric].add(linkage)
    metrics = {metric for _, metric, _ in wanted}
    # Numbers compare faster than texts, and the curve asks for their equality only.
    photographs = np.unique(plain.photographs[query], return_inverse=True)[1]
    steps: Any = (
        [(0, {metric: pairwise_distances(X, metric) for metric in metrics})]
        if dimensions is None
        else truncated_distances(X, dimensions, metrics)
    )
    made: dict[tuple[int, Metric, Linkage], PairCurve] = {}
    for k, distances in steps:
        for metric, condensed in distances.items():
            for linkage in linkages[k, metric]:
                dendrogram = Dendrogram.from_distances(condensed, linkage)
                made[k, metric, linkage] = pair_curve(dendrogram, photographs)
    return [made[place] for place in wanted]
