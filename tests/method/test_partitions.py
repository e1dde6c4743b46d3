"""Groups as labels."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupeval.method.partitions import labels_of


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
