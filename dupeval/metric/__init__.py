"""What else is said of predictions: decisions always maximise the F1 of pairs.

A new metric is one new module here and one YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Metric:
    """Scores of one query's predicted partition, or of the distances that it was cut from."""

    def scores(self, true: npt.ArrayLike, predicted: npt.ArrayLike) -> Mapping[str, float]:
        """Return each score by its name, a column of per_query.csv.

        Parameters
        ----------
        true, predicted : array-like of int or str, shape (n_images,)
            The photograph that each image shows, and the group that it was put into. The labels'
            names do not matter.
        """
        return {}

    def of_distances(
        self, together: npt.NDArray[np.bool_], distances: npt.NDArray[np.float64]
    ) -> Mapping[str, float]:
        """Return each score of distances by its name, of methods that tell some.

        Asked for each query, and, where one choice of parameters holds for all of them, for the
        pairs of all queries together: the name has ``_pooled`` behind it then.

        Parameters
        ----------
        together : ndarray of bool, shape (n_pairs,)
            Whether the images of a pair show the same photograph.
        distances : ndarray of float64, shape (n_pairs,)
            At least 0; infinite where no threshold joins a pair.
        """
        return {}


class Overlaps(NamedTuple):
    """How many images photographs have in groups, where they have some.

    Attributes
    ----------
    photographs, groups : ndarray of int64, shape (n_overlaps,)
        Their numbers, photographs in order.
    counts : ndarray of int64, shape (n_overlaps,)
        At least 1.
    """

    photographs: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    @property
    def of_photograph(self) -> npt.NDArray[np.int64]:
        """How many images the photograph of each overlap has."""
        return np.bincount(self.photographs, self.counts).astype(np.int64)[self.photographs]

    @property
    def of_group(self) -> npt.NDArray[np.int64]:
        """How many images the group of each overlap has."""
        return np.bincount(self.groups, self.counts).astype(np.int64)[self.groups]


def overlaps(true: npt.ArrayLike, predicted: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return how many images each photograph, a row, has in each group, a column.

    Of many images that is a large table; see `shared_images`.
    """
    # Two seconds that a run does without which finds its rows stored.
    from sklearn.metrics.cluster import contingency_matrix  # noqa: PLC0415

    counts: npt.NDArray[np.int64] = contingency_matrix(true, predicted)
    return counts


def shared_images(true: npt.ArrayLike, predicted: npt.ArrayLike) -> Overlaps:
    """Return the same where there are any: nothing has the size of photographs times groups."""
    from sklearn.metrics.cluster import contingency_matrix  # noqa: PLC0415  (as above)

    cells = contingency_matrix(true, predicted, sparse=True).tocoo()
    order = np.lexsort((cells.col, cells.row))
    photographs, groups = cells.row[order].astype(np.int64), cells.col[order].astype(np.int64)
    return Overlaps(photographs, groups, cells.data[order].astype(np.int64))
