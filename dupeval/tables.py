"""Tables from raw results: per query, and Table 1 beside the study's published figures."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from importlib.resources import files

import numpy as np
import pandas as pd

from dupeval.evaluation import Spread
from dupeval.files import canonical_json
from dupeval.metrics import PairScores
from dupeval.scored import Group, QueryResult
from dupeval.statistics import (
    Comparison,
    detectable_difference,
    holm,
    mean_interval,
    sign_flip_p_value,
    smallest_p_value,
)
from dupeval.timing import Timing

SCORES = ["precision", "recall", "f1"]
# Without the pairs of one scene and different photographs; empty where no scenes are known.
LENIENT = [f"{score}_lenient" for score in SCORES]
FALSE_POSITIVES = ["fp_same_scene", "fp_other"]
TABLE1_COLUMNS = [
    *("dataset", "method", "protocol", *SCORES, "f1_ci_low", "f1_ci_high"),
    *("precision_micro", "recall_micro", "f1_micro", *LENIENT, "n_empty"),
    *("difference", "difference_ci_low", "difference_ci_high", "p_value", "p_holm", "reference"),
    *("n_queries", "threshold", "source"),
    *("precision_published", "recall_published", "f1_published"),
]
COMPARISONS_COLUMNS = [
    *("protocol", "block", "reference", "n_comparisons", "n_queries"),
    *("smallest_p_holm", "detectable"),
]
PER_QUERY_COLUMNS = [
    *("method", "protocol", "query", "tp", "fp", "fn", "tn", *SCORES),
    *(*LENIENT, *FALSE_POSITIVES),
    *("threshold", "params", "hidden"),
]


def per_query_table(results: Sequence[QueryResult]) -> pd.DataFrame:
    """Return one row a method, protocol and query.

    ``*_lenient`` leave out the pairs of one scene and different photographs; ``fp_same_scene`` and
    ``fp_other`` say how many of the false positives are such pairs and how many are not. All are
    empty where the dataset names no scenes.
    ``threshold`` and ``params`` (canonical JSON of the other chosen parameters) are what the
    protocol decided for that query, ``hidden`` (a JSON list of queries) is what it used nothing of.
    """
    rows = [
        {
            "method": r.method,
            "protocol": r.protocol,
            "query": r.query,
            **{name: getattr(r.scores, name) for name in ("tp", "fp", "fn", "tn", *SCORES)},
            **_lenient(r),
            **r.described,
            "threshold": r.decision.threshold,
            "params": canonical_json(dict(r.decision.params)),
            "hidden": canonical_json(list(r.hidden)),
        }
        for r in results
    ]
    described = list(dict.fromkeys(name for r in results for name in r.described))
    place = PER_QUERY_COLUMNS.index("threshold")
    columns = [*PER_QUERY_COLUMNS[:place], *described, *PER_QUERY_COLUMNS[place:]]
    table = pd.DataFrame(rows, columns=columns)
    # Whole numbers, or nothing at all.
    types = {**dict.fromkeys(LENIENT, "float64"), **dict.fromkeys(FALSE_POSITIVES, "Int64")}
    return table.astype(types)


def _lenient(result: QueryResult) -> dict[str, float]:
    if result.lenient is None:
        return {}
    return {
        **{f"{score}_lenient": getattr(result.lenient, score) for score in SCORES},
        "fp_same_scene": result.scores.fp - result.lenient.fp,
        "fp_other": result.lenient.fp,
    }


def of_dataset(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table whose first column says of which dataset it is."""
    named = table.copy(deep=False)
    named.insert(0, "dataset", name)
    return named


def metrics_table(
    results: Sequence[QueryResult], pooled: Mapping[tuple[str, str], Mapping[str, float]]
) -> pd.DataFrame:
    """Return one row a method and protocol: the mean of each metric over the queries that have it.

    ``*_pooled`` are of the pairs of all queries together, where one choice of parameters holds for
    all of them and the method tells distances.
    """
    of_rows: dict[tuple[str, str], list[Mapping[str, float]]] = {}
    for r in results:
        of_rows.setdefault((r.protocol, r.method), []).append(r.described)
    rows = [
        {
            "method": method,
            "protocol": protocol,
            **pd.DataFrame(described).mean(),
            **pooled.get((protocol, method), {}),
        }
        for (protocol, method), described in of_rows.items()
    ]
    named = [name for row in rows for name in row]
    return pd.DataFrame(rows, columns=sorted(dict.fromkeys(named), key=lambda x: "_pooled" in x))


def published_table1() -> pd.DataFrame:
    """Return the study's Table 1: method, precision, recall, f1, in its order."""
    with (files("dupeval") / "published_table1.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def table1(
    per_query: pd.DataFrame,
    comparison: Comparison,
    dataset: str,
    sources: Mapping[tuple[str, str], str] | None = None,
    published: bool = False,
) -> pd.DataFrame:
    """Return one row a method and protocol.

    precision, recall and f1 are means over queries; ``f1_ci_*`` is the 95 % interval of F1 over
    queries; ``*_micro`` come from the counts of all queries pooled, ``*_lenient`` are means of
    scores without the pairs of one scene and different photographs, and ``n_empty`` is in how many
    queries nothing was claimed, so that a precision of 0 there says nothing. ``difference`` is the
    mean difference of F1 from the reference under the same protocol (or, where that does not cover
    the reference, under `Comparison.elsewhere`), with its interval and the exact paired sign-flip
    ``p_value``; ``p_holm`` is adjusted for the other methods of its block.
    ``threshold`` is the median over queries (of a tool that has one parameter in a threshold's
    place, a number, the median of that), empty where a method has none or where protocols chose
    different parameters for different queries.

    Parameters
    ----------
    per_query : DataFrame
        As `per_query_table` makes it; queries that are not scored enter nothing.
    comparison : Comparison
    dataset : str
        Its name.
    sources : mapping of (protocol, method) to str, optional
        The table's rows, in its order, and what each rests on: ``measured``, ``imported``,
        ``missing``, ``failed`` or ``published``. By default all of `per_query`, measured.
    published : bool, default False
        Put the study's figures beside the rows of its methods, and its own rows where there are
        none; else ``*_published`` is empty, and a method that those stand for is missing.
    """
    study = published_table1().set_index("method")
    per_query = per_query.dropna(subset="f1")
    groups = {
        (str(protocol), str(method)): group
        for (protocol, method), group in per_query.groupby(["protocol", "method"], sort=False)
    }
    if sources is None:
        sources = dict.fromkeys(groups, "measured")
    rows: list[dict[str, object]] = []
    for (protocol, method), rests_on in sources.items():
        # Nothing was run, and nothing stands for it.
        source = "missing" if rests_on == "published" and not published else rests_on
        row: dict[str, object] = {"method": method, "protocol": protocol, "source": source}
        if (protocol, method) in groups:
            row |= _figures(groups[protocol, method])
            row |= _difference(groups, protocol, method, comparison)
        if source != "published":
            rows.append(row)
    _adjust(rows, comparison)
    have = {row["method"] for row in rows}
    studys = [m for m in study.index if published and m not in have]
    rows += [{"method": method, "source": "published"} for method in studys]
    table = pd.DataFrame(rows).reindex(columns=TABLE1_COLUMNS)
    table["dataset"] = dataset
    for name in ("n_queries", "n_empty"):
        table[name] = table[name].astype("Int64")
    for score in SCORES:
        shown = table["method"].map(study[score])
        table[f"{score}_published"] = shown if published else math.nan
    return table


def plain_table(
    kind: type[Group | Spread | Timing], rows: Iterable[Group | Spread | Timing]
) -> pd.DataFrame:
    """Return one row a record, one column an attribute of its kind."""
    columns = [field.name for field in fields(kind)]
    return pd.DataFrame([[getattr(row, name) for name in columns] for row in rows], columns=columns)


def comparisons_table(per_query: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Return what the comparisons of each protocol and block can find at all.

    Returns
    -------
    DataFrame
        ``protocol``, ``block``, ``reference``, ``n_comparisons``, ``n_queries``;
        ``smallest_p_holm``: the least that an adjusted p-value could be; ``detectable``: the
        smallest mean difference of F1 that would be found with 80 % power, were the differences of
        queries as spread as the block's median.
    """
    wide = per_query.dropna(subset="f1").pivot_table(
        index=["protocol", "query"], columns="method", values="f1", sort=False
    )
    rows = []
    for protocol, f1 in wide.groupby("protocol", sort=False):
        own = f1.droplevel("protocol").dropna(axis=1)
        reference = own.get(comparison.reference)
        if reference is None and comparison.elsewhere in wide.index:
            reference = wide.loc[comparison.elsewhere].get(comparison.reference)
        if reference is None or reference.isna().any() or len(own) < 2:
            continue
        others = own.drop(columns=comparison.reference, errors="ignore")
        differences = others.sub(reference, axis=0)
        of_block = differences.T.groupby(comparison.block_of, sort=False)
        for block, members in of_block:
            n, spread = len(members), float(members.std(axis=1, ddof=1).median())
            rows.append(
                {
                    "protocol": protocol,
                    "block": block,
                    "reference": comparison.reference,
                    "n_comparisons": n,
                    "n_queries": len(own),
                    "smallest_p_holm": min(1.0, n * smallest_p_value(len(own))),
                    "detectable": detectable_difference(spread, len(own), n),
                }
            )
    return pd.DataFrame(rows, columns=COMPARISONS_COLUMNS)


def _figures(group: pd.DataFrame) -> dict[str, object]:
    low, high = mean_interval(group["f1"])
    counts = {name: int(group[name].sum()) for name in ("tp", "fp", "fn", "tn")}
    pooled = PairScores.from_counts(**counts)
    return {
        **{score: group[score].mean() for score in SCORES},
        "f1_ci_low": low,
        "f1_ci_high": high,
        **{f"{score}_micro": getattr(pooled, score) for score in SCORES},
        **{name: group[name].mean() for name in LENIENT},
        "n_empty": int((group["tp"] + group["fp"] == 0).sum()),
        "n_queries": len(group),
        "threshold": _threshold(group),
    }


def _threshold(group: pd.DataFrame) -> float:
    """Return the median threshold, or that of the parameter that a tool has in its place."""
    if group["threshold"].notna().any():
        return float(group["threshold"].median()) if group["params"].nunique() == 1 else math.nan
    values = [value for text in group["params"] for value in json.loads(text).values()]
    numbers = [x for x in values if isinstance(x, int | float) and not isinstance(x, bool)]
    return float(np.median(numbers)) if len(numbers) == len(values) == len(group) else math.nan


def _difference(
    groups: Mapping[tuple[str, str], pd.DataFrame],
    protocol: str,
    method: str,
    comparison: Comparison,
) -> dict[str, object]:
    """Return how far a row is from the reference, if there is one to compare with."""
    places = [(name, comparison.reference) for name in (protocol, comparison.elsewhere) if name]
    reference = next((groups[place] for place in places if place in groups), None)
    if reference is None or method == comparison.reference:
        return {}
    group = groups[protocol, method]
    paired = reference.set_index("query")["f1"].loc[group["query"]].to_numpy()
    differences = group["f1"].to_numpy() - paired
    low, high = mean_interval(differences, bounds=(-1.0, 1.0))
    return {
        "difference": differences.mean(),
        "difference_ci_low": low,
        "difference_ci_high": high,
        "p_value": sign_flip_p_value(group["f1"], paired, comparison.seed),
        "reference": comparison.reference,
    }


def _adjust(rows: Iterable[dict[str, object]], comparison: Comparison) -> None:
    """Add the p-values that are adjusted within each protocol and block."""
    together: dict[tuple[object, str], dict[str, dict[str, object]]] = {}
    for row in rows:
        if "p_value" in row:
            method = str(row["method"])
            place = (row["protocol"], comparison.block_of(method))
            together.setdefault(place, {})[method] = row
    for members in together.values():
        adjusted = holm({method: float(str(row["p_value"])) for method, row in members.items()})
        for method, p_value in adjusted.items():
            members[method]["p_holm"] = p_value
