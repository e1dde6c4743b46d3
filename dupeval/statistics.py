"""Uncertainty over queries, never over pairs: the pairs of one query are not independent.

Which interval is used, and why, is simulated by ``benchmarks/intervals.py``; docs/statistics.md
shows what came of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.errors import SettingsError

# Above this many queries 2**n sign patterns are too many; a drawn sample of them is used.
MOST_EXACT_QUERIES = 16
# With nine queries no p-value is below 2 / 2**9 = .0039, and 12 times that is just below .05.
MOST_COMPARISONS = 12
ALPHA, POWER = 0.05, 0.8


@dataclass(frozen=True)
class Comparison:
    """What methods are tested against, and which tests belong together.

    Attributes
    ----------
    reference : str
        The method.
    blocks : mapping of str to sequence of str
        Methods whose comparisons answer one question: their p-values are adjusted for each other.
        Methods in none of them make one more block, "others".
    seed : int
    elsewhere : str, optional
        The protocol under which the reference is taken where a row's own does not cover it.
    """

    reference: str
    blocks: Mapping[str, Sequence[str]]
    seed: int
    elsewhere: str | None = None

    def block_of(self, method: str) -> str:
        """Return the name of a method's block."""
        return next((name for name, own in self.blocks.items() if method in own), "others")

    def check(self, methods: Iterable[str]) -> None:
        """Find out whether the methods of a run can be compared.

        Raises
        ------
        SettingsError
            If a block would make more than `MOST_COMPARISONS`, or a method is in two.
        """
        listed = [name for own in self.blocks.values() for name in own]
        twice = sorted({name for name in listed if listed.count(name) > 1})
        if twice:
            raise SettingsError(f"blocks: {', '.join(twice)} in more than one; possible: one")
        sizes = Counter(self.block_of(name) for name in methods if name != self.reference)
        for block, n in sizes.items():
            if n > MOST_COMPARISONS:
                raise SettingsError(
                    f"the block {block!r} has {n} methods to compare with {self.reference}; "
                    f"possible: {MOST_COMPARISONS} at most, in blocks of their own: "
                    "'+blocks.NAME=[METHOD,METHOD]'"
                )


def mean_interval(
    scores: npt.ArrayLike, bounds: tuple[float, float] = (0.0, 1.0), level: float = 0.95
) -> tuple[float, float]:
    """Return Student's t interval of the mean of per-query scores, clipped to what is possible.

    Bootstraps of few queries cover less, or, studentised, now and then say next to nothing.

    Parameters
    ----------
    scores : array-like of float, shape (n_queries,)
    bounds : tuple of float, default (0, 1)
        Between which a mean can lie.
    level : float, default 0.95

    Returns
    -------
    (low, high) : tuple of float
        NaN, NaN with fewer than two queries, or where all scores are equal: how sure that is
        they do not say.
    """
    # What scipy.stats asks, without the half second that its import takes.
    from scipy import special  # noqa: PLC0415

    values = np.asarray(scores, dtype=np.float64)
    n = len(values)
    if n < 2 or np.ptp(values) < 1e-9:  # Differences of equal size differ by rounding.
        return math.nan, math.nan
    half = float(special.stdtrit(n - 1, (1 + level) / 2)) * values.std(ddof=1) / math.sqrt(n)
    low, high = np.clip([values.mean() - half, values.mean() + half], *bounds)
    return float(low), float(high)


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
        At least `smallest_p_value`: with nine queries nothing can be below 0.0039.
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


def smallest_p_value(n_queries: int) -> float:
    """Return the least that `sign_flip_p_value` can be: all differences of one sign."""
    if n_queries <= MOST_EXACT_QUERIES:
        return min(1.0, math.ldexp(2.0, -n_queries))
    return 1 / (math.ldexp(1.0, MOST_EXACT_QUERIES) + 1)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return p-values adjusted for how many they are (Holm 1979), never decreasing in their order.

    With m of them the smallest is multiplied by m, the next by m - 1, and so on, and none is below
    one before it or above 1: rejecting what is below a level keeps the chance of any false
    rejection below it.

    Parameters
    ----------
    p_values : mapping of str to float
        None of them NaN.

    Returns
    -------
    dict of str to float
        In the order given.
    """
    adjusted: dict[str, float] = {}
    most = 0.0
    for place, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        most = max(most, min(1.0, (len(p_values) - place) * p_values[name]))
        adjusted[name] = most
    return {name: adjusted[name] for name in p_values}


def detectable_difference(spread: float, n_queries: int, n_comparisons: int) -> float:
    """Return the smallest mean difference that a paired t test would find with 80 % power.

    At the level .05 / `n_comparisons`, which Holm's first step asks for. The sign-flip test, which
    makes no assumption of normality, needs about as much.

    Parameters
    ----------
    spread : float
        The standard deviation of the differences of queries.
    n_queries : int
        At least 2.
    n_comparisons : int
    """
    from scipy import special  # noqa: PLC0415

    if spread == 0:
        return 0.0
    free = n_queries - 1
    critical = float(special.stdtrit(free, 1 - ALPHA / n_comparisons / 2))
    # What is found with the wrong sign is next to nothing.
    shift = float(special.nctdtrinc(free, 1 - POWER, critical))
    return spread * shift / math.sqrt(n_queries)
