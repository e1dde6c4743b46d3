"""Given numbers: each method's own threshold and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dupeval.errors import SettingsError
from dupeval.method import Curves, Method
from dupeval.protocol import Choice, Protocol


@dataclass(frozen=True)
class Fixed(Protocol):
    """The method's ``threshold``, and its parameters as they are configured.

    Attributes
    ----------
    only_external : bool, default False
        Leave out the methods that are no external tools.
    """

    only_external: bool = False

    def covers(self, method: Method) -> bool:
        """See `Protocol.covers`."""
        return method.external or not self.only_external

    def choose(self, method: str, curves: Mapping[str, Curves]) -> list[Choice]:
        """See `Protocol.choose`."""
        own = curves[method]
        if own.threshold is None:
            raise SettingsError(
                f"protocol=fixed needs methods.{method}.threshold; possible: any distance"
            )
        return [Choice(own.default, own.threshold)] * own.n_queries
