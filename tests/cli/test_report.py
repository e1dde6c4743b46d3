"""`dupeval report` as somebody types it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import table1
from hydra_app import compose

from dupeval.cli import experiment


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    """Give a folder of results, whose name Hydra would take for something else."""
    folder = tmp_path_factory.mktemp("it's [a], run")
    photographs = {"a.png": "p", "b.png": "p", "c.png": "q"}
    root = make_dataset(folder / "data", {"one": photographs, "two": photographs})
    overrides = [
        *("method=raw", "protocol=loqo", "progress=false", "dataset=folder"),
        *(f"dataset.root={root}", f"out_dir={folder / 'run'}", f"cache_dir={folder / 'cache'}"),
    ]
    table1.main(compose("table1", overrides))
    return folder / "run"


def test_a_run_becomes_a_page_wherever_one_is(stored: Path, process, tmp_path: Path) -> None:
    done = process("-m", "dupeval", "report", str(stored), "--cache", str(stored.parent / "cache"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "written to dupeval-report/report.html: 0.1 MB\n"
    assert "On data: 2 queries" in (tmp_path / "dupeval-report" / "report.html").read_text("utf-8")


def test_two_runs_become_one_page_of_what_changed(stored: Path, process, tmp_path: Path) -> None:
    both = ["--compare", str(stored), str(stored), "--out", "what changed"]
    done = process("-m", "dupeval", "report", *both)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "what changed" / "comparison.html").read_text("utf-8")
    assert "All rows that both runs have are equal: 1." in html


@pytest.mark.parametrize("arguments", [["a", "--compare", "b", "c"], ["--out", "x"]])
def test_it_takes_one_folder_or_two(dupeval, arguments: list[str]) -> None:
    run = dupeval("report", *arguments)
    assert run.exit_code == 2
    assert run.stderr == (
        "error: give either one folder of results, or two with --compare DIR DIR\n"
    )


def test_what_is_given_becomes_settings(dupeval, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(experiment, "run_program", lambda *given: told.append(given))
    dupeval("report", "a", "--figures", "f", "--suite", "s")
    dupeval("report", "--compare", "it's", "b\\", "--dataset", "d", "--out", "o", "--cache", "c")
    assert told == [
        ("report", ["table1_dir=a", "out_dir=dupeval-report", "figures_dir=f", "suite_dir=s"]),
        (
            "report",
            [
                r"compare=['it\'s','b\\']",
                *("dataset=folder", "dataset.root=d", "out_dir=o", "cache_dir=c"),
            ],
        ),
    ]
