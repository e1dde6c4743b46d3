"""The line that ends a run of Table 1: what of it is as committed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dupeval.comparison import compare_with_reference
from dupeval.dataset import Dataset
from dupeval.files import file_sha256

DATASET = Dataset("nine queries", ())
SCORES = ["precision", "recall", "f1"]
Row = tuple[str, str, str, float, float, float]
ROWS: list[Row] = [
    ("raw", "loqo", "measured", 0.5, 0.25, 0.333333),
    ("vgg", "loqo", "measured", 1, 1, 1),
    ("tool", "loqo", "measured", 0.75, 0.5, 0.6),
    ("tool", "fixed", "measured", 0, 0, 0),
]
PUBLISHED = ("visipics", "", "published", None, None, None)


def table(rows: Sequence[tuple[object, ...]], dataset: str = DATASET.name) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["method", "protocol", "source", *SCORES])
    made["dataset"] = dataset
    return made


def run_of(dataset: Dataset, fingerprint: str | None = None, **settings: object) -> dict[str, Any]:
    """Return what run.json says, of methods that all have the same settings."""
    about = {"name": dataset.name, "fingerprint": fingerprint or dataset.fingerprint}
    methods = dict.fromkeys(("raw", "vgg", "tool"), settings)
    protocols: dict[str, object] = {"loqo": {"honest": True}, "fixed": {"honest": False}}
    return {
        "parts": [{"dataset": about, "configuration": {"methods": methods}, "protocols": protocols}]
    }


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    table([*ROWS, PUBLISHED]).to_csv(tmp_path / "table1.csv", index=False)
    vouch(tmp_path, run_of(DATASET))
    return tmp_path


def vouch(folder: Path, run: dict[str, Any]) -> None:
    outputs = {"table1.csv": file_sha256(folder / "table1.csv")}
    (folder / "run.json").write_text(json.dumps({**run, "outputs": outputs}))


def compared(rows: Sequence[tuple[object, ...]], reference: Path, **settings: object) -> str | None:
    return compare_with_reference(table(rows), run_of(DATASET, **settings), reference)


def test_the_same_rows(reference: Path) -> None:
    line = compared([*ROWS, PUBLISHED], reference)
    assert line == "4 of 4 rows equal to the committed reference"


def test_a_difference_in_the_last_written_digit_is_none(reference: Path) -> None:
    assert compared([("raw", "loqo", "measured", 0.5, 0.25, 0.333334)], reference) == (
        "1 of 1 rows equal to the committed reference"
    )


def test_a_pair_that_fell_on_the_other_side_is_told(reference: Path) -> None:
    one_pair = 1 / (189 * 190) / 9
    line = compared([("raw", "loqo", "measured", 0.5 - one_pair, 0.25, 0.333333)], reference)
    assert line == (
        "0 of 1 rows equal to the committed reference; "
        "raw under loqo on nine queries differs by 3.1e-06 (precision 0.499997, there 0.500000)"
    )


def test_what_is_not_installed_or_failed_is_named_once(reference: Path) -> None:
    tool = [("tool", protocol, "missing", None, None, None) for protocol in ("loqo", "fixed")]
    vgg = ("vgg", "loqo", "failed", None, None, None)
    assert compared([ROWS[0], vgg, *tool], reference) == (
        "1 of 4 rows equal to the committed reference; tool is not at hand; vgg failed"
    )


def test_of_many_differences_the_largest_are_named(reference: Path) -> None:
    other = [(*row[:3], row[3], row[4], row[5] + 0.01 * i) for i, row in enumerate(ROWS, 1)]
    line = compared(other, reference)
    assert line is not None
    assert line.startswith(
        "0 of 4 rows equal to the committed reference; "
        "tool under fixed on nine queries differs by 0.04 (f1 "
    )
    assert line.endswith("; 1 more differ by less")
    assert line.count(" differs by ") == 3


def test_rows_of_ones_own_are_not_counted(reference: Path) -> None:
    own = ("mine", "loqo", "measured", 1.0, 1.0, 1.0)
    assert compared([own, ROWS[0]], reference) == "1 of 1 rows equal to the committed reference"
    assert compared([own], reference) is None


def test_another_dataset_is_not_compared(reference: Path) -> None:
    other = Dataset("mine", ())
    assert compare_with_reference(table(ROWS, "mine"), run_of(other), reference) is None


def test_rows_with_other_settings_are_not_compared_but_where_only_the_machine_differs(
    reference: Path,
) -> None:
    assert compared(ROWS, reference, linkage="single") is None
    line = compared(ROWS, reference, device="cpu", batch_size=4)
    assert line == "4 of 4 rows equal to the committed reference"


def test_another_build_of_the_same_dataset_says_why_not(reference: Path) -> None:
    vouch(reference, run_of(DATASET, "another"))
    line = compared(ROWS, reference)
    assert line is not None
    assert line.startswith("not compared with the committed reference: other library versions")


def test_the_studys_figures_alone_are_not_compared(reference: Path) -> None:
    assert compared([("visipics", None, "published", None, None, None)], reference) is None


def test_without_committed_results_nothing_is_said(tmp_path: Path) -> None:
    assert compared(ROWS, tmp_path) is None


def test_a_table_that_run_json_does_not_vouch_for_is_not_compared(reference: Path) -> None:
    (reference / "table1.csv").write_bytes((reference / "table1.csv").read_bytes() + b"\n")
    line = compared(ROWS, reference)
    assert line is not None
    assert line.startswith("not compared with the committed reference: ")
    assert "is not the file that run.json describes" in line
