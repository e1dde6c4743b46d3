"""Table 1 and the tables beside it, from raw results."""

import csv
import io
import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scores import COMPARISON, COUNTS, per_query, with_tool

from dupeval import tables
from dupeval.metrics import PairScores
from dupeval.protocol import Decision
from dupeval.rendering import csv_bytes
from dupeval.scored import QueryResult
from dupeval.statistics import Comparison, detectable_difference, mean_interval
from dupeval.tables import (
    FALSE_POSITIVES,
    LENIENT,
    comparisons_table,
    metrics_table,
    per_query_table,
    plain_table,
    published_table1,
)
from dupeval.timing import Timing

# With the study's figures, as of the stand-in's level `study`.
table1 = partial(tables.table1, published=True)
COLUMNS = [
    *("dataset", "method", "protocol", "precision", "recall", "f1", "f1_ci_low", "f1_ci_high"),
    *("precision_micro", "recall_micro", "f1_micro"),
    *("precision_lenient", "recall_lenient", "f1_lenient", "n_empty"),
    *("difference", "difference_ci_low", "difference_ci_high", "p_value", "p_holm", "reference"),
    *("n_queries", "threshold", "source"),
    *("precision_published", "recall_published", "f1_published"),
]


def row(table: pd.DataFrame, method: str, protocol: str = "loqo") -> pd.Series:
    return table[(table["method"] == method) & (table["protocol"] == protocol)].squeeze()


@pytest.fixture
def table() -> pd.DataFrame:
    return table1(per_query(), COMPARISON, "test")


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

    def test_lenient_scores_are_means_too_and_empty_where_no_scenes_are_known(
        self, table: pd.DataFrame
    ) -> None:
        assert table[LENIENT].isna().all(axis=None)
        strict = PairScores.from_counts(2, 2, 0, 2)
        known = [(2, 0, 0, 1), (2, 1, 0, 1), (2, 2, 0, 2)]
        results = [
            QueryResult(
                *("raw", "loqo", f"q{i}", strict, Decision({}, 0.5)),
                lenient=PairScores.from_counts(*counts),
            )
            for i, counts in enumerate(known)
        ]
        raw = row(table1(per_query_table(results), COMPARISON, "test"), "raw")
        assert raw["precision_lenient"] == pytest.approx((1 + 2 / 3 + 1 / 2) / 3)
        assert raw["f1_lenient"] == pytest.approx((1 + 4 / 5 + 2 / 3) / 3)
        assert (raw["recall_lenient"], raw["precision"], raw["f1"]) == (1, 1 / 2, 2 / 3)

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
        assert row(table, "vgg_pca")[["f1_ci_low", "f1_ci_high"]].isna().all()

    def test_differences_are_those_of_f1_from_the_reference(self, table: pd.DataFrame) -> None:
        # loqo, differences of raw: -2/3, -1, 0; of vgg: -1/3, 0, 0; of raw_pca: -1, -1, -1.
        differences = ["difference", "difference_ci_low", "difference_ci_high"]
        raw, raw_pca, vgg = (row(table, name) for name in ("raw", "raw_pca", "vgg"))
        # t of two degrees of freedom is 4.3027; the standard deviation is the root of 21/81.
        high = -5 / 9 + 4.302653 * math.sqrt(21 / 81 / 3)
        assert raw[differences].tolist() == pytest.approx([-5 / 9, -1, high], abs=1e-6)
        half = 4.302653 * math.sqrt(3 / 81 / 3)
        ends = [-1 / 9, -1 / 9 - half, -1 / 9 + half]
        assert vgg[differences].tolist() == pytest.approx(ends, abs=1e-6)
        assert raw_pca["difference"] == -1
        assert raw_pca[differences[1:]].isna().all()
        assert row(table, "raw", "oracle")["difference"] == 0.5
        assert {raw["reference"], vgg["reference"]} == {"vgg_pca"}

    def test_queries_in_which_nothing_is_claimed_are_counted(self, table: pd.DataFrame) -> None:
        assert table["n_empty"].tolist() == [0] * 6 + [pd.NA]
        rows = per_query(("raw", "loqo"), ("vgg_pca", "loqo"))
        rows.loc[:2, ["tp", "fp"]] = [[0, 0], [0, 4], [0, 0]]
        assert table1(rows, COMPARISON, "test")["n_empty"].iloc[:2].tolist() == [2, 0]

    def test_every_row_names_the_dataset(self, table: pd.DataFrame) -> None:
        assert table["dataset"].tolist() == ["test"] * 7

    def test_p_values_compare_f1_with_the_reference_under_the_same_protocol(
        self, table: pd.DataFrame
    ) -> None:
        # loqo, differences of raw: -2/3, -1, 0; of vgg: -1/3, 0, 0; of raw_pca: -1, -1, -1.
        assert row(table, "raw")["p_value"] == 4 / 8
        assert row(table, "vgg")["p_value"] == 1.0
        assert row(table, "raw_pca")["p_value"] == 2 / 8
        # oracle, differences of raw: 1/2, 1/2, 1/2.
        assert row(table, "raw", "oracle")["p_value"] == 2 / 8

    def test_holm_adjusts_p_values_within_a_protocol(self, table: pd.DataFrame) -> None:
        # loqo: 2/8 of raw_pca times 3; 4/8 of raw times 2; 1 of vgg. oracle: one comparison.
        assert row(table, "raw_pca")["p_holm"] == 6 / 8
        assert row(table, "raw")["p_holm"] == row(table, "vgg")["p_holm"] == 1.0
        assert row(table, "raw", "oracle")["p_holm"] == 2 / 8

    def test_holm_adjusts_p_values_within_a_block(self) -> None:
        comparison = Comparison("vgg_pca", {"reduced": ["raw_pca", "vgg_pca"]}, 0)
        table = table1(per_query(), comparison, "test")
        found = {name: row(table, name)["p_holm"] for name in ("raw", "raw_pca", "vgg")}
        assert found == {"raw": 1.0, "raw_pca": 2 / 8, "vgg": 1.0}
        # In a block of two, the smaller p-value is doubled and the larger is not.
        comparison = Comparison("vgg_pca", {"raw": ["raw", "raw_pca"]}, 0)
        table = table1(per_query(), comparison, "test")
        found = {name: row(table, name)["p_holm"] for name in ("raw", "raw_pca", "vgg")}
        assert found == {"raw": 4 / 8, "raw_pca": 4 / 8, "vgg": 1.0}

    def test_any_method_can_be_the_reference(self) -> None:
        table = table1(per_query(), Comparison("raw", {}, 0), "test")
        vgg_pca = row(table, "vgg_pca")
        assert vgg_pca["difference"] == pytest.approx(5 / 9)
        assert (vgg_pca["p_value"], vgg_pca["reference"]) == (4 / 8, "raw")
        assert row(table, "vgg_pca", "oracle")["difference"] == -0.5
        assert math.isnan(row(table, "raw")["p_value"])

    COMPARED = (
        *("difference", "difference_ci_low", "difference_ci_high"),
        *("p_value", "p_holm", "reference"),
    )

    def test_the_reference_itself_is_not_compared(self, table: pd.DataFrame) -> None:
        for protocol in ("loqo", "oracle"):
            assert row(table, "vgg_pca", protocol)[[*self.COMPARED]].isna().all()

    def test_without_the_reference_under_a_protocol_there_is_no_comparison(self) -> None:
        table = table1(
            per_query(("raw", "loqo"), ("vgg", "loqo"), ("vgg_pca", "oracle")), COMPARISON, "test"
        )
        assert table[[*self.COMPARED]].isna().all(axis=None)

    def test_queries_are_paired_by_name_whatever_the_order_of_rows(self) -> None:
        rows = per_query(("raw", "loqo"), ("vgg_pca", "loqo"))
        rows["f1"] = [0.25, 0.5, 0.875, 0.125, 0.375, 0.75]
        # An eighth better on each query; paired in the order of rows the p-value would be 1.
        for order in ([0, 1, 2, 3, 4, 5], [0, 1, 2, 4, 5, 3], [2, 0, 1, 5, 3, 4]):
            assert row(table1(rows.iloc[order], COMPARISON, "test"), "raw")["p_value"] == 2 / 8

    def test_the_threshold_is_the_median_over_queries(self, table: pd.DataFrame) -> None:
        assert row(table, "raw")["threshold"] == 0.5
        assert row(table, "vgg")["threshold"] == 0.5
        assert row(table, "vgg_pca")["threshold"] == 0.25

    def test_thresholds_of_different_parameters_have_no_median(self) -> None:
        rows = per_query(("raw", "loqo"))
        rows["params"] = ['{"metric":"cosine"}'] * 3
        assert table1(rows, COMPARISON, "test")["threshold"][0] == 0.5
        rows.loc[1, "params"] = '{"metric":"euclidean"}'
        assert math.isnan(table1(rows, COMPARISON, "test")["threshold"][0])

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
        assert table1(rows, COMPARISON, "test")["threshold"][0] == pytest.approx(shown, nan_ok=True)

    def test_a_threshold_of_minus_infinity_is_below_all_others(self) -> None:
        rows = per_query(("raw", "loqo"))
        rows["threshold"] = [-math.inf, 0.5, 0.75]
        assert table1(rows, COMPARISON, "test")["threshold"][0] == 0.5
        rows["threshold"] = [-math.inf, 0.5, -math.inf]
        assert table1(rows, COMPARISON, "test")["threshold"][0] == -math.inf

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
        table = table1(per_query(*names), COMPARISON, "test")
        measured = table[table["source"] == "measured"]
        assert list(zip(measured["method"], measured["protocol"], strict=True)) == names

    def test_rows_of_one_protocol_are_in_the_studys_order(self) -> None:
        names = [name for name in COUNTS if name[1] == "loqo"]
        table = table1(per_query(*names), COMPARISON, "test")
        assert table["method"].tolist() == published_table1()["method"].tolist()

    def test_what_was_not_run_has_the_published_figures_only(self, table: pd.DataFrame) -> None:
        visipics = table[table["method"] == "visipics"].squeeze()
        assert visipics["source"] == "published"
        assert visipics[["precision_published", "recall_published", "f1_published"]].tolist() == [
            1.0,
            0.892,
            0.922,
        ]
        about = ("dataset", "method", "source")
        others = [c for c in COLUMNS if c not in about and "published" not in c]
        assert visipics[others].isna().all()
        assert len(others) == 21

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
        table = table1(rows, COMPARISON, "test")
        mine = row(table, "mine")
        assert mine[["precision_published", "recall_published", "f1_published"]].isna().all()
        assert mine["p_value"] == 1.0
        assert table["method"].tolist() == ["mine", "vgg_pca", "raw", "raw_pca", "vgg", "visipics"]

    def test_one_query_has_no_interval(self) -> None:
        rows = per_query(("raw", "loqo"), ("vgg_pca", "loqo"))
        raw = row(table1(rows[rows["query"] == "q0"], COMPARISON, "test"), "raw")
        assert raw[["f1_ci_low", "f1_ci_high"]].isna().all()
        assert raw["f1"] == pytest.approx(1 / 3)
        assert raw["p_value"] == 1.0

    def test_only_p_values_of_many_queries_depend_on_the_seed(self) -> None:
        rng = np.random.default_rng(0)
        many = pd.concat([per_query(("raw", "loqo"), ("vgg_pca", "loqo"))] * 6, ignore_index=True)
        many["query"] = [f"q{i // 6}-{i % 3}" for i in range(36)]
        many["f1"] = rng.random(36)
        one, two = (table1(many, Comparison("vgg_pca", {}, seed), "test") for seed in (1, 2))
        drawn = ["p_value", "p_holm"]
        assert row(one, "raw")["p_value"] != row(two, "raw")["p_value"]
        pd.testing.assert_frame_equal(one.drop(columns=drawn), two.drop(columns=drawn))

    def test_in_the_file_counts_are_whole_numbers_and_what_is_missing_is_empty(
        self, table: pd.DataFrame
    ) -> None:
        rows = list(csv.DictReader(io.StringIO(csv_bytes(table).decode())))
        assert [r["n_queries"] for r in rows] == ["3"] * 6 + [""]
        empty = ["protocol", "precision", "f1", "f1_ci_low", "p_value", "n_queries", "n_empty"]
        assert [rows[-1][name] for name in empty] == [""] * 7
        assert rows[0]["f1"] == "0.444444"
        assert rows[0]["f1_published"] == "0.052000"


ABOUT = ("dataset", "method", "protocol", "source")
FIGURES = [c for c in COLUMNS if c not in ABOUT and "_pub" not in c]


class TestSources:
    def test_say_what_each_row_rests_on_in_the_order_of_the_run(self) -> None:
        sources = {
            ("loqo", "vgg_pca"): "measured",
            ("loqo", "absent"): "missing",
            ("loqo", "tool"): "imported",
            ("fixed", "absent"): "failed",
            ("fixed", "tool"): "imported",
        }
        table = table1(with_tool(), COMPARISON, "test", sources)
        rows = table[["protocol", "method", "source"]].iloc[:5]
        assert [tuple(r) for r in rows.to_numpy()] == [(*key, s) for key, s in sources.items()]

    @pytest.mark.parametrize("source", ["missing", "failed"])
    def test_of_an_absence_leave_its_row_without_figures(self, source: str) -> None:
        sources = {("loqo", "vgg_pca"): "measured", ("loqo", "tool"): source}
        rows = per_query(("vgg_pca", "loqo"))
        table = table1(rows, COMPARISON, "test", sources)
        assert row(table, "tool")["source"] == source
        assert row(table, "tool")[FIGURES].isna().all()
        assert len(FIGURES) == 20
        alone = table1(rows, COMPARISON, "test")
        pd.testing.assert_series_equal(row(table, "vgg_pca"), row(alone, "vgg_pca"))

    def test_of_an_absence_of_the_studys_own_leave_the_published_figures_beside_it(self) -> None:
        sources = {("loqo", "vgg_pca"): "measured", ("loqo", "visipics"): "failed"}
        table = table1(per_query(("vgg_pca", "loqo")), COMPARISON, "test", sources)
        visipics = table[table["method"] == "visipics"].squeeze()
        assert (visipics["protocol"], visipics["source"]) == ("loqo", "failed")
        assert visipics["f1_published"] == 0.922
        assert table["method"].tolist() == ["vgg_pca", "visipics", "raw", "raw_pca", "vgg"]

    def test_of_the_study_alone_are_one_row_whatever_the_protocols(self) -> None:
        sources = {
            ("loqo", "vgg_pca"): "measured",
            **{(protocol, "visipics"): "published" for protocol in ("loqo", "fixed")},
        }
        table = table1(per_query(("vgg_pca", "loqo")), COMPARISON, "test", sources)
        visipics = table[table["method"] == "visipics"]
        assert visipics["source"].tolist() == ["published"]
        assert visipics["protocol"].isna().all()

    def test_imported_figures_are_figures_like_any_other(self) -> None:
        rows = per_query(("vgg_pca", "loqo"), ("raw", "loqo")).replace("raw", "visipics")
        sources = {("loqo", "vgg_pca"): "measured", ("loqo", "visipics"): "imported"}
        visipics = row(table1(rows, COMPARISON, "test", sources), "visipics")
        assert visipics["source"] == "imported"
        assert visipics["f1"] == pytest.approx(4 / 9)
        assert visipics["p_value"] == 4 / 8
        assert visipics["f1_published"] == 0.922

    def test_of_nothing_but_absences_make_a_table_all_the_same(self) -> None:
        table = table1(per_query_table([]), COMPARISON, "test", {("loqo", "tool"): "missing"})
        assert table["source"].tolist() == ["missing", *["published"] * 5]


class TestWhereTheReferenceWasNotRunUnderTheSameProtocol:
    ELSEWHERE = Comparison("vgg_pca", {}, 0, elsewhere="loqo")

    def test_a_row_is_compared_with_its_figure_under_another(self) -> None:
        table = table1(with_tool(), self.ELSEWHERE, "test")
        compared = list(TestTable1.COMPARED)
        assert (
            row(table, "tool", "fixed")[compared].tolist() == row(table, "tool")[compared].tolist()
        )
        assert row(table, "tool", "fixed")["p_value"] == 4 / 8
        assert math.isnan(row(table1(with_tool(), COMPARISON, "test"), "tool", "fixed")["p_value"])

    def test_a_figure_under_the_same_protocol_goes_before(self) -> None:
        rows = pd.concat([with_tool(), per_query(("vgg_pca", "oracle")).replace("oracle", "fixed")])
        # F1 1/3, 0, 1 against 1/2, 1/2, 1/2: differences -1/6, -1/2, 1/2.
        tool = row(table1(rows, self.ELSEWHERE, "test"), "tool", "fixed")
        assert tool["p_value"] == 1.0
        assert tool["difference"] == pytest.approx(-1 / 18)

    def test_what_can_be_found_is_told_all_the_same(self) -> None:
        table = comparisons_table(with_tool(), self.ELSEWHERE)
        assert table["protocol"].tolist() == ["loqo", "fixed"]
        assert table.iloc[0, 1:].tolist() == table.iloc[1, 1:].tolist()
        assert comparisons_table(with_tool(), COMPARISON)["protocol"].tolist() == ["loqo"]

    def test_there_is_no_threshold_where_a_method_has_none(self) -> None:
        table = table1(with_tool(), COMPARISON, "test")
        rows = list(csv.DictReader(io.StringIO(csv_bytes(table).decode())))
        fixed = next(r for r in rows if r["protocol"] == "fixed")
        assert fixed["threshold"] == ""
        assert fixed["f1"] == "0.444444"


class TestComparisonsTable:
    def test_one_row_a_protocol_and_block(self) -> None:
        table = comparisons_table(per_query(), COMPARISON)
        # Standard deviations of differences: raw 0.51, vgg the root of 3/81, raw_pca 0.
        detectable = detectable_difference(math.sqrt(3 / 81), 3, 3)
        assert table.to_dict("records") == [
            {
                **{"protocol": "loqo", "block": "others", "reference": "vgg_pca"},
                **{"n_comparisons": 3, "n_queries": 3, "smallest_p_holm": 6 / 8},
                "detectable": pytest.approx(detectable),
            },
            {
                **{"protocol": "oracle", "block": "others", "reference": "vgg_pca"},
                **{"n_comparisons": 1, "n_queries": 3, "smallest_p_holm": 2 / 8},
                "detectable": 0.0,
            },
        ]

    def test_blocks_are_apart(self) -> None:
        comparison = Comparison("vgg_pca", {"raw": ["raw", "raw_pca"], "none": ["absent"]}, 0)
        table = comparisons_table(per_query(), comparison)
        assert [
            tuple(r)
            for r in table[["protocol", "block", "n_comparisons", "smallest_p_holm"]].to_numpy()
        ] == [("loqo", "raw", 2, 4 / 8), ("loqo", "others", 1, 2 / 8), ("oracle", "raw", 1, 2 / 8)]
        # The median of two is between them.
        spread = math.sqrt(21 / 81) / 2
        assert table["detectable"][0] == pytest.approx(detectable_difference(spread, 3, 2))

    def test_an_adjusted_p_value_is_at_most_1(self) -> None:
        rows = per_query()
        rows = rows[rows["query"] != "q2"]
        assert comparisons_table(rows, COMPARISON)["smallest_p_holm"].tolist() == [1.0, 0.5]

    @pytest.mark.parametrize(
        "rows",
        [
            per_query(("raw", "loqo"), ("vgg_pca", "oracle")),
            per_query(("vgg_pca", "loqo")),
            per_query().query("query == 'q0'"),
            per_query().iloc[:0],
        ],
        ids=["no reference", "nothing else", "one query", "nothing"],
    )
    def test_where_nothing_can_be_compared_there_is_no_row(self, rows: pd.DataFrame) -> None:
        table = comparisons_table(rows, COMPARISON)
        assert list(table.columns) == [
            *("protocol", "block", "reference", "n_comparisons", "n_queries"),
            *("smallest_p_holm", "detectable"),
        ]
        assert table.empty


class TestPerQueryTable:
    def test_it_has_one_row_a_result_with_counts_scores_and_decision(self) -> None:
        chosen = Decision({"n_components": 0.9, "linkage": "single"}, 0.25, frozenset({1, 0}))
        results = [
            QueryResult(
                *("vgg", "loqo", "세월호", PairScores.from_counts(1, 1, 2, 6), chosen),
                ("세월호", "q"),
            ),
            QueryResult(
                "raw", "fixed", "q", PairScores.from_counts(0, 0, 0, 3), Decision({}, -math.inf)
            ),
        ]
        table = per_query_table(results)
        of_scenes = [*LENIENT, *FALSE_POSITIVES]
        assert table[of_scenes].isna().all(axis=None)
        assert table.drop(columns=of_scenes).to_dict("records") == [
            {
                **{"method": "vgg", "protocol": "loqo", "query": "세월호"},
                **{"tp": 1, "fp": 1, "fn": 2, "tn": 6},
                **{"precision": 1 / 2, "recall": 1 / 3, "f1": 2 / 5, "threshold": 0.25},
                "params": '{"linkage":"single","n_components":0.9}',
                "hidden": '["세월호","q"]',
            },
            {
                **{"method": "raw", "protocol": "fixed", "query": "q"},
                **{"tp": 0, "fp": 0, "fn": 0, "tn": 3},
                **{"precision": 1.0, "recall": 1.0, "f1": 1.0, "threshold": -math.inf},
                **{"params": "{}", "hidden": "[]"},
            },
        ]

    def test_its_csv_is_utf8_with_whole_counts_and_six_decimals(self) -> None:
        scores = PairScores.from_counts(1, 2, 0, 3)
        result = QueryResult("raw", "loqo", "사진", scores, Decision({}, 1 / 3))
        assert csv_bytes(per_query_table([result])).decode().splitlines() == [
            "method,protocol,query,tp,fp,fn,tn,precision,recall,f1,precision_lenient,"
            "recall_lenient,f1_lenient,fp_same_scene,fp_other,threshold,params,hidden",
            "raw,loqo,사진,1,2,0,3,0.333333,1.000000,0.500000,,,,,,0.333333,{},[]",
        ]

    def test_lenient_scores_leave_out_the_false_positives_of_one_scene(self) -> None:
        strict, lenient = (PairScores.from_counts(*x) for x in ((2, 3, 2, 3), (2, 1, 2, 1)))
        result = QueryResult("raw", "loqo", "q", strict, Decision({}, 0.5), lenient=lenient)
        table = per_query_table([result])
        assert table.loc[0, [*LENIENT, *FALSE_POSITIVES]].tolist() == [2 / 3, 1 / 2, 4 / 7, 2, 1]
        assert ",2,3,2,3,0.400000,0.500000,0.444444,0.666667,0.500000,0.571429,2,1," in (
            csv_bytes(table).decode()
        )

    def test_other_metrics_have_a_column_each_after_the_scores_of_pairs(self) -> None:
        scores = PairScores.from_counts(1, 2, 0, 3)
        result = QueryResult("raw", "loqo", "q", scores, Decision({}, 0.5), (), {"other": 0.25})
        table = per_query_table([result])
        assert list(table.columns)[13:17] == [*FALSE_POSITIVES, "other", "threshold"]
        assert table["other"].tolist() == [0.25]


def test_the_means_of_other_metrics_leave_out_queries_that_have_none() -> None:
    scores = PairScores.from_counts(1, 0, 0, 0)
    described: list[dict[str, float]] = [{"a": 1.0, "b": 0.5}, {"a": 0.0}, {"a": 0.25}]
    methods = ("raw", "raw", "tool")
    results = [
        QueryResult(method, "loqo", f"q{i}", scores, Decision({}, 0.5), (), described[i])
        for i, method in enumerate(methods)
    ]
    table = metrics_table(results, {("loqo", "raw"): {"b_pooled": 0.75}})
    assert list(table.columns) == ["method", "protocol", "a", "b", "b_pooled"]
    assert csv_bytes(table).decode().splitlines()[1:] == [
        "raw,loqo,0.500000,0.500000,0.750000",
        "tool,loqo,0.250000,,",
    ]


def test_unless_asked_for_nothing_of_the_study_stands_in_a_table() -> None:
    sources = {("loqo", "raw"): "measured", ("loqo", "visipics"): "published"}
    table = tables.table1(per_query(), COMPARISON, "mine", sources)
    assert list(table.columns) == COLUMNS
    assert table[["method", "source"]].to_numpy().tolist() == [
        ["raw", "measured"],
        ["visipics", "missing"],
    ]
    published = ["precision_published", "recall_published", "f1_published"]
    assert table[published].isna().all(axis=None)


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
