"""What the study is for: what is lost, and what is left, when one image a group is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.metric import Metric, shared_images


@dataclass(frozen=True)
class Kept(Metric):
    """Photographs lost and copies left when one image of each group is kept.

    Which one is not said, so the figures are means over all choices: a photograph is lost when none
    of its images is kept, and of the images that are kept those beyond one a photograph are copies
    left.
    """

    def scores(self, true: npt.ArrayLike, predicted: npt.ArrayLike) -> Mapping[str, float]:
        """See `Metric.scores`."""
        shared = shared_images(true, predicted)
        n_photographs, n_kept = (int(of.max()) + 1 for of in (shared.photographs, shared.groups))
        # Groups are chosen from independently of each other.
        spared = 1 - shared.counts / shared.of_group
        begins = np.flatnonzero(np.diff(shared.photographs, prepend=-1))
        lost = float(np.multiply.reduceat(spared, begins).sum())
        return {"photographs_lost": lost, "copies_left": n_kept - (n_photographs - lost)}
