"""The pairs that `dupeval group` looks at, while a method is calibrated on many images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.dataset import Dataset
from dupeval.distance.gates import SMALL, Gate
from dupeval.grouping.comparing import distances_of
from dupeval.grouping.distances import SomePairs
from dupeval.grouping.groups import BEYOND
from dupeval.method import Method, Resources
from dupeval.method.pairs import PairMethod
from dupeval.method.views import QueryImages


@dataclass(frozen=True)
class AsGrouped(Gate):
    """Lets through what is looked at when the images are grouped.

    Attributes
    ----------
    method : PairMethod
        Without a gate. Images that are connected by pairs up to a little above its own threshold
        are all compared, whatever threshold is chosen for it.
    resources : Resources
    """

    method: PairMethod
    resources: Resources

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        return {"score": dict(self.method.score.key), "limit": self._limit}

    @property
    def _limit(self) -> float:
        largest = self.method.score.largest
        own = self.method.threshold
        wanted = largest / 2 if own is None else own * (1 + BEYOND)
        return float(min(wanted, np.nextafter(largest, 0)))

    def lets_through(self, query: QueryImages) -> npt.NDArray[np.bool_]:
        """See `Gate.lets_through`."""
        n = len(query.images)
        if n <= SMALL:
            return np.ones(n * (n - 1) // 2, bool)
        found = distances_of(self.method, query.images, None, self._limit, self.resources)
        if not isinstance(found, SomePairs):
            raise TypeError("of a method that compares pairs, some pairs are known")
        return found.looked_at


def as_grouped(method: Method, dataset: Dataset, resources: Resources) -> Method:
    """Return a method that looks, of each query, at the pairs that are looked at in a folder."""
    large = any(len(query.images) > SMALL for query in dataset.queries)
    if large and isinstance(method, PairMethod) and method.gate is None:
        return replace(method, gate=AsGrouped(method, resources))
    return method
