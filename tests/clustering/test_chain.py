"""Merging many images by chain and spanning tree, against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy

from dupeval.clustering import Dendrogram, Linkage, chain, dendrogram
from dupeval.clustering.chain import CHAINED, merge_pairs
from dupeval.clustering.tree import labels_at, tree_of
from dupeval.errors import SettingsError

LINKAGES: tuple[Linkage, ...] = ("single", *CHAINED)


def tree(distances: np.ndarray, n: int, linkage: Linkage) -> Dendrogram:
    return Dendrogram(*tree_of(n, *merge_pairs(distances.astype(np.float32), n, linkage)))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.sampled_from(LINKAGES))
def test_every_cut_is_scipys(seed: int, n: int, linkage: Linkage) -> None:
    # No two alike, and no two means of them.
    distances = np.random.default_rng(seed).random(n * (n - 1) // 2, np.float32).astype(float)
    found, own = tree(distances, n, linkage), hierarchy.linkage(distances, linkage)
    np.testing.assert_allclose(found.heights, own[:, 2], rtol=1e-5)
    if linkage in ("single", "complete"):
        for height in own[:, 2]:
            expected = hierarchy.fcluster(own, height, criterion="distance")
            labels = found.cut(height)
            assert len(set(zip(labels.tolist(), expected.tolist(), strict=True))) == len(
                set(expected.tolist())
            )


@pytest.mark.parametrize("linkage", LINKAGES)
def test_of_equal_distances_all_merge_at_once(linkage: Linkage) -> None:
    found = tree(np.full(45, 0.1), 10, linkage)
    assert found.heights.tolist() == [float(np.float32(0.1))] * 9
    assert found.cut(0.11).tolist() == [0] * 10


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.sampled_from(CHAINED))
def test_few_different_distances_end_and_give_heights_that_never_fall(
    seed: int, n: int, linkage: Linkage
) -> None:
    distances = np.random.default_rng(seed).integers(0, 3, n * (n - 1) // 2) / 3
    found = tree(distances, n, linkage)
    assert (np.diff(found.heights) >= 0).all()
    assert sorted(found.merges.ravel().tolist()) == list(range(2 * n - 2))
    assert (found.merges < n + np.arange(n - 1)[:, None]).all()


class TestManyObservations:
    @pytest.fixture(autouse=True)
    def few_are_many(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dendrogram, "MOST_DOUBLE", 4)

    @pytest.mark.parametrize("linkage", LINKAGES)
    def test_are_merged_by_it_and_the_distances_stay(
        self, linkage: Linkage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []
        own = chain.merge_pairs
        monkeypatch.setattr(
            dendrogram, "merge_pairs", lambda d, n, how: asked.append(how) or own(d, n, how)
        )
        distances = np.random.default_rng(1).random(21).astype(np.float32)
        before = distances.copy()
        found = Dendrogram.from_distances(distances, linkage)
        expected = hierarchy.linkage(distances.astype(float), linkage)[:, 2]
        np.testing.assert_allclose(found.heights, expected, rtol=1e-6)
        assert asked == [linkage]
        assert distances.tolist() == before.tolist()

    def test_that_are_infinitely_apart_join_at_infinity(self) -> None:
        distances = np.full(15, np.inf)
        distances[0] = 3.0
        found = Dendrogram.from_distances(distances, "single")
        assert found.heights.tolist() == [3.0, *[np.inf] * 4]
        assert found.cut(1e300).tolist() == [0, 0, 1, 2, 3, 4]

    def test_of_ward_are_scipys(self) -> None:
        distances = np.random.default_rng(2).random(21)
        found = Dendrogram.from_distances(distances, "ward")
        assert found.heights.tolist() == hierarchy.linkage(distances, "ward")[:, 2].tolist()

    def test_that_do_not_fit_are_refused_before_the_work(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("dupeval.clustering.memory.MOST_DOUBLE", 4)
        monkeypatch.setattr("dupeval.clustering.memory.free_bytes", lambda: 90)
        with pytest.raises(SettingsError) as caught:
            Dendrogram.from_distances(np.ones(21), "average")
        assert str(caught.value) == (
            "the 21 pairs of 7 images take 0.0 GB of memory, and 0.0 GB are free; possible: "
            "fewer images, or only the pairs within a radius"
        )


def test_a_number_that_is_none_of_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match="7 distances are not those of all pairs"):
        Dendrogram.from_distances([1.0] * 7)


def test_merges_are_numbered_by_height_and_what_nothing_joins_comes_last() -> None:
    merges, heights = tree_of(
        6, np.array([4, 0, 1]), np.array([5, 1, 4]), np.array([2.0, 1.0, 3.0])
    )
    assert merges.tolist() == [[0, 1], [4, 5], [6, 7], [8, 2], [9, 3]]
    assert heights.tolist() == [1.0, 2.0, 3.0, np.inf, np.inf]


def test_a_partition_is_what_the_first_merges_make_however_deep() -> None:
    n = 20_000
    merges = np.array([(0, 1), *((n + i - 2, i) for i in range(2, n))])
    assert labels_at(merges, n - 1).tolist() == [0] * n
    assert labels_at(merges, n - 3).tolist() == [*[0] * (n - 2), 1, 2]
    assert labels_at(merges, 0).tolist() == list(range(n))
