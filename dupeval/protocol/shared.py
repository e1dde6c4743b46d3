"""One distance threshold for all methods, found on one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dupeval.errors import SettingsError
from dupeval.method import Curves, Method
from dupeval.protocol import Choice, Protocol
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

    def covers(self, method: Method) -> bool:
        """Leave out external tools: their distances, if any, are of another kind."""
        return not method.external

    def choose(self, method: str, curves: Mapping[str, Curves]) -> list[Choice]:
        """See `Protocol.choose`."""
        if self.reference not in curves:
            raise SettingsError(
                f"protocol=shared takes its threshold from {self.reference}, which is not in this "
                f"run; possible: protocol=loqo, or method=[{method},{self.reference}], or "
                f"protocols.shared.reference={method}"
            )
        found = Oracle().choose(self.reference, curves)
        if method == self.reference:
            return found
        return [Choice(curves[method].default, choice.threshold) for choice in found]
