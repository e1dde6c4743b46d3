"""Pair scores of a partition, and of every partition a dendrogram can give.

The unit is the unordered pair of images of one query of which it is known whether they show one
photograph; see `dupeval.truth`. TP: together in both partitions, FP: together in the prediction
only, FN: together in the ground truth only, TN: in neither. Lenient counts leave out pairs of
different photographs of one scene, as benchmarks of retrieval do with "junk" images (Radenovic et
al., Revisiting Oxford and Paris, CVPR 2018).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dupeval.joining import joined_pairs
from dupeval.truth import PairCounts, Truth, pairs_of

# Up to so many images Python counts sooner than numpy sorts.
FEW = 300


class MergeTree(Protocol):
    """What the curve needs of a dendrogram; see `dupeval.clustering.Dendrogram`."""

    @property
    def merges(self) -> npt.NDArray[np.int64]:
        """The two clusters of each merge, shape (n - 1, 2), in order of height."""

    @property
    def heights(self) -> npt.NDArray[np.float64]:
        """The height of each merge, shape (n - 1,), never decreasing."""


@dataclass(frozen=True)
class PairScores:
    """Pair counts of one partition and the scores that follow from them."""

    tp: int
    fp: int
    fn: int
    tn: int
    precision: float
    recall: float
    f1: float

    @classmethod
    def from_counts(
        cls, tp: int, fp: int, fn: int, tn: int, zero_division: float = 0
    ) -> PairScores:
        """Compute precision, recall and F1 = 2 TP / (2 TP + FP + FN)."""
        columns = np.array([[tp], [fp], [fn]], dtype=np.int64)
        scores = scores_of_counts(columns[0], columns[1], columns[2], zero_division)
        precision, recall, f1 = (float(score[0]) for score in scores)
        return cls(tp, fp, fn, tn, precision, recall, f1)


# Of a query without a pair that counts.
UNSCORED = PairScores(0, 0, 0, 0, *[math.nan] * 3)


def pair_scores(
    true_labels: npt.ArrayLike | Truth,
    predicted_labels: npt.ArrayLike,
    zero_division: float = 0,
    lenient: bool = False,
) -> PairScores:
    """Score a predicted partition against the true one over all unordered pairs that count.

    Parameters
    ----------
    true_labels : array-like of int or str, shape (n,), or Truth
        Equal labels mean "in one group"; the labels' names do not matter. A `Truth` says which
        pairs count; of labels alone all do.
    predicted_labels : array-like of int or str, shape (n,)
    zero_division : float, default 0
        The value of a score that is 0/0. A query without a true pair and without a predicted
        pair scores 1, 1, 1 all the same: there was nothing to find and nothing was claimed.
    lenient : bool, default False
        Leave out pairs of one scene and different photographs, which no label array tells.

    Returns
    -------
    PairScores

    Raises
    ------
    ValueError
        If the labels are not one-dimensional or not equally many.
    """
    truth, predicted = _truth_of(true_labels), Truth.of(predicted_labels).photographs
    if len(truth) != len(predicted):
        raise ValueError(f"{len(truth)} true labels but {len(predicted)} predicted labels")
    known = truth.is_labelled
    groups = predicted[known]

    def joined(labels: npt.NDArray[np.int64]) -> int:
        # Both number from 0 on, so that a pair of numbers is one number.
        return _pairs_of_equal(labels[known] * (len(predicted) + 1) + groups)

    true = joined(truth.photographs)
    scene = joined(truth.scenes) - true if lenient and truth.scenes is not None else 0
    first, second = predicted[truth.named].T
    of_named = truth.weights[first == second].sum(axis=0)
    of_all = np.array([_pairs_of_equal(groups), true, scene]) + of_named
    tp, fp, fn, tn = map(int, _confusion(PairCounts(*of_all), truth.counts, lenient))
    return PairScores.from_counts(tp, fp, fn, tn, zero_division)


def _pairs_of_equal(numbers: npt.NDArray[np.int64]) -> int:
    """Return how many unordered pairs of equal numbers there are."""
    if len(numbers) <= FEW:
        return pairs_of(numbers.tolist())
    counts = np.unique(numbers, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _truth_of(labels: npt.ArrayLike | Truth) -> Truth:
    return labels if isinstance(labels, Truth) else Truth.of(labels)


Counts = npt.NDArray[np.int64]


def _confusion(
    joined: PairCounts, of_all: PairCounts, lenient: bool
) -> tuple[Counts, Counts, Counts, Counts]:
    """Return TP, FP, FN and TN, where of all pairs some are joined."""
    fp, n = joined.n - joined.true, of_all.n
    if lenient:
        fp, n = fp - joined.scene, n - of_all.scene
    fn = of_all.true - joined.true
    return joined.true, fp, fn, n - joined.true - fp - fn


@dataclass(frozen=True, eq=False)
class PairCurve:
    """The pair scores of every distinct cut of one dendrogram, a step function of the threshold.

    Step k holds for ``thresholds[k] <= t < thresholds[k + 1]``; the first, where every image is
    alone, begins at minus infinity. All arrays have shape (n_cuts,).

    Attributes
    ----------
    thresholds : ndarray of float64
        Strictly increasing, the first minus infinity; of a partition that has no threshold, NaN
        alone.
    tp, fp, fn, tn : ndarray of int64
    zero_division : float
        As in `pair_scores`.
    precision, recall, f1 : ndarray of float64
    """

    thresholds: npt.NDArray[np.float64]
    tp: npt.NDArray[np.int64]
    fp: npt.NDArray[np.int64]
    fn: npt.NDArray[np.int64]
    tn: npt.NDArray[np.int64]
    zero_division: float = 0

    # Of the many curves among which a choice is made few are asked for these.
    @cached_property
    def _scores(self) -> tuple[npt.NDArray[np.float64], ...]:
        return scores_of_counts(self.tp, self.fp, self.fn, self.zero_division)

    @property
    def precision(self) -> npt.NDArray[np.float64]:
        """Of each cut."""
        return self._scores[0]

    @property
    def recall(self) -> npt.NDArray[np.float64]:
        """Of each cut."""
        return self._scores[1]

    @property
    def f1(self) -> npt.NDArray[np.float64]:
        """Of each cut."""
        return self._scores[2]

    @classmethod
    def of_partition(cls, scores: PairScores) -> PairCurve:
        """Return the curve of one partition that has no threshold: it holds at any."""
        tp, fp, fn, tn = np.array([[scores.tp], [scores.fp], [scores.fn], [scores.tn]])
        return cls(np.array([np.nan]), tp, fp, fn, tn)

    def __len__(self) -> int:
        return len(self.thresholds)

    def __getitem__(self, step: int) -> PairScores:
        return PairScores(
            *(int(x[step]) for x in (self.tp, self.fp, self.fn, self.tn)),
            *(float(x[step]) for x in (self.precision, self.recall, self.f1)),
        )

    def __iter__(self) -> Iterator[PairScores]:
        return (self[step] for step in range(len(self)))

    def within_reach(self) -> PairCurve:
        """Return the curve without the merges at infinity, which no threshold reaches."""
        n = int((self.thresholds != np.inf).sum())
        if n == len(self):
            return self
        tp, fp, fn, tn = (getattr(self, name)[:n] for name in ("tp", "fp", "fn", "tn"))
        return PairCurve(self.thresholds[:n], tp, fp, fn, tn, self.zero_division)

    def steps_at(self, thresholds: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the index of the step that holds at each threshold."""
        return np.searchsorted(self.thresholds, thresholds, side="right").astype(np.int64) - 1

    def at(self, threshold: float) -> PairScores:
        """Return the scores of the cut at one threshold."""
        return self[int(self.steps_at(threshold))]


def pair_curve(
    dendrogram: MergeTree,
    true_labels: npt.ArrayLike | Truth,
    zero_division: float = 0,
    lenient: bool = False,
) -> PairCurve:
    """Score every distinct cut of a dendrogram in one pass over its merges.

    Merging clusters a and b adds |a| |b| predicted pairs, of which the sum over photographs g
    of a_g b_g are true. The smaller table of photographs is always folded into the larger, so
    n images cost O(n log n) whatever the number of photographs; scenes cost the same once more,
    and a pair that is named by itself O(log n).

    Parameters
    ----------
    dendrogram : Dendrogram
        Of n images; merges of equal height are one cut.
    true_labels : array-like of int or str, shape (n,), or Truth
        As in `pair_scores`; images without a pair that counts merge all the same, and so make
        cuts.
    zero_division : float, default 0
    lenient : bool, default False
        As in `pair_scores`.

    Returns
    -------
    PairCurve

    Raises
    ------
    ValueError
        If there is not one label for each observation of the dendrogram.
    """
    truth, heights = _truth_of(true_labels), dendrogram.heights
    n = len(truth)
    if n != len(heights) + 1:
        raise ValueError(f"{n} true labels but {len(heights) + 1} observations")
    joined = joined_pairs(dendrogram.merges, truth, lenient)
    # Merges of equal height are one cut: the last of them counts.
    ends = np.append(np.flatnonzero(heights[1:] > heights[:-1]) + 1, n - 1)[: n - 1]
    cuts = np.append(0, ends)
    thresholds = np.append(-np.inf, heights[ends - 1])
    at_cuts = PairCounts(*(counts[cuts] for counts in joined))
    return PairCurve(thresholds, *_confusion(at_cuts, truth.counts, lenient), zero_division)


def scores_of_counts(
    tp: npt.NDArray[np.int64],
    fp: npt.NDArray[np.int64],
    fn: npt.NDArray[np.int64],
    zero_division: float,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return precision, recall and F1 of counts of pairs, elementwise; see `pair_scores`."""
    nothing_to_find_or_claim = tp + fp + fn == 0

    def ratio(part: npt.NDArray[np.int64], whole: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        values = np.full(whole.shape, float(zero_division))
        np.divide(part, whole, out=values, where=whole > 0)
        values[nothing_to_find_or_claim] = 1.0
        return values

    return ratio(tp, tp + fp), ratio(tp, tp + fn), ratio(2 * tp, 2 * tp + fp + fn)
