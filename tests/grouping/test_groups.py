"""What is told of groups: the keeper, the distances to it, how sure it is, chains, near misses."""

import numpy as np
import pytest
from own_images import image_file

from dupeval.clustering.pairs import AllPairs, SomePairs
from dupeval.grouping.groups import (
    Chain,
    Grouping,
    NearMiss,
    grouped_by_distance,
    grouped_by_labels,
    grouped_with_references,
)
from dupeval.grouping.keeping import Keep, keeper


def whole(files, groups, near=(), n_references=0) -> Grouping:
    return Grouping(tuple(files), groups, near, (), "m", 0.5, n_references)


class TestKeeper:
    FILES = (
        image_file("d", pixels=(10, 10), n_bytes=9, modified_ns=3),
        image_file("c", pixels=(20, 5), n_bytes=9, modified_ns=2),
        image_file("b", pixels=(1, 1), n_bytes=10, modified_ns=2),
        image_file("a", pixels=(1, 1), n_bytes=1, modified_ns=3),
    )

    @pytest.mark.parametrize(
        ("keep", "kept"), [("pixels", "c"), ("bytes", "b"), ("oldest", "c"), ("name", "a")]
    )
    def test_rules_and_what_decides_where_they_do_not(self, keep: Keep, kept: str) -> None:
        assert self.FILES[keeper(self.FILES, keep)].path == kept


class TestByDistance:
    def test_copies_byte_for_byte_are_together_whatever_the_method_says(self) -> None:
        files = [image_file("a", "x"), image_file("b", "y"), image_file("c", "x")]
        groups, _ = grouped_by_distance(files, AllPairs(2, np.ones(1)), 0.5, "average", "pixels")
        assert [group.members for group in groups] == [(0, 2), (1,)]
        assert groups[0].to_keeper == (0.0, 0.0)
        assert groups[0].height == 0

    def test_the_keeper_comes_first_then_the_nearest_to_it(self) -> None:
        files = [image_file(name, n_bytes=size) for name, size in (("a", 1), ("b", 3), ("c", 2))]
        known = AllPairs(3, np.array([0.3, 0.1, 0.2]))
        ((group,), _) = grouped_by_distance(files, known, 0.5, "average", "bytes")
        assert group.members == (1, 2, 0)
        assert group.to_keeper == (0.0, 0.2, 0.3)
        assert group.height == pytest.approx(0.25)

    def test_the_least_sure_come_first_and_single_images_last(self) -> None:
        files = [image_file(name) for name in "abcdefg"]
        pairs = np.array([[1, 2], [3, 4], [3, 5], [4, 5]])
        distances = np.array([0.1, 0.45, 0.45, 0.45])
        known = SomePairs(7, pairs, distances, 1.0)
        groups, _ = grouped_by_distance(files, known, 0.5, "average", "pixels")
        assert [group.members for group in groups] == [(3, 4, 5), (1, 2), (0,), (6,)]
        assert [group.number for group in groups] == [1, 2, 3, 4]
        assert groups[0].sureness == pytest.approx(0.05)
        assert groups[1].sureness == pytest.approx(0.4)

    def test_what_nearly_belonged_to_a_group_makes_it_unsure_too(self) -> None:
        files = [image_file(name) for name in "abc"]
        known = AllPairs(3, np.array([0.1, 0.52, 0.54]))
        groups, near = grouped_by_distance(files, known, 0.5, "average", "pixels")
        assert [group.members for group in groups] == [(0, 1), (2,)]
        assert groups[0].next_height == pytest.approx(0.53)
        assert groups[0].sureness == pytest.approx(0.03)
        assert near == (NearMiss((0, 1), (2,), pytest.approx(0.53)),)

    def test_a_chain_is_told_with_the_two_that_are_farthest_apart(self) -> None:
        files = [image_file(name) for name in "abc"]
        known = AllPairs(3, np.array([0.1, 0.9, 0.1]))
        ((group,), _) = grouped_by_distance(files, known, 0.5, "average", "pixels")
        assert group.chain == Chain(0, 2, 0.9)

    def test_average_linkage_makes_no_long_chains_and_single_linkage_does(self) -> None:
        n = 6
        files = [image_file(str(i)) for i in range(n)]
        pairs = np.array([[i, i + 1] for i in range(n - 1)])
        known = SomePairs(n, pairs, np.full(n - 1, 0.4), 1.0)
        average, _ = grouped_by_distance(files, known, 0.5, "average", "pixels")
        single, _ = grouped_by_distance(files, known, 0.5, "single", "pixels")
        assert max(len(group.members) for group in average) == 2
        assert [len(group.members) for group in single] == [n]


def test_of_labels_only_copies_byte_for_byte_have_a_distance() -> None:
    files = [image_file("a", "x"), image_file("b", "y"), image_file("c", "x")]
    ((group,)) = grouped_by_labels(files, np.array([7, 7]), "pixels")
    assert group.members == (0, 1, 2)
    assert np.array_equal(group.to_keeper, [0, np.nan, 0], equal_nan=True)


class TestAgainstReferences:
    # New a, b, c; references r, s.
    FILES = (
        *(image_file(name, pixels=(9, 9)) for name in "abc"),
        *(image_file(name, pixels=(1, 1)) for name in "rs"),
    )

    def test_each_goes_to_the_nearest_reference_which_is_kept(self) -> None:
        pairs = np.array([[0, 3], [0, 4], [1, 4], [2, 3]])
        known = SomePairs(5, pairs, np.array([0.4, 0.2, 0.3, 0.55]), 1.0)
        groups, near = grouped_with_references(self.FILES, 3, known, 0.5)
        assert [group.members for group in groups] == [(4, 0, 1), (2,)]
        assert groups[0].to_keeper == (0.0, 0.2, 0.3)
        assert near == (NearMiss((2,), (3,), 0.55),)
        assert whole(self.FILES, groups, near, 2).removable == (0, 1)

    def test_new_ones_are_not_compared_with_each_other(self) -> None:
        files = (image_file("a", "x"), image_file("b", "x"), image_file("r"))
        known = SomePairs(2, np.array([[0, 1]]), np.array([0.9]), 1.0)
        groups, _ = grouped_with_references(files, 2, known, 0.5)
        assert [group.members for group in groups] == [(0,), (1,)]


def test_freed_is_what_no_kept_name_of_the_file_holds() -> None:
    files = [
        image_file("a", "x", n_bytes=10, inode=1),
        image_file("b", "x", n_bytes=10, inode=1),
        image_file("c", "x", n_bytes=10, inode=2),
        image_file("d", "x", n_bytes=10, inode=2),
    ]
    groups = grouped_by_labels(files, np.array([0]), "name")
    assert whole(files, groups).removable == (1, 2, 3)
    assert whole(files, groups).n_bytes_freed == 10
