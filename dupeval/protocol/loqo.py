"""Leave one query out: each query is scored with the cut that is best on the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

    def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
        """See `Protocol.decide`."""
        own = curves[method]
        if own.n_queries < 2:
            raise RowError(
                f"leaving one query out needs at least 2 queries, the dataset has {own.n_queries}; "
                "possible: protocol=fixed, protocol=oracle"
            )
        candidates = self.candidates(own.method)
        decisions = []
        for query in range(own.n_queries):
            hidden = frozenset((query,))
            others = [other for other in range(own.n_queries) if other != query]
            decisions.append(Decision(*best_params(own, candidates, others, hidden), hidden))
        return decisions
