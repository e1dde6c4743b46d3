"""What programs write and print of names that try whoever shows them: text, and nothing else."""

import csv
import json
import os
import subprocess
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from hostile_names import ANY, NAMES, TEXTS
from named import write_image, write_tables
from page_parts import Parts, commands_of_latex, faults_of_csv, widths_of_markdown
from watched import Ended, everything, run_program, told_plainly

from dupeval.text import from_csv_cell

pytestmark = pytest.mark.faults


# Everything that may stand together, beside the same with harmless names.


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
