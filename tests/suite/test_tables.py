"""A suite's tables, written and read."""

import pandas as pd
import pytest
from suite_rows import draw, rows

from dupeval.rendering import csv_bytes
from dupeval.statistics import mean_interval
from dupeval.suite import Place, block_scores
from dupeval.suite.tables import placed_table, read_table, scope_means


def test_what_looks_like_a_number_or_nothing_stays_text() -> None:
    table = pd.DataFrame(
        {"dataset": ["007", "NA"], "level": ["", "1"], "method": ["nan", "null"], "f1": [0.5, None]}
    )
    read = read_table(csv_bytes(table))
    assert read[["dataset", "level", "method"]].to_numpy().tolist() == [
        ["007", "", "nan"],
        ["NA", "1", "null"],
    ]
    assert read["f1"].isna().tolist() == [False, True]


def test_rows_of_the_study_alone_say_nothing_of_a_dataset() -> None:
    table = pd.DataFrame({"dataset": "x", "method": ["raw", "visipics"], "protocol": ["p", None]})
    placed = placed_table(table, draw(1), ["method", "protocol", "f1"])
    assert placed["method"].tolist() == ["raw"]
    assert list(placed) == ["dataset", "photographs", "level", "draw", "method", "protocol", "f1"]


def test_a_scopes_mean_and_interval_are_over_photograph_sets() -> None:
    f1 = [0.2, 0.4, 0.9]
    table = pd.concat(
        [
            rows(draw(0), {"a": f1, "b": [1.0, 1.0, 1.0]}),
            rows(draw(1), {"a": f1}),
            rows(Place("mine", "mine"), {"a": [0.5, 0.5]}),
        ]
    )
    means = scope_means(block_scores(table, "nested")).set_index(["scope", "method"])
    assert list(means.index) == [("own-news", "a"), ("mine", "a")]
    own = means.loc["own-news", "a"]
    assert (own["f1"], own["n_blocks"]) == (pytest.approx(0.5), 3)
    assert (own["low"], own["high"]) == mean_interval(f1)
