"""Uncertainty over queries: bootstrap intervals and the exact paired sign-flip test."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

# Above this many queries 2**n sign patterns are too many; a drawn sample of them is used.
MOST_EXACT_QUERIES = 16


def bootstrap_interval(
    scores: npt.ArrayLike, seed: int, n_resamples: int = 10_000, level: float = 0.95
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of the mean of per-query scores.

    Queries are resampled, never pairs: the pairs of one query are not independent.

    Parameters
    ----------
    scores : array-like of float, shape (n_queries,)
    seed : int
    n_resamples : int, default 10000
    level : float, default 0.95

    Returns
    -------
    (low, high) : tuple of float
        NaN, NaN with fewer than two queries.
    """
    values = np.asarray(scores, dtype=np.float64)
    if len(values) < 2:
        return math.nan, math.nan
    from scipy import stats  # noqa: PLC0415 - half a second, which most programs do not need

    interval = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=n_resamples,
        confidence_level=level,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def sign_flip_p_value(scores: npt.ArrayLike, reference_scores: npt.ArrayLike, seed: int) -> float:
    """Return the two-sided p-value of the paired sign-flip (permutation) test of the mean.

    Under the null hypothesis each query's difference is as likely to have the other sign. Up to
    `MOST_EXACT_QUERIES` queries all 2**n sign patterns are counted; beyond, 65,536 are drawn.

    Parameters
    ----------
    scores, reference_scores : array-like of float, shape (n_queries,)
        Paired by query.
    seed : int
        Used only where patterns are drawn.

    Returns
    -------
    float
        At least 2 / 2**n: with nine queries nothing can be below 0.0039.
    """
    differences = np.asarray(scores, np.float64) - np.asarray(reference_scores, np.float64)
    n = len(differences)
    exact = n <= MOST_EXACT_QUERIES
    if exact:
        patterns = np.arange(2**n)[:, None] >> np.arange(n) & 1
    else:
        patterns = np.random.default_rng(seed).integers(0, 2, (2**MOST_EXACT_QUERIES, n))
    sums = np.abs((2 * patterns - 1) @ differences)
    # Sums of the same numbers in another order differ by rounding; those are ties.
    tie = 1e-12 * np.abs(differences).sum()
    extreme = int((sums >= abs(differences.sum()) - tie).sum())
    # A drawn sample counts what was observed as one more pattern, so that p is never 0.
    return extreme / len(sums) if exact else (extreme + 1) / (len(sums) + 1)
