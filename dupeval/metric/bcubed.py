"""B-cubed precision and recall: means over images, not over pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy.typing as npt

from dupeval.metric import Metric, shared_images


@dataclass(frozen=True)
class BCubed(Metric):
    """What share of an image's group shows its photograph, and of its photograph is in its group.

    Bagga and Baldwin, Algorithms for scoring coreference chains, 1998. F1 is the harmonic mean of
    the two means. An image that is alone in both counts as right, so that large groups weigh less
    than they do over pairs.
    """

    def scores(self, true: npt.ArrayLike, predicted: npt.ArrayLike) -> Mapping[str, float]:
        """See `Metric.scores`."""
        shared = shared_images(true, predicted)
        squares, n = shared.counts.astype(float) ** 2, shared.counts.sum()
        precision = float((squares / shared.of_group).sum() / n)
        recall = float((squares / shared.of_photograph).sum() / n)
        return {
            "bcubed_precision": precision,
            "bcubed_recall": recall,
            "bcubed_f1": 2 * precision * recall / (precision + recall),
        }
