"""Pair scores: of one partition, and of every partition a dendrogram can give."""

import math
from collections import Counter
from dataclasses import astuple
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_pairs import KnownPairs, known_pairs
from sklearn.metrics.cluster import pair_confusion_matrix

from dupeval.clustering import EUCLIDEAN_LINKAGES, Dendrogram, Linkage, Metric
from dupeval.metrics import PairCurve, PairScores, pair_curve, pair_scores
from dupeval.truth import Truth, Verdict

COMBINATIONS: list[tuple[Linkage, Metric]] = [
    ("single", "euclidean"),
    ("single", "cosine"),
    ("complete", "cityblock"),
    ("complete", "correlation"),
    ("average", "cosine"),
    ("average", "euclidean"),
    ("weighted", "cityblock"),
    ("weighted", "correlation"),
    ("centroid", "euclidean"),
    ("median", "euclidean"),
    ("ward", "euclidean"),
]

label_lists = st.lists(st.integers(0, 4), max_size=9)
zero_divisions = st.sampled_from([0.0, 1.0])


def scored(tp: int, fp: int, fn: int, tn: int, *scores: float) -> PairScores:
    return PairScores(tp, fp, fn, tn, *scores)


class TestPairScores:
    def test_every_pair_is_counted_once(self) -> None:
        # Pairs: 01 TP, 02 FN, 12 FN, 23 FP, all the others of the ten TN.
        assert pair_scores([0, 0, 0, 1, 2], [0, 0, 1, 1, 2]) == scored(
            1, 1, 2, 6, 1 / 2, 1 / 3, 2 / 5
        )

    def test_a_perfect_partition_scores_one(self) -> None:
        assert pair_scores([0, 0, 1, 1, 1], [7, 7, 3, 3, 3]) == scored(4, 0, 0, 6, 1.0, 1.0, 1.0)

    def test_all_together_finds_every_pair_and_claims_all_the_others_too(self) -> None:
        assert pair_scores([0, 0, 1, 1], [0, 0, 0, 0]) == scored(2, 4, 0, 0, 1 / 3, 1.0, 1 / 2)

    def test_all_alone_finds_nothing_and_its_precision_is_zero_division(self) -> None:
        assert pair_scores([0, 0, 1], [0, 1, 2]) == scored(0, 0, 1, 2, 0.0, 0.0, 0.0)
        assert pair_scores([0, 0, 1], [0, 1, 2], zero_division=1) == scored(
            0, 0, 1, 2, 1.0, 0.0, 0.0
        )

    def test_with_nothing_to_find_and_something_claimed_recall_is_zero_division(self) -> None:
        assert pair_scores([0, 1, 2], [0, 0, 1]) == scored(0, 1, 0, 2, 0.0, 0.0, 0.0)
        assert pair_scores([0, 1, 2], [0, 0, 1], zero_division=1) == scored(
            0, 1, 0, 2, 0.0, 1.0, 0.0
        )

    @pytest.mark.parametrize("zero_division", [0, 1])
    def test_nothing_to_find_and_nothing_claimed_scores_one_whatever_zero_division(
        self, zero_division: float
    ) -> None:
        assert pair_scores([0, 1, 2], [5, 4, 3], zero_division) == scored(0, 0, 0, 3, 1, 1, 1)

    @pytest.mark.parametrize("labels", [[], ["a"]], ids=["no image", "one image"])
    @pytest.mark.parametrize("zero_division", [0, 1])
    def test_without_a_pair_all_counts_are_zero_and_all_scores_one(
        self, labels: list[str], zero_division: float
    ) -> None:
        assert pair_scores(labels, labels, zero_division) == scored(0, 0, 0, 0, 1, 1, 1)

    def test_labels_are_strings_or_integers_in_any_mixture_of_the_two_sides(self) -> None:
        for true in ([1, 1, 2, 2], ["사진", "사진", "b", "b"], np.array(["x", "x", "yy", "yy"])):
            for predicted in ([0, 0, 1, 1], ["p", "p", "q", "q"]):
                assert pair_scores(true, predicted) == scored(2, 0, 0, 4, 1.0, 1.0, 1.0)
        assert pair_scores(["a", "a", "b", "b", "c"], [3, 3, 3, 4, 5]) == scored(
            1, 2, 1, 6, 1 / 3, 1 / 2, 2 / 5
        )

    def test_strings_that_begin_alike_are_different_labels(self) -> None:
        assert pair_scores(["photo_1", "photo_10"], [0, 0]).fp == 1

    def test_counts_are_python_integers_and_scores_python_floats(self) -> None:
        assert [type(x) for x in astuple(pair_scores(np.array([0, 0]), np.array([1, 1])))] == (
            [int] * 4 + [float] * 3
        )

    @pytest.mark.parametrize(
        ("true", "predicted", "message"),
        [
            ([[0, 1]], [0, 1], r"one-dimensional, not of shape \(1, 2\)"),
            ([0, 1], [[0], [1]], r"one-dimensional, not of shape \(2, 1\)"),
            (3, [0], "one-dimensional"),
            ([0, 1, 2], [0, 1], "3 true labels but 2 predicted labels"),
        ],
    )
    def test_labels_of_another_shape_are_errors(
        self, true: object, predicted: object, message: str
    ) -> None:
        with pytest.raises(ValueError, match=message):
            pair_scores(true, predicted)  # type: ignore[arg-type]

    @settings(deadline=None, max_examples=150)
    @given(st.data(), label_lists, zero_divisions)
    def test_it_equals_a_count_over_all_combinations(
        self, data: st.DataObject, true: list[int], zero_division: float
    ) -> None:
        n = len(true)
        predicted = data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
        pairs = Counter(
            (true[i] == true[j], predicted[i] == predicted[j]) for i, j in combinations(range(n), 2)
        )
        tp, fp = pairs[True, True], pairs[False, True]
        fn, tn = pairs[True, False], pairs[False, False]

        def ratio(part: float, whole: float) -> float:
            if tp + fp + fn == 0:
                return 1.0
            return part / whole if whole else zero_division

        assert pair_scores(true, predicted, zero_division) == PairScores(
            *(tp, fp, fn, tn),
            precision=ratio(tp, tp + fp),
            recall=ratio(tp, tp + fn),
            f1=ratio(2 * tp, 2 * tp + fp + fn),
        )

    @settings(deadline=None, max_examples=50)
    @given(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=9),
        st.permutations(range(5)),
        st.permutations("abcde"),
    )
    def test_the_names_of_labels_do_not_matter(
        self, labels: list[tuple[int, int]], new_true: list[int], new_predicted: list[str]
    ) -> None:
        true, predicted = [t for t, _ in labels], [p for _, p in labels]
        assert pair_scores(true, predicted) == pair_scores(
            [new_true[t] for t in true], [new_predicted[p] for p in predicted]
        )

    def test_it_agrees_with_sklearn_which_counts_every_pair_twice(self) -> None:
        rng = np.random.default_rng(0)
        true, predicted = rng.integers(0, 12, 200), rng.integers(0, 9, 200)
        scores = pair_scores(true, predicted)
        twice = pair_confusion_matrix(true, predicted)
        assert [[scores.tn, scores.fp], [scores.fn, scores.tp]] == (twice // 2).tolist()
        assert scores.fp != scores.fn

    def test_pairs_with_an_unlabelled_image_are_not_counted(self) -> None:
        # Of 0, 1, 3 and 4: 01 TP, 34 FN, the others TN; 2 and 5 are in groups and not counted.
        known = np.array([True, True, False, True, True, False])
        scores = pair_scores(Truth.of([0, 0, 9, 1, 1, 9], known), [5, 5, 5, 6, 7, 7])
        assert scores == scored(1, 0, 1, 4, 1.0, 1 / 2, 2 / 3)

    @settings(deadline=None, max_examples=100)
    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=9))
    def test_with_unlabelled_images_it_counts_the_combinations_of_labelled_ones(
        self, images: list[tuple[int, int, bool]]
    ) -> None:
        true, predicted, known = (np.array([image[i] for image in images], int) for i in range(3))
        pairs = Counter(
            (one[0] == other[0], one[1] == other[1])
            for one, other in combinations(images, 2)
            if one[2] and other[2]
        )
        scores = pair_scores(Truth.of(true, known), predicted)
        assert (scores.tp, scores.fp) == (pairs[True, True], pairs[False, True])
        assert (scores.fn, scores.tn) == (pairs[True, False], pairs[False, False])


# Merges: {0, 1} and {2, 3} at 1, {0, 1, 2, 3} at 4, all at 9.
TREE = Dendrogram(np.array([[0, 1], [2, 3], [5, 6], [4, 7]]), np.array([1.0, 1.0, 4.0, 9.0]))


class TestPairCurve:
    def test_it_has_one_step_for_each_distinct_height_and_one_below_all(self) -> None:
        curve = pair_curve(TREE, ["a", "a", "a", "b", "b"])
        assert curve.thresholds.tolist() == [-math.inf, 1.0, 4.0, 9.0]
        assert curve.tp.tolist() == [0, 1, 3, 4]
        assert curve.fp.tolist() == [0, 1, 3, 6]
        assert curve.fn.tolist() == [4, 3, 1, 0]
        assert curve.tn.tolist() == [6, 5, 3, 0]
        assert curve.precision.tolist() == [0.0, 1 / 2, 1 / 2, 4 / 10]
        assert curve.recall.tolist() == [0.0, 1 / 4, 3 / 4, 1.0]
        assert curve.f1.tolist() == [0.0, 2 / 6, 6 / 10, 8 / 14]

    def test_a_step_holds_from_its_threshold_up_to_just_below_the_next(self) -> None:
        curve = pair_curve(TREE, [0, 0, 0, 1, 1])
        just_below = math.nextafter(4.0, 0.0)
        thresholds = [-math.inf, 0.0, 1.0, just_below, 4.0, 9.0, 1e9]
        assert curve.steps_at(thresholds).tolist() == [0, 0, 1, 1, 2, 3, 3]
        assert curve.at(just_below) == curve[1] == scored(1, 1, 3, 5, 1 / 2, 1 / 4, 2 / 6)
        assert curve.at(4.0) == curve[2] == scored(3, 3, 1, 3, 1 / 2, 3 / 4, 6 / 10)

    def test_it_is_a_sequence_of_the_scores_of_its_steps(self) -> None:
        curve = pair_curve(TREE, [0, 0, 0, 1, 1])
        assert len(curve) == 4
        assert list(curve) == [curve[0], curve[1], curve[2], curve[3]]
        assert curve[0] == scored(0, 0, 4, 6, 0.0, 0.0, 0.0)

    def test_zero_division_is_that_of_pair_scores(self) -> None:
        assert pair_curve(TREE, [0, 0, 0, 1, 1], zero_division=1).precision[0] == 1.0
        assert pair_curve(TREE, [0, 1, 2, 3, 4], zero_division=0).recall.tolist() == [1, 0, 0, 0]
        assert pair_curve(TREE, [0, 1, 2, 3, 4], zero_division=1).recall.tolist() == [1, 1, 1, 1]

    def test_one_image_has_one_cut(self) -> None:
        curve = pair_curve(Dendrogram.from_vectors([[1.0, 2.0]]), ["a"])
        assert curve.thresholds.tolist() == [-math.inf]
        assert list(curve) == [scored(0, 0, 0, 0, 1, 1, 1)]
        assert curve.at(5.0) == curve.at(-math.inf) == curve[0]

    def test_of_a_partition_without_a_threshold_holds_at_any(self) -> None:
        scores = pair_scores([0, 0, 0, 1, 1], [0, 0, 1, 1, 2])
        curve = PairCurve.of_partition(scores)
        assert list(curve) == [scores] == [scored(1, 1, 3, 5, 1 / 2, 1 / 4, 2 / 6)]
        assert len(curve) == 1
        assert math.isnan(curve.thresholds[0])
        for threshold in (math.nan, -math.inf, -1.0, 0.0, 7.0, math.inf):
            assert curve.at(threshold) == scores
        assert curve.f1[curve.steps_at([math.nan, 0.0])].tolist() == [scores.f1] * 2

    def test_of_a_partition_with_nothing_to_find_and_nothing_claimed_is_perfect(self) -> None:
        scores = pair_scores([0, 1], [0, 1])
        assert list(PairCurve.of_partition(scores)) == [scores] == [scored(0, 0, 0, 1, 1, 1, 1)]

    def test_within_reach_ends_before_the_merges_that_no_threshold_makes(self) -> None:
        endless = math.inf
        tree = Dendrogram(TREE.merges, np.array([1.0, 1.0, endless, endless]))
        whole = pair_curve(tree, [0, 0, 0, 1, 1], zero_division=1)
        curve = whole.within_reach()
        assert whole.thresholds.tolist() == [-endless, 1.0, endless]
        assert curve.thresholds.tolist() == [-endless, 1.0]
        assert list(curve) == [whole[0], whole[1]]
        assert curve.at(1e300) == curve.at(endless) == scored(1, 1, 3, 5, 1 / 2, 1 / 4, 2 / 6)
        assert curve.zero_division == 1
        assert curve.precision[0] == 1.0

    def test_where_nothing_is_out_of_reach_it_stays_as_it_is(self) -> None:
        curve = pair_curve(TREE, [0, 0, 0, 1, 1])
        assert curve.within_reach() is curve
        partition = PairCurve.of_partition(pair_scores([0, 0, 1], [0, 0, 0]))
        assert partition.within_reach() is partition

    def test_an_inversion_is_no_cut_of_its_own(self) -> None:
        # Points 0 and 1 merge at 1; their centroid is only 0.9 away from point 2.
        dendrogram = Dendrogram.from_vectors(
            [[0.0, 0.0], [1.0, 0.0], [0.5, 0.9]], "centroid", "euclidean"
        )
        curve = pair_curve(dendrogram, [0, 0, 1])
        assert curve.thresholds.tolist() == [-math.inf, 1.0]
        assert curve.tp.tolist() == [0, 1]
        assert curve.fp.tolist() == [0, 2]

    @pytest.mark.parametrize("labels", [[0, 0, 1, 1], [0, 0, 1, 1, 2, 2], []])
    def test_another_number_of_labels_than_of_observations_is_an_error(
        self, labels: list[int]
    ) -> None:
        with pytest.raises(ValueError, match=f"{len(labels)} true labels but 5 observations"):
            pair_curve(TREE, labels)

    def test_labels_that_are_no_list_are_an_error(self) -> None:
        with pytest.raises(ValueError, match="one-dimensional"):
            pair_curve(TREE, [[0, 0, 0, 1, 1]])

    @pytest.mark.parametrize(("linkage", "metric"), COMBINATIONS)
    @settings(deadline=None, max_examples=40)
    @given(data=st.data())
    def test_every_step_scores_as_the_dendrogram_cut_there(
        self, linkage: Linkage, metric: Metric, data: st.DataObject
    ) -> None:
        # Few different coordinates: equal vectors, and merges of equal height, are common.
        vector = st.tuples(*[st.sampled_from([-1.0, 0.0, 1.0, 2.0])] * 3)
        X = data.draw(st.lists(vector, min_size=1, max_size=9))
        labels = data.draw(st.lists(st.integers(0, 3), min_size=len(X), max_size=len(X)))
        zero_division = data.draw(zero_divisions)
        dendrogram = Dendrogram.from_vectors(X, linkage, metric)
        curve = pair_curve(dendrogram, labels, zero_division)
        heights = dendrogram.heights
        assert len(curve) == len(curve.thresholds) == 1 + len(set(heights.tolist()))
        assert (np.diff(curve.thresholds) > 0).all()
        assert curve.thresholds.tolist() == [-math.inf, *sorted(set(heights.tolist()))]
        middles = (heights[:-1] + heights[1:]) / 2
        for threshold in [-math.inf, -1.0, *heights, *middles, math.inf]:
            expected = pair_scores(labels, dendrogram.cut(threshold), zero_division)
            assert curve.at(threshold) == expected

    def test_unlabelled_images_merge_and_are_not_counted(self) -> None:
        # 2, between, is unlabelled: {3} and all others are one at 4, with 0 and 1 alone counted.
        known = np.array([True, True, False, True, True])
        curve = pair_curve(TREE, Truth.of(["a", "a", "", "b", "b"], known))
        assert curve.thresholds.tolist() == [-math.inf, 1.0, 4.0, 9.0]
        assert curve.tp.tolist() == [0, 1, 1, 2]
        assert curve.fp.tolist() == [0, 0, 2, 4]
        assert curve.fn.tolist() == [2, 1, 1, 0]
        assert curve.tn.tolist() == [4, 4, 2, 0]

    @settings(deadline=None, max_examples=100)
    @given(st.data())
    def test_with_unlabelled_images_every_cut_of_the_tree_of_all_scores_the_labelled_ones(
        self, data: st.DataObject
    ) -> None:
        coordinates = st.tuples(*[st.sampled_from([-1.0, 0.0, 1.0, 2.0])] * 2)
        image = st.tuples(coordinates, st.sampled_from(["", "a", "b"]))
        images = data.draw(st.lists(image, min_size=1, max_size=9))
        photographs = np.array([photograph for _, photograph in images])
        known = photographs != ""
        tree = Dendrogram.from_vectors([vector for vector, _ in images], "average", "euclidean")
        curve = pair_curve(tree, Truth.of(photographs, known))
        assert curve.thresholds.tolist() == [-math.inf, *sorted(set(tree.heights.tolist()))]
        for threshold in [-math.inf, *tree.heights, math.inf]:
            groups = tree.cut(threshold)
            assert curve.at(threshold) == pair_scores(photographs[known], groups[known])

    def test_pairs_of_one_scene_and_unsure_ones_come_off_at_the_merge_that_joins_them(self) -> None:
        # Images 0 and 1 are a, 2 is b of the same scene, 3 and 4 are c and d; 2 and 3 are unsure.
        truth = Truth.of(list("aabcd"), None, [*"ggg", "", ""], [Verdict(2, 3, "unsure")])
        strict, lenient = (pair_curve(TREE, truth, lenient=x) for x in (False, True))
        assert strict.tp.tolist() == lenient.tp.tolist() == [0, 1, 1, 1]
        assert strict.fp.tolist() == [0, 0, 4, 8]
        assert lenient.fp.tolist() == [0, 0, 2, 6]
        assert strict.tn.tolist() == [8, 8, 4, 0]
        assert lenient.tn.tolist() == [6, 6, 4, 0]

    @settings(deadline=None, max_examples=150)
    @given(known_pairs(), st.sampled_from(COMBINATIONS), st.booleans(), st.data())
    def test_every_cut_counts_the_pairs_of_which_something_is_known_one_by_one(
        self,
        known: KnownPairs,
        how: tuple[Linkage, Metric],
        lenient: bool,
        data: st.DataObject,
    ) -> None:
        vector = st.tuples(*[st.sampled_from([-1.0, 0.0, 1.0, 2.0])] * 3)
        n = len(known.photographs)
        X = data.draw(st.lists(vector, min_size=n, max_size=n))
        tree = Dendrogram.from_vectors(X, *how)
        curve = pair_curve(tree, known.truth, lenient=lenient)
        for threshold in [-math.inf, *tree.heights, math.inf]:
            groups = tree.cut(threshold)
            expected = known.counts(groups.tolist(), lenient)
            assert curve.at(threshold) == PairScores.from_counts(*expected)
            assert curve.at(threshold) == pair_scores(known.truth, groups, lenient=lenient)

    def test_all_linkages_and_metrics_are_among_the_combinations(self) -> None:
        assert {linkage for linkage, _ in COMBINATIONS} >= set(EUCLIDEAN_LINKAGES)
        assert len({linkage for linkage, _ in COMBINATIONS}) == 7
        assert len({metric for _, metric in COMBINATIONS}) == 4
