"""The program: settings tried on several datasets, chosen on some, confirmed on others."""

import json
from collections.abc import Callable
from pathlib import Path

import defaults
import pandas as pd
import pytest
from configuration import checked
from hydra_app import compose

from dupeval.errors import SettingsError

NAMES = ("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif")


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> list[str]:
    photographs = [dict(zip(NAMES, letters, strict=True)) for letters in ("ppqqrs", "pqrrss")]
    folder = tmp_path_factory.mktemp("data")
    return [
        str(make_dataset(folder / name, {str(q): photographs[(q + i) % 2] for q in range(3)}))
        for i, name in enumerate(("one", "two"))
    ]


def arguments(roots: list[str], tmp_path: Path, *more: str) -> list[str]:
    one, two = (f'[[["dataset=folder","dataset.root={root}"]]]' for root in roots)
    return [
        *("progress=false", f"cache_dir={tmp_path / 'cache'}", f"out_dir={tmp_path / 'out'}"),
        *("method=raw", "grid_of.raw.size=[4,8]", "grid_of.raw.metric=euclidean"),
        *(f"chosen_on={one}", f"confirmed_on={two}", *more),
    ]


def run(words: list[str]) -> int:
    return defaults.main(checked(compose("defaults", words)))


def test_the_best_setting_is_written_with_its_figures_on_every_dataset(
    roots: list[str], tmp_path: Path
) -> None:
    assert run(arguments(roots, tmp_path)) == 0
    table = pd.read_csv(tmp_path / "out" / "defaults.csv")
    assert table["which"].tolist()[0] == "best"
    assert table["chosen_on"].tolist() == table["one"].tolist()
    assert table["confirmed_on"].tolist() == table["two"].tolist()
    settings = pd.read_parquet(tmp_path / "out" / "settings.parquet")
    assert table["one"][0] == pytest.approx(settings["one"].max(), abs=1e-6)
    about = json.loads((tmp_path / "out" / "run.json").read_text())
    assert [part["dataset"]["name"] for part in about["parts"]] == ["one", "two"]


def test_without_a_dataset_to_choose_on_nothing_is_begun(roots: list[str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="chosen_on"):
        run(arguments(roots, tmp_path, "chosen_on=[]"))
    assert not (tmp_path / "out").exists()


def test_the_defaults_are_chosen_on_other_draws_than_table_1_is_of() -> None:
    config = compose("defaults", [])
    table1 = {"dataset.level=news", "dataset.draw=0"}
    assert set(config.grid_of) == set(config.methods)
    assert all(table1 - set(own) for kind in config.chosen_on for own in kind)
