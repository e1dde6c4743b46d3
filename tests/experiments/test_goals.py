"""Goals are set beside what was measured, from the stored results alone."""

import json
from pathlib import Path

import pandas as pd
import pytest
from goals import IMAGES, QUERIES, goals_markdown


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Give results in which raw_pca and the hashes took too long, and a million found too few."""
    for name in ("queries", "growth", "million"):
        (tmp_path / name).mkdir()
    queries = [
        {"method": name, "n_queries": n, "wall_s": wall_s, "cpu_s": 2.0, "memory_gb": 0.5}
        for name in QUERIES
        for n, wall_s in ((100, 1.0), (1000, 180.0 if name == "raw_pca" else 59.6))
    ]
    pd.DataFrame(queries).to_csv(tmp_path / "queries" / "queries.csv", index=False)
    growth = [
        {"contest": contest, "who": who, "n": n, "wall_s": 25.0, "cpu_s": 3.0, "peak_mb": 1200.0}
        for contest, (n, _, _) in IMAGES.items()
        for who in ("dupeval", "another")
    ]
    pd.DataFrame(growth).to_csv(tmp_path / "growth" / "growth.csv", index=False)
    seconds = {
        f"{of}_{kind}_s": 2.0 for of in ("pairs", "tree", "curve") for kind in ("wall", "cpu")
    }
    told = {"n": 1_000_000, "recall_of_true_pairs": 0.9876, "peak_mb": 5000.0, **seconds}
    (tmp_path / "million" / "million.json").write_text(json.dumps(told))
    return tmp_path


def test_what_was_not_reached_is_said(results: Path) -> None:
    lines = goals_markdown(results).splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [row[2] for row in cells] == [
        *("60 s", "60 s", "60 s", "180 s (missed)"),
        *("25 s (missed)", "25 s", "25 s", "6 s, recall 0.9876 (missed)"),
    ]
    assert cells[3][:2] == ["1,000 queries of 20 images, nested, 10 folds: raw_pca", "180 s, 4 GB"]
    assert cells[4][1:] == [
        *("20 s, 2.5 GB", "25 s (missed)", "3 s", "1.2 GB", "`python -m benchmarks.growth`")
    ]
