"""What the figures of a folder were drawn from is kept beside them."""

from pathlib import Path

import pytest

from dupeval.figures.record import FILE_NAME, Origin, read_record, record_bytes

A, B, NEW_A = Origin("a" * 64, "t" * 64), Origin("b" * 64, None), Origin("c" * 64, None)


def test_it_is_read_as_it_was_written_for_the_same_dataset_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"a": A, "b": B}))
    assert read_record(tmp_path, "it") == {"a": A, "b": B}
    assert read_record(tmp_path, "other") == {}


def test_what_an_earlier_run_drew_from_the_dataset_stays(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"b": B, "a": A}))
    (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"a": NEW_A}))
    assert read_record(tmp_path, "it") == {"a": NEW_A, "b": B}


def test_what_was_drawn_from_another_dataset_does_not(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "other", {"a": A}))
    (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"b": B}))
    assert read_record(tmp_path, "it") == {"b": B}


def test_the_order_of_drawing_does_not_matter(tmp_path: Path) -> None:
    both = record_bytes(tmp_path, "it", {"b": B, "a": A})
    (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"b": B}))
    assert record_bytes(tmp_path, "it", {"a": A}) == both


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"figures": {"a": 1}}'])
def test_what_cannot_be_read_says_of_no_figure_what_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert read_record(tmp_path, "it") == {}
    assert read_record(tmp_path / "nowhere", "it") == {}
