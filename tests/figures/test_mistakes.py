"""Wrong and missed pairs, group by group, and which images tell most."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_pairs import KnownPairs, known_pairs
from labelled import Labelled, labelled_query

from dupeval.dataset import Query
from dupeval.figures.groups import mistakes_of
from dupeval.figures.mistakes import GroupPart, found_groups, most_telling
from dupeval.metrics import pair_scores
from dupeval.truth import Truth

LABELLED = st.lists(
    st.tuples(st.sampled_from(["p", "q", "r", "s", ""]), st.integers(0, 4)), min_size=1, max_size=12
).map(lambda pairs: ([p for p, _ in pairs], [label for _, label in pairs]))


def query(slug: str, photographs: str) -> Query:
    images = (
        Labelled(f"{i}.png", Path(f"{slug}/{i}.png"), photograph, "", f"{slug}{i}")
        for i, photograph in enumerate(photographs)
    )
    return labelled_query(slug, slug.upper(), images)


class TestFoundGroups:
    def test_a_group_is_split_by_photograph_the_largest_part_first(self) -> None:
        (group,) = found_groups("qpp", [5, 5, 5])
        assert group.parts == (GroupPart("p", (1, 2), 0), GroupPart("q", (0,), 0))
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
        assert (first.n_images, first.n_labelled, first.wrong, first.missed) == (5, 2, 1, 1)
        assert second.parts == (GroupPart("p", (5,), 1), GroupPart("", (6,), 0))
        assert (second.wrong, second.missed) == (0, 1)

    @given(LABELLED)
    def test_wrong_and_missed_pairs_add_up_to_the_scores(
        self, labelled: tuple[list[str], list[int]]
    ) -> None:
        photographs, labels = labelled
        groups = found_groups(photographs, labels)
        scores = pair_scores(Truth.of(photographs, np.array(photographs) != ""), labels)
        assert sum(group.wrong for group in groups) == scores.fp
        assert sum(group.missed for group in groups) == 2 * scores.fn
        images = [image for group in groups for part in group.parts for image in part.images]
        assert sorted(images) == list(range(len(labels)))

    @given(known_pairs(), st.data())
    def test_verdicts_and_scenes_change_them_as_they_change_the_scores(
        self, known: KnownPairs, data: st.DataObject
    ) -> None:
        n = len(known.photographs)
        labels = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
        groups = found_groups(known.photographs, labels, known.truth)
        strict, lenient = (known.counts(labels, lenient) for lenient in (False, True))
        assert sum(group.wrong for group in groups) == strict[1]
        assert sum(group.missed for group in groups) == 2 * strict[2]
        assert sum(group.same_scene for group in groups) == strict[1] - lenient[1]
        everything = frozenset(range(n))
        ends = [counts for group in groups for counts in mistakes_of(group, everything).values()]
        assert [sum(end) for end in zip(*ends, strict=True)] == [2 * strict[1], 2 * strict[2]]

    @given(LABELLED)
    def test_of_each_image_those_it_is_wrongly_with_and_those_it_misses_are_counted(
        self, labelled: tuple[list[str], list[int]]
    ) -> None:
        photographs, labels = labelled
        everything = frozenset(range(len(labels)))
        for group in found_groups(photographs, labels):
            for i, counts in mistakes_of(group, everything).items():
                together = [label == labels[i] for label in labels]
                same = [photograph == photographs[i] for photograph in photographs]
                both = [
                    pair
                    for *pair, other in zip(together, same, photographs, strict=True)
                    if other and photographs[i]
                ]
                both = list(map(tuple, both))
                assert counts == (both.count((True, False)), both.count((False, True)))


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
