"""The stand-in at each level, built once for all tests of this folder."""

import csv
import warnings
from pathlib import Path

import pytest

from dupeval.dataset.making.levels import STUDY, WILD, Making
from dupeval.dataset.standin import ensure_standin


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("data") / "standin", Making())


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("data") / "standin", Making(STUDY))


@pytest.fixture(scope="session")
def wild(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("data") / "standin", Making(WILD))


def build(root: Path, making: Making) -> Path:
    with warnings.catch_warnings():
        # With other libraries than the manifest's; test_the_manifest_is_what_is_built tells.
        warnings.simplefilter("ignore", UserWarning)
        return ensure_standin(root, making, progress=False)


@pytest.fixture(scope="session")
def labels(standin: Path) -> list[dict[str, str]]:
    with (standin / "labels.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
