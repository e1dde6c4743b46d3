"""Which groups are claimed, how many of them have no mistake, and what that says of the others.

A claimed group is one with a pair that counts; it has no mistake when all its pairs that count show
one photograph. Groups of different photographs are the independent units where there is one query.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.clustering import Dendrogram
from dupeval.joining import joined_pairs
from dupeval.method import Partition
from dupeval.truth import Truth

# One-sided, of bounds; two-sided, of intervals.
LEVEL = 0.95
# More than anybody labels: what would need as many is out of reach.
MOST_GROUPS = 10**6


@dataclass(frozen=True, eq=False)
class Claims:
    """The groups that the cuts of one query claim, before any merge and after each.

    Attributes
    ----------
    heights : ndarray of float64, shape (n - 1,)
        Of the merges; of a partition, none.
    claimed, faultless : ndarray of int64, shape (n,)
    """

    heights: npt.NDArray[np.float64]
    claimed: npt.NDArray[np.int64]
    faultless: npt.NDArray[np.int64]

    def at(
        self, thresholds: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return how many groups are claimed at each threshold, and how many have no mistake."""
        if not len(self.heights):
            step = np.zeros(len(thresholds), np.int64)
        else:
            step = np.searchsorted(self.heights, thresholds, side="right").astype(np.int64)
        return self.claimed[step], self.faultless[step]


def claims_of(found: Dendrogram | Partition, truth: Truth) -> Claims:
    """Return the claims of every cut of a dendrogram, or of a partition.

    One pass over the merges: what a merge joins is known of all of them, so that each cluster's
    pairs and mistakes follow from those of its two parts.
    """
    if not isinstance(found, Dendrogram):
        n_claimed, n_faultless = claimed_groups(found, truth)
        return Claims(np.empty(0), np.array([n_claimed]), np.array([n_faultless]))
    joined = joined_pairs(found.merges, truth, lenient=False)
    counted = np.diff(joined.n).tolist()
    wrong = np.diff(joined.n - joined.true).tolist()
    n = found.n_observations
    pairs, mistakes = [0] * n, [0] * n
    claimed, faultless = [0], [0]
    for merge, (left, right) in enumerate(found.merges.tolist()):
        sides = [(pairs[side] > 0, mistakes[side] == 0) for side in (left, right)]
        pairs.append(pairs[left] + pairs[right] + counted[merge])
        mistakes.append(mistakes[left] + mistakes[right] + wrong[merge])
        is_claimed = pairs[-1] > 0
        gone = sum(was for was, _ in sides), sum(was and right for was, right in sides)
        claimed.append(claimed[-1] + is_claimed - gone[0])
        faultless.append(faultless[-1] + (is_claimed and not mistakes[-1]) - gone[1])
    return Claims(found.heights, np.array(claimed), np.array(faultless))


def claimed_groups(labels: npt.ArrayLike, truth: Truth) -> tuple[int, int]:
    """Return how many groups a partition claims, and how many of them have no mistake."""
    counts, true = truth.of_pairs()
    return _groups(np.asarray(labels), counts, true)


def true_groups(labels: npt.ArrayLike, truth: Truth) -> tuple[int, int]:
    """Return how many photographs have a pair that counts, and how many a partition finds whole."""
    predicted = np.asarray(labels)
    first, second = np.triu_indices(len(truth), 1)
    _, true = truth.of_pairs()
    return _groups(truth.copies, true, predicted[first] == predicted[second])


def _groups(
    labels: npt.NDArray[np.int64], counts: npt.NDArray[np.bool_], good: npt.NDArray[np.bool_]
) -> tuple[int, int]:
    """Return how many groups have a pair that counts, and of how many all such pairs are good."""
    codes = np.unique(labels, return_inverse=True)[1]
    first, second = np.triu_indices(len(codes), 1)
    together = counts & (codes[first] == codes[second])
    all_of = np.bincount(codes[first[together]], minlength=len(codes))
    good_of = np.bincount(codes[first[together & good]], minlength=len(codes))
    some = all_of > 0
    return int(some.sum()), int((some & (good_of == all_of)).sum())


def least_share(
    faultless: npt.ArrayLike, claimed: npt.ArrayLike, level: float = LEVEL
) -> npt.NDArray[np.float64]:
    """Return the one-sided lower bound of Clopper and Pearson (1934) of a share, elementwise.

    Parameters
    ----------
    faultless, claimed : array-like of int
        So many of so many; 0 of 0 bounds nothing, and gives 0.
    level : float, default 0.95
    """
    from scipy.special import betaincinv  # noqa: PLC0415  (who only reads a file does without)

    k, n = np.asarray(faultless, np.float64), np.asarray(claimed, np.float64)
    with np.errstate(invalid="ignore"):
        bound = betaincinv(np.maximum(k, 1), n - k + 1, 1 - level)
    return np.where(k > 0, bound, 0.0)


def share_interval(good: int, of: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the two-sided interval of Clopper and Pearson of a share; 0 to 1 of none."""
    from scipy.stats import binomtest  # noqa: PLC0415

    if not of:
        return 0.0, 1.0
    interval = binomtest(good, of).proportion_ci(level, method="exact")
    return float(interval.low), float(interval.high)


def least_mean(values: npt.NDArray[np.float64], level: float = LEVEL) -> npt.NDArray[np.float64]:
    """Return the one-sided lower bound of Student's t of the mean over queries, NaN where none is.

    Parameters
    ----------
    values : ndarray of float64, shape (n_queries, ...)
        NaN of a query that says nothing.
    level : float, default 0.95

    Returns
    -------
    ndarray of float64
        NaN with fewer than two queries that say something, and where they are equal: how sure
        that is they do not say.
    """
    from scipy.special import stdtrit  # noqa: PLC0415

    said = ~np.isnan(values)
    n = said.sum(axis=0)
    total = np.where(said, values, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / n
        squares = np.where(said, (values - mean) ** 2, 0.0).sum(axis=0)
        deviation = np.sqrt(squares / (n - 1))
        half = stdtrit(np.maximum(n - 1, 1), level) * deviation / np.sqrt(n)
        return np.where((n > 1) & (deviation > 1e-9), np.maximum(mean - half, 0.0), np.nan)


def least_precision(
    precisions: npt.NDArray[np.float64],
    faultless: npt.ArrayLike,
    claimed: npt.ArrayLike,
    level: float = LEVEL,
) -> npt.NDArray[np.float64]:
    """Return the lower bound of precision: the lower one of two.

    Student's t over queries says nothing where all queries are alike, Clopper and Pearson's over
    claimed groups nothing of how queries differ; so neither is trusted above the other.

    Parameters
    ----------
    precisions : ndarray of float64, shape (n_queries, ...)
        NaN of a query in which nothing is claimed.
    faultless, claimed : array-like of int
        Of all queries together.
    level : float, default 0.95
    """
    over_groups = least_share(faultless, claimed, level)
    lowest: npt.NDArray[np.float64] = np.fmin(least_mean(precisions, level), over_groups)
    return lowest


def groups_needed(faultless: int, claimed: int, least: float, level: float = LEVEL) -> int | None:
    """Return how many more claimed groups, all without a mistake, would show a precision.

    Returns
    -------
    int or None
        None where it would be more than `MOST_GROUPS`, or no number of them would.
    """

    def shows(more: int) -> bool:
        return bool(least_share(faultless + more, claimed + more, level) >= least)

    if not least < 1 or not shows(MOST_GROUPS):
        return None
    low, high = -1, MOST_GROUPS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high
