"""Tables of a sweep: every setting under every protocol, the best ones, all curves."""

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from labelled import Labelled, labelled_query
from settings_swept import swept

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.metrics import PairCurve
from dupeval.protocol import Protocol
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.oracle import Oracle
from dupeval.protocol.shared import Shared
from dupeval.sweep.outcome import Best, OutcomeCurves
from dupeval.sweep.rendering import best_markdown, parquet_bytes, short_csv_bytes
from dupeval.sweep.tables import (
    best_table,
    curves_table,
    figures_by_protocol,
    read_curve,
    sweep_table,
)

IMAGES = tuple(Labelled(f"{i}.png", Path(f"{i}.png"), "p", "", f"{i}") for i in range(3))
DATASET = Dataset(
    "the test", (labelled_query("first", "1st", IMAGES), labelled_query("second", "2nd", IMAGES))
)
PROTOCOLS: dict[str, Protocol] = {"loqo": LeaveOneQueryOut(), "oracle": Oracle()}


# What the queries choose for each other: a threshold, and the F1 that it has on the other.
GOOD = swept(
    "raw_pca",
    {"size": 8, "fit": "others", "whiten": True, "n_components": 3},
    [(1, 4), (2, 8)],
    [Best(5, 1.0), Best(2.5, 1.0)],
)
POOR = swept(
    "raw_pca",
    {"size": 8, "fit": "others", "whiten": True, "n_components": 0.5},
    [(1, 2), (3, 4)],
    [Best(3.5, 1.0), Best(1.5, 1.0)],
)
RAW = swept("raw", {"size": 16}, [(2, 3), (2, 6)], [Best(4, 1.0), Best(2.5, 0.9)])
ALL = [RAW, GOOD, POOR]


def table(*query_sets: str) -> pd.DataFrame:
    return sweep_table(ALL, figures_by_protocol(ALL, PROTOCOLS, {}), DATASET, query_sets or ["all"])


class TestSweepTable:
    def test_one_row_a_setting_protocol_and_query_set(self) -> None:
        rows = table("all", "each")
        keys = rows[["setting", "protocol", "query_set"]]
        assert len(rows) == len(keys.drop_duplicates()) == 3 * 2 * 3
        assert rows["query_set"].tolist()[:3] == ["all", "first", "second"]

    def test_figures_of_all_queries_are_means_and_the_median_of_thresholds(self) -> None:
        rows = table().set_index(["method", "protocol", "n_components"])
        good = rows.loc[("raw_pca", "loqo", 3)]
        # At 5 the first query has merged too much, at 2.5 the second is perfect.
        assert good[["precision", "recall", "f1"]].tolist() == [0.5, 0.5, 0.5]
        assert good["threshold"] == 3.75

    def test_figures_of_one_query_are_its_own(self) -> None:
        rows = table("each").query("protocol == 'oracle' and method == 'raw'")
        assert rows["query_set"].tolist() == ["first", "second"]
        assert rows["f1"].tolist() == [1.0, 1.0]
        assert rows["threshold"].tolist() == [2.5, 2.5]

    def test_columns_have_one_type_each_whatever_was_swept(self) -> None:
        types = {name: str(kind) for name, kind in table().dtypes.items()}
        assert types == {
            **dict.fromkeys(("setting", "method", "protocol", "query_set"), "string"),
            "size": "Int64",
            **{"fit": "string", "whiten": "boolean", "linkage": "string", "metric": "string"},
            **{"n_components": "Int64", "variance_share": "Float64"},
            **dict.fromkeys(("precision", "recall", "f1", "threshold"), "float64"),
        }
        assert list(table().columns) == list(types)

    def test_a_share_of_the_variance_is_no_number_of_components(self) -> None:
        both = table().query("method == 'raw_pca' and protocol == 'loqo'")
        assert both["n_components"].tolist() == [3, pd.NA]
        assert both["variance_share"].tolist() == [pd.NA, 0.5]

    def test_settings_are_named_by_the_hash_of_their_canonical_json(self) -> None:
        same = swept("raw", {"size": 16}, [(5, 6), (7, 8)])
        assert same.planned.name == RAW.planned.name
        other = swept("raw_too", {"size": 16}, [(5, 6), (7, 8)])
        names = {one.planned.name for one in (*ALL, other)}
        assert len(names) == 4
        assert all(len(name) == 12 and int(name, 16) >= 0 for name in names)


def test_a_query_without_a_pair_of_labelled_images_is_in_no_figure() -> None:
    held_out = [Best(5, 1.0), Best(2.5, 1.0), Best(3, 1.0)]
    one = swept("raw", {"size": 16}, [(1, 4), (2, 8)], held_out)
    nothing = np.zeros(2, np.int64)
    curve = PairCurve(np.array([-math.inf, 1.0]), nothing, nothing, nothing, nothing)
    one = replace(one, outcome=replace(one.outcome, curves=(*one.outcome.curves, curve)))
    unlabelled = labelled_query("third", "3rd", [image._replace(photograph="") for image in IMAGES])
    dataset = replace(DATASET, queries=(*DATASET.queries, unlabelled))
    figures = figures_by_protocol([one], PROTOCOLS, {})
    rows = sweep_table([one], figures, dataset, ["all", "each"]).set_index(
        ["protocol", "query_set"]
    )
    assert rows.loc["loqo", "f1"].to_dict() == {"all": 0.5, "first": 0.0, "second": 1.0}
    assert rows.loc["loqo", "threshold"]["all"] == 3.75
    loqo, oracle = best_table([one], figures).to_dict("records")
    assert (loqo["f1_loqo"], loqo["f1_loqo_all"], oracle["f1_oracle"]) == (0.5, 0.5, 1.0)


class TestProtocols:
    def test_a_given_threshold_holds_for_every_setting(self) -> None:
        one = swept("raw", {"size": 8}, [(1, 2), (3, 4)], threshold=1.5)
        figures = figures_by_protocol([one], {"fixed": Fixed()}, {})["fixed"]
        np.testing.assert_allclose(figures[0, :, 2], [1, 0])
        assert figures[0, :, 3].tolist() == [1.5, 1.5]

    def test_a_shared_threshold_is_the_oracles_of_the_reference(self) -> None:
        reference = OutcomeCurves(GOOD.planned.family.method, GOOD.outcome)
        figures = figures_by_protocol([RAW, GOOD], {"s": Shared("ref")}, {"ref": reference})["s"]
        # Both queries of the reference are perfect in [2, 4).
        assert figures[:, :, 3].tolist() == [[3, 3], [3, 3]]
        assert figures[:, :, 2].tolist() == [[0, 1], [1, 1]]


class TestBestTable:
    best = best_table(ALL, figures_by_protocol(ALL, PROTOCOLS, {}))

    def test_one_row_a_choosing_protocol_and_method(self) -> None:
        assert self.best["chosen_by"].tolist() == ["loqo", "loqo", "oracle", "oracle"]
        assert self.best["method"].tolist() == ["raw", "raw_pca"] * 2
        assert self.best["n_settings"].tolist() == [1, 2] * 2

    def test_the_best_by_each_protocol(self) -> None:
        chosen = self.best.set_index(["chosen_by", "method"])
        assert chosen.loc[("loqo", "raw_pca"), "setting"] == GOOD.planned.name
        assert chosen.loc[("loqo", "raw_pca"), "f1_loqo"] == 0.5
        assert chosen.loc[("oracle", "raw_pca"), "f1_oracle"] == 1.0

    def test_says_which_parameters_differ_between_settings(self) -> None:
        assert self.best["parameters"].tolist() == ["", "n_components=3"] * 2

    def test_of_equals_the_first(self) -> None:
        twins = [
            swept("raw", {"size": size}, [(1, 4), (2, 8)], [Best(3, 1.0)] * 2) for size in (4, 2)
        ]
        best = best_table(twins, figures_by_protocol(twins, PROTOCOLS, {}))
        assert best["parameters"].tolist() == ["size=4", "size=4"]

    def test_held_out_the_setting_is_the_one_that_is_best_on_the_others(self) -> None:
        # For the first query the others say the second setting, for the second the first one.
        one = swept("raw", {"size": 1}, [(1, 2), (1, 2)], [Best(5, 0.2), Best(1.5, 0.9)])
        two = swept("raw", {"size": 2}, [(3, 4), (3, 4)], [Best(3.5, 0.8), Best(7, 0.3)])
        best = best_table([one, two], figures_by_protocol([one, two], PROTOCOLS, {}))
        loqo = best.set_index("chosen_by").loc["loqo"]
        assert loqo["f1_loqo_all"] == 1.0
        assert loqo["f1_loqo"] == 0.5

    def test_without_loqo_and_oracle_nothing_is_best(self) -> None:
        best = best_table(ALL, {"fixed": np.zeros((3, 2, 4))})
        assert best.empty
        assert "no setting is called the best" in best_markdown(best, DATASET)


class TestMarkdown:
    def test_has_a_part_for_each_protocol_that_chooses(self) -> None:
        text = best_markdown(TestBestTable.best, DATASET)
        assert text.startswith(
            "Mean F1 on the test: 2 queries, 6 images, 6 true pairs.\n\n### Best"
        )
        assert text.count("\n### ") == 2
        loqo, oracle = text.split("\n### ")[1:]
        assert "| raw_pca  |          2 | n_components=3" in loqo
        assert "setting held out too" in loqo
        assert "never a result" in oracle
        assert "held out too" not in oracle


class TestCurves:
    def test_every_cut_of_every_setting_and_query(self) -> None:
        curves = curves_table(ALL, DATASET)
        assert len(curves) == 3 * 2 * 3
        own = curves[(curves["setting"] == GOOD.planned.name) & (curves["query"] == "second")]
        assert own["threshold"].tolist() == [-math.inf, 2, 8]

    def test_read_back_they_are_the_curves(self) -> None:
        stored = pd.read_parquet(io.BytesIO(parquet_bytes(curves_table(ALL, DATASET))))
        for one in ALL:
            for query, curve in zip(("first", "second"), one.outcome.curves, strict=True):
                read = read_curve(stored, one.planned.name, query)
                np.testing.assert_array_equal(read.thresholds, curve.thresholds)
                np.testing.assert_array_equal(read.f1, curve.f1)

    def test_a_curve_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(SettingsError, match="no curve of setting 'x' for query 'first'"):
            read_curve(curves_table(ALL, DATASET), "x", "first")


class TestFiles:
    def test_parquet_and_csv_hold_the_same_table(self) -> None:
        rows = table("all", "each")
        from_parquet = pd.read_parquet(io.BytesIO(parquet_bytes(rows)))
        pd.testing.assert_frame_equal(from_parquet, rows)
        types = {name: kind for name, kind in rows.dtypes.items() if str(kind) != "float64"}
        from_csv = pd.read_csv(io.BytesIO(short_csv_bytes(rows)), dtype=types)
        pd.testing.assert_frame_equal(from_csv, rows, atol=1e-5, rtol=1e-5)

    def test_parquet_is_the_same_bytes_every_time(self) -> None:
        assert parquet_bytes(table()) == parquet_bytes(table())
