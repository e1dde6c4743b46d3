"""One distance threshold for all methods, found on one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from dupeval.engine.curves import Curves
from dupeval.errors import RowError
from dupeval.method import Method
from dupeval.protocol import Decision, Protocol
from dupeval.protocol.oracle import Oracle


@dataclass(frozen=True)
class Shared(Protocol):
    """How the study's figures read: the oracle threshold of a reference method, for all.

    Attributes
    ----------
    reference : str, default "vgg_pca"
        It keeps the parameters chosen with the threshold; the others keep their configured ones.
    """

    reference: str = "vgg_pca"

    title: ClassVar[str] = "One threshold for all methods, found on one: how the study reads"
    caption: ClassVar[str] = "one threshold for all"
    explanation: ClassVar[str] = (
        "The oracle's threshold of one method, used for all methods although their distances "
        "are of different kinds."
    )

    @property
    def threshold_of(self) -> str:
        """See `Protocol.threshold_of`."""
        return self.reference

    def covers(self, method: Method) -> bool:
        """Leave out external tools: their distances, if any, are of another kind."""
        return not method.external

    def looks_at(self, method: str) -> Collection[str]:
        """See `Protocol.looks_at`."""
        return (method, self.reference)

    def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
        """See `Protocol.decide`."""
        if self.reference not in curves:
            raise RowError(
                f"protocol=shared takes its threshold from {self.reference}, which is not in this "
                f"run; possible: protocol=loqo, or method=[{method},{self.reference}], or "
                f"protocols.shared.reference={method}"
            )
        found = Oracle().decide(self.reference, curves)
        if method == self.reference:
            return found
        return [Decision(curves[method].method.default, decided.threshold) for decided in found]
