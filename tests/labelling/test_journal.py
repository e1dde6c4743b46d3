"""The journal: whole after every answer, whatever happens then."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_images import images_of, said, same

from dupeval.errors import InputError, SettingsError
from dupeval.labelling.answers import Undo
from dupeval.labelling.journal import JOURNAL, Journal, NotKeptError

IMAGES = images_of(4)
EVENTS = [same(1, 0, 1), said(2, 2, 3, "different", distance=0.5), Undo(), said(3, 2, 3, "scene")]


def write(folder: Path) -> None:
    with Journal(folder, "seed") as journal:
        journal.add_images(IMAGES.all)
        journal.add_method("verified", 0.5)
        for event in EVENTS:
            if isinstance(event, Undo):
                journal.add_undo()
            else:
                journal.add_answers([event], IMAGES)


def test_what_was_said_is_read_again(tmp_path: Path) -> None:
    write(tmp_path)
    with Journal(tmp_path) as journal:
        assert not journal.is_new
        assert (journal.seed, journal.method) == ("seed", "verified")
        assert journal.keys == [shown.key for shown in IMAGES.all]
        assert journal.events(IMAGES) == EVENTS


def test_lines_say_when_and_by_which_method(tmp_path: Path) -> None:
    write(tmp_path)
    lines = [json.loads(line) for line in (tmp_path / JOURNAL).read_text().splitlines()]
    assert lines[0]["journal"] == "dupeval label"
    assert all("at" in line for line in lines[2:])
    assert {"method": "verified", "cut": 0.5}.items() <= lines[2].items()


def test_only_new_images_are_noted(tmp_path: Path) -> None:
    write(tmp_path)
    before = (tmp_path / JOURNAL).read_bytes()
    with Journal(tmp_path) as journal:
        journal.add_images(IMAGES.all)
        assert (tmp_path / JOURNAL).read_bytes() == before
        journal.add_images(images_of(5).all)
    with Journal(tmp_path) as journal:
        assert journal.keys == [shown.key for shown in images_of(5).all]


def whole(folder: Path) -> bytes:
    write(folder)
    return (folder / JOURNAL).read_bytes()


@settings(max_examples=40)
@given(data=st.data())
def test_cut_anywhere_it_holds_the_answers_that_were_whole(tmp_path_factory, data) -> None:
    folder = tmp_path_factory.mktemp("cut")
    content = whole(folder)
    starts = content.index(b"\n", content.index(b"new_images")) + 1
    cut = data.draw(st.integers(starts, len(content)))
    (folder / JOURNAL).write_bytes(content[:cut])
    with Journal(folder) as journal:
        n_lines = content[:cut].count(b"\n")
        assert journal.events(IMAGES) == EVENTS[: max(0, n_lines - 3)]
        journal.add_answers([said(9, 0, 3, "same")], IMAGES)
    with Journal(folder) as journal:
        assert journal.events(IMAGES)[-1] == said(9, 0, 3, "same")


def test_nobody_else_has_it_open(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(SettingsError, match="in use by another dupeval label"):
        Journal(tmp_path)
    Journal(tmp_path).close()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda content: content.replace(b'"said":"same"', b'"said":"perhaps"'),
            r"jsonl:4: cannot be read \(said: ",
        ),
        (
            lambda content: content.replace(b'{"answer":1', b'{"answer":'),
            r"jsonl:4: cannot be read",
        ),
        (lambda content: content.replace(b'"version":1', b'"version":2'), "another version"),
        (
            lambda content: content.replace(b'"version":1', b'"version":2') + b'{"new":1}\n',
            r"has 1 problem:\n.*another version",
        ),
        (lambda content: b"{}\n" + content, "no journal of dupeval label"),
        (lambda content: content.replace(b'"seed"', b'"sown"'), "jsonl:1: without a seed"),
        (lambda content: content + b'{"new":1}\n', "none of the lines that dupeval label writes"),
        (lambda content: content + b'{"new_images":[["q"]]}\n', r"cannot be read \(new_images"),
        (lambda content: content + b'{"new_images":7}\n', r"cannot be read \(new_images"),
        (lambda content: content + b"[" * 20_000 + b"\n", "too deep"),
        (
            lambda content: content.replace(b'"answer":1', b'"answer":1e400'),
            r"jsonl:4: cannot be read \(answer: ",
        ),
        (lambda content: b"\n\n", "cannot be read"),
        (lambda content: content.replace(b'{"at"', b'["at"'), r"jsonl:3: cannot be read"),
    ],
)
def test_a_line_that_is_damaged_is_told(tmp_path: Path, change, problem: str) -> None:
    content = whole(tmp_path)
    changed = change(content)
    assert changed != content
    (tmp_path / JOURNAL).write_bytes(changed)
    with pytest.raises(InputError, match=problem), Journal(tmp_path) as journal:
        journal.events(IMAGES)
    # Nothing is thrown away, and nobody is kept from it.
    assert (tmp_path / JOURNAL).read_bytes() == changed
    (tmp_path / JOURNAL).write_bytes(content)
    Journal(tmp_path).close()


def test_an_answer_that_cannot_be_kept_is_not_half_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    before = (tmp_path / JOURNAL).read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with Journal(tmp_path) as journal:
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", full)
            with pytest.raises(NotKeptError, match=r"No space left on device.*does not count"):
                journal.add_undo()
        assert (tmp_path / JOURNAL).read_bytes() == before
        journal.add_undo()
        assert len(journal.events(IMAGES)) == 5


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / JOURNAL).write_text("mine")
    with pytest.raises(InputError):
        Journal(tmp_path)
    assert (tmp_path / JOURNAL).read_text() == "mine"
