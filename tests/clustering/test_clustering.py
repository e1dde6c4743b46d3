"""Dendrograms: distances, merges, and what a cut at a threshold is."""

import math
from typing import get_args

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import pdist, squareform

from dupeval.clustering import (
    EUCLIDEAN_LINKAGES,
    Dendrogram,
    Linkage,
    Metric,
    check_combination,
    pairwise_distances,
    truncated_distances,
)
from dupeval.errors import SettingsError

# Distances of four observations in condensed order: 01, 02, 03, 12, 13, 23.
FOUR = [2.0, 6.0, 10.0, 5.0, 9.0, 4.0]

grid_vectors = st.lists(
    st.tuples(*[st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0])] * 3), min_size=2, max_size=10
)


def in_order_of_appearance(labels: npt.ArrayLike) -> list[int]:
    numbers: dict[int, int] = {}
    return [numbers.setdefault(label, len(numbers)) for label in np.asarray(labels).tolist()]


class TestCut:
    @pytest.mark.parametrize(
        ("threshold", "labels"),
        [
            (-math.inf, [0, 1, 2, 3]),
            (-1.0, [0, 1, 2, 3]),
            (0.0, [0, 1, 2, 3]),
            (math.nextafter(2.0, 0), [0, 1, 2, 3]),
            (2.0, [0, 0, 1, 2]),
            (3.9, [0, 0, 1, 2]),
            (4.0, [0, 0, 1, 1]),
            (7.4, [0, 0, 1, 1]),
            (7.5, [0, 0, 0, 0]),
            (math.inf, [0, 0, 0, 0]),
        ],
    )
    def test_all_merges_up_to_and_at_the_threshold_are_made(
        self, threshold: float, labels: list[int]
    ) -> None:
        # Average linkage: 0 and 1 at 2, 2 and 3 at 4, all at (6 + 10 + 5 + 9) / 4.
        dendrogram = Dendrogram.from_distances(FOUR, "average")
        assert dendrogram.heights.tolist() == [2.0, 4.0, 7.5]
        assert dendrogram.cut(threshold).tolist() == labels

    def test_labels_count_up_in_the_order_in_which_clusters_first_appear(self) -> None:
        X = [[5.0], [0.0], [5.1], [9.0], [0.1]]
        dendrogram = Dendrogram.from_vectors(X, "single", "euclidean")
        assert dendrogram.cut(0.2).tolist() == [0, 1, 0, 2, 1]
        assert dendrogram.cut(0.2).dtype == np.int64

    @pytest.mark.parametrize("linkage", get_args(Linkage))
    @settings(deadline=None, max_examples=30)
    @given(X=grid_vectors)
    def test_cuts_are_those_of_scipy_at_every_height_and_between(
        self, linkage: Linkage, X: list[tuple[float, ...]]
    ) -> None:
        dendrogram = Dendrogram.from_vectors(X, linkage, "euclidean")
        tree = hierarchy.linkage(pdist(X), linkage)
        heights = dendrogram.heights
        for threshold in [0.0, *heights, *((heights[:-1] + heights[1:]) / 2), heights[-1] + 1]:
            expected = hierarchy.fcluster(tree, threshold, criterion="distance")
            assert dendrogram.cut(threshold).tolist() == in_order_of_appearance(expected)

    @settings(deadline=None, max_examples=30)
    @given(X=grid_vectors)
    def test_minus_infinity_leaves_even_equal_vectors_alone(
        self, X: list[tuple[float, ...]]
    ) -> None:
        dendrogram = Dendrogram.from_vectors(X)
        assert dendrogram.cut(-math.inf).tolist() == list(range(len(X)))
        assert dendrogram.cut(math.inf).tolist() == [0] * len(X)


class TestTree:
    def test_merges_name_observations_and_earlier_merges(self) -> None:
        dendrogram = Dendrogram.from_distances(FOUR, "average")
        assert np.sort(dendrogram.merges, axis=1).tolist() == [[0, 1], [2, 3], [4, 5]]
        assert dendrogram.n_observations == 4

    @pytest.mark.parametrize(
        ("linkage", "heights"),
        [
            ("single", [2.0, 4.0, 5.0]),
            ("complete", [2.0, 4.0, 10.0]),
            ("average", [2.0, 4.0, 7.5]),
        ],
    )
    def test_heights_are_the_distances_of_the_linkage(
        self, linkage: Linkage, heights: list[float]
    ) -> None:
        assert Dendrogram.from_distances(FOUR, linkage).heights.tolist() == heights

    def test_average_is_of_all_pairs_and_weighted_of_the_two_branches(self) -> None:
        # 0 and 1 merge at 1, 2 joins at 4; observation 3 is 10, 10 and 40 away from them.
        distances = [1.0, 4.0, 10.0, 4.0, 10.0, 40.0]
        assert Dendrogram.from_distances(distances, "average").heights.tolist() == [1, 4, 20]
        assert Dendrogram.from_distances(distances, "weighted").heights.tolist() == [1, 4, 25]

    def test_an_inverted_merge_counts_as_high_as_the_highest_below_it(self) -> None:
        X = [[0.0, 0.0], [1.0, 0.0], [0.5, 0.9]]
        assert hierarchy.linkage(X, "centroid")[:, 2] == pytest.approx([1.0, 0.9])
        assert Dendrogram.from_vectors(X, "centroid", "euclidean").heights.tolist() == [1.0, 1.0]

    @pytest.mark.parametrize("linkage", get_args(Linkage))
    @settings(deadline=None, max_examples=30)
    @given(X=grid_vectors)
    def test_heights_never_decrease_and_every_merge_comes_after_the_two_it_joins(
        self, linkage: Linkage, X: list[tuple[float, ...]]
    ) -> None:
        dendrogram = Dendrogram.from_vectors(X, linkage, "euclidean")
        n = len(X)
        assert dendrogram.heights.shape == (n - 1,)
        assert dendrogram.merges.shape == (n - 1, 2)
        assert (np.diff(dendrogram.heights) >= 0).all()
        assert (dendrogram.merges < n + np.arange(n - 1)[:, None]).all()
        assert sorted(dendrogram.merges.ravel().tolist()) == list(range(2 * n - 2))

    @pytest.mark.parametrize("linkage", ["centroid", "median"])
    @pytest.mark.parametrize("seed", range(5))
    def test_many_inversions_and_ties_leave_merges_in_order_and_cuts_as_in_scipy(
        self, linkage: Linkage, seed: int
    ) -> None:
        X = np.random.default_rng(seed).integers(0, 2, (150, 9))
        tree = hierarchy.linkage(pdist(X), linkage)
        assert (np.diff(tree[:, 2]) < 0).sum() > 10
        assert (np.diff(tree[:, 2]) == 0).sum() > 20
        dendrogram = Dendrogram.from_vectors(X, linkage, "euclidean")
        assert (np.diff(dendrogram.heights) >= 0).all()
        assert (dendrogram.merges < 150 + np.arange(149)[:, None]).all()
        assert sorted(dendrogram.merges.ravel().tolist()) == list(range(298))
        for threshold in np.unique(dendrogram.heights):
            expected = hierarchy.fcluster(tree, threshold, criterion="distance")
            assert dendrogram.cut(threshold).tolist() == in_order_of_appearance(expected)

    @pytest.mark.parametrize("vector", [[1.0, 2.0], [0.0, 0.0], [3.0, 3.0]])
    @pytest.mark.parametrize("metric", get_args(Metric))
    def test_one_observation_has_no_merge_and_one_cut(
        self, vector: list[float], metric: Metric
    ) -> None:
        dendrogram = Dendrogram.from_vectors([vector], "average", metric)
        assert dendrogram.n_observations == 1
        assert dendrogram.heights.tolist() == []
        assert dendrogram.merges.shape == (0, 2)
        assert dendrogram.cut(-math.inf).tolist() == dendrogram.cut(1.0).tolist() == [0]

    def test_the_default_is_average_linkage_of_cosine_distances(self) -> None:
        X = [[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
        half_way = 1 - math.sqrt(0.5)
        assert Dendrogram.from_vectors(X).heights == pytest.approx([half_way, (half_way + 1) / 2])


class TestFromDistances:
    def test_single_linkage_is_its_default(self) -> None:
        assert Dendrogram.from_distances(FOUR).heights.tolist() == [2.0, 4.0, 5.0]

    def test_no_distance_is_one_observation(self) -> None:
        assert Dendrogram.from_distances([]).cut(0.0).tolist() == [0]

    @settings(deadline=None, max_examples=80)
    @given(st.integers(2, 8), st.data())
    def test_single_linkage_cuts_are_connected_components(
        self, n: int, data: st.DataObject
    ) -> None:
        size = n * (n - 1) // 2
        distances = data.draw(
            st.lists(st.integers(0, 6).map(float), min_size=size, max_size=size), label="distances"
        )
        dendrogram = Dendrogram.from_distances(distances, "single")
        for threshold in np.arange(-0.5, 7.0, 0.5):
            near = squareform(np.array(distances)) <= threshold
            _, components = connected_components(near, directed=False)
            assert dendrogram.cut(threshold).tolist() == in_order_of_appearance(components)

    @pytest.mark.parametrize("linkage", get_args(Linkage))
    def test_a_distance_that_is_no_number_is_refused(self, linkage: Linkage) -> None:
        with pytest.raises(ValueError, match="numbers not below 0"):
            Dendrogram.from_distances([1.0, math.nan, 2.0], linkage)


class TestInfiniteDistances:
    def test_join_at_no_threshold_what_no_chain_joins(self) -> None:
        far = math.inf
        tree = Dendrogram.from_distances([1.0, far, far, far, far, 3.0], "single")
        assert tree.heights.tolist() == [1.0, 3.0, far]
        assert tree.cut(1e300).tolist() == [0, 0, 1, 1]
        # The pair alone is far, a chain is not.
        assert Dendrogram.from_distances([2.0, far, 1.0]).cut(2.0).tolist() == [0, 0, 0]

    def test_alone_leave_everything_alone(self) -> None:
        tree = Dendrogram.from_distances([math.inf] * 3)
        assert tree.heights.tolist() == [math.inf, math.inf]
        assert tree.cut(1e300).tolist() == [0, 1, 2]

    def test_are_not_what_a_distance_is_taken_for_however_large_it_is(self) -> None:
        distances = [1e17, math.inf, math.inf]
        assert Dendrogram.from_distances(distances).heights.tolist() == [1e17, math.inf]

    def test_have_a_meaning_for_single_linkage_only(self) -> None:
        with pytest.raises(ValueError, match="single linkage only"):
            Dendrogram.from_distances([1.0, math.inf, 2.0], "average")


class TestPairwiseDistances:
    def test_distances_are_in_condensed_order(self) -> None:
        X = [[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]
        assert pairwise_distances(X, "euclidean") == pytest.approx([5.0, 1.0, math.sqrt(18)])
        assert pairwise_distances(X, "cityblock").tolist() == [7.0, 1.0, 6.0]

    def test_cosine_is_one_minus_the_cosine_of_the_angle(self) -> None:
        X = [[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [5.0, 5.0]]
        half = math.sqrt(0.5)
        assert pairwise_distances(X, "cosine") == pytest.approx(
            [1.0, 2.0, 1 - half, 1.0, 1 - half, 1 + half]
        )

    def test_cosine_is_0_between_zero_vectors_and_1_to_all_others(self) -> None:
        X = [[0.0, 0.0], [1.0, 2.0], [0.0, 0.0], [-3.0, 1.0]]
        distances = squareform(pairwise_distances(X, "cosine"))
        assert distances[0].tolist() == [0.0, 1.0, 0.0, 1.0]
        assert distances[2].tolist() == [0.0, 1.0, 0.0, 1.0]
        assert distances[1, 3] == pytest.approx(pdist([X[1], X[3]], "cosine")[0])

    @pytest.mark.parametrize(
        "constants",
        [(1.0, 2.0, 0.0), (0.1, 0.2, 1.0), (0.3, 0.7, 0.7)],
        ids=["sums without rounding", "sums that round", "sums that round, and equal"],
    )
    def test_correlation_is_0_between_constant_vectors_and_1_to_all_others(
        self, constants: tuple[float, ...]
    ) -> None:
        X = [[value] * 3 for value in constants] + [[1.0, 2.0, 4.0]]
        expected = [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [1, 1, 1, 0]]
        assert squareform(pairwise_distances(X, "correlation")).tolist() == expected

    def test_correlation_does_not_see_brightness_and_contrast(self) -> None:
        image = np.array([0.1, 0.9, 0.4, 0.3])
        distances = pairwise_distances([image, image / 2 + 0.4, 1 - image], "correlation")
        assert distances == pytest.approx([0.0, 2.0, 2.0])

    @pytest.mark.parametrize("metric", get_args(Metric))
    def test_they_agree_with_scipy_where_that_defines_them(self, metric: Metric) -> None:
        X = np.random.default_rng(0).normal(size=(20, 12))
        np.testing.assert_allclose(pairwise_distances(X, metric), pdist(X, metric), atol=1e-14)

    @pytest.mark.parametrize("metric", get_args(Metric))
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_equal_vectors_have_distance_exactly_0(
        self, metric: Metric, dtype: type[np.floating]
    ) -> None:
        vectors = np.random.default_rng(1).normal(size=(30, 257)).astype(dtype)
        distances = squareform(pairwise_distances(np.concatenate([vectors, vectors]), metric))
        assert np.diag(distances, 30).tolist() == [0.0] * 30
        assert (distances[:30, :30][~np.eye(30, dtype=bool)] > 0).all()

    @pytest.mark.parametrize("metric", ["cosine", "correlation"])
    def test_cosine_and_correlation_never_leave_0_to_2(self, metric: Metric) -> None:
        vectors = np.random.default_rng(2).normal(size=(40, 7))
        X = np.concatenate([vectors, -vectors, vectors * 3, vectors * -0.1])
        distances = pairwise_distances(X, metric)
        assert distances.min() >= 0.0
        assert distances.max() <= 2.0
        assert distances.max() == pytest.approx(2.0)

    @pytest.mark.parametrize("metric", get_args(Metric))
    @pytest.mark.parametrize("bad", [math.nan, math.inf])
    def test_a_vector_that_is_not_finite_is_refused(self, metric: Metric, bad: float) -> None:
        with pytest.raises(ValueError, match="finite numbers"):
            Dendrogram.from_vectors([[1.0, 2.0], [bad, 1.0]], "average", metric)

    def test_anything_but_a_matrix_is_refused(self) -> None:
        with pytest.raises(ValueError, match="one vector a row"):
            pairwise_distances([1.0, 2.0, 3.0], "euclidean")


class TestCombinations:
    @pytest.mark.parametrize("linkage", EUCLIDEAN_LINKAGES)
    @pytest.mark.parametrize("metric", ["cosine", "cityblock", "correlation"])
    def test_linkages_that_need_euclidean_distances_say_what_is_possible(
        self, linkage: Linkage, metric: Metric
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            Dendrogram.from_vectors([[1.0, 0.0], [0.0, 1.0]], linkage, metric)
        assert str(caught.value) == (
            f"linkage={linkage} needs metric=euclidean, not {metric}; with metric={metric} "
            "these linkages are possible: single, complete, average, weighted"
        )

    def test_all_other_combinations_are_possible(self) -> None:
        for linkage in get_args(Linkage):
            check_combination(linkage, "euclidean")
        for metric in get_args(Metric):
            for linkage in ("single", "complete", "average", "weighted"):
                check_combination(linkage, metric)
                assert Dendrogram.from_vectors(np.eye(3), linkage, metric).n_observations == 3


class TestTruncatedDistances:
    METRICS: tuple[Metric, ...] = ("euclidean", "cosine", "cityblock")

    @settings(deadline=None)
    @given(
        rows=st.integers(1, 9),
        columns=st.integers(1, 12) | st.integers(60, 100),
        copies=st.lists(st.integers(0, 8), max_size=4),
        seed=st.integers(0, 2**32 - 1),
        data=st.data(),
    )
    def test_are_the_distances_of_the_first_coordinates(
        self, rows: int, columns: int, copies: list[int], seed: int, data: st.DataObject
    ) -> None:
        X = np.random.default_rng(seed).normal(size=(rows, columns))
        X = np.concatenate([X, X[[i % rows for i in copies]]])
        dimensions = data.draw(st.lists(st.integers(1, columns), min_size=1))
        steps = list(truncated_distances(X, dimensions, self.METRICS))
        assert [k for k, _ in steps] == sorted(set(dimensions))
        for k, distances in steps:
            assert set(distances) == set(self.METRICS)
            for metric in self.METRICS:
                plain = pairwise_distances(X[:, :k], metric)
                np.testing.assert_allclose(distances[metric], plain, rtol=1e-10, atol=1e-13)
                # Copies are at distance 0, not near it: their merges tie.
                np.testing.assert_array_equal(distances[metric] == 0, plain == 0)
            # What else is asked for changes nothing, not even the last digit.
            ((_, alone),) = truncated_distances(X, [k], self.METRICS)
            for metric in self.METRICS:
                np.testing.assert_array_equal(alone[metric], distances[metric])

    def test_cosines_on_one_coordinate_are_exactly_0_or_2(self) -> None:
        X = np.array([[0.1, 0.0], [0.3, 0.0], [-0.7, 0.0], [1e-5, 0.0]])
        for _, distances in truncated_distances(X, [1, 2], ["cosine"]):
            assert distances["cosine"].tolist() == [0.0, 2.0, 0.0, 2.0, 0.0, 2.0]

    def test_a_vector_without_length_is_at_0_from_another_and_at_1_from_all_else(self) -> None:
        X = np.array([[0.0, 0.0, 3.0], [0.0, 0.0, 3.0], [1.0, 2.0, 0.0]])
        steps = dict(truncated_distances(X, [2, 3], ["cosine"]))
        assert steps[2]["cosine"].tolist() == [0.0, 1.0, 1.0]
        assert steps[3]["cosine"].tolist() == [0.0, 1.0, 1.0]

    def test_what_was_given_out_stays_as_it_was(self) -> None:
        X = np.random.default_rng(3).normal(size=(5, 6))
        given_out = list(truncated_distances(X, [2, 6], self.METRICS))
        for k, distances in given_out:
            for metric in self.METRICS:
                np.testing.assert_allclose(distances[metric], pairwise_distances(X[:, :k], metric))

    def test_of_many_rows_are_those_in_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        X = np.random.default_rng(4).normal(size=(9, 40))
        few = dict(truncated_distances(X, [3, 35], self.METRICS))
        monkeypatch.setattr("dupeval.clustering.distances.MOST_DOUBLE", 8)
        for k, distances in truncated_distances(X, [35, 3], self.METRICS):
            assert set(distances) == set(self.METRICS)
            for metric, many in distances.items():
                assert many.dtype == np.float32
                np.testing.assert_array_equal(many, pairwise_distances(X[:, :k], metric))
                np.testing.assert_allclose(many, few[k][metric], rtol=1e-5)

    @pytest.mark.parametrize("dimensions", [[0], [3], [1, 4]])
    def test_dimensions_that_are_not_there_are_refused(self, dimensions: list[int]) -> None:
        with pytest.raises(ValueError, match=r"dimensions must be in 1\.\.2"):
            list(truncated_distances(np.ones((2, 2)), dimensions, ["euclidean"]))

    def test_correlation_is_refused(self) -> None:
        with pytest.raises(ValueError, match="correlation is no sum"):
            list(truncated_distances(np.ones((2, 2)), [1], ["correlation"]))

    def test_what_is_not_finite_is_refused(self) -> None:
        with pytest.raises(ValueError, match="finite"):
            list(truncated_distances([[np.nan, 1.0]], [1], ["euclidean"]))
