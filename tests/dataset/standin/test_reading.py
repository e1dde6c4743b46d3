"""The stand-in as programs read it: built when missing, refused when somebody changed it."""

import json
import shutil
from pathlib import Path

import pytest

from dupeval.dataset.making.levels import WILD, Making
from dupeval.dataset.making.stamp import is_up_to_date
from dupeval.dataset.standin import read_standin
from dupeval.dataset.standin.recipe import Standin
from dupeval.errors import DatasetError


@pytest.fixture
def copy(standin: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(standin, tmp_path / "standin"))


def test_is_nine_queries_of_twenty_images(copy: Path) -> None:
    dataset = read_standin(copy)
    assert dataset.name == "standin-news-0"
    assert [len(query.images) for query in dataset.queries] == [20] * 9


def test_another_level_has_a_name_of_its_own(study: Path) -> None:
    assert read_standin(study, level="study").name == "standin-study-0"


def test_a_changed_label_is_an_error_that_says_what_to_do(copy: Path) -> None:
    labels = copy / "labels.csv"
    labels.write_text(labels.read_text().replace("campus_501", "campus_502", 1))
    with pytest.raises(DatasetError, match="files were changed since it was built; delete"):
        read_standin(copy)


def test_a_build_that_differs_from_the_manifest_says_so_at_every_reading(copy: Path) -> None:
    stamp = json.loads((copy / "standin.json").read_text())
    stamp["differs_from_manifest"] = ["flowers/img_01.jpg"]
    (copy / "standin.json").write_text(json.dumps(stamp))
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"differs from the published one.*flowers/img_01.jpg"):
            read_standin(copy)


def test_a_changed_table_of_pairs_is_an_error(wild: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(wild, tmp_path / "standin"))
    pairs = root / "pairs.csv"
    pairs.write_text(pairs.read_text().replace("unsure", "different", 1))
    with pytest.raises(DatasetError, match="files were changed since it was built"):
        read_standin(root, level="wild")


def test_a_lost_table_of_pairs_is_noticed(wild: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(wild, tmp_path / "standin"))
    assert is_up_to_date(root, Standin(Making(WILD)))
    (root / "pairs.csv").unlink()
    assert not is_up_to_date(root, Standin(Making(WILD)))
