"""What each merge joins, against the members of the clusters, pair by pair."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from known_pairs import KnownPairs, known_pairs

from dupeval.joining import joined_pairs
from dupeval.joining import known_pairs as pairs_that_count
from dupeval.truth import Truth, Verdict


def draw_merges(n: int, data: st.DataObject) -> npt.NDArray[np.int64]:
    """Draw a tree of any shape, long chains among them."""
    clusters, merges = list(range(n)), []
    for merge in range(n - 1):
        left, right = data.draw(
            st.lists(st.sampled_from(clusters), min_size=2, max_size=2, unique=True)
        )
        clusters = [x for x in clusters if x not in (left, right)] + [n + merge]
        merges.append((left, right))
    return np.array(merges, np.int64).reshape(-1, 2)


def partitions(merges: npt.NDArray[np.int64]) -> Iterator[list[int]]:
    """Give the cluster of each image before any merge and after each."""
    n = len(merges) + 1
    labels = list(range(n))
    yield labels
    for merge, pair in enumerate(merges.tolist()):
        labels = [n + merge if label in pair else label for label in labels]
        yield labels


@given(known_pairs(), st.data())
def test_it_is_the_count_of_the_pairs_within_clusters(
    known: KnownPairs, data: st.DataObject
) -> None:
    merges = draw_merges(len(known.photographs), data)
    joined = joined_pairs(merges, known.truth, lenient=True)
    for step, labels in enumerate(partitions(merges)):
        tp, fp, _, _ = known.counts(labels, lenient=False)
        found = tuple(int(counts[step]) for counts in joined)
        assert found == (tp + fp, tp, fp - known.counts(labels, lenient=True)[1])


def test_a_named_pair_is_found_however_deep_the_tree() -> None:
    n = 500
    # Each image joins the cluster of all before it.
    merges = np.array([(0, 1), *((n + i - 2, i) for i in range(2, n))])
    named = [Verdict(i, j, "same") for i, j in combinations(range(0, n, 50), 2)]
    truth = Truth.of([""] * n, np.zeros(n, bool), (), sorted(named))
    joined = joined_pairs(merges, truth, lenient=False)
    # Image j comes with merge j - 1.
    expected = [sum(verdict.second <= step for verdict in named) for step in range(n)]
    assert joined.n.tolist() == joined.true.tolist() == expected


@given(known_pairs())
def test_which_pairs_count_and_are_true_is_told_row_by_row_too(known: KnownPairs) -> None:
    expected = known.truth.of_pairs()
    for found, own in zip(pairs_that_count(known.truth), expected, strict=True):
        assert found.tolist() == own.tolist()
