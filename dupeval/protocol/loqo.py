"""Leave one query out: each query is scored with the cut that is best on the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dupeval.engine.curves import Curves
from dupeval.errors import RowError
from dupeval.method import Method, Params
from dupeval.protocol import Decision, Protocol
from dupeval.protocol.search import best_params


@dataclass(frozen=True)
class LeaveOneQueryOut(Protocol):
    """Nothing of the scored query enters the choice of its cut, or any fit.

    The parameters are as configured. Where they were chosen by scores on the same queries, only
    `dupeval.protocol.nested.Nested` is free of hindsight.
    """

    honest: ClassVar[bool] = True
    title: ClassVar[str] = "Threshold chosen on the other queries"
    caption: ClassVar[str] = "held-out threshold"
    explanation: ClassVar[str] = (
        "Each query's threshold is the one that is best on the other queries, and no fit sees "
        "the query. The other parameters are as configured: where they were chosen on the "
        "same queries the figure is a little too good."
    )

    def candidates(self, method: Method) -> Sequence[Params]:
        """Return what is chosen from besides the threshold."""
        return method.cut_candidates

    def looks_at(self, method: str) -> Collection[str]:
        """See `Protocol.looks_at`."""
        return (method,)

    def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
        """See `Protocol.decide`."""
        own = curves[method]
        folds = own.folds
        if len(folds) < 2 or not all(folds.others(fold) for fold in folds.members):
            needed = "2 queries with a pair to score" if folds.unscored else "2 queries"
            n_scored = folds.n_queries - len(folds.unscored)
            short = f"leaving one query out needs at least {needed}, the dataset has {n_scored}"
            if folds.of_image is not None:
                short = "the dataset's one query, divided by its photographs, shows only one"
            raise RowError(f"{short}; possible: protocol=fixed, protocol=oracle")
        candidates = self.candidates(own.method)
        found = {
            fold: Decision(*best_params(own, candidates, folds.others(fold), fold), fold)
            for fold in folds.members
        }
        if folds.of_image is not None:
            return list(found.values())
        return [found[folds.with_query(query)] for query in range(folds.n_queries)]
