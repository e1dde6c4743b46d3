"""The best parameters and threshold on given queries, every threshold considered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dupeval.engine.curves import Curves
from dupeval.method import Params
from dupeval.metrics import PairCurve, scores_of_counts

# Means of the same scores in another order differ by rounding; less than this is a tie.
TIE = 1e-12

# Of more curves than this the mean is summed up along the thresholds.
FEW = 20
# There scores are multiples of this: their sums are exact in any order, of half a million curves.
UNIT = 2.0**-44


def best_threshold(curves: Sequence[PairCurve]) -> tuple[float, float]:
    """Return the threshold with the best mean F1 over curves, and that F1.

    The mean of step functions is a step function; its best value holds on one or more intervals.
    The threshold is the middle of the widest of them, where neither neighbour is near. Thresholds
    below 0 mean "nothing together": the interval below the lowest merge begins at 0, and where
    "nothing together" is best and there are merges at 0, the threshold is minus infinity.
    The interval above the highest merge counts as having no width, at the highest merge.

    Parameters
    ----------
    curves : sequence of PairCurve
        At least one.

    Returns
    -------
    (threshold, f1) : tuple of float
    """
    starts, means = mean_f1(curves)
    return middle_of_widest(starts, means >= means.max() - TIE), float(means.max())


def mean_f1(
    curves: Sequence[PairCurve],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the mean F1 of curves at every threshold at which any of them changes.

    Looking every curve up at every threshold costs the square of their number. Of more than `FEW`
    curves what changes is summed up instead, in time n log n, in multiples of `UNIT`: a mean is
    within 3e-14 of what it is otherwise.

    Returns
    -------
    starts, means : ndarray of float64, shape (n_steps,)
    """
    thresholds = np.concatenate([curve.thresholds for curve in curves])
    if len(curves) <= FEW:
        starts = np.unique(thresholds)
        of_each = np.array([curve.f1[curve.steps_at(starts)] for curve in curves])
        return starts, of_each.mean(axis=0)
    starts, place = np.unique(thresholds, return_inverse=True)
    f1 = np.rint(_all_f1(curves) / UNIT).astype(np.int64)
    changes = np.diff(f1, prepend=0)
    first = np.cumsum([0, *map(len, curves[:-1])])
    changes[first] = f1[first]
    sums = np.zeros(len(starts), np.int64)
    np.add.at(sums, place, changes)
    means = np.cumsum(sums).astype(np.float64) * (UNIT / len(curves))
    return starts, means


def _all_f1(curves: Sequence[PairCurve]) -> npt.NDArray[np.float64]:
    """Return the F1 of every step of all curves, curve after curve."""
    if len({curve.zero_division for curve in curves}) > 1:
        return np.concatenate([curve.f1 for curve in curves])
    tp, fp, fn = (
        np.concatenate([getattr(curve, name) for curve in curves]) for name in ("tp", "fp", "fn")
    )
    return scores_of_counts(tp, fp, fn, curves[0].zero_division)[2]


def middle_of_widest(starts: npt.NDArray[np.float64], holds: npt.NDArray[np.bool_]) -> float:
    """Return the middle of the widest interval of thresholds in which something holds.

    Parameters
    ----------
    starts : ndarray of float64, shape (n,)
        Where each step of a function of the threshold begins, increasing, the first minus infinity.
    holds : ndarray of bool, shape (n,)
        On which steps it holds: one at least.
    """
    first = np.flatnonzero(holds & ~np.append(False, holds[:-1]))
    behind = np.flatnonzero(holds & ~np.append(holds[1:], False)) + 1
    low = np.maximum(starts[first], 0.0)
    high = np.append(starts, starts[-1])[behind]
    widest = int(np.argmax(high - low))
    if high[widest] <= low[widest] and first[widest] == 0:
        return float(starts[0])
    middle = (low[widest] + high[widest]) / 2
    # Between neighbouring floats the middle rounds to an end, and the upper one is outside.
    return float(middle if middle < high[widest] else low[widest])


def best_params(
    curves: Curves, candidates: Sequence[Params], queries: Sequence[int], hidden: frozenset[int]
) -> tuple[Params, float]:
    """Return the parameters and threshold that are jointly best in mean F1 on some queries.

    Parameters
    ----------
    curves : Curves
    candidates : sequence of mapping
        At least one. Of equally good ones the first is taken.
    queries : sequence of int
        At least one.
    hidden : frozenset of int
        See `Curves.curves`.
    """
    of_queries = [curves.curves(query, candidates, hidden) for query in queries]
    found = [best_threshold(of_candidate) for of_candidate in zip(*of_queries, strict=True)]
    place = first_best([f1 for _, f1 in found])
    return candidates[place], found[place][0]


def first_best(values: Sequence[float]) -> int:
    """Return the place of the first value that is, but for rounding, the largest."""
    most = max(values)
    return next(i for i, value in enumerate(values) if value >= most - TIE)
