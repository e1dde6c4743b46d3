"""Nested selection: parameters and cut, jointly, that are best on the other queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dupeval.method import Method, Params
from dupeval.protocol.loqo import LeaveOneQueryOut


@dataclass(frozen=True)
class Nested(LeaveOneQueryOut):
    """The honest figure: nothing of the scored query enters any choice or fit.

    For each query, those of the method's `candidates` and that cut are taken that have the best
    mean F1 on the other queries, each seen through a fit that hides it and the scored query.
    """

    title: ClassVar[str] = "Parameters and threshold chosen on the other queries"
    caption: ClassVar[str] = "all chosen on the other queries"
    explanation: ClassVar[str] = (
        "For each query the parameters, of the method's grid, and the threshold that are "
        "jointly best on the other queries, each seen through a fit that hides it and the "
        "scored query: nothing of the scored query enters any choice or fit."
    )

    def candidates(self, method: Method) -> Sequence[Params]:
        """See `LeaveOneQueryOut.candidates`."""
        return method.candidates
