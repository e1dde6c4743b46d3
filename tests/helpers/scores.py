"""Scores of three queries, known by hand: what tables and pages are made of in tests."""

import math

import pandas as pd

from dupeval.metrics import PairScores
from dupeval.protocol import Decision
from dupeval.scored import QueryResult
from dupeval.statistics import Comparison
from dupeval.tables import per_query_table

COMPARISON = Comparison("vgg_pca", {}, 7)

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
    """Return the rows of methods and protocols, by default of all."""
    return per_query_table(
        [
            QueryResult(
                *(method, protocol, f"q{i}", PairScores.from_counts(*counts)),
                Decision({}, threshold, frozenset({i})),
                (f"q{i}",),
            )
            for method, protocol in names or COUNTS
            for i, (*counts, threshold) in enumerate(COUNTS[method, protocol])
        ]
    )


def with_tool() -> pd.DataFrame:
    """Give vgg_pca under loqo, and a tool under loqo and fixed: F1 1/3, 0, 1."""
    rows = per_query(("vgg_pca", "loqo"), ("raw", "loqo")).replace("raw", "tool")
    fixed = rows[rows["method"] == "tool"].assign(protocol="fixed", threshold=math.nan)
    return pd.concat([rows, fixed], ignore_index=True)
