"""The whole way, from a folder of images to the files of Table 1."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import table1
from fake_dataset import byte_copies, files_of
from fake_experiment import experiment
from fake_program import COUNTED, EQUAL_FILES, fake_program, starts
from hydra_app import compose

from dupeval.dataset.folder import read_folder
from dupeval.errors import DupevalError, SettingsError
from dupeval.files import OURS
from dupeval.metrics import pair_scores
from dupeval.stored import read_results
from dupeval.text import from_csv_cell

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = [
    *("dataset", "method", "protocol", "precision", "recall", "f1", "f1_ci_low", "f1_ci_high"),
    *("precision_micro", "recall_micro", "f1_micro"),
    *("precision_lenient", "recall_lenient", "f1_lenient", "n_empty"),
    *("difference", "difference_ci_low", "difference_ci_high", "p_value", "p_holm", "reference"),
    *("n_queries", "threshold", "source"),
    *("precision_published", "recall_published", "f1_published"),
]
REPEATABLE = (
    *(
        "table1.csv",
        "table1.md",
        "table1.tex",
        "comparisons.csv",
        "metrics.csv",
        "per_query.csv",
        "groups.csv",
        "results.json",
    ),
)


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
    assert {p.name for p in out.iterdir()} == {*REPEATABLE, "timings.csv", "run.json", OURS}
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
    assert len(table) == len(measured)
    assert (measured["n_queries"] == 3).all()


def test_the_studys_figures_stand_beside_ones_own_only_where_they_are_asked_for(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for asked in ("auto", "hide"):
        out = run(tiny, tmp_path, *RAW, f"published={asked}")
        table = pd.read_csv(out / "table1.csv")
        columns = ["precision_published", "recall_published", "f1_published"]
        assert table[columns].isna().all(axis=None)
        files = [(out / name).read_text(encoding="utf-8") for name in ("table1.md", "table1.tex")]
        assert not [text for text in files if "ublished" in text]
        assert "study: its F1" not in capsys.readouterr().out
    out = run(tiny, tmp_path, *RAW, "published=show")
    table = pd.read_csv(out / "table1.csv")
    assert set(table[table["source"] == "published"]["method"]) == {"vgg", "vgg_pca", "visipics"}
    assert "study: its F1" in capsys.readouterr().out


def test_the_studys_figures_are_those_of_the_level_study() -> None:
    def shown(*overrides: str) -> bool:
        return table1.shows_study(compose("table1", overrides))

    assert shown("dataset.level=study")
    assert shown("dataset=standin2", "dataset.level=study")
    assert not shown("dataset.level=news")
    assert not shown("dataset=made", "dataset.source=x", "dataset.level=study")
    with pytest.raises(SettingsError, match=r"published=yes .*possible: auto, show, hide"):
        shown("published=yes")


def test_without_a_protocol_nested_is_chosen_and_shown_first(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run(tiny, tmp_path, "method=raw")
    markdown = (out / "table1.md").read_text(encoding="utf-8")
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("Best under nested: raw, F1 ")
    assert "Table 1 on data (nested): 3 queries, 18 images, 6 true pairs" in printed
    assert printed[-1] == f"all 3 rows: {out / 'table1.md'}"
    headings = [line for line in markdown.splitlines() if line.startswith("### ")]
    assert "\n\n- Best under nested: raw, F1 " in markdown.split("### ")[0]
    assert headings[0] == "### Parameters and threshold chosen on the other queries (nested)"
    names = [heading.split("(")[-1] for heading in headings]
    assert names == ["nested)", "loqo)", "oracle)"]
    table = pd.read_csv(out / "table1.csv")
    assert table["protocol"].dropna().tolist() == ["nested", "loqo", "oracle"]


def test_without_any_choice_the_reading_comes_first_and_then_what_is_honest() -> None:
    parts = table1.configurations(compose("table1", ["seed=3"]))
    assert [(part.dataset.level, list(part.protocols)) for part in parts] == [
        ("study", ["shared", "loqo"]),
        ("study", ["nested", "fixed"]),
        ("news", ["nested", "loqo", "fixed", "oracle"]),
    ]
    assert parts[0].title == "Table 1 as the study reads"
    assert parts[0].methods.vgg_pca.metric == "cityblock"
    assert [part.seed for part in parts] == [3, 3, 3]


@pytest.mark.parametrize(
    "choice",
    [
        "dataset.level=study",
        "experiment=study",
        "method=raw",
        "protocol=loqo",
        "methods.raw.threshold=1",
    ],
)
def test_whoever_chooses_gets_one_table(choice: str) -> None:
    config = compose("table1", [choice])
    assert table1.configurations(config) == [config]


def test_several_parts_are_one_table_told_apart_by_dataset_and_protocol(
    tiny: Path, tmp_path: Path, make_dataset: Callable[..., Path]
) -> None:
    other = make_dataset(tmp_path / "other", {"q": {"a.png": "p", "b.png": "p", "c.png": "q"}})
    config = compose(
        "table1",
        [f"out_dir={tmp_path / 'out'}", "progress=false", f"cache_dir={tmp_path / 'cache'}"],
    )
    own = [[f"dataset.root={root}", "dataset=folder", "method=raw"] for root in (tiny, other)]
    config.parts = [
        [*own[0], "protocol=loqo"],
        [*own[0], "protocol=oracle"],
        [*own[1], "protocol=oracle"],
    ]
    assert table1.main(config) == 0
    places = [("data", "loqo"), ("data", "oracle"), ("other", "oracle")]
    for name in ("table1.csv", "per_query.csv", "groups.csv", "metrics.csv"):
        table = pd.read_csv(tmp_path / "out" / name).dropna(subset="protocol")
        assert list(dict.fromkeys(zip(table["dataset"], table["protocol"], strict=True))) == places
    alone = run(tiny, tmp_path / "alone", "method=raw", "protocol=oracle") / "table1.csv"
    rows = [x for x in alone.read_text().splitlines() if ",oracle," in x]
    assert set(rows) <= set((tmp_path / "out" / "table1.csv").read_text().splitlines())
    results = read_results(tmp_path / "out", read_folder(tiny))
    assert results.protocols == ["loqo", "oracle"]
    assert set(results.table1["dataset"]) == {"data"}
    assert len(results.per_query) == 2 * 3


def test_two_parts_cannot_share_a_dataset_and_a_protocol(tiny: Path, tmp_path: Path) -> None:
    config = compose(
        "table1",
        [f"out_dir={tmp_path / 'out'}", "progress=false", f"cache_dir={tmp_path / 'cache'}"],
    )
    config.parts = [["dataset=folder", f"dataset.root={tiny}", "method=raw", "protocol=oracle"]] * 2
    with pytest.raises(SettingsError, match="several have oracle on data; possible: each once"):
        table1.main(config)


def test_every_query_says_what_was_hidden_from_its_decision(tiny: Path, tmp_path: Path) -> None:
    per_query = pd.read_csv(run(tiny, tmp_path, *RAW, "protocol=[nested,oracle]") / "per_query.csv")
    hidden = per_query["hidden"].map(json.loads)
    own = per_query["query"].astype(str).map(from_csv_cell).map(lambda query: [query])
    nested = per_query["protocol"] == "nested"
    assert hidden[nested].tolist() == own[nested].tolist()
    assert hidden[~nested].map(len).eq(0).all()


def test_nested_chooses_from_the_grid_and_loqo_leaves_all_as_configured(
    tiny: Path, tmp_path: Path
) -> None:
    def chosen(protocol: str, place: str) -> pd.DataFrame:
        values = {"size": "16", "linkage": "complete", "metric": "euclidean"}
        grid = [f"methods.raw.grid.{name}=[{value}]" for name, value in values.items()]
        own = ["representation.size=16", "linkage=complete", "metric=euclidean"]
        given = {"grid": grid, "own": [f"methods.raw.{setting}" for setting in own]}[place]
        out = run(tiny, tmp_path, "method=raw", f"protocol={protocol}", *given)
        return pd.read_csv(out / "per_query.csv").drop(columns="protocol")

    from_grid, configured, neither = (
        *(chosen("nested", "grid"), chosen("loqo", "own")),
        chosen("loqo", "grid"),
    )
    params = '{"linkage":"complete","metric":"euclidean","size":16}'
    assert from_grid["params"].tolist() == [params] * 3
    assert configured["params"].tolist() == neither["params"].tolist() == ["{}"] * 3
    pd.testing.assert_frame_equal(
        from_grid.drop(columns="params"), configured.drop(columns="params")
    )
    assert (neither["threshold"] != configured["threshold"]).all()


def test_a_block_has_twelve_comparisons_at_most(tiny: Path, tmp_path: Path) -> None:
    many = [f"+method@methods.m{i}=raw" for i in range(13)]
    overrides = ["method=raw", *many, "protocol=oracle", "reference=raw"]
    with pytest.raises(DupevalError) as caught:
        run(tiny, tmp_path, *overrides)
    assert str(caught.value) == (
        "the block 'others' has 13 methods to compare with raw; possible: 12 at most, in blocks of "
        "their own: '+blocks.NAME=[METHOD,METHOD]'"
    )
    assert not (tmp_path / "cache").exists()
    out = run(tiny, tmp_path, *overrides, "+blocks.first=[m0,m1]")
    comparisons = pd.read_csv(out / "comparisons.csv").set_index("block")
    assert comparisons["n_comparisons"].to_dict() == {"first": 2, "others": 11}


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


def test_unlabelled_images_are_grouped_and_pairs_with_them_are_not_scored(tmp_path: Path) -> None:
    # Equal bytes are together, all else apart: of a: 1 = 2 (p), 3 = 4 (of which 3 is labelled r),
    # 5 (p as well, so that pairs 15 and 25 are missed); of b: 1 = 2, said to be p and q.
    shown = {
        "a": dict(zip("12345", "pprrx", strict=True)),
        "b": dict(zip("123", "ppq", strict=True)),
    }
    byte_copies(tmp_path / "data", shown)
    rows = [*("a,1,p", "a,2,p", "a,3,r", "a,4,", "a,5,p"), *("b,1,p", "b,2,q", "b,3,")]
    (tmp_path / "data" / "labels.csv").write_text("query,image,photograph\n" + "\n".join(rows))
    chosen = ["method=raw", "protocol=fixed", "methods.raw.threshold=0", "metric=[bcubed]"]
    out = run(tmp_path / "data", tmp_path, *chosen)
    per_query = pd.read_csv(out / "per_query.csv")
    # Of a 12 is right, 15 and 25 are missed, the others of the pairs of 1, 2, 3 and 5 are apart;
    # of b 12 is wrong.
    assert per_query[["tp", "fp", "fn", "tn"]].to_numpy().tolist() == [[1, 0, 2, 3], [0, 1, 0, 0]]
    assert per_query["f1"].tolist() == [0.5, 0.0]
    assert pd.read_csv(out / "table1.csv")["f1"][0] == 0.25
    groups = pd.read_csv(out / "groups.csv", dtype=str, keep_default_na=False)
    assert groups["photograph"].tolist() == ["p", "p", "r", "", "p", "p", "q", ""]
    assert groups["group"].tolist() == ["0", "0", "1", "1", "2", "0", "0", "1"]
    heading = (out / "table1.md").read_text(encoding="utf-8")
    assert "data: 2 queries, 8 images, 2 unlabelled, 3 true pairs\n" in heading


def test_run_json_says_what_the_run_was_made_of(tiny: Path, tmp_path: Path) -> None:
    out = run(tiny, tmp_path, *RAW, "seed=5")
    described = json.loads((out / "run.json").read_text())
    (part,) = described["parts"]
    assert described["seed"] == part["configuration"]["seed"] == 5
    assert part["dataset"]["images"] == 18
    assert len(part["dataset"]["fingerprint"]) == 64
    assert part["methods"]["raw"]["representation"]["representation"] == "raw"
    assert {"numpy", "pillow", "python", "torch"} <= set(described["versions"])
    assert set(described["outputs"]) == {*REPEATABLE, "timings.csv"}
    assert part["protocols"]["loqo"]["honest"]
    assert not part["protocols"]["oracle"]["honest"]


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


def test_what_others_wrote_is_not_overwritten_and_nothing_is_computed(
    tiny: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "out" / "groups.csv"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(DupevalError, match=r"^not written by dupeval.*/out/groups\.csv; "):
        run(tiny, tmp_path, *RAW)
    assert files_of(mine.parent) == {mine: b"mine"}
    assert not (tmp_path / "cache").exists()


def test_a_report_of_somebody_else_is_found_before_the_work(tiny: Path, tmp_path: Path) -> None:
    out = run(tiny, tmp_path, *RAW)
    (out / "report.html").write_text("mine")
    before = files_of(out)
    with pytest.raises(DupevalError, match=r"not written by dupeval.*report\.html"):
        run(tiny, tmp_path, *RAW, f"report_dir={out}")
    assert files_of(out) == before


def test_results_of_an_earlier_version_are_ours(tiny: Path, tmp_path: Path) -> None:
    out = run(tiny, tmp_path, *RAW)
    (out / OURS).unlink()
    run(tiny, tmp_path, *RAW)
    assert (out / OURS).exists()


def test_vgg_features_go_the_whole_way(tiny: Path, tmp_path: Path, weights_dir: Path) -> None:
    own = f"vgg.weights_dir={weights_dir}"
    overrides = ("method=vgg", "protocol=loqo", "vgg.size=32", own)
    table = pd.read_csv(run(tiny, tmp_path, *overrides) / "table1.csv")
    row = table[table["source"] == "measured"].iloc[0]
    assert row["method"] == "vgg"
    assert np.isfinite(row["f1"])


class TestExternalTools:
    """Beside raw pixels, on three queries whose copies are equal byte for byte."""

    # One name of each kind that a shell, a parser or a spreadsheet stumbles over.
    NAMES = ("-rf", "a b.png", "q\"u'o", "new\nline.png", "한국어.PNG", "$(touch x); *")

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        photographs = dict(zip(self.NAMES, "ppqqrs", strict=True))
        byte_copies(tmp_path / "data", dict.fromkeys(("one", "-두 번째", "3"), photographs))
        return tmp_path / "data"

    def main(self, root: Path, *overrides: str, out: str = "out") -> int:
        common = [
            *("dataset=folder", f"dataset.root={root}", "progress=false"),
            *(f"out_dir={root.parent / out}", f"cache_dir={root.parent / 'cache'}"),
            *("protocol=[loqo,fixed]", "protocols.fixed.only_external=true"),
        ]
        return table1.main(compose("table1", [*common, *overrides]))

    def command(self, root: Path, code: str, *arguments: str) -> list[str]:
        program = fake_program(root.parent / "program", code)
        given = ",".join([program, *arguments, "'{images}'"])
        return ["method=[raw,command]", f"methods.command.tool.arguments=[{given}]"]

    def table(self, root: Path, out: str = "out") -> pd.DataFrame:
        rows = pd.read_csv(root.parent / out / "table1.csv")
        return rows[rows["source"] != "published"].set_index(["protocol", "method"])

    def test_are_rows_like_any_other(self, root: Path) -> None:
        assert self.main(root, *self.command(root, EQUAL_FILES)) == 0
        table = self.table(root)
        assert list(table.index) == [("loqo", "raw"), ("loqo", "command"), ("fixed", "command")]
        assert (table["source"] == "measured").all()
        tool = table.xs("command", level="method")
        assert (tool[["precision", "recall", "f1"]] == 1.0).all(axis=None)
        assert tool["f1_ci_low"].isna().all()
        assert tool["threshold"].isna().all()

    # Everything together: of 15 pairs 2 are true, so that F1 is 4 / 17 in every query.
    TOGETHER = "import sys; print(*sys.argv[1:])"

    def compared(self, root: Path, reference: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        command = self.command(root, self.TOGETHER)
        assert self.main(root, *command, f"reference={reference}") == 0
        return self.table(root), pd.read_csv(root.parent / "out" / "comparisons.csv")

    @pytest.mark.parametrize(
        ("reference", "other", "difference"),
        [("raw", "command", -13 / 17), ("command", "raw", 13 / 17)],
    )
    def test_are_compared_with_any_method(
        self, root: Path, reference: str, other: str, difference: float
    ) -> None:
        table, comparisons = self.compared(root, reference)
        row, own = table.loc[("loqo", other), :], table.loc[("loqo", reference), :]
        assert row["reference"] == reference
        assert row["difference"] == pytest.approx(difference, abs=1e-6)
        # All three differences have one sign: 2 of the 8 patterns are as extreme.
        assert row["p_value"] == row["p_holm"] == 0.25
        assert own[["difference", "p_value", "p_holm", "reference"]].isna().all()
        loqo = comparisons.set_index("protocol").loc["loqo"].to_dict()
        assert loqo == {
            **{
                "dataset": "data",
                "block": "others" if other == "command" else "the study's methods",
            },
            **{"reference": reference, "n_comparisons": 1, "n_queries": 3},
            **{"smallest_p_holm": 0.25, "detectable": 0.0},
        }

    def test_are_compared_with_the_held_out_figure_of_what_their_protocol_does_not_cover(
        self, root: Path
    ) -> None:
        table, comparisons = self.compared(root, "raw")
        assert ("fixed", "raw") not in table.index
        names = ["difference", "p_value", "p_holm", "reference"]
        fixed, loqo = (table.loc[(protocol, "command"), names] for protocol in ("fixed", "loqo"))
        assert fixed.to_list() == loqo.to_list()
        assert comparisons["protocol"].tolist() == ["loqo", "fixed"]

    def test_a_reference_that_is_not_in_the_run_leaves_differences_empty(self, root: Path) -> None:
        table, comparisons = self.compared(root, "vgg_pca")
        assert table[["difference", "p_value", "p_holm", "reference"]].isna().all(axis=None)
        assert len(comparisons) == 0

    def test_find_groups_that_come_back_to_the_right_names(self, root: Path) -> None:
        before = files_of(root)
        self.main(root, *self.command(root, EQUAL_FILES))
        groups = pd.read_csv(root.parent / "out" / "groups.csv").query("method == 'command'")
        for _, rows in groups.groupby(["protocol", "query"]):
            assert tuple(map(from_csv_cell, rows["image"])) == self.NAMES
            first, *_ = rows["group"]
            assert [group - first for group in rows["group"]] == [0, 0, 1, 1, 2, 3]
        assert len(groups) == 2 * 3 * 6
        assert files_of(root) == before

    def test_say_what_they_took_and_which_version_they_are(self, root: Path) -> None:
        self.main(root, *self.command(root, EQUAL_FILES))
        out = root.parent / "out"
        timings = pd.read_csv(out / "timings.csv").set_index(["method", "stage"])
        tool = timings.loc["command", "tool"]
        assert tool["wall_s"] > 0
        assert tool["cpu_s"] > 0
        assert tool["peak_memory_mb"] > 5
        described = json.loads((out / "run.json").read_text())["parts"][0]["methods"]["command"]
        assert described["versions"]["program"].startswith("sha256:")
        assert described["parameters"]["output"] == "lines"

    @pytest.mark.usefixtures("without_namespaces")
    def test_are_not_started_again_unless_they_are_to_be_fresh(self, root: Path) -> None:
        overrides = self.command(root, COUNTED)
        program = str(root.parent / "program")
        started, tables = [], []
        for fresh in ("false", "false", "true", "false"):
            self.main(root, *overrides, f"fresh={fresh}")
            started.append(starts(program))
            tables.append([(root.parent / "out" / name).read_bytes() for name in REPEATABLE])
        assert started == [3, 3, 6, 6]
        assert tables[1:] == tables[:-1]

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("import os; os._exit(9)", "program ended with exit code 9"),
            ("1 / 0", "program ended with exit code 1: ZeroDivisionError: division by zero"),
            ("print('garbage')", "its output names 'garbage', which is none of the images"),
            ("import time; time.sleep(600)", "no answer within 0.5 s"),
        ],
        ids=["crash", "traceback", "garbage", "hang"],
    )
    def test_that_fail_have_a_row_and_a_reason_and_disturb_no_other(
        self, root: Path, code: str, reason: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.main(root, "method=raw", out="alone") == 0
        assert capsys.readouterr().err == ""
        limit = 0.5 if "sleep" in code else 60
        overrides = [*self.command(root, code), f"methods.command.time_limit_s={limit}"]
        assert self.main(root, *overrides) == 3
        assert capsys.readouterr().err == f"failed: command: on query 'one': {reason}\n"
        table = self.table(root)
        assert table["source"].to_dict() == {
            **{("loqo", "raw"): "measured", ("loqo", "command"): "failed"},
            ("fixed", "command"): "failed",
        }
        for name in ("per_query.csv", "groups.csv"):
            files = [root.parent / out / name for out in ("out", "alone")]
            assert files[0].read_bytes() == files[1].read_bytes()
        lines = [
            [x for x in (root.parent / out / "table1.csv").read_text().splitlines() if "raw," in x]
            for out in ("out", "alone")
        ]
        assert lines[0] == lines[1]

    def test_that_are_missing_say_how_to_install_them(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        expected = "the program 'no-such-program' is not on the PATH; apt install it"
        assert self.main(root, *experiment(root.parent, "command", "raw")) == 0
        assert capsys.readouterr().err == f"left out: command: {expected}\n"
        assert self.table(root)["source"].tolist() == ["missing", "measured", "missing"]
        described = json.loads((root.parent / "out" / "run.json").read_text())
        assert described["parts"][0]["methods"]["command"] == {"missing": expected}

    @pytest.mark.usefixtures("without_namespaces")
    def test_that_answer_differently_each_time_show_their_spread(self, root: Path) -> None:
        # Everything together in every second run: of 15 pairs 2 are true, so that F1 is 4 / 17.
        alternates = (
            COUNTED
            + """
    if len(open(__file__ + ".starts").readlines()) % 6 > 3:
        print(*sys.argv[1:])
"""
        )
        overrides = [*self.command(root, alternates), "methods.command.repeats=3"]
        assert self.main(root, *overrides) == 0
        assert starts(str(root.parent / "program")) == 9
        out = root.parent / "out"
        assert (out / "spread.csv").read_text().splitlines() == [
            "dataset,method,protocol,n_runs,f1_least,f1_most",
            "data,command,loqo,3,0.490196,1.000000",
            "data,command,fixed,3,0.490196,1.000000",
        ]
        markdown = (out / "table1.md").read_text()
        for protocol in ("loqo", "fixed"):
            line = (
                f"command under {protocol}: F1 from 0.490 to 1.000 in 3 runs; the row is the first."
            )
            assert line in markdown.splitlines()
        assert len(pd.read_csv(out / "timings.csv").query("stage == 'tool'")) == 3

    def test_that_answer_alike_each_time_have_a_spread_of_no_width(self, root: Path) -> None:
        self.main(root, *self.command(root, EQUAL_FILES), "methods.command.repeats=2")
        spread = pd.read_csv(root.parent / "out" / "spread.csv")
        assert spread["f1_least"].tolist() == spread["f1_most"].tolist() == [1.0, 1.0]

    def test_have_a_parameter_that_loqo_chooses_and_a_default_that_fixed_takes(
        self, root: Path
    ) -> None:
        code = EQUAL_FILES.replace("sys.argv[1:]", "sys.argv[2:]") + (
            "    if sys.argv[1] == 'all': print(*sys.argv[2:])\n"
        )
        overrides = [
            *self.command(root, code, "'{value}'"),
            *("methods.command.tool.values=[all,equal]", "methods.command.setting={value: all}"),
        ]
        assert self.main(root, *overrides) == 0
        per_query = pd.read_csv(root.parent / "out" / "per_query.csv").query("method == 'command'")
        by_protocol = per_query.groupby("protocol")["params"].unique().map(list).to_dict()
        assert by_protocol == {"fixed": ['{"value":"all"}'], "loqo": ['{"value":"equal"}']}

    def test_without_an_import_visipics_is_missing_or_the_studys_row_alone(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.main(root, "method=[raw,visipics]") == 0
        rows = pd.read_csv(root.parent / "out" / "table1.csv").query("method == 'visipics'")
        assert set(rows["source"]) == {"missing"}
        assert self.main(root, "method=[raw,visipics]", "published=show") == 0
        assert capsys.readouterr().err == ""
        rows = pd.read_csv(root.parent / "out" / "table1.csv").query("method == 'visipics'")
        assert rows["source"].tolist() == ["published"]
        assert rows["f1_published"].tolist() == [0.922]

    def test_with_an_import_visipics_is_a_row_like_any_other(self, root: Path) -> None:
        file = root.parent / "visipics.csv"
        quoted = ["-RF", "C:\\x\\A B.PNG", '"q""u\'o"', '"NEW\nline.png"']
        rows = [
            f"{query},{image},{place // 2}"
            for query in ("one", "3")
            for place, image in enumerate(quoted)
        ]
        file.write_text("\n".join(["query,image,group", *rows, "-두 번째,,"]), encoding="utf-8")
        given = ["method=[raw,visipics]", f"methods.visipics.file={file}"]
        assert self.main(root, *given) == 0
        table = self.table(root)
        assert table["source"].to_dict() == {
            **{("loqo", "raw"): "measured", ("loqo", "visipics"): "imported"},
            ("fixed", "visipics"): "imported",
        }
        per_query = pd.read_csv(root.parent / "out" / "per_query.csv")
        f1 = per_query.query("method == 'visipics' and protocol == 'fixed'").set_index("query")[
            "f1"
        ]
        assert f1.rename(from_csv_cell).to_dict() == {"one": 1.0, "-두 번째": 0.0, "3": 1.0}

    def test_an_import_with_faults_is_refused_with_all_of_them(self, root: Path) -> None:
        file = root.parent / "visipics.csv"
        file.write_text("query,image,group\none,nothing.png,1\nfour,x.png,1\n")
        given = ["method=[raw,visipics]", f"methods.visipics.file={file}"]
        with pytest.raises(DupevalError) as caught:
            self.main(root, *given)
        assert str(caught.value).splitlines()[1:] == [
            "  visipics.csv:2: query 'one' has no image 'nothing.png'",
            "  visipics.csv:3: no query 'four'; possible: one, -두 번째, 3",
            "  visipics.csv: no row of query '-두 번째'; where the tool found nothing: -두 번째,,",
            "  visipics.csv: no row of query '3'; where the tool found nothing: 3,,",
        ]
        assert not (root.parent / "out").exists()


def test_scores_are_strict_and_lenient_and_single_pairs_are_decided_and_withdrawn(
    tmp_path: Path,
) -> None:
    # Equal bytes are together: 1, 2 and 3, and 4 and 5. 1 and 2 are p, 3 is q of its scene.
    byte_copies(tmp_path / "data", {"a": dict(zip("123456", "pppxxy", strict=True))})
    rows = ["a,1,p,s", "a,2,p,", "a,3,q,s", "a,4,r,", "a,5,,", "a,6,t,"]
    (tmp_path / "data/labels.csv").write_text("query,image,photograph,scene\n" + "\n".join(rows))
    pairs = ["a,4,5,same", "a,5,6,different", "a,3,1,unsure"]
    (tmp_path / "data/pairs.csv").write_text("query,image_a,image_b,verdict\n" + "\n".join(pairs))
    chosen = ["method=raw", "protocol=fixed", "methods.raw.threshold=0", "metric=[bcubed]"]
    out = run(tmp_path / "data", tmp_path, *chosen)
    (row,) = pd.read_csv(out / "per_query.csv").to_dict("records")
    # 12 and 45 are right, 23 is wrong but of one scene; 13 counts neither way.
    assert [row[name] for name in ("tp", "fp", "fn", "tn")] == [2, 1, 0, 8]
    assert [row[name] for name in ("precision", "f1", "f1_lenient")] == [0.666667, 0.8, 1.0]
    assert [row[name] for name in ("fp_same_scene", "fp_other")] == [1, 0]
    # Of the group of 3 it is not known whether it is right.
    assert math.isnan(row["bcubed_f1"])
    table = pd.read_csv(out / "table1.csv").loc[0]
    lenient = ("precision_lenient", "recall_lenient", "f1_lenient")
    assert [table[name] for name in lenient] == [1.0, 1.0, 1.0]
