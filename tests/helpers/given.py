"""What tests hand to the library in place of images: vectors and curves they know by heart."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.metrics import PairCurve
from dupeval.representation import Representation


class GivenVectors(Representation):
    """Vectors come from the test; nothing is read."""

    @property
    def key(self) -> Mapping[str, Any]:
        return {"representation": "given"}

    def vectors(self, paths: Sequence[Path]) -> Iterator[npt.NDArray[np.float32]]:
        raise AssertionError(f"the test gives the vectors, but {len(paths)} images were asked for")


class GivenCurves:
    """Curves by setting and query; remembers what was asked for."""

    default: Mapping[str, Any] = {}
    threshold = None
    other_runs = ()

    def __init__(self, *settings: Sequence[PairCurve]) -> None:
        self.by_setting = settings
        self.asked: list[tuple[int, frozenset[int]]] = []

    @property
    def settings(self) -> list[dict[str, int]]:
        return [{"n_components": i} for i in range(len(self.by_setting))]

    @property
    def n_queries(self) -> int:
        return len(self.by_setting[0])

    def curve(self, query: int, setting: Mapping[str, Any], hidden: frozenset[int]) -> PairCurve:
        self.asked.append((query, hidden))
        return self.by_setting[setting["n_components"]][query]


def perfect_between(low: float, high: float) -> PairCurve:
    """Make the curve of a query that is perfect from `low` to just below `high`, else at F1 0."""
    counts = [[0, 1, 0], [0, 0, 1], [1, 0, 1], [2, 2, 1]]
    return PairCurve(np.array([-math.inf, low, high]), *np.array(counts))
