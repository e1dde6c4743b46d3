"""Leave one query out: each query is scored with what is best on the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dupeval.errors import SettingsError
from dupeval.method import Curves
from dupeval.protocol import Choice, Protocol
from dupeval.protocol.search import best_setting


@dataclass(frozen=True)
class LeaveOneQueryOut(Protocol):
    """The honest figure: nothing of the scored query enters any choice or fit."""

    def choose(self, method: str, curves: Mapping[str, Curves]) -> list[Choice]:
        """See `Protocol.choose`."""
        own = curves[method]
        if own.n_queries < 2:
            raise SettingsError(
                "protocol=loqo needs at least 2 queries, the dataset has 1; possible: "
                "protocol=fixed, protocol=oracle"
            )
        choices = []
        for query in range(own.n_queries):
            hidden = frozenset((query,))
            others = (q for q in range(own.n_queries) if q != query)
            choices.append(Choice(*best_setting(own, others, hidden), hidden))
        return choices
