"""The adjusted Rand index: agreement over pairs, less what chance would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy.typing as npt

from dupeval.metric import Metric


@dataclass(frozen=True)
class AdjustedRand(Metric):
    """1 for equal partitions, about 0 for a random one (Hubert and Arabie, 1985)."""

    def scores(self, true: npt.ArrayLike, predicted: npt.ArrayLike) -> Mapping[str, float]:
        """See `Metric.scores`."""
        from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415  (as in dupeval.metric)

        return {"adjusted_rand": float(adjusted_rand_score(true, predicted))}
