"""Stored results as a test writes them down: scores and groups, without a file."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dupeval.stored import StoredResults
from dupeval.tables import TABLE1_COLUMNS

Groups = Mapping[tuple[str, str, str], Sequence[int]]


def row(method: str, protocol: str, f1: float, **values: Any) -> dict[str, Any]:
    """Return a row of table1.csv, as it is read."""
    numbers = dict.fromkeys(TABLE1_COLUMNS, math.nan)
    texts = {"dataset": "by hand", "source": "measured", "reference": ""}
    scores = {"precision": f1, "recall": f1, "f1": f1}
    return {**numbers, **texts, "method": method, "protocol": protocol, **scores, **values}


def results_by_hand(
    rows: Sequence[Mapping[str, Any]],
    groups: Groups | None = None,
    f1: Mapping[tuple[str, str, str], float] | None = None,
    methods: Mapping[str, Any] | None = None,
    **run: Any,
) -> StoredResults:
    """Return results: groups, or F1 alone, by protocol, method and query."""
    of_queries = f1 or dict.fromkeys(groups or {}, 0.5)
    per_query = {
        place: {
            **{"protocol": place[0], "method": place[1], "query": place[2], "f1": score},
            **{"threshold": 0.5, "params": "{}", "hidden": "[]"},
        }
        for place, score in of_queries.items()
    }
    partitions = {
        place: {f"{i}.png": label for i, label in enumerate(labels)}
        for place, labels in (groups or {}).items()
    }
    said = {"title": "A title", "explanation": "How.", "honest": True}
    protocols = {each["protocol"]: said for each in rows if each["protocol"]}
    about = {
        "protocols": protocols,
        "configuration": {"methods": methods or {}, "blocks": {}},
        "outputs": {},
        **run,
    }
    slugs = list(dict.fromkeys(slug for _, _, slug in of_queries))
    return StoredResults(Path("nowhere"), pd.DataFrame(rows), per_query, partitions, about, slugs)
