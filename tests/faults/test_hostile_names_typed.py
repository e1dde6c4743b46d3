"""Names that try whoever types them: of folders, in every place of a command line."""

import re
import sys
import warnings
from pathlib import Path

import pytest
import table1
from hostile_names import NAMES, NOT_UTF8
from hydra_app import run
from named import small_dataset, write_image
from page_parts import faults_of_csv
from typer.testing import CliRunner, Result
from watched import everything, told_plainly

from dupeval.cli.app import app

pytestmark = pytest.mark.faults


ROOTS = {key: name.text for key, name in NAMES.items()}


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
