"""Wrong and missed pairs, group by group, and which images tell most."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import Labelled, labelled_query

from dupeval.dataset import Query
from dupeval.metrics import pair_scores
from dupeval.report.galleries import (
    EditLoss,
    Part,
    found_groups,
    losses_by_edit,
    most_telling,
)

LABELLED = st.lists(
    st.tuples(st.sampled_from(["p", "q", "r", "s", ""]), st.integers(0, 4)), min_size=1, max_size=12
).map(lambda pairs: ([p for p, _ in pairs], [label for _, label in pairs]))


def query(slug: str, photographs: str, edits: list[str] | None = None) -> Query:
    images = (
        Labelled(f"{i}.png", Path(f"{slug}/{i}.png"), photograph, edit, f"{slug}{i}")
        for i, (photograph, edit) in enumerate(
            zip(photographs, edits or [""] * len(photographs), strict=True)
        )
    )
    return labelled_query(slug, slug.upper(), images)


class TestFoundGroups:
    def test_a_group_is_split_by_photograph_the_largest_part_first(self) -> None:
        (group,) = found_groups("qpp", [5, 5, 5])
        assert group.parts == (Part("p", (1, 2), 0), Part("q", (0,), 0))
        assert (group.n_images, group.wrong, group.missed) == (3, 2, 0)

    def test_missed_pairs_are_counted_at_both_ends(self) -> None:
        groups = found_groups("pppp", [0, 0, 1, 2])
        assert [(group.n_images, group.missed) for group in groups] == [(2, 4), (1, 3), (1, 3)]

    def test_the_worst_come_first_wrong_before_missed_before_right(self) -> None:
        groups = found_groups("aabbbcdee", [0, 0, 1, 1, 2, 3, 3, 4, 4])
        assert [[part.photograph for part in group.parts] for group in groups] == [
            ["c", "d"],
            ["b"],
            ["b"],
            ["a"],
            ["e"],
        ]

    def test_unlabelled_images_come_last_and_are_neither_wrong_nor_missed(self) -> None:
        first, second = found_groups(["", "", "", "p", "q", "p", ""], [0, 0, 0, 0, 0, 1, 1])
        assert [part.photograph for part in first.parts] == ["p", "q", ""]
        assert (first.n_images, first.wrong, first.missed) == (5, 1, 1)
        assert second.parts == (Part("p", (5,), 1), Part("", (6,), 0))
        assert (second.wrong, second.missed) == (0, 1)

    @given(LABELLED)
    def test_wrong_and_missed_pairs_add_up_to_the_scores(
        self, labelled: tuple[list[str], list[int]]
    ) -> None:
        photographs, labels = labelled
        known = np.array(photographs) != ""
        groups = found_groups(photographs, labels)
        scores = pair_scores(photographs, labels, is_labelled=known)
        assert sum(group.wrong for group in groups) == scores.fp
        assert sum(group.missed for group in groups) == 2 * scores.fn
        images = [image for group in groups for part in group.parts for image in part.images]
        assert sorted(images) == list(range(len(labels)))


class TestLossesByEdit:
    def test_what_is_missed_of_the_copies_with_an_edit_the_largest_share_first(self) -> None:
        of = query("q", "pppr", ["", "crop:0.8+mirror", "crop:0.5", "mirror"])
        assert losses_by_edit([(of, np.array([0, 1, 0, 2]))]) == (
            EditLoss("mirror", 1, 1),
            EditLoss("crop", 1, 2),
        )

    def test_of_equal_shares_the_one_with_more_pairs_comes_first(self) -> None:
        of = query("q", "ppp", ["", "crop:0.8+mirror", "mirror"])
        assert losses_by_edit([(of, np.array([0, 1, 2]))]) == (
            EditLoss("mirror", 2, 2),
            EditLoss("crop", 1, 1),
        )

    def test_queries_are_taken_together(self) -> None:
        one, two = query("1", "pp", ["", "crop:0.8"]), query("2", "pp", ["crop:0.8", ""])
        assert losses_by_edit([(one, np.array([0, 1])), (two, np.array([3, 3]))]) == (
            EditLoss("crop", 1, 2),
        )

    def test_without_edits_there_is_nothing_to_say(self) -> None:
        assert losses_by_edit([(query("1", "pp"), np.array([0, 1]))]) == ()


class TestMostTelling:
    EASY = query("easy", "aabcd")
    # The second partition has the worse group, b with c and d; the first one only c with d.
    GALLERIES = (found_groups("aabcd", [0, 0, 1, 2, 2]), found_groups("aabcd", [0, 0, 1, 1, 1]))

    def test_all_images_where_there_is_room(self) -> None:
        chosen = most_telling([self.EASY], {"easy": self.GALLERIES}, 60, 60)
        assert chosen == {"easy": frozenset(range(5))}

    @pytest.mark.parametrize(("most", "expected"), [(1, {3}), (2, {3, 4}), (3, {2, 3, 4})])
    def test_otherwise_those_of_every_partitions_worst_group_come_first(
        self, most: int, expected: set[int]
    ) -> None:
        chosen = most_telling([self.EASY], {"easy": self.GALLERIES}, most, 60)
        assert chosen == {"easy": expected}

    def test_a_large_group_leaves_room_for_others(self) -> None:
        photographs = "a" * 10 + "b" * 10 + "cd"
        groups = found_groups(photographs, [0] * 20 + [1] * 2)
        chosen = most_telling([query("q", photographs)], {"q": [groups]}, 8, 60)
        assert chosen == {"q": {0, 1, 2, 10, 11, 12, 20, 21}}

    def test_queries_in_which_most_goes_wrong_come_first_when_not_all_have_room(self) -> None:
        hard = query("hard", "aaa")
        galleries = {"easy": self.GALLERIES, "hard": (found_groups("aaa", [0, 1, 2]),) * 3}
        assert most_telling([self.EASY, hard], galleries, 60, 4) == {
            "hard": frozenset({0, 1, 2}),
            "easy": frozenset({3}),
        }
