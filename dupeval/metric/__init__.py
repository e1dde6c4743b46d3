"""What else is said of predictions: decisions always maximise the F1 of pairs.

A new metric is one new module here and one YAML.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from sklearn.metrics.cluster import contingency_matrix


class Metric(ABC):
    """Scores of one query's predicted partition."""

    @abstractmethod
    def scores(self, true: npt.ArrayLike, predicted: npt.ArrayLike) -> Mapping[str, float]:
        """Return each score by its name, a column of per_query.csv.

        Parameters
        ----------
        true, predicted : array-like of int or str, shape (n_images,)
            The photograph that each image shows, and the group that it was put into. The labels'
            names do not matter.
        """


def overlaps(true: npt.ArrayLike, predicted: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return how many images each photograph, a row, has in each group, a column."""
    counts: npt.NDArray[np.int64] = contingency_matrix(true, predicted)
    return counts
