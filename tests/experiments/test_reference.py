"""The maintainer's command that writes what is committed."""

import subprocess
import sys
from pathlib import Path

import pytest
import reference
from fake_program import fake_program

PROGRAM = Path(reference.__file__)


def test_it_refuses_where_a_program_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, "table1"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "error: the committed results need what is not on the PATH: findimagedupes (on Debian and "
        "Ubuntu: apt install findimagedupes)\n"
    )


@pytest.mark.parametrize("part", ["", "tabel1", "table1 figures"])
def test_a_part_that_there_is_not(part: str) -> None:
    assert reference.refusal(part) == (
        f"no part {part!r}; possible: table1, table1_all, sweep, defaults, "
        "figures, figures_study, today, ablation, explain, suite, gates, readings, intervals, "
        "calibration, deployment, backends, labelling, queries, growth, million, faults, "
        "benchmarks, all"
    )


def test_with_the_program_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reference.refusal("sweep") is None
    assert reference.refusal("all") is not None
    fake_program(tmp_path / "findimagedupes", "")
    assert {reference.refusal(part) for part in (*reference.PARTS, "all")} == {None}


@pytest.fixture
def committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    folder = tmp_path / "results" / "reference" / "part"
    folder.mkdir(parents=True)
    (folder / "old.csv").write_text("old")
    return folder


def writing(*names: str, then: str = "") -> tuple[str, ...]:
    code = f"import pathlib, sys; out = pathlib.Path(sys.argv[1]); out.mkdir(); {then}"
    code += "; ".join(f"(out / {name!r}).write_text('new')" for name in names)
    return ("-c", code, "OUT")


def test_what_a_command_wrote_replaces_what_was_there(committed: Path) -> None:
    part = reference.Part(writing("table.csv", "large.csv", ".dupeval"), too_large=("large.csv",))
    reference.write(part, committed)
    assert {path.name: path.read_text() for path in committed.iterdir()} == {"table.csv": "new"}


def test_a_command_that_fails_leaves_what_was_there(committed: Path) -> None:
    part = reference.Part(writing("table.csv", then="1 / 0; "))
    with pytest.raises(subprocess.CalledProcessError):
        reference.write(part, committed)
    assert [path.name for path in committed.iterdir()] == ["old.csv"]
