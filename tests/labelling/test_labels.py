"""Labels as they follow from answers."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from label_images import images_of, labels_of, said, same, sha

from dupeval.labelling.answers import Answer, Undo
from dupeval.labelling.images import Images, Shown
from dupeval.labelling.labels import Labels


def test_equal_bytes_are_one_image_in_each_query_apart() -> None:
    found = [Shown("a", sha("x"), ("1.png", "2.png")), Shown("b", sha("x"), ("1.png",))]
    images = Images.of([], found, {"a": "A", "b": "B"})
    assert images.of_query == {"a": (0,), "b": (1,)}


def test_numbers_stay_when_images_come_and_go() -> None:
    before = images_of(3)
    keys = [shown.key for shown in before.all]
    found = [before.all[2], Shown("q0", sha("new"), ("0 new.png",)), before.all[0]]
    after = Images.of(keys, found, {"q0": "Q"})
    assert [shown.sha256 for shown in after.all[:3]] == [shown.sha256 for shown in before.all]
    assert after.of_query == {"q0": (0, 2, 3)}
    assert after.all[1].names == ()


def test_an_image_that_is_there_no_more_still_connects() -> None:
    images = images_of(3)
    gone = Images.of([x.key for x in images.all], [images.all[0], images.all[2]], images.titles)
    labels = Labels(gone, "seed", [same(1, 0, 1), said(2, 1, 2, "same")])
    assert labels.links.together(0, 2)
    assert labels.size(0) == 2
    assert list(labels.together_pairs()) == [(0, 2)]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from("sdcu")), max_size=14)
)
def test_what_is_decided_and_settled_against_looking_at_every_pair(given_pairs) -> None:
    labels = labels_of(6)
    for a, b, key in given_pairs:
        what = {"s": "same", "d": "different", "c": "scene", "u": "unsure"}[key]
        answer = said(labels.next_id, a, b, what)
        if a != b and labels.contradiction(answer) is None:
            labels.add(answer)
    unsure = labels.unsure_classes()
    links = labels.links

    def is_known(a: int, b: int) -> bool:
        roots = sorted((links.of(a), links.of(b)))
        return links.apart(a, b) or tuple(roots) in unsure

    pairs = list(combinations(range(6), 2))
    together = [pair for pair in pairs if links.together(*pair)]
    apart = [pair for pair in pairs if not links.together(*pair) and is_known(*pair)]
    assert labels.n_decided() == (len(together), len(apart))
    assert labels.settled() == {
        i
        for i in range(6)
        if all(links.together(i, j) or is_known(i, j) for j in range(6) if i != j)
    }
    # The same from all events at once.
    again = Labels(labels.images, labels.seed, labels.events)
    assert again.n_decided() == labels.n_decided()


class TestContradiction:
    def test_is_told_with_the_answers_that_say_otherwise(self) -> None:
        labels = labels_of(5, same(1, 0, 1), same(2, 3, 4), said(3, 1, 2, "same"))
        found = labels.contradiction(said(4, 0, 2, "different"))
        assert found is not None
        assert (found.ids, found.fact) == ((1, 3), (0, 2, False))
        assert labels.contradiction(said(4, 0, 3, "different")) is None

    def test_is_none_when_enough_falls(self) -> None:
        labels = labels_of(4, same(1, 0, 1), said(2, 1, 2, "same"), said(3, 0, 2, "same"))
        first = labels.contradiction(said(4, 0, 2, "different"))
        assert first is not None
        assert first.ids == (3,)
        second = labels.contradiction(said(4, 0, 2, "different", falls=(3,)))
        assert second is not None
        assert second.ids == (1, 2)
        answer = said(4, 0, 2, "different", falls=(3, 2))
        assert labels.contradiction(answer) is None
        labels.add(answer)
        assert labels.links.together(0, 1)
        assert labels.links.apart(1, 2)
        labels.add(Undo())
        assert labels.links.together(0, 2)

    def test_within_one_answer(self) -> None:
        labels = labels_of(4, said(1, 1, 2, "different"))
        found = labels.contradiction(same(2, 0, 1, 2, asked="look"))
        assert found is not None
        assert found.ids == (1,)


def test_images_that_missed_a_copy_count_with_all_of_their_photographs() -> None:
    labels = labels_of(6, same(1, 0, 1), same(2, 1, 2, others=(3, 4), asked="look"))
    assert labels.missed == {0, 1, 2}
    assert labels.n_found_pairs == 2


def test_checks_are_counted_but_not_those_that_nobody_could_tell() -> None:
    labels = labels_of(
        5,
        same(1, 0, 1, 2, 3),
        said(2, 0, 1, "same", asked="check"),
        said(3, 0, 2, "unsure", asked="check"),
        said(4, 0, 3, "different", asked="check", falls=(1,)),
    )
    assert set(labels.checked) == {(0, 1), (0, 2), (0, 3)}
    counts = labels.counts(0, labels.settled())
    assert (counts.n_checked, counts.n_wrong) == (2, 1)


def test_who_is_unsure_and_knows_later_is_no_more_unsure() -> None:
    labels = labels_of(4, said(1, 0, 1, "unsure"), said(2, 2, 3, "unsure"), said(3, 0, 1, "scene"))
    assert labels.unsure_classes() == {(2, 3)}


def test_keys_count_also_those_of_answers_taken_back_and_those_of_undoing() -> None:
    labels = labels_of(4, Answer(1, "group", (0, 1), (2,), keys=2))
    labels.add(Undo())
    labels.add(Answer(2, "import", (0, 1), keys=0, photograph="x"))
    assert labels.n_keys == 3


def test_the_order_of_drawing_stays_when_images_are_added() -> None:
    labels, more = Labels(images_of(6), "seed"), Labels(images_of(9), "seed")
    assert [i for i in more.drawn_order() if i < 6] == labels.drawn_order()
    assert Labels(images_of(6), "other").drawn_order() != labels.drawn_order()
