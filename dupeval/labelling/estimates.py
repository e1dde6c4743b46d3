"""How good labels are, by random samples of them: exact bounds for finite populations."""

from __future__ import annotations

import math
from dataclasses import dataclass

CONFIDENCE = 0.95
# What is exactly at the limit counts, however it is rounded.
ROUNDING = 1 - 1e-9


def most_marked(n: int, n_drawn: int, n_found: int, confidence: float = CONFIDENCE) -> int:
    """Return how many of n things are marked at most, of which some were drawn without return.

    The largest number under which finding so few is not less probable than 1 - `confidence`: the
    Clopper-Pearson bound with the hypergeometric distribution in place of the binomial one
    (Buonaccorsi, American Statistician 41, 1987).

    Parameters
    ----------
    n : int
        How many there are.
    n_drawn : int
        How many were drawn at random.
    n_found : int
        How many of those are marked.
    confidence : float, default 0.95
        One-sided.
    """
    low, high = n_found, n - (n_drawn - n_found)
    while low < high:
        middle = (low + high + 1) // 2
        if _at_most(n_found, n, middle, n_drawn) >= (1 - confidence) * ROUNDING:
            low = middle
        else:
            high = middle - 1
    return low


def needed(n: int, n_known: int, goal: int) -> int:
    """Return how many must be drawn until few marked ones are left.

    Parameters
    ----------
    n : int
        How many there are.
    n_known : int
        How many were found; they are no longer left.
    goal : int
        How many may be left, by `most_marked`.
    """
    low, high = min(n_known, n), n
    while low < high:
        middle = (low + high) // 2
        if most_marked(n, middle, min(n_known, middle)) - n_known <= goal:
            high = middle
        else:
            low = middle + 1
    return low


def _at_most(k: int, n: int, n_marked: int, n_drawn: int) -> float:
    """Return the probability of at most k marked ones among those drawn."""
    start = max(0, n_drawn - (n - n_marked))
    last = min(k, n_marked, n_drawn)
    of_all = _log_choose(n, n_drawn)
    return sum(
        math.exp(_log_choose(n_marked, x) + _log_choose(n - n_marked, n_drawn - x) - of_all)
        for x in range(start, last + 1)
    )


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


@dataclass(frozen=True)
class Counts:
    """What is known of labels, counted.

    Attributes
    ----------
    n_images, n_settled : int
        All, and those that are known to be with all their copies.
    n_drawn, n_missed : int
        Images drawn at random that are settled, and how many images, at random or not, missed a
        copy when it was looked for.
    n_found_pairs : int
        Pairs that were put together by looking.
    n_together, n_undecided : int
        Pairs of images that are together, and those of which nothing is known.
    n_checked, n_wrong : int
        Pairs that are together, drawn at random and shown once more; those that are not one
        photograph.
    largest : int
        How many images the largest query has.
    """

    n_images: int
    n_settled: int
    n_drawn: int
    n_missed: int
    n_found_pairs: int
    n_together: int
    n_undecided: int
    n_checked: int
    n_wrong: int
    largest: int


@dataclass(frozen=True)
class Estimate:
    """How good the labels are, and at least, with one-sided confidence of 95 % each.

    Attributes
    ----------
    precision, precision_at_least : float
        Pairs that are rightly together, of those that are together. NaN of none.
    recall, recall_at_least : float
        Pairs that are together, of those that should be. NaN before an image was drawn.
    left, left_at_most : float, int
        Images that are without one of their copies.
    """

    precision: float
    precision_at_least: float
    recall: float
    recall_at_least: float
    left: float
    left_at_most: int


def estimate(counts: Counts) -> Estimate:
    """Estimate what labels are worth.

    An error that the samples find is repaired, and counts all the same: what is left is better
    than what was found. A pair that is missing makes two images miss a copy, so that k images miss
    at most k (k - 1) / 2 pairs, and each at most all others of its query.
    """
    n_checked, n_wrong = counts.n_checked, counts.n_wrong
    precision = precision_low = math.nan
    if n_checked:
        population = max(counts.n_together + n_wrong, n_checked)
        precision = 1 - n_wrong / n_checked
        precision_low = 1 - most_marked(population, n_checked, n_wrong) / population
    n_open = counts.n_images - counts.n_settled
    if not counts.n_drawn:
        return Estimate(precision, precision_low, math.nan, 0.0, math.nan, n_open)
    n_missed = min(counts.n_missed, counts.n_drawn)
    left_at_most = _left(counts.n_images, counts.n_drawn, counts.n_missed, n_open)
    left = n_open * n_missed / counts.n_drawn
    a_miss = 2 * counts.n_found_pairs / counts.n_missed if counts.n_missed else 0.0
    missing = min(left * a_miss / 2, counts.n_undecided)
    most = left_at_most * (min(left_at_most, counts.largest) - 1) / 2
    return Estimate(
        *(precision, precision_low),
        _share(counts.n_together, missing),
        _share(counts.n_together, min(max(0.0, most), counts.n_undecided)),
        *(left, left_at_most),
    )


def _left(n: int, n_drawn: int, n_missed: int, n_open: int) -> int:
    found = min(n_missed, n_drawn)
    return min(n_open, max(0, most_marked(n, n_drawn, found) - n_missed))


def _share(n: int, missing: float) -> float:
    return n / (n + missing) if n + missing else 1.0
