"""The page of what changed between two runs of one dataset."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import table1
from hostile_results import Stored
from hydra_app import compose

from dupeval.errors import SettingsError
from dupeval.report import Limits
from dupeval.report.comparison import common_fingerprint, write_comparison
from dupeval.stored_run import StoredResultsError


def run(stored: Stored, out: Path, *overrides: str) -> Path:
    shared = ["dataset=folder", f"dataset.root={stored.root}", f"cache_dir={stored.cache_dir}"]
    table1.main(compose("table1", [*shared, *overrides, "progress=false", f"out_dir={out}"]))
    return out


@pytest.fixture(scope="session")
def runs(stored: Stored, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same method at thresholds that put nothing, and everything, together."""
    folder = tmp_path_factory.mktemp("runs")
    method = ["method=raw", "protocol=fixed"]
    with pytest.warns(UserWarning, match="puts no two images together"):
        first = run(stored, folder / "a", *method, "methods.raw.threshold=-1")
    return first, run(stored, folder / "b", *method, "methods.raw.threshold=1e9")


def written(stored: Stored, folders: tuple[Path, Path], out: Path, **limits: int) -> str:
    path = write_comparison(stored.dataset, folders, out, stored.cache_dir, Limits(**limits))
    assert path == out / "comparison.html"
    return path.read_text(encoding="utf-8")


def test_every_pair_that_changed_is_a_card(
    stored: Stored, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    html = written(stored, runs, tmp_path)
    # Of 6 images a query all 15 pairs are together now; 4 are of one photograph.
    kinds = re.findall(r'data-kind="\[&#34;(\w+)&#34;,&#34;(\w+)&#34;\]"', html)
    assert kinds.count(("gained", "found")) == 4 * 4
    assert kinds.count(("lost", "wrong")) == 4 * 11
    assert len(kinds) == 60
    assert html.count('class="card has-right"') == 16
    assert "Over all methods and protocols 16 pairs gained, 44 lost." in html
    assert "threshold: -1 → 1000000000.0" in html


def test_the_other_way_round_what_was_gained_is_lost(
    stored: Stored, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    html = written(stored, runs[::-1], tmp_path)
    assert "Over all methods and protocols 44 pairs gained, 16 lost." in html


def test_equal_runs_have_no_cards(stored: Stored, runs: tuple[Path, Path], tmp_path: Path) -> None:
    html = written(stored, (runs[0], runs[0]), tmp_path)
    assert "All rows that both runs have are equal: 1." in html
    assert "No pair changed." in html
    assert "<article" not in html


def test_of_many_pairs_some_are_shown_and_the_reader_is_told(
    stored: Stored, runs: tuple[Path, Path], tmp_path: Path
) -> None:
    html = written(stored, runs, tmp_path, mistakes=8)
    assert html.count("<article") == 8
    assert "8 of 60 pairs are shown; the counts above are of all." in html
    queries = re.findall(r'<article .*?data-query="(.*?)"', html)
    assert {queries.count(query) for query in queries} == {2}


def test_runs_of_different_datasets_are_refused_in_a_sentence(
    stored: Stored,
    runs: tuple[Path, Path],
    tmp_path: Path,
    make_dataset: Callable[..., Path],
) -> None:
    root = make_dataset(tmp_path / "other", {"one": {"a.png": "p", "b.png": "p"}})
    other = Stored(stored.dataset, root, tmp_path, stored.cache_dir)
    second = run(other, tmp_path / "run", "method=raw", "protocol=fixed")
    with pytest.raises(SettingsError) as error:
        common_fingerprint((runs[0], second))
    said = str(error.value)
    assert said.startswith(f"the runs have no dataset in common: {runs[0]} of data (")
    assert f"and {second} of other (" in said
    with pytest.raises(StoredResultsError, match="made from another dataset"):
        written(stored, (runs[0], second), tmp_path / "out")


def test_the_common_dataset_is_the_last_one(stored: Stored, runs: tuple[Path, Path]) -> None:
    assert common_fingerprint(runs) == stored.dataset.fingerprint
