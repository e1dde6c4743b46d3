"""A dataset that is written as a folder is read as it was."""

from pathlib import Path

import pytest
from fake_dataset import photograph_bytes

from dupeval.dataset import Dataset
from dupeval.dataset.folder import read_folder
from dupeval.dataset.writing import write_folder
from dupeval.errors import SettingsError

LABELS = '''query,image,photograph,edit,scene
b,1.jpg,rose,,garden
b,2.jpg,rose,crop:50,garden
b,3.jpg,tulip,,garden
b,4.jpg,,,
a,"x,1.jpg","the ""sea""",,
a,2.jpg,"the ""sea""",,
'''
QUERIES = "query,title\nb,꽃\na,A <b>bold</b> title\n"
PAIRS = "query,image_a,image_b,verdict\nb,1.jpg,4.jpg,same\nb,2.jpg,3.jpg,unsure\n"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Give a dataset with all that can be said: titles, edits, scenes, verdicts, unlabelled."""
    root = tmp_path / "given"
    for place in ("b/1.jpg", "b/2.jpg", "b/3.jpg", "b/4.jpg", "a/x,1.jpg", "a/2.jpg"):
        (root / "images" / place).parent.mkdir(parents=True, exist_ok=True)
        (root / "images" / place).write_bytes(photograph_bytes(place))
    for name, text in (("labels", LABELS), ("queries", QUERIES), ("pairs", PAIRS)):
        (root / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_folder(root)


def test_all_that_a_dataset_says_is_written(dataset: Dataset, tmp_path: Path) -> None:
    write_folder(dataset, tmp_path / "written")
    assert read_folder(tmp_path / "written").fingerprint == dataset.fingerprint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given", "written"]


def test_an_empty_folder_may_be_there(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "written").mkdir()
    write_folder(dataset, tmp_path / "written")
    assert (tmp_path / "written" / "labels.csv").read_text(encoding="utf-8") == LABELS


def test_what_is_there_is_left_alone(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "written").mkdir()
    (tmp_path / "written" / "mine.txt").write_text("mine")
    with pytest.raises(SettingsError, match="is there already; possible: a folder that is not"):
        write_folder(dataset, tmp_path / "written")
    assert [path.name for path in (tmp_path / "written").iterdir()] == ["mine.txt"]


def test_a_folder_is_written_whole_or_not_at_all(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "given" / "images" / "a" / "2.jpg").unlink()
    with pytest.raises(FileNotFoundError):
        write_folder(dataset, tmp_path / "written")
    assert [path.name for path in tmp_path.iterdir()] == ["given"]
