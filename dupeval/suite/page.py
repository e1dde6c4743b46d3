"""What a suite's run says, in short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dupeval.statistics import ALPHA
from dupeval.suite import ALL, block_scores
from dupeval.suite.tables import scope_means
from dupeval.text import visible

READING = (
    "F1: mean over photograph sets, a query's photographs, each first averaged over the draws of "
    "its level, with Student's 95 % interval over them. Rank: mean over datasets, every level "
    "weighing the same; points: Borda's count, summed over datasets; both describe these datasets."
)


def suite_markdown(tables: Mapping[str, pd.DataFrame], protocol: str) -> str:
    """Return the short page of a suite: F1 by scope, ranks over datasets, tests of ranks.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the names of their files.
    protocol : str
        The one that ranks are of.
    """
    n = tables["suite.csv"]["dataset"].nunique()
    parts = [
        f"## Suite: {n} datasets under {protocol}",
        scores_markdown(tables, protocol),
        READING,
        *sentences_of_tests(tables["rank_tests.csv"]),
    ]
    return "\n\n".join(parts) + "\n"


def scores_markdown(tables: Mapping[str, pd.DataFrame], protocol: str) -> str:
    """Return a table with a row a method and a column a scope, ranks beside; the best first."""
    means = scope_means(block_scores(tables["per_query.csv"], protocol))
    scopes = list(dict.fromkeys(means["scope"]))
    cells = {
        (scope, method): score(*figures)
        for scope, method, *figures in means[["scope", "method", "f1", "low", "high"]].to_numpy()
    }
    ranks = tables["ranks.csv"]
    over_all = ranks[ranks["dataset"] == ALL].set_index("method")
    rows = []
    for method in over_all.sort_values("rank", kind="stable").index:
        row = {"method": visible(str(method))}
        for scope in scopes:
            row[visible(scope)] = cells.get((scope, method), "")
        for name in ("rank", "points"):
            value = over_all.loc[method, name]
            row[name] = "" if pd.isna(value) else f"{value:.1f}"
        rows.append(row)
    table = pd.DataFrame(rows)
    return table.to_markdown(index=False, disable_numparse=True)


def score(f1: float, low: float, high: float) -> str:
    """Return a mean with its interval, which there is none of where all scores are equal."""
    return f"{f1:.3f}" if pd.isna(low) else f"{f1:.3f} [{low:.3f}, {high:.3f}]"


def sentences_of_tests(tests: pd.DataFrame) -> list[str]:
    """Say of each scope what differs in rank, and what cannot be told apart."""
    return [_sentence(str(scope), own) for scope, own in tests.groupby("scope", sort=False)]


def _sentence(scope: str, rows: pd.DataFrame) -> str:
    first = rows.iloc[0]
    said = (
        f"Ranks on {visible(scope)}, {first['n_blocks']} blocks and {first['n_methods']} methods: "
        f"Friedman p {p_value(first['p_value'])}; two methods differ from "
        f"{first['critical_difference']:.1f} mean ranks on (Nemenyi)"
    )
    clear = rows[rows["p_nemenyi"] < ALPHA] if first["p_value"] < ALPHA else rows.iloc[:0]
    if clear.empty:
        return f"{said}. No two are told apart."
    better = clear.groupby("a", sort=False)["b"].agg(list)
    pairs = [f"{visible(str(a))} before {listed(b)}" for a, b in better.items()]
    return f"{said}: {'; '.join(pairs)}."


def p_value(value: float) -> str:
    """Return a p-value to three decimals, of a smaller one that it is."""
    return f"{value:.3f}" if value >= 0.001 else "below .001"


def signed(value: float) -> str:
    """Return a difference with its sign, to three decimals; what is rounded to 0 has a plus."""
    return f"{round(value, 3) + 0.0:+.3f}"


def listed(names: Sequence[object]) -> str:
    """Return names with commas and an "and"."""
    texts = [visible(str(name)) for name in names]
    return " and ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))
