"""Tables from raw results: per query, and Table 1 beside the study's published figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from importlib.resources import files

import numpy as np
import pandas as pd

from dupeval.evaluation import Group, QueryResult, Spread
from dupeval.files import canonical_json
from dupeval.metrics import PairScores
from dupeval.statistics import bootstrap_interval, sign_flip_p_value
from dupeval.timing import Timing

SCORES = ["precision", "recall", "f1"]
TABLE1_COLUMNS = [
    *("method", "protocol", *SCORES, "f1_ci_low", "f1_ci_high"),
    *("precision_micro", "recall_micro", "f1_micro", "p_value", "n_queries", "threshold"),
    *("source", "precision_published", "recall_published", "f1_published"),
]
PER_QUERY_COLUMNS = [
    *("method", "protocol", "query", "tp", "fp", "fn", "tn", *SCORES, "threshold", "setting"),
]
REFERENCE = "vgg_pca"


def per_query_table(results: Iterable[QueryResult]) -> pd.DataFrame:
    """Return one row a method, protocol and query.

    ``threshold`` and ``setting`` (canonical JSON of the other tuned parameters) are what the
    protocol chose for that query.
    """
    rows = [
        {
            "method": r.method,
            "protocol": r.protocol,
            "query": r.query,
            **{name: getattr(r.scores, name) for name in ("tp", "fp", "fn", "tn", *SCORES)},
            "threshold": r.choice.threshold,
            "setting": canonical_json(dict(r.choice.setting)),
        }
        for r in results
    ]
    return pd.DataFrame(rows, columns=PER_QUERY_COLUMNS)


def published_table1() -> pd.DataFrame:
    """Return the study's Table 1: method, precision, recall, f1, in its order."""
    with (files("dupeval") / "published_table1.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def table1(
    per_query: pd.DataFrame,
    seed: int,
    sources: Mapping[tuple[str, str], str] | None = None,
) -> pd.DataFrame:
    """Return one row a method and protocol, and the study's rows for which nothing was run.

    precision, recall and f1 are means over queries; ``*_micro`` come from the counts of all
    queries pooled; ``f1_ci_*`` is the 95 % bootstrap interval over queries; ``p_value`` is the
    exact paired sign-flip test of F1 against vgg_pca under the same protocol, or where that was
    not run, under ``loqo``; empty where neither was; ``threshold`` is the median over queries
    (of a tool that has one parameter in a threshold's place, a number, the median of that), empty
    where a method has none.

    Parameters
    ----------
    per_query : DataFrame
        As `per_query_table` makes it.
    seed : int
        Of the bootstrap.
    sources : mapping of (protocol, method) to str, optional
        The table's rows, in its order, and what each rests on: ``measured``, ``imported``,
        ``missing``, ``failed`` or ``published``. By default all of `per_query`, measured.
    """
    published = published_table1().set_index("method")
    groups = {
        (str(protocol), str(method)): group
        for (protocol, method), group in per_query.groupby(["protocol", "method"], sort=False)
    }
    if sources is None:
        sources = dict.fromkeys(groups, "measured")
    rows: list[dict[str, object]] = []
    for (protocol, method), source in sources.items():
        row: dict[str, object] = {"method": method, "protocol": protocol, "source": source}
        if (protocol, method) in groups:
            reference = _reference(groups, protocol, method)
            row |= _figures(groups[protocol, method], reference, seed)
        if source != "published":
            rows.append(row)
    have = {row["method"] for row in rows}
    rows += [{"method": m, "source": "published"} for m in published.index if m not in have]
    table = pd.DataFrame(rows).reindex(columns=TABLE1_COLUMNS)
    table["n_queries"] = table["n_queries"].astype("Int64")
    for score in SCORES:
        table[f"{score}_published"] = table["method"].map(published[score])
    return table


def plain_table(
    kind: type[Group | Spread | Timing], rows: Iterable[Group | Spread | Timing]
) -> pd.DataFrame:
    """Return one row a record, one column an attribute of its kind."""
    columns = [field.name for field in fields(kind)]
    return pd.DataFrame([[getattr(row, name) for name in columns] for row in rows], columns=columns)


def _reference(
    groups: Mapping[tuple[str, str], pd.DataFrame], protocol: str, method: str
) -> pd.DataFrame | None:
    """Return what a row's F1 is compared with, if there is such a thing."""
    if method == REFERENCE:
        return None
    return groups.get((protocol, REFERENCE), groups.get(("loqo", REFERENCE)))


def _figures(group: pd.DataFrame, reference: pd.DataFrame | None, seed: int) -> dict[str, object]:
    f1 = group["f1"].to_numpy()
    low, high = bootstrap_interval(f1, seed)
    counts = {name: int(group[name].sum()) for name in ("tp", "fp", "fn", "tn")}
    pooled = PairScores.from_counts(**counts)
    p_value = None
    if reference is not None:
        paired = reference.set_index("query")["f1"].loc[group["query"]]
        p_value = sign_flip_p_value(f1, paired, seed)
    return {
        **{score: group[score].mean() for score in SCORES},
        "f1_ci_low": low,
        "f1_ci_high": high,
        **{f"{score}_micro": getattr(pooled, score) for score in SCORES},
        "p_value": p_value,
        "n_queries": len(group),
        "threshold": _threshold(group),
    }


def _threshold(group: pd.DataFrame) -> float:
    """Return the median threshold, or that of the parameter that a tool has in its place."""
    if group["threshold"].notna().any():
        return float(group["threshold"].median())
    values = [value for text in group["setting"] for value in json.loads(text).values()]
    numbers = [x for x in values if isinstance(x, int | float) and not isinstance(x, bool)]
    return float(np.median(numbers)) if len(numbers) == len(values) == len(group) else np.nan
