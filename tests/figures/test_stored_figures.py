"""What the figures of a folder say and were drawn from is kept beside them."""

from dataclasses import replace
from pathlib import Path

import pytest

from dupeval.figures.saving import (
    FILE_NAME,
    StoredFigure,
    read_figures,
    read_record,
    record_bytes,
)
from dupeval.files import file_sha256

DATA, TABLE1, OTHER_TABLE1 = "d" * 64, "t" * 64, "o" * 64
A = StoredFigure("a" * 64, TABLE1, "Title", "Alt", "Text.", ("Data: 1",))
B, NEW_A = replace(A, png_sha256="b" * 64, table1_sha256=None), replace(A, png_sha256="c" * 64)


class TestTheRecord:
    def test_is_read_as_it_was_written_for_the_same_dataset_alone(self, tmp_path: Path) -> None:
        (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"a": A, "b": B}))
        assert read_record(tmp_path, "it") == {"a": A, "b": B}
        assert read_record(tmp_path, "other") == {}

    def test_keeps_what_an_earlier_run_drew_from_the_dataset(self, tmp_path: Path) -> None:
        (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"b": B, "a": A}))
        (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"a": NEW_A}))
        assert read_record(tmp_path, "it") == {"a": NEW_A, "b": B}

    def test_but_not_what_was_drawn_from_another(self, tmp_path: Path) -> None:
        (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "other", {"a": A}))
        (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"b": B}))
        assert read_record(tmp_path, "it") == {"b": B}

    def test_is_the_same_in_whatever_order_figures_are_drawn(self, tmp_path: Path) -> None:
        both = record_bytes(tmp_path, "it", {"b": B, "a": A})
        (tmp_path / FILE_NAME).write_bytes(record_bytes(tmp_path, "it", {"b": B}))
        assert record_bytes(tmp_path, "it", {"a": A}) == both

    @pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"figures": {"a": 1}}'])
    def test_that_cannot_be_read_says_of_no_figure_what_it_is(
        self, tmp_path: Path, content: bytes
    ) -> None:
        (tmp_path / FILE_NAME).write_bytes(content)
        assert read_record(tmp_path, "it") == {}
        assert read_record(tmp_path / "nowhere", "it") == {}


def written(folder: Path, name: str, data: str = DATA, table1: str | None = TABLE1) -> StoredFigure:
    path = folder / f"{name}.png"
    path.write_bytes(name.encode())
    figure = replace(A, png_sha256=file_sha256(path), table1_sha256=table1)
    (folder / FILE_NAME).write_bytes(record_bytes(folder, data, {name: figure}))
    return figure


def test_every_png_by_name(tmp_path: Path) -> None:
    b, a = written(tmp_path, "b"), written(tmp_path, "a")
    for other in ("a.pdf", ".hidden.png"):
        (tmp_path / other).touch()
    shown, left_out = read_figures(tmp_path, DATA, TABLE1)
    assert list(shown.items()) == [("a", a), ("b", b)]
    assert left_out == ""


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert read_figures(tmp_path / "nowhere", DATA, TABLE1) == ({}, "")


def names(read: tuple[dict[str, StoredFigure], str]) -> list[str]:
    return list(read[0])


def test_those_of_another_dataset_are_left_out(tmp_path: Path) -> None:
    written(tmp_path, "a")
    written(tmp_path, "b", table1=None)
    assert names(read_figures(tmp_path, DATA, TABLE1)) == ["a", "b"]
    shown, left_out = read_figures(tmp_path, "e" * 64, TABLE1)
    assert shown == {}
    assert left_out == "2 not recorded in figures.json as drawn from this dataset"


def test_after_another_dataset_was_drawn_into_the_folder_only_its_figures_are_known(
    tmp_path: Path,
) -> None:
    written(tmp_path, "a")
    written(tmp_path, "b", data="e" * 64)
    assert names(read_figures(tmp_path, "e" * 64, TABLE1)) == ["b"]
    assert names(read_figures(tmp_path, DATA, TABLE1)) == []


def test_those_of_another_table1_are_left_out_unless_drawn_from_none(tmp_path: Path) -> None:
    written(tmp_path, "a", table1=OTHER_TABLE1)
    written(tmp_path, "b", table1=None)
    written(tmp_path, "c")
    figures = read_figures(tmp_path, DATA, TABLE1)
    assert names(figures) == ["b", "c"]
    assert figures[1] == ("1 drawn from another table1.csv than is shown here")


def test_one_that_was_changed_since_or_never_recorded_is_left_out(tmp_path: Path) -> None:
    written(tmp_path, "a")
    written(tmp_path, "b", table1=OTHER_TABLE1)
    (tmp_path / "a.png").write_bytes(b"other")
    (tmp_path / "c.png").touch()
    assert read_figures(tmp_path, DATA, TABLE1) == (
        {},
        "2 not recorded in figures.json as drawn from this dataset, 1 drawn from "
        "another table1.csv than is shown here",
    )
