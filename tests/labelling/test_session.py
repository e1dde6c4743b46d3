"""A labelling that goes on, from start to start."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from label_page import proposing, session_of

from dupeval.errors import InputError, SettingsError
from dupeval.labelling.journal import JOURNAL
from dupeval.labelling.questions import Reply
from dupeval.labelling.session import Session, StaleError
from dupeval.labelling.simulation import Known, judged, true_reply


@pytest.fixture
def session(made: Path, tmp_path: Path, cache: Path, apart) -> Iterator[Session]:
    with session_of(made, tmp_path / "out", cache, proposing(apart)) as opened:
        yield opened


def truth(session: Session) -> list[Known]:
    return [Known(shown.names[0][0] if shown.names else "gone") for shown in session.images.all]


def answer_all(session: Session, most: int = 100) -> None:
    known = truth(session)
    while session.question is not None and most:
        assert session.reply(session.question.key, true_reply(session.question, known)) is None
        most -= 1


def test_to_the_end(session: Session, tmp_path: Path) -> None:
    answer_all(session)
    result = judged(session.labels, truth(session))
    assert (result.n_wrong, result.n_missed) == (0, 0)
    assert session.finished
    assert (tmp_path / "out" / "labels.csv").read_text().count("\n") == 11


def test_goes_on_where_it_was(session: Session, made, tmp_path: Path, cache, apart) -> None:
    answer_all(session, 3)
    session.undo()
    question, n_keys = session.question, session.labels.n_keys
    session._journal.close()
    with session_of(made, tmp_path / "out", cache, proposing(apart)) as again:
        assert again.question == question
        assert again.labels.n_keys == n_keys == 4
        answer_all(again)
        assert judged(again.labels, truth(again)).n_missed == 0


def test_a_folder_that_grew(tmp_path: Path, cache: Path, apart, write_query) -> None:
    root = tmp_path / "photos"
    write_query(root, {"b1.png": "b", "d1.png": "d", "e1.png": "e"})
    with session_of(root, tmp_path / "out", cache, proposing(apart)) as session:
        answer_all(session)
        before = (tmp_path / "out" / "labels.csv").read_text()
    write_query(root, {"a1.png": "a", "a2.png": "a"})
    (root / "d1.png").unlink()
    with session_of(root, tmp_path / "out", cache, proposing(apart)) as session:
        assert session.question is not None
        answer_all(session)
        after = (tmp_path / "out" / "labels.csv").read_text()
    assert set(before.splitlines()) - set(after.splitlines()) == {"photos,d1.png,p002"}
    assert {"photos,a1.png,p004", "photos,a2.png,p004"} <= set(after.splitlines())


def test_labels_of_other_images_are_not_mixed_up_with_these(
    session: Session, tmp_path: Path, cache: Path, apart, write_query
) -> None:
    session._journal.close()
    before = (tmp_path / "out" / JOURNAL).read_bytes()
    write_query(tmp_path / "first", {"x.png": "x", "y.png": "y"})
    with (
        pytest.raises(SettingsError, match=r"out holds labels of other images, .* another --out"),
        session_of(tmp_path / "first", tmp_path / "out", cache, proposing(apart)),
    ):
        pass
    assert (tmp_path / "out" / JOURNAL).read_bytes() == before


def test_a_reply_to_another_question_is_refused(session: Session) -> None:
    assert session.question is not None
    key = session.question.key
    answer_all(session, 1)
    with pytest.raises(StaleError):
        session.reply(key, Reply())
    with pytest.raises(StaleError):
        session.skip(key)
    assert session.labels.n_keys == 1


def test_undo_goes_back_to_the_first_question(session: Session) -> None:
    first = session.question
    answer_all(session, 4)
    for _ in range(4):
        session.undo()
    assert session.question == first
    with pytest.raises(SettingsError, match="no answer to take back"):
        session.undo()


def test_later_puts_a_question_off_and_not_away(session: Session) -> None:
    first = session.question
    assert first is not None
    session.skip(first.key)
    assert session.question != first
    answer_all(session)
    assert judged(session.labels, truth(session)).n_missed == 0


class TestContradiction:
    @pytest.fixture
    def checking(self, session: Session) -> Session:
        known = truth(session)
        while session.question is not None and session.question.asked != "check":
            session.reply(session.question.key, true_reply(session.question, known))
        return session

    def test_is_told_and_nothing_is_kept(self, checking: Session, tmp_path: Path) -> None:
        before = (tmp_path / "out" / JOURNAL).read_bytes()
        question = checking.question
        assert question is not None
        found = checking.reply(question.key, Reply("different"))
        assert found is not None
        assert ({found.a, found.b}, found.same) == (set(question.images), False)
        assert all(set(question.images) & set(answer.images) for answer in found.earlier)
        assert (tmp_path / "out" / JOURNAL).read_bytes() == before
        assert checking.question == question

    def test_is_resolved_by_letting_an_earlier_answer_fall(self, checking: Session) -> None:
        question = checking.question
        assert question is not None
        found = checking.reply(question.key, Reply("different"))
        falls: list[int] = []
        while found is not None:
            falls.append(found.earlier[0].id)
            found = checking.reply(question.key, Reply("different"), falls)
        assert checking.labels.links.apart(*question.images)
        assert checking.labels.n_wrong == 1
        assert checking.plan.estimate.precision < 1

    def test_only_answers_that_stand_can_fall(self, checking: Session) -> None:
        assert checking.question is not None
        with pytest.raises(SettingsError, match="only answers that stand"):
            checking.reply(checking.question.key, Reply("different"), [99])


def test_another_method_proposes_and_the_journal_says_so(session: Session, tmp_path: Path) -> None:
    answer_all(session, 1)
    session.switch("other")
    answer_all(session, 1)
    text = (tmp_path / "out" / JOURNAL).read_text()
    assert '"method":"other","n' not in text
    lines = [line for line in text.splitlines() if '"method":' in line]
    assert [line.partition('"method":"')[2].partition('"')[0] for line in lines] == [
        *("sums", "sums", "other", "other"),
    ]


def test_beyond_the_end_until_nothing_is_open(tmp_path: Path, cache: Path, write_query) -> None:
    root = tmp_path / "photos"
    write_query(root, {f"{i:02} x.png": str(i) for i in range(40)})
    with session_of(root, tmp_path / "out", cache, proposing(lambda *_: 2.0)) as session:
        while session.question is not None:
            session.reply(session.question.key, Reply())
        assert 0 < len(session.plan.settled) < 40
        session.go_on()
        assert session.finished
        while session.question is not None:
            session.reply(session.question.key, Reply())
        assert len(session.plan.settled) == 40


def test_a_table_of_somebody_else_is_not_overwritten_and_the_answers_are_kept(
    session: Session, tmp_path: Path
) -> None:
    (tmp_path / "out" / "labels.csv").write_text("mine")
    answer_all(session)
    assert session.finished
    assert "not written by dupeval, and not overwritten" in session.trouble
    assert (tmp_path / "out" / "labels.csv").read_text() == "mine"
    (tmp_path / "out" / "labels.csv").unlink()
    session.undo()
    answer_all(session)
    assert session.trouble == ""


class TestTables:
    def write(self, folder: Path, *lines: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        rows = "".join(f"{line}\n" for line in lines)
        (folder / "labels.csv").write_text(f"query,image,photograph\n{rows}")
        return folder

    def test_are_taken_over(self, made: Path, tmp_path: Path, cache: Path, apart) -> None:
        tables = self.write(
            tmp_path / "t", "first,a1.png,rose", "first,a3.png,rose", "first,b1.png,tulip"
        )
        with session_of(made, tmp_path / "out", cache, proposing(apart), tables=tables) as session:
            assert len(session.labels.answers) == 2
            answer_all(session)
            result = judged(session.labels, truth(session))
            assert (result.n_wrong, result.n_missed) == (0, 0)
        assert "first,a2.png,rose\n" in (tmp_path / "out" / "labels.csv").read_text()
        # A second time they say nothing new.
        with session_of(made, tmp_path / "out", cache, proposing(apart), tables=tables) as session:
            assert session.finished

    def test_that_contradict_answers_are_refused(
        self, made: Path, tmp_path: Path, cache: Path, apart
    ) -> None:
        with session_of(made, tmp_path / "out", cache, proposing(apart)) as session:
            answer_all(session)
        before = (tmp_path / "out" / JOURNAL).read_bytes()
        tables = self.write(tmp_path / "t", "first,a1.png,x", "first,b1.png,x")
        with (
            pytest.raises(InputError, match=r"'a1.png' and 'b1.png' were answered otherwise"),
            session_of(made, tmp_path / "out", cache, proposing(apart), tables=tables),
        ):
            pass
        assert (tmp_path / "out" / JOURNAL).read_bytes() == before
