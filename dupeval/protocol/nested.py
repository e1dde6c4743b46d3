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

    caption: ClassVar[str] = "parameters and threshold best on the other queries"

    def candidates(self, method: Method) -> Sequence[Params]:
        """See `LeaveOneQueryOut.candidates`."""
        return method.candidates
