"""A sweep as heat maps."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stored_sweep import store_sweep

from dupeval.dataset import Dataset
from dupeval.figures.dimensions import read_sweep, series_of
from dupeval.figures.heat_maps import SweepAsHeatMaps, grid_of, row_names
from dupeval.figures.inputs import FigureInputs
from dupeval.statistics import mean_interval

COLUMNS = ("method", "protocol", "query_set", "size", "linkage", "metric", "n_components", "f1")
# Two linkages under two distances; complete linkage has no three components, and queries of its
# own only for one.
ROWS = [
    ("raw_pca", "loqo", query, 4, linkage, metric, n, f1)
    for linkage, metric, n, f1 in (
        ("single", "euclidean", 1, 0.2),
        ("single", "euclidean", 3, 0.4),
        ("complete", "euclidean", 1, 0.3),
        ("single", "cosine", 1, 0.6),
        ("single", "cosine", 3, 0.9),
    )
    for query, f1 in (("all", f1), ("one", f1 - 0.1), ("3", f1 + 0.1))
]


@pytest.fixture
def folder(tmp_path: Path, dataset: Dataset) -> Path:
    return store_sweep(tmp_path, dataset, pd.DataFrame(ROWS, columns=COLUMNS))


def test_a_cell_has_the_f1_of_a_setting_and_its_spread(folder: Path, dataset: Dataset) -> None:
    series = series_of(read_sweep(folder, dataset)[0], "raw_pca", "loqo")
    own = [one for one in series if one.parameters["metric"] == "euclidean"]
    assert row_names(own, series) == ["single", "complete"]
    numbers, f1, half = grid_of(own)
    assert numbers == [1, 3]
    np.testing.assert_array_equal(f1, [[0.2, 0.4], [0.3, np.nan]])
    low, high = mean_interval([0.1, 0.3])
    assert half[0, 0] == (high - low) / 2
    assert np.isnan(half[1, 1])


@pytest.mark.usefixtures("in_style")
def test_every_distance_has_a_panel_and_the_highest_is_framed(
    folder: Path, inputs: FigureInputs
) -> None:
    picture = SweepAsHeatMaps(sweep_dir=folder, methods=("raw_pca",)).draw(inputs)
    scale, *panels = picture.canvas.axes
    assert not scale.get_title(loc="left")
    assert [axes.get_title(loc="left") for axes in panels] == [
        *("raw_pca, euclidean distance", "raw_pca, cosine distance"),
    ]
    assert [len(axes.patches) for axes in panels] == [0, 1]
    assert panels[1].get_title(loc="right") == "0.900"
    assert picture.settings == {"highest of raw_pca": "single, cosine, 3"}
    assert picture.protocol == "loqo"
