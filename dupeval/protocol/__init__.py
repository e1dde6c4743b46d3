"""How the cut, and any other parameter, is chosen.

A new protocol is one new module here and one YAML.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dupeval.engine.curves import Curves
from dupeval.method import Method, Params


@dataclass(frozen=True)
class Decision:
    """What a protocol decided for one query.

    Attributes
    ----------
    params : mapping
        The values of the chosen parameters besides the cut.
    threshold : float
        The cut; NaN of a method that has none.
    hidden : frozenset of int
        The queries nothing of which went into the decision or into any fit.
    """

    params: Params
    threshold: float
    hidden: frozenset[int] = frozenset()


class Protocol(ABC):
    """Chooses parameters and a cut for every query.

    Attributes
    ----------
    title : str
        What it chooses, as the heading of a table.
    caption : str
        The same in a few words, for figures and legends.
    explanation : str
        One or two sentences for who reads a report.
    honest : bool
        Whether nothing of a scored query enters any choice or fit.
    """

    title: ClassVar[str]
    caption: ClassVar[str]
    explanation: ClassVar[str]
    honest: ClassVar[bool] = False

    @property
    def description(self) -> dict[str, Any]:
        """What it says of itself, as JSON values: stored beside what it decided."""
        return {
            "title": self.title,
            "caption": self.caption,
            "explanation": self.explanation,
            "honest": self.honest,
        }

    @property
    def threshold_of(self) -> str | None:
        """The method whose threshold all methods have; None where each has its own.

        That is how the study's table reads, so such figures are compared with the published ones.
        """
        return None

    def covers(self, method: Method) -> bool:
        """Say whether the protocol has a meaning for a method; by default it has for all."""
        return True

    def looks_at(self, method: str) -> Collection[str] | None:
        """Return the methods that what is decided for one depends on; None if it may be any.

        A row of which this is known is kept on disk.
        """
        return None

    @abstractmethod
    def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
        """Return one decision for each query; of a single one it may be one a fold of photographs.

        Parameters
        ----------
        method : str
            The method to decide for.
        curves : mapping of str to Curves
            Every method of the run.

        Raises
        ------
        SettingsError
            If the protocol lacks something it needs.
        """
