"""A run's results, for notebooks and for other programs."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import table1
from hostile_results import Stored, hostile_results
from hydra_app import compose

from dupeval.files import file_sha256
from dupeval.results import Results, load
from dupeval.results.schema import Row, Summary, schema_bytes
from dupeval.stored_run import StoredResultsError
from dupeval.tables import TABLE1_COLUMNS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Stored:
    return hostile_results(tmp_path_factory.mktemp("results"), make_dataset)


@pytest.fixture(scope="module")
def results(stored: Stored) -> Results:
    return load(stored.table1_dir)


@pytest.fixture
def folder(stored: Stored, tmp_path: Path) -> Path:
    """Give a copy of the stored results that a test may spoil."""
    return Path(shutil.copytree(stored.table1_dir, tmp_path / "table1"))


class TestFrames:
    def test_have_a_row_each_for_what_they_are_of(self, results: Results) -> None:
        places = ["dataset", "protocol", "method"]
        table = results.table[results.table["protocol"] != ""]
        assert table[places].to_numpy().tolist() == [
            *(["data", "loqo", "raw"], ["data", "loqo", "raw_pca"]),
            *(["data", "oracle", "raw"], ["data", "oracle", "raw_pca"]),
        ]
        assert len(results.per_query) == 4 * 4
        assert len(results.groups) == 4 * 4 * 6
        assert results.metrics[places].to_numpy().tolist() == table[places].to_numpy().tolist()
        assert results.comparisons.empty

    def test_fit_each_other(self, results: Results) -> None:
        places = ["dataset", "protocol", "method"]
        means = results.per_query.groupby(places)["f1"].mean()
        table = results.table[results.table["protocol"] != ""].set_index(places)["f1"]
        np.testing.assert_allclose(means[table.index], table, atol=1e-6)

    def test_have_names_as_they_were(self, results: Results, stored: Stored) -> None:
        slugs = [query.slug for query in stored.dataset.queries]
        assert results.per_query["query"].unique().tolist() == slugs
        images = [image.name for image in stored.dataset.queries[0].images]
        assert results.groups["image"].unique().tolist() == images

    def test_of_settings_are_what_each_method_was_configured_with(self, results: Results) -> None:
        own = results.settings.query("protocol == 'loqo' and method == 'raw_pca'")
        values = dict(zip(own["setting"], own["value"], strict=True))
        configured = compose("table1", []).methods.raw_pca
        assert values["linkage"] == configured.linkage
        assert values["reduction.n_components"] == configured.reduction.n_components
        assert values["grid.n_components"] == "[0.9, 0.99]"
        assert "representation._target_" not in values

    def test_are_refused_where_a_file_is_not_that_of_the_run(self, folder: Path) -> None:
        for name in ("table1.csv", "groups.csv", "metrics.csv", "results.json"):
            path = folder / name
            before = path.read_bytes()
            path.write_bytes(before + b"\n")
            with pytest.raises(StoredResultsError, match=f"{name} is not the file that run.json"):
                load(folder)
            path.write_bytes(before)
        load(folder)

    def test_are_refused_where_there_are_none(self, tmp_path: Path, folder: Path) -> None:
        with pytest.raises(StoredResultsError, match=r"no stored results in .*table1\.csv"):
            load(tmp_path / "nothing")
        (folder / "run.json").write_text("{}")
        with pytest.raises(StoredResultsError, match=r"run\.json is not what a run writes"):
            load(folder)


class TestSummary:
    def test_has_the_tables_rows(self, results: Results) -> None:
        rows = results.summary.table()[TABLE1_COLUMNS]
        for name in TABLE1_COLUMNS:
            if results.table[name].dtype.kind in "fi":
                np.testing.assert_array_equal(rows[name].astype(float), results.table[name])
            else:
                assert rows[name].fillna("").tolist() == results.table[name].tolist()

    def test_has_every_column_of_the_table(self) -> None:
        assert {*TABLE1_COLUMNS} - {"dataset"} <= Row.model_fields.keys()

    def test_has_the_f1_of_every_query(self, results: Results, stored: Stored) -> None:
        (part,) = results.summary.parts
        own = results.per_query.query("protocol == 'loqo' and method == 'raw'")
        row = part.rows[0]
        assert (row.method, row.protocol) == ("raw", "loqo")
        assert row.f1_of_queries == dict(zip(own["query"], own["f1"], strict=True))
        assert part.dataset.fingerprint == stored.dataset.fingerprint
        assert part.honest == {"loqo": True, "oracle": False}

    def test_has_the_verdict(self, results: Results) -> None:
        (part,) = results.summary.parts
        assert part.verdict is not None
        loqo = results.table.query("protocol == 'loqo'").set_index("method")
        assert part.verdict.best is not None
        best = loqo.loc[part.verdict.best]
        assert best["f1"] == loqo["f1"].max()
        assert part.verdict.use is not None
        assert part.verdict.use.precision == best["precision"]

    def test_equal_settings_have_equal_digests(self, results: Results) -> None:
        (part,) = results.summary.parts
        digest = {(row.protocol, row.method): row.settings_sha256 for row in part.rows}
        assert digest["loqo", "raw"] == digest["oracle", "raw"] != digest["loqo", "raw_pca"]
        assert digest[None, "vgg"] is None

    def test_of_another_version_is_refused(self, folder: Path) -> None:
        text = (folder / "results.json").read_text().replace('"version": 1', '"version": 2')
        (folder / "results.json").write_text(text)
        run = json.loads((folder / "run.json").read_text())
        run["outputs"]["results.json"] = file_sha256(folder / "results.json")
        (folder / "run.json").write_text(json.dumps(run))
        with pytest.raises(StoredResultsError, match="not what this version reads \\(version: "):
            load(folder)

    def test_its_schema_is_published(self) -> None:
        assert (ROOT / "docs" / "results.schema.json").read_bytes() == schema_bytes()

    def test_the_committed_one_is_of_that_schema(self) -> None:
        content = (ROOT / "results" / "reference" / "table1" / "results.json").read_bytes()
        assert Summary.model_validate_json(content).to_bytes() == content


def test_the_example_in_the_docs_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    section = text.split("## Results in pandas")[1].split("\n## ")[0]
    code = "\n".join(re.findall(r"^    (.*)$", section, re.MULTILINE))
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(code.replace('"results/table1"', '"results/reference/table1"'), names)
    ranked, gained = names["ranked"], names["gained"]
    assert isinstance(ranked, pd.DataFrame)
    assert isinstance(gained, pd.Series)
    assert ranked["method"].iloc[0] == "verified"
    assert gained.index.tolist()[0] == ranked["method"].iloc[0]


def test_a_run_without_scores_is_read_too(tmp_path: Path, stored: Stored) -> None:
    overrides = [
        *("dataset=folder", f"dataset.root={stored.root}", "method=visipics", "progress=false"),
        *(f"out_dir={tmp_path / 'out'}", f"cache_dir={tmp_path / 'cache'}"),
    ]
    assert table1.main(compose("table1", overrides)) == 3
    results = load(tmp_path / "out")
    assert results.per_query.empty
    assert results.summary.parts[0].verdict is None
