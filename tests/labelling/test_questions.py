"""What is asked, in which order, and when nothing more is."""

from collections import Counter
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_images import images_of, known, labels_of, proposals_by, said, same

from dupeval.errors import SettingsError
from dupeval.labelling.answers import Answer
from dupeval.labelling.labels import Labels
from dupeval.labelling.questions import CHECKS, MOST_SHOWN, PATIENCE, Plan, Question, Reply
from dupeval.labelling.simulation import (
    Known,
    is_true,
    judged,
    simulate,
    true_reply,
    without_wrong,
)


def by(photographs: str, near: float = 0.1, far: float = 0.9):
    """Give distances that tell photographs apart."""
    return lambda a, b: near if photographs[a] == photographs[b] else far


def asked(labels: Labels, proposals) -> list[Question]:
    return list(Plan(labels, proposals).questions())


class TestGroups:
    def test_are_proposed_at_a_strict_cut_and_two_are_a_pair(self) -> None:
        labels = labels_of(6)
        # At .45 they are together by the method's cut of .5, and not by the strict one of .4.
        proposals = proposals_by(
            labels.images,
            lambda a, b: {(3, 4): 0.3, (4, 5): 0.45}.get((a, b), 0.2 if b < 3 else 0.9),
        )
        first, second, *_ = asked(labels, proposals)
        assert (first.asked, first.images) == ("group", (0, 1, 2))
        assert (second.asked, second.images, second.proposed) == ("pair", (3, 4), True)

    def test_one_image_stands_for_those_that_are_together_already(self) -> None:
        labels = labels_of(4, same(1, 0, 1))
        question = asked(labels, proposals_by(labels.images, by("aaaa")))[0]
        assert question.images == (0, 2, 3)

    def test_those_taken_out_are_proposed_among_themselves(self) -> None:
        labels = labels_of(4, same(1, 0, 1, others=(2, 3)))
        question = asked(labels, proposals_by(labels.images, by("aaaa")))[0]
        assert (question.asked, question.images) == ("pair", (2, 3))

    def test_a_large_one_is_shown_in_parts(self) -> None:
        labels = labels_of(MOST_SHOWN + 5)
        proposals = proposals_by(labels.images, lambda *_: 0.1)
        questions = [q for q in asked(labels, proposals) if q.asked == "group"]
        assert [len(q.images) for q in questions] == [MOST_SHOWN, 5]
        simulate(labels, proposals, known("a" * (MOST_SHOWN + 5)))
        assert len(labels.classes_of("q0")) == 1

    def test_images_of_different_queries_are_never_compared(self) -> None:
        images = images_of(3, 3)
        labels = Labels(images, "seed")
        questions = asked(labels, proposals_by(images, lambda *_: 0.1))
        query = [shown.query for shown in images.all]
        assert all(len({query[i] for i in q.images}) == 1 for q in questions)


class TestPairs:
    def test_those_nearest_to_the_cut_come_first_one_for_two_photographs(self) -> None:
        far = {(0, 2): 0.7, (0, 3): 0.47, (1, 2): 0.6, (2, 3): 0.52}
        labels = labels_of(4, same(1, 0, 1))
        proposals = proposals_by(labels.images, lambda a, b: far.get((a, b), 0.9))
        pairs = [q for q in asked(labels, proposals) if q.asked == "pair"]
        assert [(q.images, q.distance) for q in pairs] == [
            ((2, 3), 0.52), ((0, 3), 0.47), ((1, 2), 0.6)
        ]  # fmt: skip

    def test_end_when_several_in_a_row_are_no_copies(self) -> None:
        labels = labels_of(30)
        proposals = proposals_by(labels.images, lambda a, b: 0.51 + abs(a - b) / 100)
        for at in range(PATIENCE):
            question = Plan(labels, proposals).next()
            assert question is not None
            assert (at, question.asked) == (at, "pair")
            labels.add(question.answer(labels.next_id, Reply("different"), "sums"))
        assert all(q.asked != "pair" for q in asked(labels, proposals))
        # Another method begins anew.
        other = proposals_by(labels.images, lambda a, b: 0.51 + abs(a - b) / 100, method="other")
        assert asked(labels, other)[0].asked == "pair"

    def test_what_is_below_the_cut_is_asked_all_the_same(self) -> None:
        tired = [said(i, i, i + 1, "different", method="sums", distance=0.6) for i in range(1, 7)]
        labels = labels_of(12, *tired)
        proposals = proposals_by(labels.images, lambda a, b: 0.45 if (a, b) == (9, 10) else 0.55)
        assert [q.images for q in asked(labels, proposals) if q.asked == "pair"] == [(9, 10)]

    def test_nobody_is_asked_twice_what_he_cannot_tell(self) -> None:
        labels = labels_of(2, said(1, 0, 1, "unsure"))
        assert asked(labels, proposals_by(labels.images, lambda *_: 0.3)) == []


class TestLooks:
    def test_show_an_image_beside_one_of_each_photograph_nearest_first(self) -> None:
        labels = labels_of(5, same(1, 0, 1))
        near = {frozenset((2, 4)): 0.95, frozenset((1, 2)): 0.97}
        proposals = proposals_by(labels.images, lambda a, b: near.get(frozenset((a, b)), 2.0))
        for answer in [
            said(i + 2, 3, i, "different", method="sums", distance=0.9) for i in (0, 2, 4)
        ]:
            labels.add(answer)
        for i in range(PATIENCE):
            fake = said(i + 9, 3, 0, "different", method="sums", distance=0.9)
            labels.add(fake)
        looks = {q.images[0]: q.images for q in asked(labels, proposals) if q.asked == "look"}
        assert looks[2] == (2, 4, 1)
        assert 3 not in looks

    def test_go_on_until_so_few_can_be_left_as_is_enough(self) -> None:
        labels = labels_of(100)
        proposals = proposals_by(labels.images, lambda *_: 2.0)
        result = simulate(labels, proposals, known(range(100)))
        plan = Plan(labels, proposals)
        assert plan.estimate.left_at_most <= 5
        assert 0 < len(plan.settled) < 100
        assert result.n_answers < 100 * 99 / 2
        # And on, until nothing is open.
        assert Plan(labels, proposals, beyond=True).next() is not None


def test_checks_are_pairs_that_are_together_at_random_and_say_nothing_of_it() -> None:
    labels = labels_of(10, same(1, *range(8)), same(2, 8, 9), said(3, 0, 8, "different"))
    questions = asked(labels, proposals_by(labels.images, lambda *_: 0.9))
    assert [q.asked for q in questions] == ["check"] * CHECKS
    assert all(labels.links.together(*q.images) for q in questions)
    assert len({q.images for q in questions}) == CHECKS
    labels.add(questions[0].answer(4, Reply("same"), "sums"))
    assert questions[0] not in asked(labels, proposals_by(labels.images, lambda *_: 0.9))


def test_a_question_put_off_comes_when_no_other_is_left() -> None:
    labels = labels_of(4)
    proposals = proposals_by(labels.images, by("aabb"))
    first, *others = asked(labels, proposals)
    plan = Plan(labels, proposals)
    assert plan.next({first.key}) == others[0]
    assert plan.next({q.key for q in plan.questions()}) == first


class TestReplies:
    def test_count_a_key_for_each_image_named_and_one_for_the_rest(self) -> None:
        group = Question("group", "q0", (3, 5, 7, 9))
        assert group.answer(1, Reply(chosen=(5, 9)), "m", [4]) == Answer(
            1, "group", (3, 7), (5, 9), falls=(4,), keys=3, method="m"
        )
        look = Question("look", "q0", (3, 5, 7, 9))
        assert look.answer(1, Reply(), "m") == Answer(1, "look", (3,), (5, 7, 9), method="m")
        assert look.answer(1, Reply(chosen=(7,)), "m").images == (3, 7)

    @pytest.mark.parametrize(
        ("kind", "reply"),
        [
            ("group", Reply(chosen=(3, 5, 7))),
            ("group", Reply(chosen=(4,))),
            ("group", Reply("different")),
            ("look", Reply(chosen=(3,))),
            ("look", Reply("unsure")),
        ],
    )
    def test_that_are_none_are_refused(self, kind: str, reply: Reply) -> None:
        with pytest.raises(SettingsError):
            Question(kind, "q0", (3, 5, 7)).answer(1, reply, "m")
        with pytest.raises(SettingsError):
            Question("pair", "q0", (3, 5)).answer(1, Reply(chosen=(3,)), "m")


class TestSimulated:
    @given(st.data())
    def test_a_labeller_who_knows_the_truth_is_never_wrong_whatever_the_method_says(
        self, data
    ) -> None:
        sizes = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
        images = images_of(*sizes)
        n = len(images.all)
        truth = known(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
        apart = data.draw(st.lists(st.floats(0, 1.5), min_size=n * n, max_size=n * n))
        proposals = proposals_by(images, lambda a, b: apart[a * n + b])
        labels = Labels(images, "seed")
        result = simulate(labels, proposals, truth)
        assert result.n_wrong == 0
        assert Plan(labels, proposals).estimate.left_at_most <= 0.05 * n
        # So few images: nothing is left open, and nothing missed.
        assert result.n_missed == 0
        assert result.n_answers == sum(result.by_kind.values())

    def test_counts_what_is_wrong_and_missed(self) -> None:
        labels = labels_of(5, same(1, 0, 1, 2))
        result = judged(labels, known("aabbb"))
        assert (result.n_pairs, result.n_true) == (10, 4)
        assert (result.n_wrong, result.n_missed) == (2, 3)

    def test_of_a_group_the_minority_is_taken_out(self) -> None:
        truth = [Known(x, "s") for x in "abba"] + [Known("c")]
        group = Question("group", "q0", (0, 1, 2, 4))
        assert true_reply(group, truth) == Reply(chosen=(0, 4))
        assert true_reply(Question("look", "q0", (0, 1, 3)), truth) == Reply(chosen=(3,))
        replies = [
            true_reply(Question("pair", "q0", pair), truth).said
            for pair in ((0, 3), (0, 1), (0, 4))
        ]
        assert Counter(replies) == {"same": 1, "scene": 1, "different": 1}

    @given(st.data())
    def test_who_slips_is_shown_what_contradicts_and_comes_to_an_end(self, data) -> None:
        images = images_of(*data.draw(st.lists(st.integers(2, 8), min_size=1, max_size=2)))
        n = len(images.all)
        truth = known(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))
        proposals = proposals_by(images, lambda a, b: 0.1 if (a + b) % 3 else 2.0)
        labels = Labels(images, "seed")
        result = simulate(labels, proposals, truth, slips=0.3, seed=data.draw(st.integers(0, 99)))
        assert Plan(labels, proposals).next() is None
        assert all(is_true(answer, truth) for answer in labels.answers if answer.falls)
        assert result.n_answers == sum(result.by_kind.values())

    def test_a_slip_is_found_by_a_check_and_repaired(self) -> None:
        truth = known("ab")
        labels = labels_of(2, said(1, 0, 1, "same"))
        answer = said(2, 0, 1, "different", asked="check")
        assert without_wrong(labels, answer, truth) == replace(answer, falls=(1,), keys=2)
        # One who slips in the check sees that the earlier answer was right.
        assert without_wrong(labels, answer, known("aa")) is None

    def test_what_the_page_promises_holds_whatever_the_method_misses(self) -> None:
        held = {"recall": 0, "left": 0}
        runs = 100
        for run in range(runs):
            rng = np.random.default_rng(run)
            images = images_of(20, 20)
            truth = known(rng.integers(0, 16, 40).tolist())
            # It sees half of what there is, and nothing of the rest.
            seen = rng.random((40, 40)) < 0.5
            far = partial(distance_of_half, truth, seen)
            labels, proposals = Labels(images, str(run)), proposals_by(images, far)
            result = simulate(labels, proposals, truth)
            told = Plan(labels, proposals).estimate
            recall = 1 - result.n_missed / max(result.n_true, 1)
            missing = sum(
                any(truth[a] == truth[b] and not labels.links.together(a, b) for b in own if b != a)
                for own in images.of_query.values()
                for a in own
            )
            held["recall"] += told.recall_at_least <= recall
            held["left"] += missing <= told.left_at_most
        assert min(held.values()) >= 0.95 * runs


def distance_of_half(truth: list[Known], seen: np.ndarray, a: int, b: int) -> float:
    return 0.1 if truth[a] == truth[b] and seen[a, b] else 2.0
