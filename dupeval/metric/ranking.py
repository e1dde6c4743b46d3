"""How well distances rank pairs, whatever the cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.metric import Metric


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
        order = np.lexsort((together, distances))
        hits = together[order]
        found = hits.cumsum()
        precision = found / np.arange(1, len(hits) + 1)
        # No threshold joins a pair that is infinitely apart.
        enough = found[(precision >= self.precision) & np.isfinite(distances[order])]
        return {
            "average_precision": float(precision[hits].mean()),
            f"recall_at_p{self.precision * 100:g}": float(enough.max(initial=0) / n_true),
        }
