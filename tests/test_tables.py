"""Table 1 and the tables beside it, from raw results."""

import csv
import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from dupeval import tables
from dupeval.dataset import Dataset, Query
from dupeval.evaluation import QueryResult, Spread, Timing
from dupeval.metrics import PairScores
from dupeval.protocol import Decision
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.rendering import csv_bytes, per_query_markdown, table1_markdown
from dupeval.statistics import Comparison, detectable_difference, mean_interval
from dupeval.sweep.rendering import short_csv_bytes
from dupeval.tables import comparisons_table, per_query_table, plain_table, published_table1

COLUMNS = [
    *("dataset", "method", "protocol", "precision", "recall", "f1", "f1_ci_low", "f1_ci_high"),
    *("precision_micro", "recall_micro", "f1_micro", "n_empty"),
    *("difference", "difference_ci_low", "difference_ci_high", "p_value", "p_holm", "reference"),
    *("n_queries", "threshold", "source"),
    *("precision_published", "recall_published", "f1_published"),
]

# tp, fp, fn, tn and threshold of three queries.
COUNTS = {
    # precision 1/2, 0, 1; recall 1/4, 0, 1; F1 1/3, 0, 1
    ("raw", "loqo"): [(1, 1, 3, 5, 0.5), (0, 4, 2, 4, 0.25), (2, 0, 0, 8, 0.75)],
    ("raw_pca", "loqo"): [(0, 1, 1, 8, 0.5)] * 3,
    # precision 1, 1, 1; recall 1/2, 1, 1; F1 2/3, 1, 1
    ("vgg", "loqo"): [(2, 0, 2, 6, 0.5), (2, 0, 0, 8, 0.5), (2, 0, 0, 8, 2.0)],
    # F1 1, 1, 1
    ("vgg_pca", "loqo"): [(4, 0, 0, 6, 0.125), (2, 0, 0, 8, 0.25), (2, 0, 0, 8, 0.375)],
    ("raw", "oracle"): [(4, 0, 0, 6, 9.0), (2, 0, 0, 8, 9.0), (2, 0, 0, 8, 9.0)],
    # F1 1/2, 1/2, 1/2
    ("vgg_pca", "oracle"): [(1, 1, 1, 7, 3.0)] * 3,
}


def per_query(*names: tuple[str, str]) -> pd.DataFrame:
    return per_query_table(
        [
            QueryResult(
                method, protocol, f"q{i}", PairScores.from_counts(*counts), Decision({}, threshold)
            )
            for method, protocol in names
            for i, (*counts, threshold) in enumerate(COUNTS[method, protocol])
        ]
    )


def table1(
    rows: pd.DataFrame,
    sources: Mapping[tuple[str, str], str] | None = None,
    reference: str = "vgg_pca",
    blocks: Mapping[str, Sequence[str]] | None = None,
    elsewhere: str | None = None,
) -> pd.DataFrame:
    """Make Table 1 of a dataset called "test"."""
    comparison = Comparison(reference, blocks or {}, 0, elsewhere)
    return tables.table1(rows, comparison, "test", sources)


def row(table: pd.DataFrame, method: str, protocol: str = "loqo") -> pd.Series:
    return table[(table["method"] == method) & (table["protocol"] == protocol)].squeeze()


@pytest.fixture
def table() -> pd.DataFrame:
    return table1(per_query(*COUNTS))


class TestTable1:
    def test_columns_are_those_of_the_contract_in_its_order(self, table: pd.DataFrame) -> None:
        assert list(table.columns) == COLUMNS
        assert csv_bytes(table).decode().splitlines()[0] == ",".join(COLUMNS)

    def test_scores_are_means_over_queries(self, table: pd.DataFrame) -> None:
        raw = row(table, "raw")
        assert raw["precision"] == pytest.approx((1 / 2 + 0 + 1) / 3)
        assert raw["recall"] == pytest.approx((1 / 4 + 0 + 1) / 3)
        # The mean of F1, not the F1 of the means.
        assert raw["f1"] == pytest.approx((1 / 3 + 0 + 1) / 3)

    def test_micro_scores_come_from_the_counts_of_all_queries_pooled(
        self, table: pd.DataFrame
    ) -> None:
        # raw: 3 TP, 5 FP, 5 FN; vgg: 6 TP, 0 FP, 2 FN.
        raw, vgg = row(table, "raw"), row(table, "vgg")
        micro = ["precision_micro", "recall_micro", "f1_micro"]
        assert raw[micro].tolist() == [3 / 8, 3 / 8, 3 / 8]
        assert vgg[micro].tolist() == [1.0, 6 / 8, 12 / 14]

    def test_the_interval_is_that_of_the_mean_of_f1_over_queries(self, table: pd.DataFrame) -> None:
        raw = row(table, "raw")
        assert (raw["f1_ci_low"], raw["f1_ci_high"]) == mean_interval([1 / 3, 0, 1])
        assert raw["f1_ci_low"] < raw["f1"] < raw["f1_ci_high"]
        # Equal scores have none.
        assert row(table, "vgg_pca")[["f1_ci_low", "f1_ci_high"]].isna().all()

    def test_queries_in_which_nothing_is_claimed_are_counted(self, table: pd.DataFrame) -> None:
        assert table["n_empty"].iloc[:6].tolist() == [0] * 6
        rows = per_query(("raw", "loqo"))
        rows.loc[1, ["tp", "fp"]] = 0
        assert table1(rows)["n_empty"][0] == 1

    def test_p_values_compare_f1_with_vgg_pca_under_the_same_protocol(
        self, table: pd.DataFrame
    ) -> None:
        # loqo, differences of raw: -2/3, -1, 0; of vgg: -1/3, 0, 0; of raw_pca: -1, -1, -1.
        assert row(table, "raw")["p_value"] == 4 / 8
        assert row(table, "vgg")["p_value"] == 1.0
        assert row(table, "raw_pca")["p_value"] == 2 / 8
        # oracle, differences of raw: 1/2, 1/2, 1/2.
        assert row(table, "raw", "oracle")["p_value"] == 2 / 8

    def test_differences_are_means_over_queries_with_an_interval(self, table: pd.DataFrame) -> None:
        raw = row(table, "raw")
        assert raw["difference"] == pytest.approx(-5 / 9)
        ends = (raw["difference_ci_low"], raw["difference_ci_high"])
        assert ends == pytest.approx(mean_interval([-2 / 3, -1, 0], bounds=(-1, 1)))
        assert raw["reference"] == "vgg_pca"

    def test_p_values_are_adjusted_within_each_protocol_and_block(self) -> None:
        blocks = {"mine": ["raw", "vgg"]}
        table = table1(per_query(*COUNTS), blocks=blocks)
        # 1/2 and 1 together; 1/4 alone.
        assert row(table, "raw")["p_holm"] == 1.0
        assert row(table, "vgg")["p_holm"] == 1.0
        assert row(table, "raw_pca")["p_holm"] == row(table, "raw_pca")["p_value"] == 2 / 8
        together = table1(per_query(*COUNTS))
        assert row(together, "raw_pca")["p_holm"] == 6 / 8
        assert row(together, "raw", "oracle")["p_holm"] == 2 / 8

    def test_any_method_can_be_the_reference(self) -> None:
        table = table1(per_query(*COUNTS), reference="raw")
        # F1 of vgg less that of raw: 1/3, 1, 0.
        assert row(table, "vgg")["difference"] == pytest.approx(4 / 9)
        assert row(table, "vgg")["reference"] == "raw"
        assert math.isnan(row(table, "raw")["difference"])

    def test_vgg_pca_itself_has_no_p_value(self, table: pd.DataFrame) -> None:
        assert math.isnan(row(table, "vgg_pca")["p_value"])
        assert math.isnan(row(table, "vgg_pca", "oracle")["p_value"])

    def test_without_vgg_pca_under_a_protocol_there_is_no_p_value(self) -> None:
        table = table1(per_query(("raw", "loqo"), ("vgg", "loqo"), ("vgg_pca", "oracle")))
        assert table["p_value"].isna().all()

    def test_queries_are_paired_by_name_whatever_the_order_of_rows(self) -> None:
        rows = per_query(("raw", "loqo"), ("vgg_pca", "loqo"))
        rows["f1"] = [0.25, 0.5, 0.875, 0.125, 0.375, 0.75]
        # An eighth better on each query; paired in the order of rows the p-value would be 1.
        for order in ([0, 1, 2, 3, 4, 5], [0, 1, 2, 4, 5, 3], [2, 0, 1, 5, 3, 4]):
            assert row(table1(rows.iloc[order]), "raw")["p_value"] == 2 / 8

    def test_the_threshold_is_the_median_over_queries(self, table: pd.DataFrame) -> None:
        assert row(table, "raw")["threshold"] == 0.5
        assert row(table, "vgg")["threshold"] == 0.5
        assert row(table, "vgg_pca")["threshold"] == 0.25

    @pytest.mark.parametrize(
        ("params", "shown"),
        [
            (['{"value":2}', '{"value":5}', '{"value":2}'], 2.0),
            (['{"value":2.5}'] * 3, 2.5),
            (['{"value":"90%"}'] * 3, math.nan),
            (['{"value":1}', '{"value":"all"}', '{"value":1}'], math.nan),
            (['{"value":true}'] * 3, math.nan),
            (['{"a":1,"b":2}'] * 3, math.nan),
            (["{}"] * 3, math.nan),
        ],
    )
    def test_in_place_of_a_threshold_stands_the_one_number_that_a_tool_has(
        self, params: list[str], shown: float
    ) -> None:
        rows = per_query(("raw", "loqo")).assign(threshold=math.nan, params=params)
        assert table1(rows)["threshold"][0] == pytest.approx(shown, nan_ok=True)

    def test_where_queries_have_other_parameters_there_is_no_threshold(self) -> None:
        rows = per_query(("raw", "loqo"))
        assert table1(rows)["threshold"][0] == 0.5
        rows["params"] = ["{}", "{}", '{"linkage":"ward"}']
        assert math.isnan(table1(rows)["threshold"][0])

    def test_a_threshold_of_minus_infinity_is_below_all_others(self) -> None:
        rows = per_query(("raw", "loqo"))
        rows["threshold"] = [-math.inf, 0.5, 0.75]
        assert table1(rows)["threshold"][0] == 0.5
        rows["threshold"] = [-math.inf, 0.5, -math.inf]
        assert table1(rows)["threshold"][0] == -math.inf

    def test_queries_are_counted(self, table: pd.DataFrame) -> None:
        assert table[table["source"] == "measured"]["n_queries"].tolist() == [3] * 6

    def test_rows_keep_the_order_of_the_run_and_what_was_not_run_comes_last(
        self, table: pd.DataFrame
    ) -> None:
        names = [*COUNTS, ("visipics", None)]
        assert [
            (method, None if pd.isna(protocol) else protocol)
            for method, protocol in zip(table["method"], table["protocol"], strict=True)
        ] == names

    def test_protocols_keep_the_order_of_the_run_too(self) -> None:
        names = [("raw", "oracle"), ("vgg_pca", "oracle"), ("raw", "loqo"), ("vgg_pca", "loqo")]
        table = table1(per_query(*names))
        measured = table[table["source"] == "measured"]
        assert list(zip(measured["method"], measured["protocol"], strict=True)) == names

    def test_rows_of_one_protocol_are_in_the_studys_order(self) -> None:
        names = [name for name in COUNTS if name[1] == "loqo"]
        table = table1(per_query(*names))
        assert table["method"].tolist() == published_table1()["method"].tolist()

    def test_what_was_not_run_has_the_published_figures_only(self, table: pd.DataFrame) -> None:
        visipics = table[table["method"] == "visipics"].squeeze()
        assert visipics["source"] == "published"
        assert visipics[["precision_published", "recall_published", "f1_published"]].tolist() == [
            1.0,
            0.892,
            0.922,
        ]
        named = ("dataset", "method", "source")
        others = [c for c in COLUMNS if c not in named and "published" not in c]
        assert visipics[others].isna().all()
        assert len(others) == 18

    def test_each_row_has_the_studys_figures_beside_its_own(self, table: pd.DataFrame) -> None:
        published = ["precision_published", "recall_published", "f1_published"]
        assert row(table, "raw")[published].tolist() == [0.055, 0.048, 0.052]
        assert row(table, "raw_pca")[published].tolist() == [0.072, 0.840, 0.101]
        assert row(table, "vgg")[published].tolist() == [0.062, 0.144, 0.070]
        assert row(table, "vgg_pca")[published].tolist() == [1.0, 0.866, 0.907]
        assert row(table, "raw", "oracle")[published].tolist() == [0.055, 0.048, 0.052]
        assert (table[table["method"] != "visipics"]["source"] == "measured").all()

    def test_a_method_the_study_did_not_have_has_no_published_figures(self) -> None:
        rows = per_query(("vgg", "loqo"), ("vgg_pca", "loqo")).replace("vgg", "mine")
        table = table1(rows)
        mine = row(table, "mine")
        assert mine[["precision_published", "recall_published", "f1_published"]].isna().all()
        assert mine["p_value"] == 1.0
        assert table["method"].tolist() == ["mine", "vgg_pca", "raw", "raw_pca", "vgg", "visipics"]

    def test_one_query_has_no_interval(self) -> None:
        rows = per_query(("raw", "loqo"), ("vgg_pca", "loqo"))
        raw = row(table1(rows[rows["query"] == "q0"]), "raw")
        assert raw[["f1_ci_low", "f1_ci_high"]].isna().all()
        assert raw["f1"] == pytest.approx(1 / 3)
        assert raw["p_value"] == 1.0

    def test_in_the_file_counts_are_whole_numbers_and_what_is_missing_is_empty(
        self, table: pd.DataFrame
    ) -> None:
        rows = list(csv.DictReader(io.StringIO(csv_bytes(table).decode())))
        assert [r["n_queries"] for r in rows] == ["3"] * 6 + [""]
        empty = ["protocol", "precision", "f1", "f1_ci_low", "p_value", "n_queries", "threshold"]
        assert [rows[-1][name] for name in empty] == [""] * 7
        assert rows[0]["f1"] == "0.444444"
        assert rows[0]["f1_published"] == "0.052000"


def test_texts_that_a_spreadsheet_would_run_are_quoted_and_numbers_never() -> None:
    rows = pd.DataFrame({"query": ["=1+1", "q"], "f1": [-0.5, 1.0], "n": [-1, 2]})
    assert csv_bytes(rows) == b"query,f1,n\n'=1+1,-0.500000,-1\nq,1.000000,2\n"
    assert short_csv_bytes(rows) == b"query,f1,n\n'=1+1,-0.5,-1\nq,1,2\n"


def test_a_text_that_hides_something_is_one_visible_line_of_a_file() -> None:
    rows = pd.DataFrame({"query": ["gpj.\u202eexe\r\n", None, "a\\b"]})
    assert csv_bytes(rows).decode() == 'query\n\'gpj.\\u202eexe\\r\\n\n""\na\\b\n'


NAMES = ("dataset", "method", "protocol", "source")
FIGURES = [c for c in COLUMNS if c not in NAMES and "_pub" not in c]


def with_tool() -> pd.DataFrame:
    """Give vgg_pca under loqo, and a tool under loqo and fixed: F1 1/3, 0, 1."""
    rows = per_query(("vgg_pca", "loqo"), ("raw", "loqo")).replace("raw", "tool")
    fixed = rows[rows["method"] == "tool"].assign(protocol="fixed", threshold=math.nan)
    return pd.concat([rows, fixed], ignore_index=True)


class TestSources:
    def test_say_what_each_row_rests_on_in_the_order_of_the_run(self) -> None:
        sources = {
            ("loqo", "vgg_pca"): "measured",
            ("loqo", "absent"): "missing",
            ("loqo", "tool"): "imported",
            ("fixed", "absent"): "failed",
            ("fixed", "tool"): "imported",
        }
        table = table1(with_tool(), sources)
        rows = table[["protocol", "method", "source"]].iloc[:5]
        assert [tuple(r) for r in rows.to_numpy()] == [(*key, s) for key, s in sources.items()]

    @pytest.mark.parametrize("source", ["missing", "failed"])
    def test_of_an_absence_leave_its_row_without_figures(self, source: str) -> None:
        sources = {("loqo", "vgg_pca"): "measured", ("loqo", "tool"): source}
        rows = per_query(("vgg_pca", "loqo"))
        table = table1(rows, sources)
        assert row(table, "tool")["source"] == source
        assert row(table, "tool")[FIGURES].isna().all()
        assert len(FIGURES) == 17
        alone = table1(rows)
        pd.testing.assert_series_equal(row(table, "vgg_pca"), row(alone, "vgg_pca"))

    def test_of_an_absence_of_the_studys_own_leave_the_published_figures_beside_it(self) -> None:
        sources = {("loqo", "vgg_pca"): "measured", ("loqo", "visipics"): "failed"}
        table = table1(per_query(("vgg_pca", "loqo")), sources)
        visipics = table[table["method"] == "visipics"].squeeze()
        assert (visipics["protocol"], visipics["source"]) == ("loqo", "failed")
        assert visipics["f1_published"] == 0.922
        assert table["method"].tolist() == ["vgg_pca", "visipics", "raw", "raw_pca", "vgg"]

    def test_of_the_study_alone_are_one_row_whatever_the_protocols(self) -> None:
        sources = {
            ("loqo", "vgg_pca"): "measured",
            **{(protocol, "visipics"): "published" for protocol in ("loqo", "fixed")},
        }
        table = table1(per_query(("vgg_pca", "loqo")), sources)
        visipics = table[table["method"] == "visipics"]
        assert visipics["source"].tolist() == ["published"]
        assert visipics["protocol"].isna().all()

    def test_imported_figures_are_figures_like_any_other(self) -> None:
        rows = per_query(("vgg_pca", "loqo"), ("raw", "loqo")).replace("raw", "visipics")
        sources = {("loqo", "vgg_pca"): "measured", ("loqo", "visipics"): "imported"}
        visipics = row(table1(rows, sources), "visipics")
        assert visipics["source"] == "imported"
        assert visipics["f1"] == pytest.approx(4 / 9)
        assert visipics["p_value"] == 4 / 8
        assert visipics["f1_published"] == 0.922

    def test_of_nothing_but_absences_make_a_table_all_the_same(self) -> None:
        table = table1(per_query_table([]), {("loqo", "tool"): "missing"})
        assert table["source"].tolist() == ["missing", *["published"] * 5]


class TestWhereTheReferenceWasNotRunUnderTheSameProtocol:
    def test_a_row_is_compared_with_its_figure_under_another(self) -> None:
        table = table1(with_tool(), elsewhere="loqo")
        assert row(table, "tool", "fixed")["p_value"] == row(table, "tool")["p_value"] == 4 / 8
        assert math.isnan(row(table1(with_tool()), "tool", "fixed")["p_value"])

    def test_a_figure_under_the_same_protocol_goes_before(self) -> None:
        rows = pd.concat([with_tool(), per_query(("vgg_pca", "oracle")).replace("oracle", "fixed")])
        # F1 1/3, 0, 1 against 1/2, 1/2, 1/2: differences -1/6, -1/2, 1/2.
        assert row(table1(rows, elsewhere="loqo"), "tool", "fixed")["p_value"] == 1.0

    def test_there_is_no_threshold_where_a_method_has_none(self) -> None:
        rows = list(csv.DictReader(io.StringIO(csv_bytes(table1(with_tool())).decode())))
        fixed = next(r for r in rows if r["protocol"] == "fixed")
        assert fixed["threshold"] == ""
        assert fixed["f1"] == "0.444444"


def rows_of(markdown: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    part = next(p for p in markdown.split("### ") if heading in p)
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


class TestMarkdown:
    DATASET = Dataset("test", (Query("q", "Q", (), ()),))

    def markdown(self, *spreads: Spread, notes: Sequence[str] = ()) -> str:
        sources = {
            **{("loqo", name): "measured" for name in ("tool", "vgg_pca")},
            **{("loqo", name): "failed" for name in ("absent", "visipics")},
            ("fixed", "tool"): "measured",
            ("fixed", "absent"): "missing",
        }
        rows = with_tool()
        comparison = Comparison("vgg_pca", {}, 0, "loqo")
        return table1_markdown(
            table1(rows, sources, elsewhere="loqo"),
            comparisons_table(rows, comparison),
            self.DATASET,
            {"loqo": LeaveOneQueryOut.title, "fixed": Fixed.title},
            spreads,
            notes,
        )

    def test_tells_the_tools_own_default_from_a_threshold_chosen_on_other_queries(self) -> None:
        headings = [x for x in self.markdown().splitlines() if x.startswith("### ")]
        assert headings == [
            "### Threshold chosen on the other queries (loqo)",
            "### Configured thresholds: external tools at their own default (fixed)",
        ]

    def test_rows_are_in_the_studys_order_and_then_in_that_of_the_run(self) -> None:
        loqo, fixed = (rows_of(self.markdown(), name) for name in ("(loqo)", "(fixed)"))
        study = ["raw", "raw_pca", "vgg"]
        assert [r[0] for r in loqo] == [*study, "vgg_pca", "visipics", "tool", "absent"]
        assert [r[0] for r in fixed] == [*study, "tool", "absent"]

    def test_a_row_without_figures_says_why_there_are_none(self) -> None:
        absent = rows_of(self.markdown(), "(fixed)")[-1]
        assert absent == ["absent", *[""] * 10, "missing", ""]
        visipics = next(r for r in rows_of(self.markdown(), "(loqo)") if r[0] == "visipics")
        assert visipics == ["visipics", *[""] * 10, "failed", "1.000 / 0.892 / 0.922"]

    def test_a_row_without_a_threshold_has_an_empty_cell(self) -> None:
        tool = next(r for r in rows_of(self.markdown(), "(fixed)") if r[0] == "tool")
        assert tool[3:] == [
            *("0.444", "[0.000, 1.000]", "0", "0.375 / 0.375 / 0.375"),
            *("-0.556 [-1.000, +0.709]", "0.500", "0.500", "", "measured", ""),
        ]

    def test_equal_scores_have_words_in_place_of_an_interval(self) -> None:
        vgg_pca = next(r for r in rows_of(self.markdown(), "(loqo)") if r[0] == "vgg_pca")
        assert vgg_pca[3:5] == ["1.000", "3 of 3 equal"]

    def test_what_comparisons_could_find_stands_below_each_part(self) -> None:
        assert (
            self.markdown().count(
                "others: 1 comparison with vgg_pca on 3 queries; no Holm p can be below 0.250, and "
                "a mean difference of 1.66 would be found with 80 % power."
            )
            == 2
        )

    def test_the_spread_of_several_runs_is_told_below(self) -> None:
        markdown = self.markdown(Spread("tool", "loqo", 3, 0.25, 0.5))
        last = "tool under loqo: F1 from 0.250 to 0.500 in 3 runs; the row is the first.\n"
        assert markdown.endswith(last)
        assert " runs; " not in self.markdown()

    def test_notes_of_rows_are_told_below(self) -> None:
        assert self.markdown(notes=["tool is odd"]).endswith("\n\nNote: tool is odd.\n")


class TestComparisonsTable:
    def test_has_a_row_for_each_protocol_and_block(self) -> None:
        comparison = Comparison("vgg_pca", {"mine": ["raw", "vgg"]}, 0)
        found = comparisons_table(per_query(*COUNTS), comparison)
        assert found[["protocol", "block", "n_comparisons", "n_queries"]].to_numpy().tolist() == [
            ["loqo", "mine", 2, 3],
            ["loqo", "others", 1, 3],
            ["oracle", "mine", 1, 3],
        ]
        assert found["smallest_p_holm"].tolist() == [0.5, 0.25, 0.25]
        # The middle of the spreads of raw's and vgg's differences, for two comparisons.
        spreads = [np.std(values, ddof=1) for values in ([-2 / 3, -1, 0], [-1 / 3, 0, 0])]
        expected = detectable_difference(float(np.median(spreads)), 3, 2)
        assert found["detectable"][0] == pytest.approx(expected)

    def test_is_empty_where_nothing_can_be_compared(self) -> None:
        assert comparisons_table(per_query(("raw", "loqo")), Comparison("vgg", {}, 0)).empty
        assert comparisons_table(per_query_table([]), Comparison("vgg", {}, 0)).empty


class TestPerQueryTable:
    def test_it_has_one_row_a_result_with_counts_scores_and_choice(self) -> None:
        results = [
            QueryResult(
                *("vgg", "loqo", "세월호", PairScores.from_counts(1, 1, 2, 6)),
                Decision({"n_components": 0.9, "linkage": "single"}, 0.25, frozenset({3})),
                ("세월호",),
            ),
            QueryResult(
                "raw", "fixed", "q", PairScores.from_counts(0, 0, 0, 3), Decision({}, -math.inf)
            ),
        ]
        table = per_query_table(results)
        assert table.to_dict("records") == [
            {
                **{"method": "vgg", "protocol": "loqo", "query": "세월호"},
                **{"tp": 1, "fp": 1, "fn": 2, "tn": 6},
                **{"precision": 1 / 2, "recall": 1 / 3, "f1": 2 / 5, "threshold": 0.25},
                "params": '{"linkage":"single","n_components":0.9}',
                "hidden": '["세월호"]',
            },
            {
                **{"method": "raw", "protocol": "fixed", "query": "q"},
                **{"tp": 0, "fp": 0, "fn": 0, "tn": 3},
                **{"precision": 1.0, "recall": 1.0, "f1": 1.0, "threshold": -math.inf},
                "params": "{}",
                "hidden": "[]",
            },
        ]

    def test_its_csv_is_utf8_with_whole_counts_and_six_decimals(self) -> None:
        scores = PairScores.from_counts(1, 2, 0, 3)
        result = QueryResult("raw", "loqo", "사진", scores, Decision({}, 1 / 3))
        assert csv_bytes(per_query_table([result])).decode().splitlines() == [
            "method,protocol,query,tp,fp,fn,tn,precision,recall,f1,threshold,params,hidden",
            "raw,loqo,사진,1,2,0,3,0.333333,1.000000,0.500000,0.333333,{},[]",
        ]

    def test_other_metrics_have_a_column_each_after_the_scores_of_pairs(self) -> None:
        scores = PairScores.from_counts(1, 2, 0, 3)
        result = QueryResult("raw", "loqo", "q", scores, Decision({}, 0.5), (), {"other": 0.25})
        table = per_query_table([result])
        assert list(table.columns)[9:12] == ["f1", "other", "threshold"]
        assert table["other"].tolist() == [0.25]
        assert "other" not in per_query_markdown(table, TestMarkdown.DATASET)

    def test_a_method_without_a_threshold_has_an_empty_cell_for_the_eye(self) -> None:
        scores = PairScores.from_counts(1, 2, 0, 3)
        result = QueryResult("tool", "fixed", "q", scores, Decision({}, math.nan))
        text = per_query_markdown(per_query_table([result]), TestMarkdown.DATASET)
        assert "nan" not in text


def test_the_published_table_is_the_studys() -> None:
    assert published_table1().to_numpy().tolist() == [
        ["raw", 0.055, 0.048, 0.052],
        ["raw_pca", 0.072, 0.840, 0.101],
        ["vgg", 0.062, 0.144, 0.070],
        ["vgg_pca", 1.0, 0.866, 0.907],
        ["visipics", 1.0, 0.892, 0.922],
    ]
    assert list(published_table1().columns) == ["method", "precision", "recall", "f1"]


def test_timings_have_one_row_a_method_and_stage() -> None:
    table = plain_table(Timing, [Timing("raw", "loqo", 1.5, 2.5), Timing("vgg", "loqo", 0.5, 0.25)])
    assert list(table.columns) == [
        *("method", "stage", "wall_s", "cpu_s", "peak_memory_mb", "stored"),
    ]
    np.testing.assert_array_equal(table["wall_s"], [1.5, 0.5])
    np.testing.assert_array_equal(table["cpu_s"], [2.5, 0.25])
