"""Curves of what was decided elsewhere: distances for connected components, or finished groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dupeval.clustering import Dendrogram
from dupeval.method import Setting
from dupeval.metrics import PairCurve, pair_curve, pair_scores

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PartitionCurves:
    """The curves of a method whose dendrograms or partitions are given.

    Attributes
    ----------
    settings : sequence of mapping
        What can be chosen besides the threshold.
    default : mapping
        The setting in force where nothing is tuned.
    threshold : float, optional
        The threshold in force where nothing is tuned.
    photographs : sequence of ndarray of str
        The true labels of each query.
    found : sequence of sequence of Dendrogram or ndarray of int64
        For each query and setting, a dendrogram to cut, or the labels of its images.
    other_runs : tuple of PartitionCurves, default ()
        The same of further runs of a tool whose answers differ from run to run.
    """

    settings: Sequence[Setting]
    default: Setting
    threshold: float | None
    photographs: Sequence[npt.NDArray[np.str_]]
    found: Sequence[Sequence[Dendrogram | Labels]]
    other_runs: tuple[PartitionCurves, ...] = ()
    _curves: dict[tuple[int, int], PairCurve] = field(default_factory=dict)

    @property
    def n_queries(self) -> int:
        """See `Curves.n_queries`."""
        return len(self.photographs)

    def curve(self, query: int, setting: Setting, hidden: frozenset[int]) -> PairCurve:
        """See `Curves.curve`; nothing of another query enters, so `hidden` has no effect."""
        place = (query, self.settings.index(setting))
        if place not in self._curves:
            found, true = self.found[query][place[1]], self.photographs[query]
            self._curves[place] = (
                pair_curve(found, true)
                if isinstance(found, Dendrogram)
                else PairCurve.of_partition(pair_scores(true, found))
            )
        return self._curves[place]

    def partition(
        self, query: int, setting: Setting, hidden: frozenset[int], threshold: float
    ) -> Labels:
        """See `Curves.partition`."""
        found = self.found[query][self.settings.index(setting)]
        return found.cut(threshold) if isinstance(found, Dendrogram) else found


def labels_of(groups: Sequence[Sequence[int]], n_images: int) -> Labels:
    """Return labels, shape (n_images,), that put groups which share an image together."""
    pairs = [(group[0], other) for group in groups for other in group[1:]]
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(n_images, n_images))
    return connected_components(graph, directed=False)[1].astype(np.int64)
