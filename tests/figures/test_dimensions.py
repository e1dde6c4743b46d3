"""F1 over numbers of components, read from a stored sweep."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stored_sweep import store_sweep

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.figures.dimensions import F1ByDimensions, chosen, name_of, read_sweep, series_of
from dupeval.figures.inputs import FigureInputs
from dupeval.files import file_sha256
from dupeval.statistics import mean_interval
from dupeval.stored_run import StoredResultsError

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
def store(tmp_path: Path, dataset: Dataset) -> Callable[..., Path]:
    """Give a function that stores a sweep."""

    def write(table: pd.DataFrame | None = None) -> Path:
        rows = pd.DataFrame(ROWS, columns=COLUMNS).astype({"n_components": "Int64"})
        return store_sweep(tmp_path, dataset, rows if table is None else table)

    return write


class TestSeries:
    def test_one_for_each_combination_of_the_other_parameters(
        self, store: Callable[..., Path], dataset: Dataset
    ) -> None:
        single, complete = series_of(read_sweep(store(), dataset)[0], "raw_pca", "loqo")
        assert single.parameters == {"size": "4", "linkage": "single"}
        assert (single.n_components.tolist(), single.f1.tolist()) == ([1, 2], [0.4, 0.5])
        assert complete.f1.tolist() == [0.3, 0.9]
        assert name_of(complete, [single, complete]) == "complete"

    def test_intervals_are_over_the_rows_of_queries(
        self, store: Callable[..., Path], dataset: Dataset
    ) -> None:
        single, complete = series_of(read_sweep(store(), dataset)[0], "raw_pca", "loqo")
        assert (single.low[0], single.high[0]) == mean_interval([0.2, 0.6])
        assert np.isnan(complete.low).all()

    def test_without_rows_of_all_queries_it_is_their_mean(
        self, store: Callable[..., Path], dataset: Dataset
    ) -> None:
        rows = pd.DataFrame(ROWS, columns=COLUMNS)
        folder = store(rows[rows["query_set"] != "all"])
        (single,) = series_of(read_sweep(folder, dataset)[0], "raw_pca", "loqo")
        assert single.f1.tolist() == pytest.approx([0.4, 0.5])

    @pytest.mark.parametrize(
        ("method", "protocol", "message"),
        [
            ("raw", "loqo", "components of the method 'raw'; possible: raw_pca, or run it"),
            ("raw_pca", "fixed", "of the protocol 'fixed'; possible: loqo, oracle, or run"),
        ],
    )
    def test_what_was_not_swept_lists_what_was(
        self, store: Callable[..., Path], dataset: Dataset, method: str, protocol: str, message: str
    ) -> None:
        with pytest.raises(SettingsError, match=message):
            series_of(read_sweep(store(), dataset)[0], method, protocol)

    def test_the_parameters_in_force_are_chosen_else_the_highest(
        self, store: Callable[..., Path], dataset: Dataset
    ) -> None:
        single, complete = found = series_of(read_sweep(store(), dataset)[0], "raw_pca", "loqo")
        in_force = {"representation.size": 4, "linkage": "single", "metric": "cosine"}
        assert chosen(found, in_force) is single
        assert chosen(found, {**in_force, "linkage": "ward"}) is complete
        assert chosen(found, {}) is complete


def test_the_first_honest_protocol_of_the_sweep_is_the_default(
    store: Callable[..., Path], dataset: Dataset
) -> None:
    assert read_sweep(store(), dataset)[1] == "loqo"


class TestWhatCannotBeShown:
    def complaint(self, folder: Path, dataset: Dataset) -> str:
        with pytest.raises(StoredResultsError) as caught:
            read_sweep(folder, dataset)
        message = str(caught.value)
        assert "\n" not in message
        assert message.endswith(
            "; run python experiments/sweep.py with the same overrides, or give another folder: "
            "sweep_dir=..."
        )
        return message

    @pytest.mark.parametrize("name", ["sweep.csv", "run.json"])
    def test_no_sweep(self, store: Callable[..., Path], dataset: Dataset, name: str) -> None:
        folder = store()
        (folder / name).unlink()
        message = self.complaint(folder, dataset)
        assert message.startswith(f"no stored results in {folder} ({name} missing);")

    def test_one_of_another_dataset(self, store: Callable[..., Path], dataset: Dataset) -> None:
        other = Dataset("other", dataset.queries[:2])
        message = self.complaint(store(), other)
        assert "were made from another dataset: 'small'" in message
        assert other.fingerprint[:12] in message

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b"{}", b"\xff", b'{"parts": 3}', b'{"parts": [{"dataset": 3}]}'],
    )
    def test_a_run_json_that_is_none(
        self, store: Callable[..., Path], dataset: Dataset, content: bytes
    ) -> None:
        folder = store()
        (folder / "run.json").write_bytes(content)
        assert "run.json is not what a run writes" in self.complaint(folder, dataset)

    def test_a_table_that_was_changed_since(
        self, store: Callable[..., Path], dataset: Dataset
    ) -> None:
        folder = store()
        path = folder / "sweep.csv"
        path.write_bytes(path.read_bytes().replace(b"0.9", b"1.0"))
        assert "sweep.csv is not the file that run.json" in self.complaint(folder, dataset)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"a,b\n1,2,3\n1,2,3,4\n", "sweep.csv is not a table"),
            (b"\xff\xfe\n", "sweep.csv is not a table"),
            (b"method\nraw\n", "sweep.csv has no column protocol, query_set, n_components, f1"),
            (
                b"method,protocol,query_set,n_components,f1\nraw,loqo,all,many,0.5\n",
                "n_components are not all numbers",
            ),
        ],
    )
    def test_another_table(
        self, store: Callable[..., Path], dataset: Dataset, content: bytes, message: str
    ) -> None:
        folder = store()
        (folder / "sweep.csv").write_bytes(content)
        run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        run["outputs"]["sweep.csv"] = file_sha256(folder / "sweep.csv")
        (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
        assert message in self.complaint(folder, dataset)


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_the_series_in_force_and_its_highest_point(
        self, inputs: FigureInputs, store: Callable[..., Path]
    ) -> None:
        folder = store()
        picture = F1ByDimensions(sweep_dir=folder, methods=("raw_pca",)).draw(inputs)
        (axes,) = picture.canvas.axes
        assert axes.get_title(loc="right") == "complete"
        assert [text.get_text() for text in axes.texts] == ["0.900 at 2"]
        other, own = axes.lines
        assert other.get_ydata().tolist() == [0.4, 0.5]
        assert own.get_ydata().tolist() == [0.3, 0.9]
        (legend,) = picture.canvas.legends
        assert [t.get_text() for t in legend.texts] == ["in force", "its 95 % interval", "single"]

    def test_more_series_than_can_be_told_apart_are_grey(
        self, inputs: FigureInputs, store: Callable[..., Path]
    ) -> None:
        rows = [("raw_pca", "loqo", "all", i, "single", n, 0.1) for i in range(12) for n in (1, 2)]
        table = pd.DataFrame(rows, columns=COLUMNS)
        folder = store(table)
        picture = F1ByDimensions(sweep_dir=folder, methods=("raw_pca",)).draw(inputs)
        assert "Grey lines: all other combinations" in picture.text
        assert len(picture.canvas.legends[0].texts) == 2
        assert len(picture.canvas.axes[0].lines) == 12
