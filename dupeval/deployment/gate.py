"""The pairs that `dupeval group` looks at, while a method is calibrated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.clustering.pairs import SomePairs, pairs_of
from dupeval.distance import PairScore
from dupeval.distance.gates import SMALL, Gate
from dupeval.grouping.comparing import distances_of
from dupeval.grouping.groups import BEYOND
from dupeval.method import Method, Resources
from dupeval.method.pairs import PairMethod
from dupeval.method.views import QueryImages


@dataclass(frozen=True)
class AsGrouped(Gate):
    """Looks at what is looked at when the images are grouped: all pairs of up to 100 images.

    Attributes
    ----------
    gate : Gate, optional
        The method's own, of more images.
    limit : float
        Images that are connected by pairs up to so far apart are all compared, as a little above
        the threshold when they are grouped; here no threshold is chosen yet.
    resources : Resources
    """

    gate: Gate | None
    limit: float
    resources: Resources

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        return {"gate": self.gate and dict(self.gate.key), "limit": self.limit}

    def looked_at(
        self, query: QueryImages, score: PairScore, n_first: int | None = None
    ) -> npt.NDArray[np.int64]:
        """See `Gate.looked_at`."""
        if len(query.images) <= SMALL:
            pairs = pairs_of(len(query.images))
        else:
            method = PairMethod(score, self.gate)
            found = distances_of(method, query.images, None, self.limit, self.resources)
            if not isinstance(found, SomePairs):
                raise TypeError("of a method that compares pairs, some pairs are known")
            pairs = found.pairs
        if n_first is None:
            return pairs
        return pairs[(pairs[:, 0] < n_first) & (pairs[:, 1] >= n_first)]


def as_grouped(method: Method, resources: Resources) -> Method:
    """Return a method that looks, of each query, at the pairs that are looked at in a folder."""
    if not isinstance(method, PairMethod):
        return method
    largest = method.score.largest
    wanted = largest / 2 if method.threshold is None else method.threshold * (1 + BEYOND)
    limit = min(wanted, float(np.nextafter(largest, 0)))
    return replace(method, gate=AsGrouped(method.gate, limit, resources))
