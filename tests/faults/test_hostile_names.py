"""Names that try whoever shows, stores or types them: text everywhere, or refused in a sentence."""

import csv
import json
import os
import re
import subprocess
import sys
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
import table1
from fake_photographs import photograph
from hostile_names import NAMES, NOT_UTF8, PATHS, TEXTS
from hydra_app import run
from page_parts import Parts, commands_of_latex, faults_of_csv, widths_of_markdown
from typer.testing import CliRunner, Result
from watched import Ended, everything, run_program, told_plainly, watched

from dupeval.cli.app import app
from dupeval.dataset.folder import read_folder
from dupeval.errors import DatasetError
from dupeval.grouping.finding import find
from dupeval.grouping.reading import read_files
from dupeval.text import from_csv_cell

MakeDataset = Callable[..., Path]
ANY = {**{key: name.text for key, name in NAMES.items() if not name.fault}, **TEXTS}


def write_tables(
    root: Path, titles: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]
) -> None:
    """Write the tables of a dataset."""
    heads = {"queries.csv": ("query", "title"), "labels.csv": LABELS}
    root.mkdir(parents=True, exist_ok=True)
    for name, lines in (("queries.csv", titles), ("labels.csv", rows)):
        with (root / name).open(
            "w", encoding="utf-8", errors="surrogateescape", newline=""
        ) as file:
            csv.writer(file).writerows([heads[name], *lines])


LABELS = ("query", "image", "photograph", "edit", "scene")


def write_image(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    photograph(seed).resize((64, 48)).save(path, "PNG")


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


# Whole programs: everything that may stand together, beside the same with harmless names.


def write_dataset(root: Path, names: Sequence[str], texts: Sequence[str]) -> None:
    """Write a query of each name, whose images, photographs, title and edits have the next ones."""
    titles, rows, seeds = [], [], iter(range(10_000))
    for i, query in enumerate(names):
        images = [names[(i + j) % len(names)] for j in range(4)]
        photographs = [texts[(i + j) % len(texts)] for j in (0, 0, 1, 1)]
        titles.append((query, texts[(i + 2) % len(texts)]))
        for image, shown in zip(images, photographs, strict=True):
            write_image(root / "images" / query / image, next(seeds))
            rows.append((query, image, shown, texts[(i + 3) % len(texts)], ""))
    write_tables(root, titles, rows)


def run_table1(root: Path, folder: Path, name: str) -> Ended:
    settings = [
        *("method=[raw,imagehash_dhash]", "protocol=[loqo,oracle]", "dataset=folder"),
        *(f"dataset.root={root}", f"dataset.name={name}", "progress=false"),
        *(f"out_dir={folder / 'out'}", f"cache_dir={folder / 'cache'}"),
        f"report_dir={folder / 'report'}",
    ]
    ended = run_program(["experiments/table1.py", *settings], folder)
    assert ended.code == 0, ended.err
    assert told_plainly(ended.out), ended.out
    assert told_plainly(ended.err), ended.err
    return ended


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """Give what a run of Table 1 leaves of hostile names, or of harmless ones."""

    @cache
    def made(is_hostile: bool) -> Path:
        folder = tmp_path_factory.mktemp("hostile" if is_hostile else "harmless")
        names = [name.text for name in NAMES.values() if not name.fault]
        texts = list(ANY.values())
        if not is_hostile:
            names = [f"name{i}" for i in range(len(names))]
            texts = [f"text{i}" for i in range(len(texts))]
        write_dataset(folder / "data", names, texts)
        before = everything(folder / "data")
        run_table1(folder / "data", folder, " ".join(TEXTS.values()) if is_hostile else "name")
        assert everything(folder / "data") == before
        return folder

    return made


def same_page(hostile: Path, harmless: Path) -> None:
    """Make sure that names add nothing to a page but text."""
    pages = [Parts(path.read_text(encoding="utf-8")) for path in (hostile, harmless)]
    # A long name may be broken at these.
    for page in pages:
        page.elements.pop("wbr", None)
    assert pages[0].elements == pages[1].elements
    assert pages[0].attributes == pages[1].attributes
    assert pages[0].kinds_of_addresses == pages[1].kinds_of_addresses <= {"#", "data:"}
    # Scripts of data, JSON, are others; each is one that can be read.
    assert len(pages[0].scripts) == len(pages[1].scripts)
    assert "alert(1)" not in "".join(
        script for script in pages[0].scripts if not script.lstrip().startswith(("{", "["))
    )


@pytest.mark.faults
class TestTable1:
    def test_the_report_shows_them_as_text(self, tables: Callable[[bool], Path]) -> None:
        same_page(*(tables(it) / "report" / "report.html" for it in (True, False)))

    def test_no_cell_of_a_table_is_a_formula(self, tables: Callable[[bool], Path]) -> None:
        files = sorted((tables(True) / "out").glob("*.csv"))
        assert len(files) >= 6
        assert {path.name: faults_of_csv(path.read_bytes()) for path in files} == {
            path.name: [] for path in files
        }

    def test_tables_give_the_names_back(self, tables: Callable[[bool], Path]) -> None:
        with (tables(True) / "out" / "per_query.csv").open(encoding="utf-8", newline="") as file:
            told = {from_csv_cell(row["query"]) for row in csv.DictReader(file)}
        assert told == {name.text for name in NAMES.values() if not name.fault}

    def test_markdown_keeps_its_columns(self, tables: Callable[[bool], Path]) -> None:
        hostile, harmless = ((tables(it) / "out" / "table1.md").read_text() for it in (True, False))
        assert widths_of_markdown(hostile) == widths_of_markdown(harmless)
        assert all(len(widths) == 1 for widths in widths_of_markdown(hostile))
        assert told_plainly(hostile)
        assert hostile.count("\n") == harmless.count("\n")

    def test_latex_has_no_command_of_a_name(self, tables: Callable[[bool], Path]) -> None:
        hostile, harmless = (
            (tables(it) / "out" / "table1.tex").read_text() for it in (True, False)
        )
        for_characters = {r"\textbackslash", r"\textless", r"\textgreater", r"\textasciitilde"}
        for_characters |= {r"\textasciicircum", r"\textbar", *(rf"\{c}" for c in "&%$#_{}")}
        assert commands_of_latex(hostile) - commands_of_latex(harmless) <= for_characters
        assert hostile.count("\n") == harmless.count("\n")


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Path]:
    """Give what `dupeval group` leaves of a folder of hostile names, or of harmless ones."""

    @cache
    def made(is_hostile: bool) -> Path:
        folder = tmp_path_factory.mktemp("hostile" if is_hostile else "harmless")
        names = in_a_folder()
        for i, name in enumerate(names):
            shown = name if is_hostile else f"{i:03d}.png"
            # Three copies of each, one of them in a folder of that name.
            for path in (Path(shown), Path(f"in {i}", shown), Path("x", shown, "y")):
                write_image(folder / "photos" / path, i)
        before = everything(folder / "photos")
        command = ["group", str(folder / "photos"), "--out", str(folder / "out"), "--as", "sh"]
        own = ["--cache", str(folder / "cache"), "--quiet", "--method", "imagehash_dhash"]
        ended = run_program(["-m", "dupeval", *command, *own], folder)
        assert ended.code == 0, ended.err
        assert told_plainly(ended.out), ended.out
        assert told_plainly(ended.err), ended.err
        assert everything(folder / "photos") == before
        return folder

    return made


def in_a_folder() -> list[str]:
    """Return all names that a folder may hold at once and are not hidden."""
    names = [name.text for name in NAMES.values() if not name.is_hidden]
    return [*names, unicodedata.normalize("NFD", NAMES["a composed letter"].text)]


@pytest.mark.faults
class TestGroup:
    def test_the_page_shows_them_as_text(self, groups: Callable[[bool], Path]) -> None:
        same_page(*(groups(it) / "out" / "groups.html" for it in (True, False)))

    def test_no_cell_of_a_table_is_a_formula(self, groups: Callable[[bool], Path]) -> None:
        for name in ("groups.csv", "unread.csv"):
            assert faults_of_csv((groups(True) / "out" / name).read_bytes()) == []

    def test_tables_give_the_names_back(self, groups: Callable[[bool], Path]) -> None:
        stored = json.loads((groups(True) / "out" / "groups.json").read_text())
        paths = [
            Path(image["path"]).relative_to(groups(True) / "photos") for image in stored["images"]
        ]
        names = in_a_folder()
        expected = chain.from_iterable(
            (Path(name), Path(f"in {i}", name), Path("x", name, "y"))
            for i, name in enumerate(names)
        )
        assert sorted(map(os.fsencode, paths)) == sorted(map(os.fsencode, expected))

    def test_the_script_removes_these_files_alone(
        self, groups: Callable[[bool], Path], tmp_path: Path
    ) -> None:
        script = groups(True) / "out" / "plan.sh"
        # In place of rm, what writes down what it is given.
        fake = tmp_path / "rm"
        fake.write_text(
            f'#!/bin/sh\nfor a in "$@"; do printf "%s\\0" "$a"; done >> {tmp_path}/given\n'
        )
        fake.chmod(0o755)
        run = subprocess.run(
            ["/bin/sh", str(script)], cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True, check=True,
        )  # fmt: skip
        assert (run.stdout, run.stderr) == (b"", b"")
        given = (tmp_path / "given").read_bytes().split(b"\0")[:-1]
        assert given[::2] == [b"--"] * (len(given) // 2)
        stored = json.loads((groups(True) / "out" / "groups.json").read_text())
        removed = [i["path"] for i in stored["images"] if i["path"] != i["keeper"]]
        assert sorted(given[1::2]) == sorted(map(os.fsencode, removed))
        assert len(removed) >= 2 * len(in_a_folder())
        assert {path.name for path in tmp_path.iterdir()} == {"rm", "given"}


# Of folders: the dataset's and the results', as they are typed.

ROOTS = {key: name.text for key, name in NAMES.items()}


def small_dataset(root: Path) -> None:
    """Write a dataset of one query of three images."""
    for i, image in enumerate("abc"):
        write_image(root / "images" / "one" / image, i // 2)
    labels = [("one", image, shown, "", "") for image, shown in zip("abc", "ppq", strict=True)]
    write_tables(root, [("one", "T")], labels)


def table1_ended(cache: Path, *settings: str) -> int:
    """Run Table 1 here as from a shell, and return its exit code."""
    own = ["method=raw", "protocol=oracle", "dataset=folder", "progress=false"]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["table1.py", *own, f"cache_dir={cache}", *settings])
        patch.setattr(warnings, "showwarning", warnings.showwarning)
        run("table1", table1.main)
    return int(ended.value.code or 0)


def said_in_a_line(text: str) -> bool:
    # The problems of an input are a line each.
    one = re.sub(r" problems?:(\n  .+)+\n$", " problems\n", text)
    return told_plainly(text) and one.count("\n") == 1


@pytest.mark.faults
@pytest.mark.parametrize("name", ROOTS)
def test_of_the_root_and_the_results(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = ROOTS[name]
    inside, out = tmp_path / "in", tmp_path / text
    small_dataset(inside / text)
    before = everything(inside)
    monkeypatch.chdir(inside)
    results = [f"out_dir={out}", f"report_dir={out}"]
    status = table1_ended(tmp_path / "cache", f"dataset.root={text}", *results)
    printed = capsys.readouterr()
    assert told_plainly(printed.out), printed.out
    assert told_plainly(printed.err), printed.err
    assert everything(inside) == before
    # Documented: ${NAME} is the value of another setting, and a path is UTF-8.
    if text.startswith("${") or NAMES[name].fault == NOT_UTF8:
        assert (status, printed.out) == (2, "")
        assert said_in_a_line(printed.err)
        return
    assert status == 0, printed.err
    assert (out / "run.json").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"in", "cache", text}
    for path in out.glob("*.csv"):
        assert faults_of_csv(path.read_bytes()) == []


@pytest.mark.faults
@pytest.mark.parametrize("name", ROOTS)
def test_of_what_group_is_given(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, folder = ROOTS[name], tmp_path / "in" / ROOTS[name]
    for i, image in enumerate(("a.png", "b.png", "c.png")):
        write_image(folder / image, i // 2)
    before = everything(folder)
    monkeypatch.chdir(tmp_path / "in")
    out, cache = tmp_path / text, tmp_path / "cache"
    ended = group("--quiet", "--cache", str(cache), "--out", str(out), "--", text)
    assert ended.exit_code == 0, ended.stderr
    assert "3 images, 1 group of 2 of them" in ended.stdout
    assert told_plainly(ended.stdout), ended.stdout
    assert told_plainly(ended.stderr), ended.stderr
    assert everything(folder) == before
    assert {path.name for path in tmp_path.iterdir()} == {"in", "cache", text}


def group(*arguments: str) -> Result:
    """Run `dupeval group` here."""
    return CliRunner().invoke(app, ["group", *arguments], catch_exceptions=False)


@pytest.mark.faults
@pytest.mark.parametrize("name", ROOTS)
def test_of_what_cannot_be_used_is_one_line_for_a_terminal(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, there, text = tmp_path / "file", tmp_path / "there", ROOTS[name]
    file.touch()
    write_image(there / "a.png", 0)
    for arguments in (
        [str(tmp_path / f"nowhere {text}")],
        [str(there), "--out", str(file / text)],
        [str(there), "--out", str(there / text)],
        [str(there), "--out", str(tmp_path / "o"), "--plan", str(file / text)],
        [str(there), "--out", str(tmp_path / "o"), "--method", text],
        [str(there), "--out", str(tmp_path / "o"), "--calibration", str(tmp_path / text)],
        [str(tmp_path / f"{text}.csv")],
    ):
        ended = group("--quiet", "--cache", str(tmp_path / "cache"), *arguments)
        assert ended.exit_code == 2
        assert said_in_a_line(ended.stderr), ended.stderr
    small_dataset(tmp_path / "data")
    given = f"dataset.root={tmp_path / 'data'}"
    for settings in (
        [f"dataset.root={tmp_path / 'nowhere' / text}"],
        [given, f"out_dir={file / text}"],
        [given, f"out_dir={tmp_path / 'data' / text}"],
        [given, f"out_dir={tmp_path / 'o'}", f"method={text}"],
        *([] if text.startswith("-") else [[given, text]]),
    ):
        status = table1_ended(tmp_path / "cache", *settings)
        assert (settings, status) == (settings, 2)
        said = capsys.readouterr().err
        assert said_in_a_line(said), said


def test_twins_in_two_unicode_forms_are_never_one(tmp_path: Path) -> None:
    twins = [unicodedata.normalize(form, "한글é.png") for form in ("NFC", "NFD")]
    for i, image in enumerate(twins):
        write_image(tmp_path / "images" / "one" / image, i)
    write_tables(tmp_path, [("one", "T")], [("one", image, "p", "", "") for image in twins])
    problems = problems_of(tmp_path)
    assert any("the name occurs twice, in two Unicode forms" in problem for problem in problems)
    assert len(read_files(find([tmp_path]).paths, tmp_path / "cache").files) == 2
