"""The whole way, from folders of images to the files of a suite."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import suite
from fake_experiment import experiment
from hydra_app import compose

from dupeval.errors import SettingsError
from dupeval.files import OURS
from dupeval.suite.findings import findings_of
from dupeval.suite.tables import read_table

PHOTOGRAPHS = dict(
    zip(("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif"), "ppqqrs", strict=True)
)
METHODS = (
    # At its own default no two images of these are together.
    *("method=[raw,raw_pca,imagehash_dhash]", "methods.imagehash_dhash.threshold=20"),
    *("methods.raw_pca.reduction.n_components=3", "methods.raw_pca.grid={}"),
    "named=[raw,raw_pca,imagehash_dhash]",
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    """Two datasets of five queries, of which the first says how copies were edited."""
    folder = tmp_path_factory.mktemp("suite")
    queries = dict.fromkeys(("one", "두번째", "3", "four", "five"), PHOTOGRAPHS)
    make_dataset(folder / "first", queries, {"b.jpg": "crop:0.8+jpeg:40", "d.png": "mirror"})
    make_dataset(folder / "second", queries)
    return folder


def run(folder: Path, *overrides: str, out: str = "out") -> int:
    common = [
        *(f"+datasets.{n}=[dataset=folder,dataset.root={folder / n}]" for n in ("first", "second")),
        *(f"out_dir={folder / out}", f"cache_dir={folder / 'cache'}", "progress=false"),
    ]
    names = () if any(text.startswith("only=") for text in overrides) else ("only=[first,second]",)
    return suite.main(compose("suite", [*common, *names, *METHODS, *overrides]))


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "run.json"}


@pytest.fixture(scope="module")
def out(folders: Path) -> Path:
    """What a run of both datasets wrote."""
    assert run(folders) == 0
    return folders / "out"


def test_every_file_is_written(out: Path) -> None:
    written = {path.name for path in out.iterdir()} - {OURS}
    # With so few copies there is nothing to draw of strengths.
    assert written == {*suite.FILES} - {"strengths.png"}


def test_scores_come_by_dataset_method_and_protocol(out: Path) -> None:
    table = read_table((out / "suite.csv").read_bytes())
    rows = table[["dataset", "method", "protocol", "tool"]].to_numpy().tolist()
    assert rows == [
        [dataset, method, protocol, int(method == "imagehash_dhash")]
        for dataset in ("first", "second")
        for method, protocol in (
            *(("raw", "nested"), ("raw_pca", "nested")),
            *(("imagehash_dhash", "nested"), ("imagehash_dhash", "fixed")),
        )
    ]
    assert set(table["n_queries"]) == {5}
    per_query = read_table((out / "per_query.csv").read_bytes())
    means = per_query.groupby(["dataset", "method", "protocol"])["f1"].mean()
    for row in table.itertuples():
        assert row.f1 == pytest.approx(means[row.dataset, row.method, row.protocol], abs=2e-6)


def test_thresholds_are_carried_between_all_datasets_for_the_named_methods(out: Path) -> None:
    table = pd.read_csv(out / "transfer.csv")
    sizes = table.groupby("method", sort=False).size()
    assert sizes.to_dict() == {"raw": 4, "raw_pca": 4, "imagehash_dhash": 4}
    # Both datasets are independent, and of five queries each.
    assert set(table["n_queries"]) == {5}


def test_edits_are_told_of_the_dataset_that_knows_them(out: Path) -> None:
    table = pd.read_csv(out / "families.csv")
    assert set(table["scope"]) == {"first"}
    pairs = table[table["method"] == "raw"].set_index("family")["pairs"]
    assert pairs.to_dict() == {"crop": 5, "jpeg": 5, "mirror": 5}


def test_run_json_says_what_each_dataset_is(out: Path) -> None:
    described = json.loads((out / "run.json").read_bytes())
    assert [part["dataset"]["name"] for part in described["parts"]] == ["first", "second"]
    assert set(described["outputs"]) == {p.name for p in out.iterdir()} - {OURS, "run.json"}


def test_the_findings_are_those_of_the_files(out: Path) -> None:
    assert findings_of(out).markdown() == (out / "findings.md").read_text(encoding="utf-8")


def test_what_is_stored_is_not_computed_again(
    out: Path, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("dupeval.evaluation.make_row", never)
    monkeypatch.setattr("dupeval.suite.carriers.ScoredAnswers", never)
    assert run(folders, out="again") == 0
    assert contents(folders / "again") == contents(out)


def test_one_more_dataset_costs_that_one(
    out: Path, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def noted(predictions: object, dataset: object, metrics: object) -> object:
        made.append(dataset.name)  # type: ignore[attr-defined]
        return real(predictions, dataset, metrics)  # type: ignore[arg-type]

    real = suite.evaluate.__globals__["make_row"]
    monkeypatch.setattr("dupeval.evaluation.make_row", noted)
    queries = {path.name for path in (folders / "first" / "images").iterdir()}
    assert len(queries) == 5
    shutil.copytree(folders / "second", folders / "third", dirs_exist_ok=True)
    (folders / "third" / "labels.csv").write_bytes(
        (folders / "third" / "labels.csv").read_bytes().replace(b"e.png,r", b"e.png,s")
    )
    third = f"+datasets.third=[dataset=folder,dataset.root={folders / 'third'}]"
    assert run(folders, third, "only=[first,second,third]", out="more") == 0
    assert set(made) == {"third"}
    places = pd.read_csv(folders / "more" / "suite.csv")["dataset"]
    assert list(dict.fromkeys(places)) == ["first", "second", "third"]


class TestWhatCannotBe:
    def test_a_dataset_that_is_not_listed(self, folders: Path) -> None:
        with pytest.raises(SettingsError, match="only: no dataset third; possible: study_0"):
            run(folders, "only=[third]")

    def test_one_dataset_under_two_names(self, folders: Path) -> None:
        again = f"+datasets.again=[dataset=folder,dataset.root={folders / 'first'}]"
        with pytest.raises(SettingsError, match="several are called first"):
            run(folders, again, "only=[first,again]")

    def test_a_dataset_whose_overrides_cannot_be_followed(self, folders: Path) -> None:
        with pytest.raises(SettingsError, match=r"datasets\.odd: .*no dataset 'flicker'"):
            run(folders, "+datasets.odd=[dataset=flicker]", "only=[odd]")

    def test_ranks_of_hindsight(self, folders: Path) -> None:
        with pytest.raises(SettingsError, match="none of them is held out"):
            run(folders, "protocol=oracle")

    def test_nine_methods_looked_at_closely(self, folders: Path) -> None:
        with pytest.raises(SettingsError, match="named"):
            run(folders, "named=[a,b,c,d,e,f,g,h,i]")

    def test_a_method_that_is_not_installed_is_said_and_left_out(
        self, folders: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        own = [text for text in experiment(tmp_path, "raw", "command") if "=" in text]
        common = [
            f"+datasets.first=[dataset=folder,dataset.root={folders / 'first'}]",
            *(f"out_dir={tmp_path / 'out'}", f"cache_dir={folders / 'cache'}", "only=[first]"),
        ]
        config = compose("suite", [*common, *own, "progress=false"])
        assert suite.main(config) == 0
        assert "left out: command" in capsys.readouterr().err
