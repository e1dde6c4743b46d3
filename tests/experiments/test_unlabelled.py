"""Every program on a folder in which some images, and all of one query, are unlabelled."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import figures
import pandas as pd
import pytest
import report
import run
import sweep
import table1
from configuration import checked
from hydra_app import compose

NAMES = ("a.png", "b.jpg", "c.png", "d.png", "e.png", "f.gif")
NOTE = "queries without a pair to score:"
pytestmark = pytest.mark.filterwarnings(f"ignore:{NOTE}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Path:
    """Three queries, of which one and two have four labelled images and three has none."""
    folder = tmp_path_factory.mktemp("unlabelled")
    shown = dict(zip(NAMES, "ppqqrs", strict=True))
    root = make_dataset(folder / "data", dict.fromkeys(("one", "two", "three"), shown))
    labels = pd.read_csv(root / "labels.csv")
    labels.loc[labels["image"].isin(["d.png", "f.gif"]), "photograph"] = ""
    labels.loc[labels["query"] == "three", "photograph"] = ""
    labels.to_csv(root / "labels.csv", index=False)
    start(folder, "table1", "metric=[bcubed,ranking,kept]")
    return folder


def start(folder: Path, program: str, *overrides: str) -> int:
    """Run a program on the folder, its results beside it."""
    mains = {"table1": table1, "run": run, "figures": figures, "report": report, "sweep": sweep}
    own = {
        "table1": ["method=[raw,raw_pca]", "protocol=[nested,loqo,oracle]"],
        "run": ["method=raw", "protocol=loqo"],
        "figures": ["method=[raw,raw_pca]", f"table1_dir={folder / 'table1'}"],
        "report": [f"table1_dir={folder / 'table1'}", f"figures_dir={folder / 'figures'}"],
        "sweep": ["method=raw", "grid.linkage=[single,average]", "protocol=[loqo,oracle]"],
    }[program]
    places = [f"dataset.root={folder / 'data'}", f"cache_dir={folder / 'cache'}"]
    small = [] if program in ("run", "report", "sweep") else [COMPONENTS]
    common = ["dataset=folder", *places, "progress=false", f"out_dir={folder / program}"]
    return int(mains[program].main(checked(compose(program, [*common, *own, *small, *overrides]))))


COMPONENTS = "methods.raw_pca.reduction.n_components=1"


def test_table1_has_scores_of_two_queries_and_groups_of_three(folder: Path) -> None:
    scores = pd.read_csv(folder / "table1" / "per_query.csv")
    n_pairs = scores[["tp", "fp", "fn", "tn"]].sum(axis=1)
    assert n_pairs.tolist() == scores["query"].map({"one": 6, "two": 6, "three": 0}).tolist()
    unscored = scores["query"] == "three"
    assert scores.loc[unscored, ["precision", "recall", "f1", "bcubed_f1"]].isna().all(axis=None)
    assert scores.loc[~unscored, ["precision", "recall", "f1", "bcubed_f1"]].notna().all(axis=None)
    table = pd.read_csv(folder / "table1" / "table1.csv")
    measured = table[table["source"] == "measured"]
    assert (measured["n_queries"] == 2).all()
    groups = pd.read_csv(folder / "table1" / "groups.csv")
    assert len(groups) == len(measured) * 18
    markdown = (folder / "table1" / "table1.md").read_text(encoding="utf-8")
    assert "data: 3 queries, 18 images, 10 unlabelled, 2 true pairs\n" in markdown
    assert f"{NOTE} 1 of 3, which are grouped and not scored" in markdown


def test_run_json_says_how_many_are_unlabelled(folder: Path) -> None:
    described = json.loads((folder / "table1" / "run.json").read_text())["parts"][0]["dataset"]
    assert described["unlabelled"] == 10
    assert described["true_pairs"] == 2


def test_run_prints_no_score_of_the_third(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(folder, "run") == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| three")]
    assert not re.search(r"nan|1\.000", line)


def test_figures_and_the_report_are_made_whichever_query_is_shown(folder: Path) -> None:
    all_of_a_query = "figure=[process,components,dendrogram,groups]"
    methods = [
        *("figures.process.method=raw_pca", "figures.dendrogram.method=raw_pca"),
        *("figures.components.methods=[raw]", "figures.groups.methods=[raw]"),
        "figures.groups.tool=null",
    ]
    for query in ("three", "one"):
        assert start(folder, "figures", all_of_a_query, *methods, f"query={query}") == 0
    caption = (folder / "figures" / "groups.md").read_text(encoding="utf-8")
    assert "18 images, 10 of them unlabelled, which are neither right nor wrong" in caption
    assert start(folder, "report") == 0
    html = (folder / "report" / "report.html").read_text(encoding="utf-8")
    shown = json.loads(html.split('id="data">')[1].split("</script>", maxsplit=1)[0])
    assert [query["photographs"][-1] for query in shown["queries"]] == [["", "", 0, None]] * 3


def test_a_sweep_has_figures_of_two_queries(folder: Path) -> None:
    assert start(folder, "sweep") == 0
    table = pd.read_csv(folder / "sweep" / "sweep.csv")
    assert set(table["query_set"]) == {"all", "one", "two"}
    of_sets = table.pivot_table(index=["setting", "protocol"], columns="query_set", values="f1")
    assert of_sets["all"].tolist() == pytest.approx(of_sets[["one", "two"]].mean(axis=1).tolist())
