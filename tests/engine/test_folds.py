"""What is left out together: queries, folds of many queries, photographs of a single one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import dataset_of

from dupeval.engine.folds import Folds, folds_of
from dupeval.truth import Verdict

NOTHING: frozenset[int] = frozenset()


def queries(n: int) -> Any:
    return dataset_of(*["ab"] * n)


class TestOfQueries:
    @pytest.mark.parametrize("n", [2, 9, 20])
    def test_up_to_twenty_are_left_out_one_by_one(self, n: int) -> None:
        folds = folds_of(queries(n))
        assert folds.members == tuple(frozenset({q}) for q in range(n))
        assert folds.alone
        assert folds.note is None
        assert folds.others(frozenset({1})) == [q for q in range(n) if q != 1]

    def test_more_of_them_make_ten_folds(self) -> None:
        folds = folds_of(queries(21))
        assert sorted(map(len, folds.members)) == [2] * 9 + [3]
        assert folds.note == "21 queries are left out in 10 folds"

    @given(st.integers(2, 40), st.integers(2, 45), st.integers(0, 3))
    def test_each_query_is_in_one_fold_whatever_the_number(
        self, n: int, n_folds: int, seed: int
    ) -> None:
        folds = folds_of(queries(n), n_folds, seed)
        assert sorted(q for fold in folds.members for q in fold) == list(range(n))
        sizes = [len(fold) for fold in folds.members]
        assert len(sizes) == min(n, n_folds)
        assert max(sizes) - min(sizes) <= 1
        assert all(q in folds.with_query(q) for q in range(n))

    def test_nothing_is_chosen_on_queries_without_a_pair_of_labelled_images(self) -> None:
        folds = folds_of(dataset_of("ab", ["a", ""], "ab", "ab"))
        assert folds.unscored == {1}
        assert [folds.others(fold) for fold in folds.members] == [[2, 3], [0, 2, 3], [0, 3], [0, 2]]

    @given(st.integers(0, 20))
    def test_two_that_are_scored_are_in_different_folds(self, seed: int) -> None:
        folds = folds_of(dataset_of("ab", *[["", ""]] * 9, "ab"), 3, seed)
        assert sorted(q for fold in folds.members for q in fold) == list(range(11))
        assert folds.with_query(0) != folds.with_query(10)
        assert folds.others(folds.with_query(0)) == [10]

    def test_the_seed_deals_them_out(self) -> None:
        one, same, other = (folds_of(queries(30), seed=seed).members for seed in (1, 1, 2))
        assert one == same != other

    @pytest.mark.parametrize(
        ("scope", "query", "hidden", "seen"),
        [
            # The scored query's fold is hidden; the others are seen through the same fit.
            ("others", 0, {0, 2}, {1, 3}),
            ("others", 1, {0, 2}, {1, 3}),
            ("others", 3, {0, 2}, {1, 3}),
            ("others", 0, set(), {1, 3}),
            ("others", 1, set(), {0, 2}),
            ("dataset", 0, {0, 2}, {0, 1, 3}),
            ("dataset", 1, {0, 2}, {1, 3}),
            ("query", 1, {0, 2}, {1}),
            ("none", 1, {0, 2}, set()),
        ],
    )
    def test_what_a_fit_sees(
        self, scope: Any, query: int, hidden: set[int], seen: set[int]
    ) -> None:
        folds = Folds((frozenset({0, 2}), frozenset({1, 3})), 4)
        assert folds.seen(scope, query, frozenset(hidden)) == seen


class TestOfPhotographs:
    def fold_sizes(self, photographs: Sequence[str], n_folds: int | None = None) -> list[str]:
        folds = folds_of(dataset_of(photographs), n_folds)
        assert folds.of_image is not None
        return [
            "".join(sorted(np.array(list(photographs))[folds.images(fold)]))
            for fold in folds.members
        ]

    def test_copies_of_one_are_in_one_fold_and_those_with_most_are_dealt_first(self) -> None:
        first, second = self.fold_sizes("abcaabbddcz", 2)
        assert sorted(set(first) | set(second)) == list("abcdz")
        assert set(first).isdisjoint(second)
        # a and b have three copies each, c and d two.
        assert [sum(x in part for x in "ab") for part in (first, second)] == [1, 1]
        assert [sum(x in part for x in "cd") for part in (first, second)] == [1, 1]

    def test_there_are_at_most_ten_and_as_many_as_photographs(self) -> None:
        assert len(self.fold_sizes("abcdefghijklmnop")) == 10
        assert len(self.fold_sizes("aabbc")) == 3

    def test_unlabelled_images_are_dealt_out_one_by_one_and_make_no_fold(self) -> None:
        folds = folds_of(dataset_of(["", "a", "", "b", "a", "", ""]))
        assert len(folds) == 2
        assert folds.of_image is not None
        assert folds.of_image[[0, 2, 5, 6]].tolist() == [0, 1, 0, 1]
        assert folds.of_image[1] == folds.of_image[4] != folds.of_image[3]
        assert len(folds_of(dataset_of(["a", "a", "", ""]))) == 1

    def test_unlabelled_images_that_a_verdict_calls_copies_are_in_their_fold(self) -> None:
        dataset = dataset_of(["a", "b", "c", "d", "", "", "", ""])
        # 4 is d's copy, 5 is 6's, of no photograph that has a name; nobody knows of 7.
        said = (Verdict(3, 4, "same"), Verdict(5, 6, "same"), Verdict(6, 7, "different"))
        (query,) = dataset.queries
        folds = folds_of(replace(dataset, queries=(replace(query, verdicts=said),)), 5)
        assert folds.of_image is not None
        of = folds.of_image.tolist()
        assert (of[4], of[5]) == (of[3], of[6])
        assert len(folds) == len({of[i] for i in (0, 1, 2, 3, 5)}) == 5
        assert of[7] == 0

    def test_what_a_fit_sees_are_the_other_folds(self) -> None:
        folds = folds_of(dataset_of("aabbc"))
        one, everything = frozenset({1}), frozenset({0, 1, 2})
        assert folds.seen("others", 0, one) == {0, 2}
        assert folds.seen("others", 0, NOTHING) == NOTHING
        assert folds.seen("query", 0, one) == folds.seen("dataset", 0, one) == everything
        assert folds.n_images(everything - one, [5]) == 5 - len(folds.images(one))
        assert folds.note is not None
        assert "there is no interval" in folds.note
