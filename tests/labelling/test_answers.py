"""Answers: what they say of pairs, in the journal, and which of them stand."""

import json

import pytest
from label_images import images_of, said, same

from dupeval.errors import SettingsError
from dupeval.labelling.answers import Answer, Fact, Undo, standing


def test_a_group_says_that_its_images_are_one_and_those_taken_out_are_not() -> None:
    assert list(same(1, 4, 5, 6, others=(7,)).facts) == [
        *(Fact(4, 5, same=True), Fact(4, 6, same=True), Fact(4, 7, same=False)),
    ]


def test_an_image_that_is_like_none_of_the_others() -> None:
    assert list(same(1, 4, others=(5, 6), asked="look").facts) == [
        *(Fact(4, 5, same=False), Fact(4, 6, same=False)),
    ]


@pytest.mark.parametrize(
    ("what", "facts"),
    [
        ("same", [Fact(0, 1, same=True)]),
        ("different", [Fact(0, 1, same=False)]),
        ("scene", [Fact(0, 1, same=False)]),
        ("unsure", []),
    ],
)
def test_two_images(what: str, facts: list[Fact]) -> None:
    assert list(said(1, 0, 1, what).facts) == facts


@pytest.mark.parametrize(
    "answer",
    [
        Answer(3, "group", (0, 2), (1,), keys=2, method="verified", falls=(1, 2)),
        Answer(4, "pair", (1, 3), said="scene", method="sscd", distance=0.25),
        Answer(5, "import", (0,), keys=0, photograph="p", scene="s"),
    ],
)
def test_is_the_same_when_it_is_read_again(answer: Answer) -> None:
    images = images_of(4)
    line = json.loads(json.dumps(answer.as_json(images)))
    assert Answer.from_json(line, images.number_of) == answer


@pytest.mark.parametrize(
    "change", [{"said": "maybe"}, {"asked": "x"}, {"images": []}, {"images": ["00"]}, {"keys": "x"}]
)
def test_a_line_that_says_nothing_is_refused(change: dict[str, object]) -> None:
    images = images_of(4)
    line = {**said(1, 0, 1, "different").as_json(images), **change}
    with pytest.raises((KeyError, ValueError)):
        Answer.from_json(line, images.number_of)


class TestStanding:
    def test_one_that_is_taken_back_stands_no_more(self) -> None:
        events = [same(1, 0, 1), same(2, 2, 3), Undo(), same(3, 4, 5)]
        assert [answer.id for answer in standing(events)] == [1, 3]

    def test_one_falls_for_a_later_one_and_stands_again_when_that_is_taken_back(self) -> None:
        first, second = same(1, 0, 1), said(2, 0, 1, "different", falls=(1,))
        assert [answer.id for answer in standing([first, second])] == [2]
        assert [answer.id for answer in standing([first, second, Undo()])] == [1]

    def test_what_a_table_said_is_not_taken_back(self) -> None:
        with pytest.raises(SettingsError, match="no answer to take back"):
            standing([same(1, 0, 1, asked="import"), Undo()])
