"""The report from the command line."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import figures
import pytest
import report
import table1
from hydra_app import compose

from dupeval.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def overrides(tmp_path: Path, make_dataset: Callable[..., Path]) -> list[str]:
    photographs = {"a.png": "p", "b.png": "p", "c.png": "q"}
    root = make_dataset(tmp_path / "data", {"one": photographs, "two": photographs})
    return ["dataset=folder", f"dataset.root={root}", f"cache_dir={tmp_path / 'cache'}"]


def test_it_shows_what_table1_stored(
    tmp_path: Path, overrides: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    stored, out = tmp_path / "table1", tmp_path / "out"
    shared = [*overrides, "progress=false"]
    table1.main(compose("table1", ["method=raw", "protocol=loqo", *shared, f"out_dir={stored}"]))
    capsys.readouterr()
    paths = [f"out_dir={out}", f"table1_dir={stored}", f"figures_dir={tmp_path / 'figures'}"]
    assert report.main(compose("report", [*shared, *paths])) == 0
    assert capsys.readouterr().out == f"written to {out / 'report.html'}: 0.1 MB\n"
    assert "#/loqo/raw/one" in (out / "report.html").read_text(encoding="utf-8")


def test_figures_of_another_table1_are_left_out_also_where_table1_writes_the_report(
    tmp_path: Path, overrides: list[str]
) -> None:
    folders = [f"{name}_dir={tmp_path / name}" for name in ("report", "figures")]
    shared = [*overrides, "progress=false"]
    stored = tmp_path / "table1"

    def shown_after(protocol: str) -> tuple[int, bool]:
        run = ["method=raw", f"protocol={protocol}", f"out_dir={stored}"]
        table1.main(compose("table1", [*shared, *run, *folders]))
        html = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
        other = "1 drawn from another table1.csv than is shown here" in html
        return html.count("<img"), other

    table1.main(compose("table1", [*shared, "method=raw", "protocol=loqo", f"out_dir={stored}"]))
    own = ["figure=[duplicates,scores]", "figures.scores.protocols=[loqo]", "method=raw"]
    own += [f"table1_dir={stored}", f"out_dir={tmp_path / 'figures'}"]
    figures.main(compose("figures", [*shared, *own]))
    assert shown_after("loqo") == (2, False)
    assert shown_after("[loqo,oracle]") == (1, True)


def test_of_another_folder_of_results_it_takes_the_dataset_that_they_name(
    tmp_path: Path, overrides: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    stored = tmp_path / "table1"
    shared = [f"cache_dir={tmp_path / 'cache'}", "progress=false"]
    run = ["method=raw", "protocol=loqo", "progress=false", f"out_dir={stored}"]
    table1.main(compose("table1", [*overrides, *run]))
    paths = [f"out_dir={tmp_path / 'out'}", f"table1_dir={stored}", "suite_dir=null"]
    assert report.main(compose("report", [*shared, *paths])) == 0
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "On data: 2 queries" in html
    both = [f"compare=[{stored},{stored}]", f"out_dir={tmp_path / 'out'}"]
    assert report.main(compose("report", [*shared, *both])) == 0
    assert (tmp_path / "out" / "comparison.html").is_file()


@pytest.mark.parametrize("given", ["x", "[a]", "[a,b,c]"])
def test_a_comparison_is_of_two(tmp_path: Path, overrides: list[str], given: str) -> None:
    settings = [*overrides, f"compare={given}", f"out_dir={tmp_path / 'out'}"]
    with pytest.raises(SettingsError, match=r"^compare=.*: possible: two folders, 'compare="):
        report.main(compose("report", settings))


def test_without_stored_results_it_names_the_command_and_writes_nothing(
    tmp_path: Path, overrides: list[str]
) -> None:
    out = tmp_path / "out"
    paths = [f"out_dir={out}", f"table1_dir={tmp_path / 'nowhere'}"]
    done = subprocess.run(
        [sys.executable, "experiments/report.py", *overrides, *paths, "progress=false"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"error: no stored results in {tmp_path / 'nowhere'} (table1.csv, per_query.csv, "
        "groups.csv, run.json missing); run python experiments/table1.py with the same overrides, "
        "or give another folder: table1_dir=...\n"
    )
    assert not out.exists()


def test_a_limit_that_is_none_is_refused(tmp_path: Path, overrides: list[str]) -> None:
    with pytest.raises(SettingsError, match=r"limits\.megabytes=0: Input should be greater than 0"):
        limits = ["limits.megabytes=0", f"out_dir={tmp_path / 'out'}"]
        report.main(compose("report", [*overrides, *limits]))
