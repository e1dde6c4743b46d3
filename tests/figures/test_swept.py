"""F1 over numbers of components, read from a stored sweep."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dupeval.errors import SettingsError
from dupeval.figures.dimensions import F1ByDimensions, chosen, name_of
from dupeval.figures.material import Material
from dupeval.figures.swept import read_sweep, series_of
from dupeval.statistics import bootstrap_interval

COLUMNS = ("method", "protocol", "query_set", "size", "linkage", "n_components", "f1")
# Two linkages, two numbers of components, two queries; raw is not reduced.
ROWS = [
    *(("raw_pca", "loqo", "all", 4, "single", n, f1) for n, f1 in ((2, 0.5), (1, 0.4))),
    ("raw_pca", "loqo", "one", 4, "single", 1, 0.2),
    ("raw_pca", "loqo", "3", 4, "single", 1, 0.6),
    ("raw_pca", "loqo", "one", 4, "single", 2, 0.5),
    ("raw_pca", "loqo", "3", 4, "single", 2, 0.5),
    *(("raw_pca", "loqo", "all", 4, "complete", n, f1) for n, f1 in ((1, 0.3), (2, 0.9))),
    ("raw_pca", "oracle", "all", 4, "single", 1, 0.8),
    ("raw", "loqo", "all", 4, "single", None, 0.7),
]


@pytest.fixture
def store(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that stores a sweep."""

    def write(fingerprint: str, table: pd.DataFrame | None = None) -> Path:
        rows = pd.DataFrame(ROWS, columns=COLUMNS).astype({"n_components": "Int64"})
        (rows if table is None else table).to_csv(tmp_path / "sweep.csv", index=False)
        run = {"dataset": {"fingerprint": fingerprint}}
        (tmp_path / "run.json").write_text(json.dumps(run), encoding="utf-8")
        return tmp_path

    return write


class TestSeries:
    def test_one_for_each_combination_of_the_other_parameters(
        self, store: Callable[..., Path]
    ) -> None:
        single, complete = series_of(read_sweep(store("it"), "it"), "raw_pca", "loqo", seed=0)
        assert single.parameters == {"size": "4", "linkage": "single"}
        assert (single.n_components.tolist(), single.f1.tolist()) == ([1, 2], [0.4, 0.5])
        assert complete.f1.tolist() == [0.3, 0.9]
        assert name_of(complete, [single, complete]) == "complete"

    def test_intervals_are_over_the_rows_of_queries(self, store: Callable[..., Path]) -> None:
        single, complete = series_of(read_sweep(store("it"), "it"), "raw_pca", "loqo", seed=3)
        assert (single.low[0], single.high[0]) == bootstrap_interval([0.2, 0.6], seed=3)
        assert np.isnan(complete.low).all()

    def test_without_rows_of_all_queries_it_is_their_mean(self, store: Callable[..., Path]) -> None:
        rows = pd.DataFrame(ROWS, columns=COLUMNS)
        folder = store("it", rows[rows["query_set"] != "all"])
        (single,) = series_of(read_sweep(folder, "it"), "raw_pca", "loqo", seed=0)
        assert single.f1.tolist() == pytest.approx([0.4, 0.5])

    @pytest.mark.parametrize(
        ("method", "protocol", "message"),
        [
            ("raw", "loqo", "components of the method 'raw'; possible: raw_pca, or run it"),
            ("raw_pca", "fixed", "of the protocol 'fixed'; possible: loqo, oracle, or run"),
        ],
    )
    def test_what_was_not_swept_lists_what_was(
        self, store: Callable[..., Path], method: str, protocol: str, message: str
    ) -> None:
        with pytest.raises(SettingsError, match=message):
            series_of(read_sweep(store("it"), "it"), method, protocol, seed=0)

    def test_the_parameters_in_force_are_chosen_else_the_highest(
        self, store: Callable[..., Path]
    ) -> None:
        single, complete = found = series_of(
            read_sweep(store("it"), "it"), "raw_pca", "loqo", seed=0
        )
        in_force = {"representation.size": 4, "linkage": "single", "metric": "cosine"}
        assert chosen(found, in_force) is single
        assert chosen(found, {**in_force, "linkage": "ward"}) is complete
        assert chosen(found, {}) is complete


class TestWhatIsNotThere:
    def test_no_sweep_names_the_command(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match=r"run python experiments/sweep\.py first"):
            read_sweep(tmp_path, "it")

    def test_one_of_another_dataset(self, store: Callable[..., Path]) -> None:
        with pytest.raises(SettingsError, match="another dataset"):
            read_sweep(store("it"), "other")

    def test_one_without_the_columns(self, store: Callable[..., Path]) -> None:
        rows = pd.DataFrame(ROWS, columns=COLUMNS).drop(columns=["query_set"])
        with pytest.raises(SettingsError, match="no column query_set"):
            read_sweep(store("it", rows), "it")


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_the_series_in_force_and_its_highest_point(
        self, material: Material, store: Callable[..., Path]
    ) -> None:
        folder = store(material.dataset.fingerprint)
        picture = F1ByDimensions(sweep_dir=folder, methods=("raw_pca",)).draw(material)
        (axes,) = picture.canvas.axes
        assert axes.get_title(loc="right") == "complete"
        assert [text.get_text() for text in axes.texts] == ["0.900 at 2"]
        other, own = axes.lines
        assert other.get_ydata().tolist() == [0.4, 0.5]
        assert own.get_ydata().tolist() == [0.3, 0.9]
        (legend,) = picture.canvas.legends
        assert [t.get_text() for t in legend.texts] == ["in force", "its 95 % interval", "single"]

    def test_more_series_than_can_be_told_apart_are_grey(
        self, material: Material, store: Callable[..., Path]
    ) -> None:
        rows = [("raw_pca", "loqo", "all", i, "single", n, 0.1) for i in range(12) for n in (1, 2)]
        table = pd.DataFrame(rows, columns=COLUMNS)
        folder = store(material.dataset.fingerprint, table)
        picture = F1ByDimensions(sweep_dir=folder, methods=("raw_pca",)).draw(material)
        assert "Grey lines: all other combinations" in picture.text
        assert len(picture.canvas.legends[0].texts) == 2
        assert len(picture.canvas.axes[0].lines) == 12
