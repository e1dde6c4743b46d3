"""The best single cut on the very queries that are scored: an upper bound, no result."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from dupeval.engine.curves import Curves
from dupeval.protocol import Decision, Protocol
from dupeval.protocol.search import best_params


@dataclass(frozen=True)
class Oracle(Protocol):
    """One cut for all queries, chosen on all queries; parameters as configured."""

    title: ClassVar[str] = "Best single threshold on these queries: an upper bound, never a result"
    caption: ClassVar[str] = "best on these queries"
    explanation: ClassVar[str] = (
        "The one threshold that is best on the very queries that are scored. Nobody has it "
        "beforehand, so it bounds what a better choice of threshold could give."
    )

    def looks_at(self, method: str) -> Collection[str]:
        """See `Protocol.looks_at`."""
        return (method,)

    def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
        """See `Protocol.decide`."""
        own = curves[method]
        queries = range(own.folds.n_queries)
        chosen = best_params(own, own.method.cut_candidates, queries, frozenset())
        return [Decision(*chosen)] * own.folds.n_queries
