"""The dataset that results were made from is found by what they say of it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_results import Stored, run_table1

from dupeval.errors import SettingsError
from dupeval.report.opening import stored_dataset
from dupeval.stored_run import StoredResultsError


@pytest.fixture
def run(tmp_path: Path, make_dataset: Callable[..., Path]) -> Stored:
    photographs = {"a.png": "p", "b.png": "p", "c.png": "q"}
    root = make_dataset(tmp_path / "data", {"one": photographs, "two": photographs})
    return run_table1(tmp_path, root, "raw")


def said_otherwise(run: Stored, **settings: str) -> None:
    path = run.table1_dir / "run.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    about["parts"][-1]["configuration"]["dataset"] |= settings
    path.write_text(json.dumps(about), encoding="utf-8")


def test_it_is_the_one_they_were_made_from(run: Stored) -> None:
    dataset = stored_dataset(run.table1_dir, run.cache_dir)
    assert (dataset.name, dataset.fingerprint) == (run.dataset.name, run.dataset.fingerprint)


def test_where_it_is_no_longer_there_it_is_said(run: Stored, tmp_path: Path) -> None:
    shutil.move(run.root, tmp_path / "moved")
    with pytest.raises(SettingsError, match=r"which is not there; possible: dataset=folder"):
        stored_dataset(run.table1_dir, run.cache_dir)


def test_others_datasets_are_read_by_their_importer(run: Stored, tmp_path: Path) -> None:
    # A folder a group, as they lie; the run's own dataset stands in for the results.
    root = tmp_path / "clusters"
    for group in ("g", "h"):
        (root / group).mkdir(parents=True)
        for image in sorted(run.root.glob("images/one/*"))[:2]:
            shutil.copy(image, root / group / f"{group}-{image.name}")
    target = "dupeval.dataset.importers.clusters.read_clusters"
    said_otherwise(run, root=str(root), _target_=target)
    dataset = stored_dataset(run.table1_dir, run.cache_dir)
    assert len(dataset.images) == 4


@pytest.mark.parametrize(
    "target",
    ["os.system", "dupeval.dataset.standin.read_standin", "dupeval.dataset.importers.x.y"],
)
def test_nothing_else_is_called(run: Stored, tmp_path: Path, target: str) -> None:
    (tmp_path / "empty").mkdir()
    said_otherwise(run, root=str(tmp_path / "empty"), _target_=target)
    with pytest.raises(SettingsError, match="possible: dataset=folder"):
        stored_dataset(run.table1_dir, run.cache_dir)


def test_without_results_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(StoredResultsError, match="no stored results in"):
        stored_dataset(tmp_path, tmp_path)
