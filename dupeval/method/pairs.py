"""Methods that compare images pair by pair, and cluster the distances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.clustering import EUCLIDEAN_LINKAGES, Linkage
from dupeval.dataset import ImageHandle
from dupeval.distance import PairScore
from dupeval.distance.explanation import Explanation
from dupeval.distance.gates import Gate
from dupeval.distance.pairs import in_order
from dupeval.errors import SettingsError
from dupeval.method import Answer, Distances, Method, Params
from dupeval.method.grid import check_grid, combinations
from dupeval.method.views import QueryImages
from dupeval.strict import STRICT
from dupeval.timing import Stopwatch

LINKAGE = "linkage"


@dataclass(frozen=True, config=STRICT)
class PairMethod(Method):
    """A score of pairs, a gate before it, and agglomerative clustering.

    Attributes
    ----------
    score : PairScore
    gate : Gate, optional
        Which pairs are looked at; the others have the score's largest distance. None looks at all.
    linkage : str, default "average"
        Any but those that are for Euclidean distances only.
    threshold : float, optional
        Where the protocol ``fixed`` cuts.
    grid : mapping, default {}
        What the protocol ``nested`` chooses from: values for ``linkage`` and any setting of the
        score. Every combination is tried; each value of the score's compares all pairs anew.
    """

    score: PairScore
    gate: Gate | None = None
    linkage: Linkage = "average"
    threshold: Annotated[float, Field(allow_inf_nan=False)] | None = None
    grid: Mapping[str, tuple[Any, ...]] = Field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.linkage in EUCLIDEAN_LINKAGES:
            raise SettingsError(
                f"linkage={self.linkage} is for Euclidean distances only; possible: single, "
                "complete, average, weighted"
            )
        possible = [LINKAGE, *_settings(self.score)]
        check_grid(self.grid, possible, self.at)

    def at(self, params: Params) -> PairMethod:
        """Return the method with some of its parameters changed, and no grid.

        Raises
        ------
        SettingsError, ValidationError
            If a value is not possible.
        """
        own = {name: value for name, value in params.items() if name == LINKAGE}
        others = {name: value for name, value in params.items() if name != LINKAGE}
        score: Any = replace(self.score, **others) if others else self.score  # type: ignore[type-var]
        return replace(self, score=score, grid={}, **own)

    @cached_property
    def candidates(self) -> Sequence[Params]:
        """See `Method.candidates`: the possible combinations, in the order of the grid."""
        return combinations(self.grid, self.at)

    @property
    def cut(self) -> float | None:
        """See `Method.cut`."""
        return self.threshold

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        return {"score": dict(self.score.key), "gate": self.gate and dict(self.gate.key)}

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Method.key`."""
        return {
            **self.description,
            "linkage": self.linkage,
            "threshold": self.threshold,
            "grid": {name: list(values) for name, values in self.grid.items()},
        }

    def linkage_of(self, params: Params) -> Linkage:
        """See `Method.linkage_of`."""
        linkage: Linkage = params.get(LINKAGE, self.linkage)
        return linkage

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> PairMethod:
        """See `Method.prepared`: every pair that will be asked for is compared."""
        for score in dict.fromkeys(self.at(params).score for params in wanted):
            queries[0].pairs(score, self.gate)
        return self

    def fit_params(self, params: Params) -> Params:
        """See `Method.fit_params`: nothing is learnt; scores differ by their settings."""
        return {name: value for name, value in params.items() if name != LINKAGE}

    def answers(
        self, fit: None, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """See `Method.answers`."""
        distances = Distances(query.pairs(self.at(many[0]).score, self.gate))
        for params in many:
            yield params, distances

    @property
    def explains(self) -> bool:
        """See `Method.explains`: what the score does."""
        return type(self.score).explain is not PairScore.explain

    def explain(self, params: Params, a: ImageHandle, b: ImageHandle) -> Explanation | None:
        """See `Method.explain`; what a gate did to the pair is not told."""
        score = self.at(params).score
        first, second = in_order(a, b)
        told = score.explain(*(score.prepared(score.features(image)) for image in (first, second)))
        return replace(told, a=told.b, b=told.a) if told is not None and first != a else told


def _settings(score: PairScore) -> list[str]:
    return [field.name for field in fields(score)] if is_dataclass(score) else []
