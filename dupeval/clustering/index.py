"""Pairs of very many vectors, found through lists of those that are near the same centres.

Centres are vectors of the data. Each vector is in the lists of several nearest centres, and only
vectors of one list are compared, all of them, exactly. Near vectors have near centres in common,
but not always: of a sample of vectors all pairs are looked at, and the share of them that was found
is what is said of the search.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from dupeval.clustering.blocks import BLOCK, Vectors, in_parallel, slices
from dupeval.clustering.pairs import Places, Values

# A vector is in so many lists; in more where too little is found, up to the last.
LISTS = (10, 16, 24)
# The share of the pairs of a sample that must be found.
ENOUGH = 0.99
SAMPLE = 1_000
# Of a list, so many are compared at once with those behind them.
ROWS = 256


def pairs_by_index(vectors: Vectors, limit: float) -> tuple[Places, Places, Values, float]:
    """Return pairs at most so far apart, the smaller place first, and the share that was found.

    Parameters
    ----------
    vectors : Vectors
        Whose metric is one that a product tells.
    limit : float

    Returns
    -------
    first, second : ndarray of int64
    distances : ndarray of float64
    recall : float
        Of the pairs of `SAMPLE` evenly spaced vectors.
    """
    sample = np.unique(np.linspace(0, len(vectors) - 1, SAMPLE).astype(np.int64))
    true = _of_sample(vectors, sample, limit)
    for n_lists in LISTS:
        codes = _codes(vectors, n_lists, limit)
        recall = float(np.isin(true, codes, assume_unique=True).mean()) if len(true) else 1.0
        if recall >= ENOUGH:
            break
    first, second = np.divmod(codes, len(vectors))
    distances = vectors.of_pairs(first, second)
    return first, second, distances, recall


def _of_sample(vectors: Vectors, sample: Places, limit: float) -> Places:
    """Return the codes of all pairs of some vectors, in order."""

    def of_part(part: slice) -> Places:
        row, column = vectors.candidates(sample, part, limit)
        return _codes_of(vectors, sample[row], column + part.start, limit)

    return np.unique(np.concatenate(in_parallel(of_part, slices(len(vectors), BLOCK))))


def _codes(vectors: Vectors, n_lists: int, limit: float) -> Places:
    """Return the codes of the pairs that are found, in order, each once."""
    n = len(vectors)
    # Finding the lists of all, and comparing all of each list, take as long then.
    n_centres = min(n, int(np.ceil(n_lists * np.sqrt(n / 2))))
    n_lists = min(n_lists, n_centres)
    centres = np.sort(np.random.default_rng(0).choice(n, n_centres, replace=False))
    nearest = np.concatenate(
        in_parallel(partial(_nearest, vectors, centres, n_lists), slices(n, BLOCK))
    ).ravel()
    order = np.argsort(nearest, kind="stable")
    members = np.split(order // n_lists, np.searchsorted(nearest[order], np.arange(1, n_centres)))
    found = in_parallel(partial(_of_list, vectors, limit), members)
    return np.unique(np.concatenate(found))


def _nearest(vectors: Vectors, centres: Places, n_lists: int, rows: slice) -> Places:
    """Return the numbers of the nearest centres of some vectors, shape (n_rows, n_lists)."""
    far = vectors.squared(rows, centres)
    # A copy, for a part would keep all of it.
    return np.argpartition(far, n_lists - 1, axis=1)[:, :n_lists].copy()


def _of_list(vectors: Vectors, limit: float, members: Places) -> Places:
    found = [np.empty(0, np.int64)]
    for rows in slices(len(members), ROWS):
        some, others = members[rows], members[rows.start :]
        row, column = vectors.candidates(some, others, limit)
        found.append(_codes_of(vectors, some[row], others[column], limit))
    return np.unique(np.concatenate(found))


def _codes_of(vectors: Vectors, first: Places, second: Places, limit: float) -> Places:
    """Return a number for each pair that is within a distance: in which order does not matter."""
    apart = first != second
    low, high = np.minimum(first, second)[apart], np.maximum(first, second)[apart]
    codes = np.unique(low * len(vectors) + high)
    low, high = np.divmod(codes, len(vectors))
    return codes[vectors.of_pairs(low, high) <= limit]
