"""Stored figures and their captions."""

from pathlib import Path

import pytest

from dupeval.figures.record import FILE_NAME, Origin, record_bytes
from dupeval.files import file_sha256
from dupeval.report.figures import Figure, StoredFigures, read_figures

DATA, TABLE1, OTHER_TABLE1 = "d" * 64, "t" * 64, "o" * 64


def written(
    folder: Path,
    name: str,
    caption: str | None = None,
    data: str = DATA,
    table1: str | None = TABLE1,
) -> tuple[Path, str]:
    path = folder / f"{name}.png"
    path.write_bytes(name.encode())
    if caption is not None:
        path.with_suffix(".md").write_text(caption, encoding="utf-8")
    sha256 = file_sha256(path)
    record = record_bytes(folder, data, {name: Origin(sha256, table1)})
    (folder / FILE_NAME).write_bytes(record)
    return path, sha256


def test_every_png_with_its_caption_by_name(tmp_path: Path) -> None:
    b = written(tmp_path, "b")
    caption = "**F1 of a\\_b &lt;c&gt;.** What is\nseen.\n\n- Data: \\[1\\]\n- Protocol: loqo\n"
    a = written(tmp_path, "a", caption)
    for other in ("a.pdf", ".hidden.png"):
        (tmp_path / other).touch()
    assert list(read_figures(tmp_path, DATA, TABLE1).shown) == [
        Figure(*a, "F1 of a_b <c>.", "What is seen.", ("Data: [1]", "Protocol: loqo")),
        Figure(*b, "b", "", ()),
    ]


@pytest.mark.parametrize("caption", ["Bars of F1.\n", "Bars\nof F1.\n\n"])
def test_a_caption_of_another_form_is_a_text(tmp_path: Path, caption: str) -> None:
    path = written(tmp_path, "a", caption)
    (figure,) = read_figures(tmp_path, DATA, TABLE1).shown
    assert figure == Figure(*path, "a", "Bars of F1.", ())


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    figures = read_figures(tmp_path / "nowhere", DATA, TABLE1)
    assert figures == StoredFigures()
    assert figures.left_out == ""


def names(figures: StoredFigures) -> list[str]:
    return [figure.path.stem for figure in figures.shown]


def test_those_of_another_dataset_are_left_out(tmp_path: Path) -> None:
    written(tmp_path, "a")
    written(tmp_path, "b", table1=None)
    assert names(read_figures(tmp_path, DATA, TABLE1)) == ["a", "b"]
    figures = read_figures(tmp_path, "e" * 64, TABLE1)
    assert figures == StoredFigures((), of_other_data=2)
    assert figures.left_out == ("2 not recorded in figures.json as drawn from this dataset")


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
    assert figures.left_out == ("1 drawn from another table1.csv than is shown here")


def test_one_that_was_changed_since_or_never_recorded_is_left_out(tmp_path: Path) -> None:
    written(tmp_path, "a")
    written(tmp_path, "b", table1=OTHER_TABLE1)
    (tmp_path / "a.png").write_bytes(b"other")
    (tmp_path / "c.png").touch()
    figures = read_figures(tmp_path, DATA, TABLE1)
    assert figures == StoredFigures((), of_other_data=2, of_other_results=1)
    assert figures.left_out == (
        "2 not recorded in figures.json as drawn from this dataset, 1 drawn from "
        "another table1.csv than is shown here"
    )
