"""The whole way, from a folder of images to the files of Table 1."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import table1
from configuration import compose

from dupeval.errors import DupevalError
from dupeval.metrics import pair_scores

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = [
    *("method", "protocol", "precision", "recall", "f1", "f1_ci_low", "f1_ci_high"),
    *("precision_micro", "recall_micro", "f1_micro", "p_value", "n_queries", "threshold"),
    *("source", "precision_published", "recall_published", "f1_published"),
]
REPEATABLE = ("table1.csv", "table1.md", "table1.tex", "per_query.csv", "groups.csv")


@pytest.fixture
def tiny(tmp_path: Path, make_dataset: Callable[..., Path]) -> Path:
    """Three queries of six images: two photographs in pairs, two alone."""
    names = ("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif")
    photographs = dict(zip(names, "ppqqrs", strict=True))
    return make_dataset(tmp_path / "data", dict.fromkeys(("one", "두번째", "3"), photographs))


def run(tiny: Path, tmp_path: Path, *overrides: str) -> Path:
    out = tmp_path / "out"
    common = ["dataset=folder", f"dataset.root={tiny}", f"out_dir={out}", "progress=false"]
    folders = [f"cache_dir={tmp_path / 'cache'}"]
    table1.main(compose("table1", [*common, *folders, *overrides]))
    return out


RAW = (
    "method=[raw,raw_pca]",
    "protocol=[loqo,oracle]",
    "methods.raw_pca.reduction.n_components=3",
    "methods.raw_pca.reduction.fit=others",
)


def test_every_file_is_written_and_what_was_read_is_left_alone(tiny: Path, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in tiny.rglob("*") if p.is_file()}
    out = run(tiny, tmp_path, *RAW)
    assert {p.name for p in out.iterdir()} == {*REPEATABLE, "timings.csv", "run.json"}
    assert {p: p.read_bytes() for p in tiny.rglob("*") if p.is_file()} == before


def test_table1_has_the_contracts_columns_and_a_row_a_method_and_protocol(
    tiny: Path, tmp_path: Path
) -> None:
    table = pd.read_csv(run(tiny, tmp_path, *RAW) / "table1.csv")
    assert list(table.columns) == COLUMNS
    measured = table[table["source"] == "measured"]
    assert list(zip(measured["method"], measured["protocol"], strict=True)) == [
        ("raw", "loqo"),
        ("raw_pca", "loqo"),
        ("raw", "oracle"),
        ("raw_pca", "oracle"),
    ]
    assert set(table[table["source"] == "published"]["method"]) == {"vgg", "vgg_pca", "visipics"}
    assert (measured["n_queries"] == 3).all()


def test_the_per_query_counts_add_up_to_all_pairs(tiny: Path, tmp_path: Path) -> None:
    per_query = pd.read_csv(run(tiny, tmp_path, *RAW) / "per_query.csv")
    assert len(per_query) == 2 * 2 * 3
    assert (per_query[["tp", "fp", "fn", "tn"]].sum(axis=1) == 15).all()
    assert (per_query[["tp", "fn"]].sum(axis=1) == 2).all()


def test_a_second_run_writes_the_same_bytes_with_cold_and_with_warm_caches(
    tiny: Path, tmp_path: Path
) -> None:
    out = run(tiny, tmp_path, *RAW)
    cold = {name: (out / name).read_bytes() for name in REPEATABLE}
    run(tiny, tmp_path, *RAW)
    assert {name: (out / name).read_bytes() for name in REPEATABLE} == cold
    shutil.rmtree(tmp_path / "cache")
    run(tiny, tmp_path, *RAW)
    assert {name: (out / name).read_bytes() for name in REPEATABLE} == cold


def test_the_groups_are_those_that_were_scored(tiny: Path, tmp_path: Path) -> None:
    out = run(tiny, tmp_path, *RAW)
    groups, per_query = pd.read_csv(out / "groups.csv"), pd.read_csv(out / "per_query.csv")
    names = ["method", "protocol", "query"]
    for key, rows in groups.groupby(names):
        scores = pair_scores(rows["photograph"], rows["group"])
        written = per_query.set_index(names).loc[key]
        assert (scores.tp, scores.fp, scores.fn, scores.tn) == tuple(
            written[["tp", "fp", "fn", "tn"]]
        )
    assert len(groups) == 2 * 2 * 18


def test_run_json_says_what_the_run_was_made_of(tiny: Path, tmp_path: Path) -> None:
    out = run(tiny, tmp_path, *RAW, "seed=5")
    described = json.loads((out / "run.json").read_text())
    assert described["seed"] == described["configuration"]["seed"] == 5
    assert described["dataset"]["images"] == 18
    assert len(described["dataset"]["fingerprint"]) == 64
    assert described["methods"]["raw"]["representation"]["representation"] == "raw"
    assert {"numpy", "pillow", "python", "torch"} <= set(described["versions"])
    assert set(described["outputs"]) == {*REPEATABLE, "timings.csv"}


def test_a_run_that_fails_leaves_the_earlier_results_as_they_are(
    tiny: Path, tmp_path: Path
) -> None:
    out = run(tiny, tmp_path, *RAW)
    before = {p: p.read_bytes() for p in out.iterdir()}
    with pytest.raises(DupevalError, match="n_components=40"):
        run(tiny, tmp_path, *RAW, "methods.raw_pca.reduction.n_components=40")
    assert {p: p.read_bytes() for p in out.iterdir()} == before


def test_what_is_impossible_is_refused_before_anything_is_computed(
    tiny: Path, tmp_path: Path
) -> None:
    with pytest.raises(DupevalError, match="which have no more than 5; possible: 1 to 5"):
        run(tiny, tmp_path, *RAW, "methods.raw_pca.reduction.n_components=6")
    with pytest.raises(DupevalError, match="takes its threshold from vgg_pca"):
        run(tiny, tmp_path, *RAW, "protocol=shared")
    assert not (tmp_path / "cache" / "vectors").exists()


def test_other_files_in_the_results_folder_are_left_alone(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    out = run(tiny, tmp_path, *RAW)
    assert (out / "notes.txt").read_text() == "mine"


def test_vgg_features_go_the_whole_way(tiny: Path, tmp_path: Path, weights_dir: Path) -> None:
    own = f"vgg.weights_dir={weights_dir}"
    overrides = ("method=vgg", "protocol=loqo", "vgg.size=32", own)
    table = pd.read_csv(run(tiny, tmp_path, *overrides) / "table1.csv")
    row = table[table["source"] == "measured"].iloc[0]
    assert row["method"] == "vgg"
    assert np.isfinite(row["f1"])
