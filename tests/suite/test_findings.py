"""The page of findings says what its tables have, and nothing else."""

import json
from pathlib import Path

import pandas as pd
import pytest
from suite_rows import draw, rows

from dupeval.files import file_sha256
from dupeval.rendering import csv_bytes
from dupeval.stored_run import StoredResultsError
from dupeval.suite import Place
from dupeval.suite.findings import Findings, findings_of
from dupeval.suite.ranks import rank_tests, ranks_table, table_of_tests
from dupeval.suite.sentences import costs, enough, finds, moved, verdicts
from dupeval.suite.tables import read_table
from dupeval.suite.transfer import DRAW

VGG = [0.5, 0.6, 0.7, 0.8, 0.9, 0.4]
F1 = {"raw": [x - 0.3 for x in VGG], "vgg": VGG, "vgg_pca": [x - 0.1 for x in VGG]}


def tables() -> dict[str, pd.DataFrame]:
    per_query = pd.concat([rows(draw(0), F1), rows(draw(1), F1)])
    index = ["dataset", "photographs", "level", "draw", "method", "protocol"]
    suite = per_query.groupby(index, sort=False)["f1"].mean().reset_index()
    suite = suite.assign(tool=0, precision=0.5, recall=0.25)
    names = [draw(k).dataset for k in (0, 1)]
    transfer = [("vgg", a, b, 0.9 if a == b else 0.83) for a in names for b in names]
    made = {
        "suite.csv": suite,
        "per_query.csv": per_query,
        "ranks.csv": ranks_table(suite, "nested"),
        "rank_tests.csv": table_of_tests(rank_tests(per_query, "nested", list(F1))),
        "transfer.csv": pd.DataFrame(transfer, columns=["method", "chosen_on", "scored_on", "f1"]),
        "families.csv": pd.DataFrame(
            [("own-news", "vgg", "crop", 20, 19), ("own-news", "vgg", "mirror", 10, 1)],
            columns=["scope", "method", "family", "pairs", "found"],
        ),
        "strengths.csv": pd.DataFrame(
            [
                ("own-news", "vgg", "crop", "", 0.6, 10, 4),
                ("own-news", "vgg", "crop", "", 0.9, 10, 9),
            ],
            columns=["scope", "method", "family", "kind", "strength", "pairs", "found"],
        ),
    }
    return {name: read_table(csv_bytes(table)) for name, table in made.items()}


@pytest.fixture(scope="module")
def page() -> str:
    figures = {name: f"at/{name}" for name in ("ranks.png", "transfer.png", "strengths.png")}
    return Findings(tables(), "nested", 0, figures).markdown()


class TestThePage:
    def test_says_on_what_it_rests(self, page: str) -> None:
        assert page.startswith("Of 2 datasets: `own-news` (draws 0, 1). ")

    def test_names_the_best_and_by_how_much(self, page: str) -> None:
        assert "On `own-news` the best is `vgg`, 0.650; the next, `vgg_pca`, is 0.100" in page

    def test_says_plainly_that_pca_does_not_help(self, page: str) -> None:
        assert (
            "VGG + PCA is at or below plain VGG in mean F1 everywhere: 0.550 and 0.650 on "
            "`own-news`." in page
        )
        assert "**PCA helps**: vgg_pca less vgg: the opposite holds on `own-news`." in page
        assert "**Features are above pixels**: vgg less raw: holds on `own-news`." in page

    def test_has_recall_by_family_the_easiest_first(self, page: str) -> None:
        lines = [line.replace(" ", "") for line in page.splitlines()]
        crop = lines.index("|crop|20|**0.95**|")
        assert lines[crop + 1] == "|mirror|10|**0.10**|"

    def test_shows_the_figures_that_there_are(self, page: str) -> None:
        assert [f"](at/{name})" in page for name in ("ranks.png", "transfer.png")] == [True, True]
        assert ".png" not in Findings(tables(), "nested", 0, {}).markdown()

    def test_is_made_again_from_the_files(self, page: str, tmp_path: Path) -> None:
        for name, table in tables().items():
            (tmp_path / name).write_bytes(csv_bytes(table))
        for name in ("ranks.png", "transfer.png", "strengths.png"):
            (tmp_path / name).write_bytes(b"")
        protocols = {"fixed": {"honest": False}, "nested": {"honest": True}}
        dataset = {"name": "own-news", "fingerprint": "0" * 64}
        part = {"protocols": protocols, "configuration": {"methods": {}}, "dataset": dataset}
        outputs = {name: file_sha256(tmp_path / name) for name in tables()}
        run = {"seed": 0, "parts": [part], "outputs": outputs}
        (tmp_path / "run.json").write_text(json.dumps(run), encoding="utf-8")
        assert findings_of(tmp_path, "at/").markdown() == page
        (tmp_path / "suite.csv").write_bytes(b"of another run")
        with pytest.raises(StoredResultsError, match=r"not the file that run\.json describes"):
            findings_of(tmp_path, "at/")
        (tmp_path / "suite.csv").unlink()
        with pytest.raises(StoredResultsError, match="cannot be read"):
            findings_of(tmp_path, "at/")

    @pytest.mark.parametrize(
        ("changed", "table"),
        [
            ({}, b"f1\nhigh\n"),
            ({}, b'"'),
            ({}, b""),
            ({}, b"\xff\n"),
            ({"parts": []}, b"f1\n1\n"),
            ({"seed": None}, b"f1\n1\n"),
        ],
    )
    def test_of_what_no_suite_writes_are_refused(
        self, tmp_path: Path, changed: dict[str, object], table: bytes
    ) -> None:
        (tmp_path / "suite.csv").write_bytes(table)
        part = {"dataset": {"name": "n", "fingerprint": "0"}, "configuration": {"methods": {}}}
        about = {
            "seed": 0,
            "parts": [{**part, "protocols": {"nested": {"honest": True}}}],
            "outputs": {"suite.csv": file_sha256(tmp_path / "suite.csv")},
        }
        (tmp_path / "run.json").write_text(json.dumps(about | changed), encoding="utf-8")
        with pytest.raises(StoredResultsError, match=r"is not what a run writes|a suite writes"):
            findings_of(tmp_path)

    def test_of_one_method_on_one_dataset_has_no_more_than_it_can_say(self) -> None:
        own = rows(Place("mine", "mine"), {"raw": [0.5, 0.25]})
        suite = own.iloc[:1].assign(tool=0, precision=1.0, recall=1.0)
        few = {
            name: table.iloc[:0] if name not in ("suite.csv", "per_query.csv") else table
            for name, table in tables().items()
        }
        few |= {"suite.csv": suite, "per_query.csv": own, "ranks.csv": ranks_table(suite, "nested")}
        page = Findings(few, "nested", 0, {}).markdown()
        assert "On `mine` one method has scores." in page
        assert page.count("## ") == 1


class TestSentences:
    def test_families_are_counted_and_the_worst_is_named(self) -> None:
        families = tables()["families.csv"]
        assert (
            finds(families)
            == "Of 2 families recall is 0.9 or more in: `vgg` 1 (least mirror, 0.10)."
        )

    def test_families_in_which_a_tool_is_enough_are_told(self) -> None:
        of = {("a", "crop"): 9, ("a", "mirror"): 8, ("tool", "crop"): 9, ("tool", "mirror"): 2}
        families = pd.DataFrame(
            [("s", method, family, 10, found) for (method, family), found in of.items()],
            columns=["scope", "method", "family", "pairs", "found"],
        )
        said = enough(families, ["tool"])
        assert said.endswith("is within 0.05 of the best method in 1 of 2: crop.")
        assert enough(families, []) == ""

    def test_strength_is_told_where_it_moves_recall(self) -> None:
        strengths = tables()["strengths.csv"]
        assert moved(strengths, ["vgg", "raw"]) == (
            "- `vgg`: crop on `own-news` (0.40 at 0.6, 0.90 at 0.9).\n- `raw`: nowhere."
        )

    def test_costs_are_sorted_by_size(self) -> None:
        lost = pd.DataFrame(
            [("a", "x", "y", 0.01, DRAW), ("b", "x", "y", 0.05, DRAW), ("c", "x", "y", 0.03, DRAW)],
            columns=["method", "chosen_on", "scored_on", "loss", "from"],
        )
        (sentence,) = costs(lost)
        assert sentence == (
            "A threshold from another draw costs 0.030 of F1 in the mean over methods, next to "
            "nothing (below 0.02) with `a` (+0.010); some (0.02 to 0.05) with `c` (+0.030); what "
            "matters (0.05 or more) with `b` (+0.050); at most 0.050 (`b`, chosen on x, scored on "
            "y)."
        )

    def test_verdicts_are_gathered_by_comparison(self) -> None:
        table = pd.DataFrame(
            [("a less b", "x", "holds"), ("a less b", "y", "holds"), ("a less b", "z", "open")],
            columns=["comparison", "scope", "verdict"],
        )
        assert verdicts(table) == "a less b: holds on `x` and `y`; open on `z`."
