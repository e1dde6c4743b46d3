"""The tables of a suite."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd

from dupeval.statistics import mean_interval
from dupeval.suite import Place, with_place
from dupeval.tables import LENIENT, SCORES

PER_QUERY_COLUMNS = ["method", "protocol", "query", "tp", "fp", "fn", "tn", *SCORES, "threshold"]
SUITE_COLUMNS = [
    *("method", "tool", "protocol", *SCORES, "f1_ci_low", "f1_ci_high", *LENIENT),
    *("n_queries", "source"),
]


def placed_table(table: pd.DataFrame, place: Place, columns: Sequence[str]) -> pd.DataFrame:
    """Return some columns of a table of one dataset, its place before them.

    Rows of the study alone, which say nothing of the dataset, are left out.
    """
    rows = table.dropna(subset="protocol")
    return with_place(rows.reindex(columns=list(columns)), place)


def scope_means(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the mean F1 of each scope and method over photograph sets, with its interval.

    Parameters
    ----------
    blocks : DataFrame
        As `dupeval.suite.block_scores` makes it.

    Returns
    -------
    DataFrame
        ``scope``, ``method``, ``f1``, ``low``, ``high``, ``n_blocks``; where a method has scores
        on all draws.
    """
    rows = [
        (scope, method, f1.mean(), *mean_interval(f1), len(f1))
        for scope, own in blocks.groupby(level="scope", sort=False)
        for method, f1 in own.items()
        if f1.notna().all()
    ]
    return pd.DataFrame(rows, columns=["scope", "method", "f1", "low", "high", "n_blocks"])


# What is text, even where it looks like a number; the other columns are numbers.
TEXTS = {
    *("dataset", "photographs", "level", "draw", "method", "protocol", "query", "source", "scope"),
    *("a", "b", "chosen_on", "scored_on", "family", "kind"),
}


def read_table(content: bytes) -> pd.DataFrame:
    """Return a table of a suite as its file has it."""
    table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    numbers = [name for name in table.columns if name not in TEXTS]
    return table.assign(**{name: pd.to_numeric(table[name]) for name in numbers})
