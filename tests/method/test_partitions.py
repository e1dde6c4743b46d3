"""Curves of distances and of finished groups."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import squareform

from dupeval.clustering import Dendrogram
from dupeval.method.partitions import PartitionCurves, labels_of
from dupeval.metrics import PairScores, pair_curve, pair_scores

NOTHING_HIDDEN: frozenset[int] = frozenset()
PHOTOGRAPHS = np.array(["p", "p", "q", "q"])


def components(n: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Return, of each of n images, the first of those that it is connected with."""
    first = list(range(n))
    for _ in range(n):
        for a, b in pairs:
            first[a] = first[b] = min(first[a], first[b])
    return first


def same_partition(labels: Sequence[int], expected: Sequence[int]) -> bool:
    """Say whether labels differ at most in their names."""
    return len(set(zip(labels, expected, strict=True))) == len(set(labels)) == len(set(expected))


class TestLabels:
    def test_groups_that_share_an_image_are_one(self) -> None:
        labels = labels_of([[0, 2], [1, 3], [3, 4]], 6).tolist()
        assert same_partition(labels, [0, 1, 0, 1, 1, 5])

    @pytest.mark.parametrize("groups", [[], [[]], [[0], [1], [2]], [[1, 1, 1]]])
    def test_images_in_no_group_are_alone(self, groups: list[list[int]]) -> None:
        labels = labels_of(groups, 3)
        assert len(set(labels.tolist())) == 3
        assert labels.dtype == np.int64
        assert labels.shape == (3,)

    @settings(deadline=None, max_examples=200)
    @given(st.data(), st.integers(1, 9))
    def test_they_are_those_of_a_search_by_hand(self, data: st.DataObject, n: int) -> None:
        group = st.lists(st.integers(0, n - 1), max_size=4)
        groups = data.draw(st.lists(group, max_size=6))
        pairs = [(a, b) for group in groups for a in group for b in group]
        assert same_partition(labels_of(groups, n).tolist(), components(n, pairs))

    @settings(deadline=None, max_examples=50)
    @given(st.data(), st.integers(1, 7))
    def test_they_depend_neither_on_the_order_of_groups_nor_on_that_within(
        self, data: st.DataObject, n: int
    ) -> None:
        groups = data.draw(st.lists(st.lists(st.integers(0, n - 1), max_size=4), max_size=5))
        shuffled = [data.draw(st.permutations(g)) for g in data.draw(st.permutations(groups))]
        assert labels_of(groups, n).tolist() == labels_of(shuffled, n).tolist()


class TestConnectedComponents:
    @settings(deadline=None, max_examples=200)
    @given(st.data(), st.integers(2, 9))
    def test_a_cut_joins_whatever_a_chain_of_small_distances_joins(
        self, data: st.DataObject, n: int
    ) -> None:
        n_pairs = n * (n - 1) // 2
        condensed = data.draw(
            st.lists(st.integers(0, 6).map(float), min_size=n_pairs, max_size=n_pairs)
        )
        distances = squareform(np.array(condensed))
        dendrogram = Dendrogram.from_distances(condensed, "single")
        for threshold in (-math.inf, -1.0, 0.0, 0.5, 1.0, 3.0, 5.5, 6.0, 7.0):
            pairs = [(i, j) for i in range(n) for j in range(i) if distances[i, j] <= threshold]
            assert same_partition(dendrogram.cut(threshold).tolist(), components(n, pairs))


class TestCurves:
    def test_of_distances_are_those_of_their_dendrogram(self) -> None:
        tree = Dendrogram.from_distances([1.0, 4.0, 5.0, 3.0, 5.0, 2.0])
        curves = PartitionCurves(({},), {}, 2.5, [PHOTOGRAPHS], [[tree]])
        curve, expected = curves.curve(0, {}, NOTHING_HIDDEN), pair_curve(tree, PHOTOGRAPHS)
        assert curve.thresholds.tolist() == expected.thresholds.tolist() == [-math.inf, 1, 2, 3]
        assert list(curve) == list(expected)
        for threshold in (-math.inf, 0.5, 1.0, 2.5, 99.0):
            labels = curves.partition(0, {}, NOTHING_HIDDEN, threshold)
            assert labels.tolist() == tree.cut(threshold).tolist()
            assert curve.at(threshold) == pair_scores(PHOTOGRAPHS, labels)

    def test_what_is_infinitely_far_is_together_at_no_threshold(self) -> None:
        tree = Dendrogram(np.array([[0, 1], [2, 4], [3, 5]]), np.array([1.0, math.inf, math.inf]))
        curves = PartitionCurves(({},), {}, 1.0, [PHOTOGRAPHS], [[tree]])
        curve = curves.curve(0, {}, NOTHING_HIDDEN)
        assert curve.thresholds.tolist() == [-math.inf, 1.0]
        assert curve.at(1e300) == PairScores.from_counts(1, 0, 1, 4)
        assert curves.partition(0, {}, NOTHING_HIDDEN, 1e300).tolist() == [0, 0, 1, 2]

    def test_where_nothing_is_near_there_is_one_cut(self) -> None:
        tree = Dendrogram(np.array([[0, 1], [2, 4], [3, 5]]), np.full(3, math.inf))
        curve = PartitionCurves(({},), {}, 1.0, [PHOTOGRAPHS], [[tree]]).curve(0, {}, frozenset())
        assert curve.thresholds.tolist() == [-math.inf]
        assert list(curve) == [PairScores.from_counts(0, 0, 2, 4)]

    def test_of_groups_have_one_step_that_holds_at_any_threshold(self) -> None:
        curves = PartitionCurves(
            ({"level": 1}, {"level": 2}),
            {"level": 1},
            math.nan,
            [PHOTOGRAPHS],
            [[np.array([0, 0, 1, 2]), np.array([0, 0, 0, 0])]],
        )
        for level, scores in (
            (1, PairScores.from_counts(1, 0, 1, 4)),
            (2, PairScores.from_counts(2, 4, 0, 0)),
        ):
            curve = curves.curve(0, {"level": level}, NOTHING_HIDDEN)
            assert list(curve) == [scores]
            for threshold in (math.nan, -math.inf, 0.0, 7.0):
                assert curve.at(threshold) == scores
                labels = curves.partition(0, {"level": level}, NOTHING_HIDDEN, threshold)
                assert labels.tolist() == [[0, 0, 1, 2], [0, 0, 0, 0]][level - 1]

    def test_each_query_and_setting_has_its_own_whatever_is_hidden(self) -> None:
        found = [[np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3])], [np.array([0, 0]), np.zeros(2)]]
        photographs = [PHOTOGRAPHS, np.array(["p", "q"])]
        curves = PartitionCurves(({"a": 0}, {"a": 1}), {"a": 0}, math.nan, photographs, found)
        assert curves.n_queries == 2
        for hidden in (frozenset[int](), frozenset({0}), frozenset({0, 1})):
            f1 = [[curves.curve(q, {"a": a}, hidden).f1.tolist() for a in (0, 1)] for q in (0, 1)]
            assert f1 == [[[1.0], [0.0]], [[0.0], [0.0]]]
