"""The curves of many dendrograms of one query at once: most of the time of large runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dupeval.clustering import Dendrogram
from dupeval.metrics import PairCurve, pair_curve
from dupeval.truth import Truth

# A few dendrograms are scored faster by `pair_curve`; a set of images is one number of 64 bits.
LEAST, MOST_IMAGES = 4, 64

Counts = npt.NDArray[np.int64]


def pair_curves(dendrograms: Sequence[Dendrogram], truth: Truth) -> list[PairCurve]:
    """Score every distinct cut of dendrograms of the same images.

    Parameters
    ----------
    dendrograms : sequence of Dendrogram
    truth : Truth
        Of their images.

    Returns
    -------
    list of PairCurve
        For each what `dupeval.metrics.pair_curve` gives of it alone.
    """
    if len(dendrograms) < LEAST or not 2 <= len(truth) <= MOST_IMAGES or len(truth.named):
        return [pair_curve(dendrogram, truth) for dendrogram in dendrograms]
    heights = np.stack([dendrogram.heights for dendrogram in dendrograms])
    joined, true = _joined(np.stack([dendrogram.merges for dendrogram in dendrograms]), truth)
    m, n = joined.shape
    # Merges of equal height are one cut: the last of them counts. So does what is before any.
    is_cut = np.ones((m, n), np.bool_)
    is_cut[:, 1:-1] = heights[:, 1:] > heights[:, :-1]
    thresholds = np.concatenate([np.full((m, 1), -np.inf), heights], axis=1)[is_cut]
    tp = true[is_cut]
    fp = joined[is_cut] - tp
    fn = int(truth.counts.true) - tp
    tn = int(truth.counts.n) - tp - fp - fn
    ends = np.cumsum(is_cut.sum(axis=1)).tolist()
    own = [slice(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    return [PairCurve(thresholds[x], tp[x], fp[x], fn[x], tn[x]) for x in own]


def _joined(merges: npt.NDArray[np.int64], truth: Truth) -> tuple[Counts, Counts]:
    """Return how many pairs of labelled images are joined, and how many of one photograph.

    Parameters
    ----------
    merges : ndarray of int64, shape (m, n - 1, 2)
    truth : Truth

    Returns
    -------
    pairs, true_pairs : ndarray of int64, shape (m, n)
        Before any merge of each dendrogram, and after each.
    """
    m, n = len(merges), len(truth)
    names, codes = np.unique(truth.photographs, return_inverse=True)
    bits = np.left_shift(np.uint64(1), np.arange(n, dtype=np.uint64))
    labelled = np.where(truth.is_labelled, bits, np.uint64(0))
    # A set of images is a number: which of them a cluster, or a photograph, has.
    photographs = np.zeros(len(names), np.uint64)
    np.bitwise_or.at(photographs, codes, labelled)
    clusters = np.zeros((2 * n - 1, m), np.uint64)
    clusters[:n] = bits[:, None]
    each = np.arange(m)
    sides = np.empty((2, n - 1, m), np.uint64)
    for i in range(n - 1):
        left, right = clusters[merges[:, i, 0], each], clusters[merges[:, i, 1], each]
        sides[0, i], sides[1, i] = left, right
        np.bitwise_or(left, right, out=clusters[n + i])
    every = np.append(photographs, np.bitwise_or.reduce(labelled))
    left, right = np.bitwise_count(sides[..., None] & every).astype(np.int64)
    products = left * right
    gained = np.stack([products[..., -1], products[..., :-1].sum(axis=2)])
    before = np.zeros((2, 1, m), np.int64)
    pairs, true_pairs = np.cumsum(np.concatenate([before, gained], axis=1), axis=1)
    return pairs.T, true_pairs.T
