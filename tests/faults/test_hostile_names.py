"""Names that try whoever reads them: the same again, or refused in a sentence."""

import unicodedata
from pathlib import Path

import pytest
from hostile_names import ANY, NAMES, PATHS
from named import write_image, write_tables
from watched import told_plainly, watched

from dupeval.dataset.folder import read_folder
from dupeval.errors import DatasetError
from dupeval.grouping.finding import find
from dupeval.grouping.reading import read_files


def problems_of(root: Path) -> tuple[str, ...]:
    with watched() as seen:
        try:
            read_folder(root)
        except DatasetError as error:
            assert told_plainly(str(error).replace("\n  ", " "))
            return error.problems
        finally:
            assert seen.events == []
    return ()


@pytest.mark.parametrize("name", NAMES)
def test_of_an_image(tmp_path: Path, name: str) -> None:
    text, fault = NAMES[name].text, NAMES[name].fault
    for i, image in enumerate((text, "good 1.png", "good 2.png")):
        write_image(tmp_path / "images" / "one" / image, i)
    names = ("good 1.png", "good 2.png", text)
    write_tables(tmp_path, [("one", "One")], [("one", image, "p", "", "") for image in names])
    problems = problems_of(tmp_path)
    if fault:
        assert any(fault in problem for problem in problems) or "not UTF-8" in problems[0]
    else:
        assert problems == ()
        (query,) = read_folder(tmp_path).queries
        assert [image.name for image in query.images] == list(names)
    found = find([tmp_path / "images"])
    read = read_files(found.paths, tmp_path / "cache")
    assert {Path(file.path).name for file in read.files} >= {"good 1.png", "good 2.png"}
    assert len(read.files) == 3 - NAMES[name].is_hidden
    assert (read.unread, read.n_others) == ((), 0)


@pytest.mark.parametrize("name", NAMES)
def test_of_a_query(tmp_path: Path, name: str) -> None:
    text, fault = NAMES[name].text, NAMES[name].fault
    rows = [(query, image, "p", "", "") for query in ("one", text) for image in ("a", "b")]
    for i, (query, image, *_) in enumerate(rows):
        write_image(tmp_path / "images" / query / image, i)
    write_tables(tmp_path, [("one", "T"), (text, "T")], rows)
    problems = problems_of(tmp_path)
    if fault:
        assert any(fault in problem for problem in problems) or "not UTF-8" in problems[0]
    else:
        assert problems == ()
        assert [query.slug for query in read_folder(tmp_path).queries] == ["one", text]


@pytest.mark.parametrize("name", PATHS)
def test_in_a_table_that_is_no_name(tmp_path: Path, name: str) -> None:
    text, fault = PATHS[name]
    for i, image in enumerate(("a", "b")):
        write_image(tmp_path / "images" / "one" / image, i)
    own = [("one", image, "p", "", "") for image in ("a", "b")]
    write_tables(tmp_path, [("one", "T")], [*own, ("one", text, "p", "", "")])
    assert problems_of(tmp_path) == (f"labels.csv:4: image {text!r} {fault}",)
    write_tables(tmp_path, [("one", "T"), (text, "T")], own)
    assert problems_of(tmp_path) == (f"queries.csv:3: query {text!r} {fault}",)


@pytest.mark.parametrize("name", ANY)
def test_of_a_title_and_a_photograph(tmp_path: Path, name: str) -> None:
    text = ANY[name]
    for i, image in enumerate(("a", "b")):
        write_image(tmp_path / "images" / "one" / image, i)
    write_tables(
        tmp_path, [("one", text)], [("one", image, text, text, text) for image in ("a", "b")]
    )
    assert problems_of(tmp_path) == ()
    (query,) = read_folder(tmp_path).queries
    assert query.title == text
    assert [(x.photograph, x.edit, x.scene) for x in query.labels] == [(text, text, text)] * 2


def test_twins_in_two_unicode_forms_are_never_one(tmp_path: Path) -> None:
    twins = [unicodedata.normalize(form, "한글é.png") for form in ("NFC", "NFD")]
    for i, image in enumerate(twins):
        write_image(tmp_path / "images" / "one" / image, i)
    write_tables(tmp_path, [("one", "T")], [("one", image, "p", "", "") for image in twins])
    problems = problems_of(tmp_path)
    assert any("the name occurs twice, in two Unicode forms" in problem for problem in problems)
    assert len(read_files(find([tmp_path]).paths, tmp_path / "cache").files) == 2
