"""Given numbers: each method's own threshold and parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from dupeval.engine.curves import Curves
from dupeval.errors import SettingsError
from dupeval.method import Method
from dupeval.protocol import Decision, Protocol


@dataclass(frozen=True)
class Fixed(Protocol):
    """The method's ``threshold``, and its parameters as they are configured.

    Attributes
    ----------
    only_external : bool, default False
        Leave out the methods that are no external tools.
    """

    only_external: bool = False

    title: ClassVar[str] = "Configured thresholds: external tools at their own default"
    caption: ClassVar[str] = "own default"
    explanation: ClassVar[str] = (
        "Each method's configured threshold: for external tools their own default; for the "
        "study's methods the one found with oracle on the stand-in."
    )

    def covers(self, method: Method) -> bool:
        """See `Protocol.covers`."""
        return method.external or not self.only_external

    def looks_at(self, method: str) -> Collection[str]:
        """See `Protocol.looks_at`."""
        return (method,)

    def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
        """See `Protocol.decide`."""
        own = curves[method]
        if own.method.cut is None:
            raise SettingsError(
                f"protocol=fixed needs methods.{method}.threshold; possible: any distance"
            )
        return [Decision(own.method.default, own.method.cut)] * own.folds.n_queries
