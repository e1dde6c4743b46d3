"""How the threshold, and any other tuned parameter, is chosen.

A new protocol is one new module here and one YAML.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from dupeval.method import Curves, Method, Setting


@dataclass(frozen=True)
class Choice:
    """What a protocol decided for one query.

    Attributes
    ----------
    setting : mapping
        The values of the tuned parameters but the threshold.
    threshold : float
    hidden : frozenset of int
        The queries nothing of which went into the decision or into any fit.
    """

    setting: Setting
    threshold: float
    hidden: frozenset[int] = frozenset()


class Protocol(ABC):
    """Chooses a setting and a threshold for every query."""

    def covers(self, method: Method) -> bool:
        """Say whether the protocol has a meaning for a method; by default it has for all."""
        return True

    @abstractmethod
    def choose(self, method: str, curves: Mapping[str, Curves]) -> list[Choice]:
        """Return one choice for each query.

        Parameters
        ----------
        method : str
            The method to choose for.
        curves : mapping of str to Curves
            Every method of the run.

        Raises
        ------
        SettingsError
            If the protocol lacks something it needs.
        """
