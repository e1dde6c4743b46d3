"""The pairs that `dupeval group` looks at, while a method is calibrated on many images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.dataset import Dataset
from dupeval.distance import PairScore
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
    score : PairScore
    limit : float
        Images that are connected by pairs up to so far apart are all compared, as a little above
        the threshold when they are grouped; here no threshold is chosen yet.
    resources : Resources
    """

    score: PairScore
    limit: float
    resources: Resources

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        return {"score": dict(self.score.key), "limit": self.limit}

    def lets_through(self, query: QueryImages) -> npt.NDArray[np.bool_]:
        """See `Gate.lets_through`."""
        n = len(query.images)
        if n <= SMALL:
            return np.ones(n * (n - 1) // 2, bool)
        method = PairMethod(self.score)
        found = distances_of(method, query.images, None, self.limit, self.resources)
        if not isinstance(found, SomePairs):
            raise TypeError("of a method that compares pairs, some pairs are known")
        return found.looked_at


def as_grouped(method: Method, dataset: Dataset, resources: Resources) -> Method:
    """Return a method that looks, of each query, at the pairs that are looked at in a folder."""
    large = any(len(query.images) > SMALL for query in dataset.queries)
    if not (large and isinstance(method, PairMethod) and method.gate is None):
        return method
    largest = method.score.largest
    wanted = largest / 2 if method.threshold is None else method.threshold * (1 + BEYOND)
    limit = min(wanted, float(np.nextafter(largest, 0)))
    return replace(method, gate=AsGrouped(method.score, limit, resources))
