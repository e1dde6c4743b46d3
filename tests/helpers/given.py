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


class GivenMethod:
    """What a method says of itself, as protocols ask for it."""

    external = False

    def __init__(
        self,
        candidates: Sequence[Mapping[str, Any]],
        default: Mapping[str, Any] | None = None,
        cut: float | None = None,
        cut_candidates: Sequence[Mapping[str, Any]] | None = None,
    ) -> None:
        self.candidates = candidates
        self.cut_candidates = candidates if cut_candidates is None else cut_candidates
        self.default = {} if default is None else default
        self.cut = cut


class GivenCurves:
    """Curves by number of components and query; remembers what was asked for."""

    def __init__(self, *settings: Sequence[PairCurve]) -> None:
        self.by_setting = settings
        self.asked: list[tuple[int, frozenset[int]]] = []
        self.method: Any = GivenMethod([{"n_components": i} for i in range(len(settings))])

    @property
    def n_queries(self) -> int:
        return len(self.by_setting[0])

    def curves(
        self, query: int, many: Sequence[Mapping[str, Any]], hidden: frozenset[int]
    ) -> list[PairCurve]:
        self.asked.append((query, hidden))
        return [self.by_setting[params["n_components"]][query] for params in many]


def perfect_between(low: float, high: float) -> PairCurve:
    """Make the curve of a query that is perfect from `low` to just below `high`, else at F1 0."""
    counts = [[0, 1, 0], [0, 0, 1], [1, 0, 1], [2, 2, 1]]
    return PairCurve(np.array([-math.inf, low, high]), *np.array(counts))
