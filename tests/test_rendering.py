"""Tables as files and for the eye."""

import math
from functools import partial
from types import MappingProxyType

import pandas as pd
from labelled import dataset_of
from scores import COMPARISON, per_query, with_tool

from dupeval import tables
from dupeval.evaluation import Spread
from dupeval.metrics import PairScores
from dupeval.protocol import Decision
from dupeval.rendering import (
    MARKS,
    NOTE,
    OF_STUDY,
    TablePart,
    csv_bytes,
    per_query_markdown,
    table1_markdown,
)
from dupeval.scored import QueryResult
from dupeval.sweep.rendering import short_csv_bytes
from dupeval.tables import comparisons_table, per_query_table
from dupeval.verdict import stand

# With the study's figures, as of the stand-in's level `study`.
table1 = partial(tables.table1, published=True)

DATASET = dataset_of("aab", "bcc")
HEADINGS = MappingProxyType({"loqo": "Chosen on the other queries", "fixed": "As configured"})
SOURCES = MappingProxyType(
    {
        **{("loqo", name): "measured" for name in ("tool", "vgg_pca")},
        **{("loqo", name): "failed" for name in ("absent", "visipics")},
        ("fixed", "tool"): "measured",
        ("fixed", "absent"): "missing",
    }
)


def test_texts_that_a_spreadsheet_would_run_are_quoted_and_numbers_never() -> None:
    rows = pd.DataFrame({"query": ["=1+1", "q"], "f1": [-0.5, 1.0], "n": [-1, 2]})
    assert csv_bytes(rows) == b"query,f1,n\n'=1+1,-0.500000,-1\nq,1.000000,2\n"
    assert short_csv_bytes(rows) == b"query,f1,n\n'=1+1,-0.5,-1\nq,1,2\n"


def test_a_text_that_hides_something_is_one_visible_line_of_a_file() -> None:
    rows = pd.DataFrame({"query": ["gpj.\u202eexe\r\n", None, "a\\b"]})
    assert csv_bytes(rows).decode() == 'query\n\'gpj.\\u202eexe\\r\\n\n""\na\\b\n'


def rows_of(markdown: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    part = next(p for p in markdown.split("### ") if heading in p)
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def markdown(*spreads: Spread, notes: tuple[str, ...] = ()) -> str:
    table = table1(with_tool(), COMPARISON, "test", SOURCES)
    comparisons = comparisons_table(with_tool(), COMPARISON)
    part = TablePart("Table 1", DATASET, table, comparisons, HEADINGS, spreads=spreads, notes=notes)
    return table1_markdown([part])


class TestTable1Markdown:
    def test_begins_with_what_the_dataset_holds(self) -> None:
        start = "## Table 1 on by hand: 2 queries, 6 images, 2 true pairs\n\n### "
        assert markdown().startswith(start)

    def test_ends_with_what_its_columns_mean(self) -> None:
        assert markdown().endswith(f"\n\n{MARKS} {NOTE}\n")

    def test_every_part_has_the_protocols_title_and_name(self) -> None:
        headings = [x for x in markdown().splitlines() if x.startswith("### ")]
        assert headings == ["### Chosen on the other queries (loqo)", "### As configured (fixed)"]

    def test_a_protocol_without_a_title_has_its_name(self) -> None:
        table = table1(with_tool(), COMPARISON, "test")
        comparisons = comparisons_table(with_tool(), COMPARISON)
        headings = {"fixed": "As configured"}
        text = table1_markdown([TablePart("Table 1", DATASET, table, comparisons, headings)])
        assert "\n\n### loqo\n\n" in text

    def test_rows_are_in_the_studys_order_and_then_in_that_of_the_run(self) -> None:
        loqo, fixed = (rows_of(markdown(), name) for name in ("(loqo)", "(fixed)"))
        study = ["raw", "raw_pca", "vgg"]
        assert [r[0] for r in loqo] == [*study, "vgg_pca", "visipics", "tool", "absent"]
        assert [r[0] for r in fixed] == [*study, "tool", "absent"]

    def test_rows_are_sorted_within_their_blocks_and_say_how_they_stand(self) -> None:
        scores = per_query(*((name, "loqo") for name in ("raw", "raw_pca", "vgg", "vgg_pca")))
        table = table1(scores, COMPARISON, "test")
        standing = stand(scores, "loqo")
        assert standing is not None
        part = TablePart(
            *("Table 1", DATASET, table, comparisons_table(scores, COMPARISON), HEADINGS),
            blocks={"pixels": ["raw_pca", "raw"], "networks": ["vgg", "vgg_pca"]},
            standings={"loqo": standing},
        )
        rows = rows_of(table1_markdown([part]), "(loqo)")
        assert [row[0] for row in rows] == [
            *("*pixels*", "raw ~", "raw_pca"),
            *("*networks*", "**vgg_pca**", "vgg ~"),
            *("*others*", "visipics"),
        ]
        assert [row[3] for row in rows] == ["", "0.444", "0.000", "", "**1.000**", "0.889", "", ""]

    def test_the_verdict_is_a_list_before_the_rows(self) -> None:
        table, comparisons = (
            table1(with_tool(), COMPARISON, "test"),
            comparisons_table(with_tool(), COMPARISON),
        )
        part = TablePart("Table 1", DATASET, table, comparisons, HEADINGS, verdict=["One.", "Two."])
        assert "true pairs\n\n- One.\n- Two.\n\n### " in table1_markdown([part])

    def test_a_row_has_all_its_figures(self) -> None:
        # F1 1/3, 0, 1 against 1, 1, 1; t of two degrees of freedom is 4.303.
        tool = next(r for r in rows_of(markdown(), "(loqo)") if r[0] == "tool")
        assert tool == [
            *("tool", "0.500", "0.417", "0.444", "[0.000, 1.000]", "0"),
            "0.375 / 0.375 / 0.375",
            *("-0.556 [-1.000, +0.709]", "0.500", "0.500", "0.500", "measured", ""),
        ]

    def test_equal_scores_have_their_number_in_place_of_an_interval(self) -> None:
        vgg_pca = next(r for r in rows_of(markdown(), "(loqo)") if r[0] == "vgg_pca")
        assert vgg_pca == [
            *("vgg_pca", "1.000", "1.000", "1.000", "3 of 3 equal", "0"),
            "1.000 / 1.000 / 1.000",
            *("", "", "", "0.250", "measured", "1.000 / 0.866 / 0.907"),
        ]

    def test_equal_differences_have_no_interval(self) -> None:
        rows = with_tool()
        rows.loc[rows["method"] == "tool", "f1"] = 0.75
        table = table1(rows, COMPARISON, "test")
        comparisons = comparisons_table(rows, COMPARISON)
        text = table1_markdown([TablePart("Table 1", DATASET, table, comparisons, HEADINGS)])
        assert "| -0.250 | 0.250 | 0.250 |" in " ".join(text.split())

    def test_a_row_without_figures_says_why_there_are_none(self) -> None:
        absent = rows_of(markdown(), "(fixed)")[-1]
        assert absent == ["absent", *[""] * 10, "missing", ""]
        visipics = next(r for r in rows_of(markdown(), "(loqo)") if r[0] == "visipics")
        assert visipics == ["visipics", *[""] * 10, "failed", "1.000 / 0.892 / 0.922"]

    def test_without_a_reference_or_a_threshold_cells_are_empty(self) -> None:
        tool = next(r for r in rows_of(markdown(), "(fixed)") if r[0] == "tool")
        assert tool[3:6] == ["0.444", "[0.000, 1.000]", "0"]
        assert tool[7:] == ["", "", "", "", "measured", ""]

    def test_below_a_part_stands_what_its_comparisons_can_find(self) -> None:
        loqo = next(part for part in markdown().split("### ") if part.startswith("Chosen on"))
        assert loqo.rstrip().splitlines()[-1] == (
            "others: 1 comparison with vgg_pca on 3 queries; no Holm p can be below 0.250, and "
            "80 % power is out of reach."
        )
        assert markdown().count("80 % power") == 1

    def test_the_spread_of_several_runs_is_told_below(self) -> None:
        last = "tool under loqo: F1 from 0.250 to 0.500 in 3 runs; the row is the first.\n\n"
        assert last in markdown(Spread("tool", "loqo", 3, 0.25, 0.5))
        assert " runs; " not in markdown()

    def test_notes_of_rows_are_told_below(self) -> None:
        assert "|\n\nNote: tool is odd.\n\n" in markdown(notes=("tool is odd",))

    def test_what_is_said_of_a_protocol_stands_below_its_rows(self) -> None:
        table, comparisons = (
            table1(with_tool(), COMPARISON, "test", SOURCES),
            comparisons_table(with_tool(), COMPARISON),
        )
        said = {"fixed": "It is so."}
        part = TablePart("Table 1", DATASET, table, comparisons, HEADINGS, said)
        _, loqo, fixed = table1_markdown([part]).split("### ")
        assert "It is so." not in loqo
        assert "|\n\nIt is so.\n\n" in fixed

    def test_only_parts_that_have_the_studys_figures_show_them(self) -> None:
        comparisons = comparisons_table(with_tool(), COMPARISON)
        own = tables.table1(with_tool(), COMPARISON, "test", SOURCES)
        of_study = table1(with_tool(), COMPARISON, "test", SOURCES)
        both = [
            TablePart(t, DATASET, t1, comparisons, {}) for t, t1 in (("A", of_study), ("B", own))
        ]
        first, second = table1_markdown(both).split("## B")
        assert "published P / R / F1" in first
        assert OF_STUDY in first
        assert "ublished" not in second

    def test_several_parts_each_have_a_heading_and_share_the_note(self) -> None:
        table = table1(with_tool(), COMPARISON, "test", SOURCES)
        comparisons = comparisons_table(with_tool(), COMPARISON)
        parts = [TablePart(t, DATASET, table, comparisons, HEADINGS) for t in ("First", "Second")]
        text = table1_markdown(parts)
        assert [x.split(" on ")[0] for x in text.splitlines() if x.startswith("## ")] == [
            *("## First", "## Second"),
        ]
        assert text.count(NOTE) == 1

    def test_before_anything_is_run_the_studys_figures_stand_alone(self) -> None:
        rows = with_tool().iloc[:0]
        table, comparisons = (
            table1(rows, COMPARISON, "test", {}),
            comparisons_table(rows, COMPARISON),
        )
        text = table1_markdown([TablePart("Table 1", DATASET, table, comparisons, HEADINGS)])
        study = rows_of(text, "The study's own figures")
        assert [r[0] for r in study] == ["raw", "raw_pca", "vgg", "vgg_pca", "visipics"]


class TestPerQueryMarkdown:
    def test_scores_of_a_query_with_what_was_decided_and_means_below(self) -> None:
        text = per_query_markdown(with_tool(), DATASET)
        assert [x for x in text.splitlines() if x.startswith("### ")] == [
            *("### vgg_pca, loqo", "### tool, loqo", "### tool, fixed"),
        ]
        scores = ["0.500", "0.417", "0.444"]
        assert rows_of(text, "tool, loqo") == [
            *(["q0", "1", "1", "3", "5", "0.500", "0.250", "0.333", "0.500", "{}"],),
            *(["q1", "0", "4", "2", "4", "0.000", "0.000", "0.000", "0.250", "{}"],),
            *(["q2", "2", "0", "0", "8", "1.000", "1.000", "1.000", "0.750", "{}"],),
            ["mean", "", "", "", "", *scores, "", ""],
        ]

    def test_a_method_without_a_threshold_has_an_empty_cell(self) -> None:
        scores = PairScores.from_counts(1, 2, 0, 3)
        result = QueryResult("tool", "fixed", "q", scores, Decision({}, math.nan))
        text = per_query_markdown(per_query_table([result]), DATASET)
        assert "nan" not in text

    def test_what_else_is_said_of_predictions_and_what_was_hidden_is_for_the_file(self) -> None:
        scores = PairScores.from_counts(1, 2, 0, 3)
        decision = Decision({}, 0.5, frozenset({0}))
        result = QueryResult("raw", "loqo", "q", scores, decision, ("q",), {"other": 0.25})
        text = per_query_markdown(per_query_table([result]), DATASET)
        assert "other" not in text
        assert "hidden" not in text

    def test_no_text_leaves_its_cell(self) -> None:
        scores = PairScores.from_counts(1, 2, 0, 3)
        decision = Decision({"mode": "a|b"}, 0.5, frozenset({0}))
        result = QueryResult("tool", "loqo", "q|\n1", scores, decision, ("q|\n1",))
        text = per_query_markdown(per_query_table([result]), DATASET)
        (line,) = (x for x in text.splitlines() if "a\\|b" in x)
        assert line.replace("\\|", "").count("|") == text.splitlines()[4].count("|")
