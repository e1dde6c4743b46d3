"""How well distances rank pairs, whatever the cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.metric import Metric

# Pairs that are looked at together.
BLOCK = 2**20


@dataclass(frozen=True)
class Ranking(Metric):
    """Average precision of the pairs in the order of their distance, and recall at a precision.

    Of equal distances the false pairs come first, so that a tie is never to a method's credit.
    Average precision is the mean, over true pairs, of the precision down to each (Manning, Raghavan
    and Schuetze, Introduction to Information Retrieval, 8.4).

    Attributes
    ----------
    precision : float, default 0.9
        Recall is the most that any cut of the order reaches with at least this precision.
    """

    precision: float = 0.9

    def of_distances(
        self, together: npt.NDArray[np.bool_], distances: npt.NDArray[np.float64]
    ) -> Mapping[str, float]:
        """See `Metric.of_distances`; of pairs without a true one there is nothing to say."""
        n_true = int(together.sum())
        if not n_true:
            return {}
        # Between two true pairs precision only falls, and no more of them are found.
        hits = np.sort(distances[together])
        found = np.arange(1, n_true + 1)
        precision = found / (found + _n_up_to(hits, distances, ~together))
        # No threshold joins a pair that is infinitely apart.
        enough = found[(precision >= self.precision) & np.isfinite(hits)]
        return {
            "average_precision": float(precision.mean()),
            f"recall_at_p{self.precision * 100:g}": float(enough.max(initial=0) / n_true),
        }


def _n_up_to(
    hits: npt.NDArray[np.floating],
    distances: npt.NDArray[np.floating],
    false: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """Return how many false pairs are at most as far apart as each true one, in their order."""
    n_before = np.zeros(len(hits) + 1, np.int64)
    for start in range(0, len(distances), BLOCK):
        block = distances[start : start + BLOCK][false[start : start + BLOCK]]
        # A false pair comes before all true ones that are as far apart, or farther.
        n_before += np.bincount(np.searchsorted(hits, block), minlength=len(n_before))
    return n_before.cumsum()[:-1]
