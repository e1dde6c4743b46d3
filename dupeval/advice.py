"""How to use a method on images like those that were scored, and what to expect of it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Advice:
    """How to use a method on images like those that were scored.

    Attributes
    ----------
    method : str
    threshold : float
        NaN of a method that has none.
    params : mapping
        What must be set besides; empty where all is as configured.
    chosen_on_all : bool
        Whether the threshold is that of all queries, or the median of those of their protocol.
    least, most : float
        The thresholds that the protocol chose for one query each.
    protocol : str
        The honest one that says what to expect.
    precision, recall : float
        Their means over queries under it.
    n_queries : int
    """

    method: str
    threshold: float
    params: Mapping[str, Any]
    chosen_on_all: bool
    least: float
    most: float
    protocol: str
    precision: float
    recall: float
    n_queries: int

    def __str__(self) -> str:
        settings = ", ".join(f"{name}={value}" for name, value in self.params.items())
        use = f"use {self.method}{f' with {settings}' if settings else ''}"
        if not math.isnan(self.threshold):
            n = "its query" if self.n_queries == 1 else f"all {self.n_queries} queries"
            how = f"best on {n}" if self.chosen_on_all else f"the median of those chosen for {n}"
            use += f" at threshold {_plain(self.threshold)} ({how}"
            if self.least < self.most:
                use += f"; leaving each out, {_plain(self.least)} to {_plain(self.most)}"
            use += ")"
        expect = f"expect P {self.precision:.3f}, R {self.recall:.3f} ({self.protocol})"
        return f"On images like these {use}; {expect}."


def advice_of(
    per_query: pd.DataFrame, method: str, honest: Sequence[str], hindsight: Sequence[str]
) -> Advice | None:
    """Return the advice of the first honest protocol that chose the same settings for all queries.

    Settings that differ are nobody's to be used.

    Parameters
    ----------
    per_query : DataFrame
        As `dupeval.tables.per_query_table` makes it, of one dataset.
    method : str
    honest, hindsight : sequence of str
        Protocols that say what to expect, and protocols that choose one threshold on all queries.

    Returns
    -------
    Advice or None
        None where each of them chose different settings for different queries.
    """
    scored = per_query[per_query["method"] == method].dropna(subset="f1")
    chosen_by = {name: scored[scored["protocol"] == name] for name in (*honest, *hindsight)}
    for protocol in honest:
        rows = chosen_by[protocol]
        if rows["params"].nunique() != 1:
            continue
        params, thresholds = rows["params"].iloc[0], rows["threshold"]
        final = [
            float(own["threshold"].iloc[0])
            for own in (chosen_by[name] for name in hindsight)
            if len(own) and (own["params"] == params).all()
        ]
        return Advice(
            method=method,
            threshold=final[0] if final else float(thresholds.median()),
            params=json.loads(params),
            chosen_on_all=bool(final),
            least=float(thresholds.min()),
            most=float(thresholds.max()),
            protocol=protocol,
            precision=float(rows["precision"].mean()),
            recall=float(rows["recall"].mean()),
            n_queries=len(rows),
        )
    return None


def _plain(threshold: float) -> str:
    return f"{threshold:.3f}".rstrip("0").rstrip(".")
