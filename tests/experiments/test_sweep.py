"""Every setting of a grid, and the choice among all of them."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import sweep
from configuration import compose
from omegaconf import OmegaConf

from dupeval.errors import SettingsError


@pytest.fixture
def out(tmp_path: Path, make_dataset: Callable[..., Path]) -> Path:
    names = ("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif")
    photographs = dict(zip(names, "ppqqrs", strict=True))
    root = make_dataset(tmp_path / "data", dict.fromkeys(("1", "2", "3", "4"), photographs))
    config = compose(
        "sweep",
        [
            *("dataset=folder", f"dataset.root={root}", f"out_dir={tmp_path / 'out'}"),
            *(f"cache_dir={tmp_path / 'cache'}", "progress=false"),
        ],
    )
    grids = {
        "raw": {
            "method": "raw",
            "grid": {"representation.size": [8, 16], "linkage": ["single", "average"]},
        },
        "raw_pca": {
            "method": "raw_pca",
            "grid": {"reduction.whiten": [False, True], "n_components": [1, 2, 0.9, 40]},
        },
    }
    OmegaConf.set_struct(config, False)
    config.grids = grids
    sweep.main(config)
    return tmp_path / "out"


def test_one_row_a_setting_and_protocol_and_one_for_the_choice_among_all(out: Path) -> None:
    table = pd.read_csv(out / "sweep.csv")
    assert len(table) == 2 * (2 * 2 + 1) + 2 * (2 * 3 + 1)
    assert set(table["n_components"].dropna().astype(str)) == {"1.0", "2.0", "0.9"}
    assert table["n_settings"].dropna().tolist() == [4, 4, 6, 6]


def test_the_choice_among_all_is_never_better_than_the_best_with_hindsight(out: Path) -> None:
    table = pd.read_csv(out / "sweep.csv")
    for _, part in table[table["protocol"] == "oracle"].groupby("grid"):
        chosen = part[part["n_settings"].notna()]["f1"].item()
        assert chosen == pytest.approx(part[part["n_settings"].isna()]["f1"].max())


def test_settings_that_need_more_images_than_there_are_are_left_out(out: Path) -> None:
    table = pd.read_csv(out / "sweep.csv")
    assert 40 not in set(table["n_components"].dropna())


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("method=raw", "grids need the methods raw_pca, vgg, vgg_pca"),
        ("protocol=loqo", "loqo,oracle"),
    ],
)
def test_a_sweep_without_what_its_grids_need_is_refused(override: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        sweep.main(compose("sweep", [override, "progress=false"]))


def test_best_names_the_setting_with_the_best_held_out_score(out: Path) -> None:
    table, best = pd.read_csv(out / "sweep.csv"), pd.read_csv(out / "best.csv")
    single = table[table["n_settings"].isna() & (table["protocol"] == "loqo")]
    assert best["grid"].tolist() == ["raw", "raw_pca"]
    for row in best.itertuples():
        assert row.f1_loqo == pytest.approx(single[single["grid"] == row.grid]["f1"].max())
    assert best["setting"].str.contains("=").all()
