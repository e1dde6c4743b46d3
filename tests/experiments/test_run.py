"""One method, query by query."""

from collections.abc import Callable
from pathlib import Path

import pytest
import run as program_run
from hydra_app import compose


def test_prints_each_query_and_the_mean_and_writes_the_groups(
    tmp_path: Path, make_dataset: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    photographs = {"a.png": "p", "b.png": "p", "c.png": "q"}
    root = make_dataset(tmp_path / "data", {"one": photographs, "two": photographs})
    out = tmp_path / "out"
    overrides = [
        *("method=raw", "dataset=folder", f"dataset.root={root}", f"out_dir={out}"),
        *(f"cache_dir={tmp_path / 'cache'}", "progress=false"),
    ]
    program_run.main(compose("run", overrides))
    printed = capsys.readouterr().out
    assert "### raw, loqo" in printed
    rows = [line.split("|")[1].strip() for line in printed.splitlines() if line.startswith("|")]
    assert rows[2:] == ["one", "two", "mean"]
    names = {"per_query.csv", "groups.csv", "timings.csv", "run.json", ".dupeval"}
    assert {p.name for p in out.iterdir()} == names
