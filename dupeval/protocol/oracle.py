"""The best single setting on the very queries that are scored: an upper bound, no result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dupeval.method import Curves
from dupeval.protocol import Choice, Protocol
from dupeval.protocol.search import best_setting


@dataclass(frozen=True)
class Oracle(Protocol):
    """One setting and threshold for all queries, chosen on all queries."""

    def choose(self, method: str, curves: Mapping[str, Curves]) -> list[Choice]:
        """See `Protocol.choose`."""
        own = curves[method]
        return [Choice(*best_setting(own, range(own.n_queries), frozenset()))] * own.n_queries
