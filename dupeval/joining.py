"""How many pairs of images each merge of a dendrogram joins, of those that count."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dupeval.truth import PairCounts, Truth


def joined_pairs(merges: npt.NDArray[np.int64], truth: Truth, lenient: bool) -> PairCounts:
    """Return how many pairs that count are joined before any merge and after each.

    Parameters
    ----------
    merges : ndarray of int64, shape (n - 1, 2)
        The two clusters of each merge; see `dupeval.clustering.Dendrogram`.
    truth : Truth
        Of the n images.
    lenient : bool
        Whether pairs of one scene are wanted, too.

    Returns
    -------
    PairCounts
        Arrays of shape (n,); those of one scene say nothing where they are not wanted.
    """
    tree, known = merges.tolist(), truth.is_labelled.tolist()
    n, true = _joined_of_labels(tree, truth.photographs.tolist(), known)
    scene = np.zeros_like(true)
    if lenient and truth.scenes is not None:
        scene = _joined_of_labels(tree, truth.scenes.tolist(), known)[1] - true
    if len(truth.named):
        added = np.zeros((len(n), 3), np.int64)
        np.add.at(added, _merge_of_pairs(merges, truth.named) + 1, truth.weights)
        of_named = added.cumsum(axis=0).T
        n, true, scene = n + of_named[0], true + of_named[1], scene + of_named[2]
    return PairCounts(n, true, scene)


def known_pairs(truth: Truth) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return what `Truth.of_pairs` does, row by row: nothing has the size of n times n.

    Returns
    -------
    counts, true : ndarray of bool, shape (n * (n - 1) / 2,)
    """
    n, known, photographs = len(truth), truth.is_labelled, truth.photographs
    counts, true = np.empty(n * (n - 1) // 2, np.bool_), np.empty(n * (n - 1) // 2, np.bool_)
    ends = np.cumsum(np.arange(n - 1, -1, -1))
    for i, end in enumerate(ends.tolist()):
        row = slice(end - (n - i - 1), end)
        counts[row] = known[i] & known[i + 1 :]
        true[row] = photographs[i] == photographs[i + 1 :]
    first, second = truth.named.T
    named = ends[first] - n + second
    counts[named], true[named] = truth.sign > 0, truth.is_true
    true &= counts
    return counts, true


def _joined_of_labels(
    merges: Sequence[tuple[int, int]], labels: Sequence[int], is_labelled: Sequence[bool]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return how many pairs of labelled images are joined, and how many of one label."""
    sizes = [int(known) for known in is_labelled]
    tables = [{label: 1} if size else {} for label, size in zip(labels, sizes, strict=True)]
    true_pairs, pairs = [0], [0]
    for left, right in merges:
        smaller, larger = tables[left], tables[right]
        if len(smaller) > len(larger):
            smaller, larger = larger, smaller
        gained = 0
        for label, count in smaller.items():
            present = larger.get(label, 0)
            gained += count * present
            larger[label] = present + count
        true_pairs.append(true_pairs[-1] + gained)
        pairs.append(pairs[-1] + sizes[left] * sizes[right])
        tables.append(larger)
        sizes.append(sizes[left] + sizes[right])
    return np.array(pairs), np.array(true_pairs)


def _merge_of_pairs(
    merges: npt.NDArray[np.int64], pairs: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the merge that joins the images of each pair, shape (n_pairs,).

    One image stands for each cluster, and at a merge that of the smaller cluster is hung below that
    of the larger, with the merge's number: at most log2 n of them lie above any image, and their
    numbers grow upwards. The last one on the way from one image of a pair to the other joins them.
    """
    n = len(merges) + 1
    above, when = np.arange(n), np.full(n, n)
    stands_for, sizes = list(range(n)), [1] * n
    for merge, (left, right) in enumerate(merges.tolist()):
        smaller, larger = sorted((left, right), key=sizes.__getitem__)
        below, top = stands_for[smaller], stands_for[larger]
        above[below], when[below] = top, merge
        stands_for.append(top)
        sizes.append(sizes[left] + sizes[right])
    ends, found = pairs.copy(), np.zeros(len(pairs), np.int64)
    while (apart := np.flatnonzero(ends[:, 0] != ends[:, 1])).size:
        side = when[ends[apart]].argmin(axis=1)
        lower = ends[apart, side]
        found[apart] = when[lower]
        ends[apart, side] = above[lower]
    return found
