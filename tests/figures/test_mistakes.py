"""Wrong and missed pairs of a partition, image by image."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from labelled import Labelled, labelled_query

from dupeval.figures.mistakes import Mistakes, Part
from dupeval.metrics import pair_scores


def mistakes(photographs: Sequence[str], groups: list[int]) -> Mistakes:
    """Make the mistakes of images called 0, 1, ... that show these photographs."""
    images = [Labelled(str(i), Path(str(i)), p) for i, p in enumerate(photographs)]
    partition = {str(i): group for i, group in enumerate(groups)}
    return Mistakes.of(labelled_query("q", "q", images), partition)


def test_by_hand() -> None:
    # p p q together, p alone, r alone.
    found = mistakes("qpppr", [5, 5, 5, 7, 1])
    assert found.groups == ((1, 2, 0), (3,), (4,))
    assert found.wrong == (2, 1, 1, 0, 0)
    assert found.missed == (0, 1, 1, 2, 0)
    assert (found.scores.tp, found.scores.fp, found.scores.fn) == (1, 2, 2)


def test_unlabelled_images_are_neither_wrong_nor_missed_and_come_last() -> None:
    found = mistakes(["", "", "", "p", "q", "p", ""], [5, 5, 5, 5, 5, 7, 7])
    assert found.groups == ((3, 4, 0, 1, 2), (5, 6))
    assert found.wrong == (0, 0, 0, 1, 1, 0, 0)
    assert found.missed == (0, 0, 0, 1, 0, 1, 0)
    assert (found.scores.tp, found.scores.fp, found.scores.fn, found.scores.tn) == (0, 1, 1, 1)


@given(st.lists(st.tuples(st.sampled_from("pqr"), st.integers(0, 3)), min_size=1, max_size=8))
def test_each_pair_counts_for_both_its_images(images: list[tuple[str, int]]) -> None:
    photographs, groups = zip(*images, strict=True)
    found = mistakes("".join(photographs), list(groups))
    wrong, missed = Counter[int](), Counter[int]()
    for i, j in combinations(range(len(images)), 2):
        same, together = photographs[i] == photographs[j], groups[i] == groups[j]
        wrong.update([i, j] if together and not same else [])
        missed.update([i, j] if same and not together else [])
    assert found.wrong == tuple(wrong[i] for i in range(len(images)))
    assert found.missed == tuple(missed[i] for i in range(len(images)))
    assert found.scores == pair_scores(photographs, groups)
    assert sum(found.wrong) == 2 * found.scores.fp
    assert sum(found.missed) == 2 * found.scores.fn
    assert sorted(i for group in found.groups for i in group) == list(range(len(images)))


class TestWhatIsShown:
    def test_all_of_it_where_there_is_room(self) -> None:
        found = mistakes("ppq", [0, 0, 1])
        assert found.parts(3, 1) == [Part((0, 1), 2), Part((2,), 1)]

    def test_else_groups_with_most_mistakes_and_of_them_different_photographs(self) -> None:
        found = mistakes("ssssppppqrr", [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 3])
        # Groups: four s, right; p p p p q, four wrong pairs; r and r, one missed pair.
        assert found.parts(4, 2) == [Part((4, 8), 5), Part((9,), 1), Part((10,), 1)]
        assert found.parts(1, 2) == [Part((8,), 5)]
