"""What is known of pairs: which count, which are true, which of one scene."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_pairs import KnownPairs, known_pairs

from dupeval.truth import Classes, Truth, Verdict


def counts(truth: Truth) -> tuple[int, int, int]:
    n, true, scene = map(int, truth.counts)
    return n, true, scene


def test_of_labels_alone_every_pair_counts() -> None:
    truth = Truth.of(list("aab"))
    assert counts(truth) == (3, 1, 0)
    assert truth.scenes is None
    assert not truth.has_withdrawn


def test_of_scenes_different_photographs_make_hard_negatives() -> None:
    # a, a and b lie in g, c in h, d in none: of the pairs of g one is of copies.
    truth = Truth.of(list("aabcd"), None, ["g", "g", "g", "h", ""])
    assert counts(truth) == (10, 1, 2)


@pytest.mark.parametrize(
    ("said", "expected"),
    [("same", (4, 2, 0)), ("different", (4, 1, 0)), ("scene", (4, 1, 1)), ("unsure", (3, 1, 0))],
)
def test_a_verdict_decides_a_pair_with_an_unlabelled_image(
    said: str, expected: tuple[int, int, int]
) -> None:
    verdicts = [Verdict(0, 3, said)]  # type: ignore[arg-type]
    truth = Truth.of(["a", "a", "b", ""], [True, True, True, False], (), verdicts)
    assert counts(truth) == expected
    assert not truth.has_withdrawn


@pytest.mark.parametrize(
    ("said", "expected"),
    [("same", (3, 1, 0)), ("unsure", (2, 0, 0))],
)
def test_of_labelled_images_a_verdict_only_withdraws(
    said: str, expected: tuple[int, int, int]
) -> None:
    truth = Truth.of(list("aab"), None, (), [Verdict(0, 1, said)])  # type: ignore[arg-type]
    assert counts(truth) == expected
    assert truth.has_withdrawn == (said == "unsure")


def test_a_scene_holds_photographs_so_a_verdict_is_of_all_their_copies() -> None:
    # 0 and 1 are a, 2 and 3 are b.
    truth = Truth.of(list("aabbc"), None, (), [Verdict(0, 2, "scene")])
    assert counts(truth) == (10, 2, 4)


def test_copies_are_the_labelled_and_those_that_a_verdict_adds() -> None:
    known = [True, True, False, False, False, True]
    verdicts = [Verdict(1, 2, "same"), Verdict(3, 4, "same"), Verdict(0, 3, "different")]
    truth = Truth.of(["a", "a", "", "", "", "b"], known, (), verdicts)
    assert truth.copies.tolist() == [0, 0, 0, 3, 3, 5]


@given(known_pairs())
def test_pairs_count_one_by_one(known: KnownPairs) -> None:
    truth, n = known.truth, len(known.photographs)
    together = known.counts([0] * n, lenient=False)
    lenient = known.counts([0] * n, lenient=True)
    assert counts(truth) == (sum(together), together[0], together[1] - lenient[1])
    counted, true = truth.of_pairs()
    assert (counted.sum(), true.sum()) == (sum(together), together[0])
    for place, (i, j) in enumerate(combinations(range(n), 2)):
        groups = list(range(n))
        groups[j] = i
        tp, fp, _, _ = known.counts(groups, lenient=False)
        assert (counted[place], true[place]) == (tp + fp == 1, tp == 1)


@given(known_pairs(), st.data())
def test_of_some_images_is_known_what_is_known_of_their_pairs(
    known: KnownPairs, data: st.DataObject
) -> None:
    n = len(known.photographs)
    places = np.flatnonzero(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    whole, some = known.truth, known.truth.only(places)
    matrix = np.zeros((2, n, n), bool)
    matrix[:, *np.triu_indices(n, 1)] = whole.of_pairs()
    above = np.triu_indices(len(places), 1)
    of_some = [part[np.ix_(places, places)][above] for part in matrix]
    np.testing.assert_array_equal(some.of_pairs(), of_some)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=8))
def test_classes_are_what_joins_connect(joins: list[tuple[int, int]]) -> None:
    classes = Classes(7)
    linked = np.eye(7, dtype=int)
    for one, other in joins:
        classes.join(one, other)
        linked[one, other] = linked[other, one] = 1
    reached = np.linalg.matrix_power(linked, 7) > 0
    assert classes.all().tolist() == reached.argmax(axis=1).tolist()


def test_labels_that_are_no_list_are_an_error() -> None:
    with pytest.raises(ValueError, match="one-dimensional"):
        Truth.of([[0, 1]])
