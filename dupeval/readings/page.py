"""What readings say, as Markdown and as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.readings.evidence import Evidence, described
from dupeval.readings.scoring import DEFINITIONS, METHODS
from dupeval.readings.space import RULES
from dupeval.tables import SCORES

NAMES = {"raw": "raw", "raw_pca": "raw + PCA", "vgg": "VGG", "vgg_pca": "VGG + PCA"}
MOST_ORDERS = 6
ALIKE = 0.02


def readings_markdown(
    evidence: Evidence, contrast: Evidence, draws: Mapping[str, Sequence[int]]
) -> str:
    """Return all that the page says in figures.

    Parameters
    ----------
    evidence : Evidence
        On the level ``study``.
    contrast : Evidence
        The same with draws of ``news`` as judges.
    draws : mapping of str to sequence of int
        The numbers of the draws: ``choose``, ``judge``, ``contrast``.
    """
    chosen, told = evidence.chosen(), evidence.chosen(told=True)
    apart, apart_told = evidence.distances(chosen), evidence.distances(told)
    listed = {name: ", ".join(map(str, numbers)) for name, numbers in draws.items()}
    n = len(evidence.readings)
    own = evidence.own(chosen)
    return "\n\n".join(
        [
            f"Of {n:,} readings, each with {len(RULES) - 1} ways of finding its threshold and "
            f"{len(DEFINITIONS)} ways of counting, the one nearest to the published table on draws "
            f"{listed['choose']} of `study` is: {described(chosen)}.",
            f"Its root mean square distance over the twelve figures, on draws {listed['judge']}: "
            f"**{_spread(apart)}**. The figures, means over these draws:",
            _side_by_side(evidence.table(chosen)),
            f"Told the published recall of VGG + PCA, eleven figures being left: "
            f"**{_spread(apart_told)}**, by {described(told)}.",
            f"A constant table for whatever images, nothing merged, all merged, nothing merged, "
            f"all right: {evidence.constant():.3f}.",
            f"With a threshold of its own each method reaches a mean F1 of {own.min():.2f} to "
            f"{own.max():.2f} in this reading.",
            f"The same reading on draws {listed['contrast']} of `news`, whose copies are edited "
            f"harder: {_spread(contrast.distances(chosen))}.",
            "### What is needed\n\nOne ingredient is changed, all others stay:",
            _table(evidence.ingredients(chosen)),
            "### What is not identified\n\nThe nearest reading without an ingredient, all others "
            "chosen anew on the same draws:",
            _table(evidence.best_without(chosen)),
            "### Is it this table that is explained?\n\nThe published rows are given to the "
            "methods in every other order; for each order the reading and the threshold that come "
            f"nearest. The first {MOST_ORDERS} of {len(evidence.orders())}:",
            _orders(evidence.orders().head(MOST_ORDERS)),
            _on_orders(evidence.orders()),
            "A row is held out: the reading is chosen on the three others, and this is its "
            "distance from the one held out:",
            _table(evidence.held_out_rows()),
        ]
    )


def readings_csv(evidence: Evidence, most: int) -> pd.DataFrame:
    """Return the readings that come nearest on the choosing draws, with their distances on both."""
    rows = [
        {
            **chosen.reading._asdict(),
            "rule": chosen.rule.name,
            "definition": chosen.definition.name,
            "empty": chosen.definition.empty,
            "distance_choosing": apart,
            "distance_judging": float(evidence.distances(chosen).mean()),
        }
        for chosen, apart in evidence.nearest(most)
    ]
    return pd.DataFrame(rows)


def _side_by_side(table: pd.DataFrame) -> str:
    """Return published and measured figures, P / R / F1 in one cell each."""
    shown = pd.DataFrame(
        {
            "method": table["method"].map(NAMES),
            "published P / R / F1": _triples(table, [f"{score}_published" for score in SCORES]),
            "this reading": _triples(table, SCORES),
            "F1, threshold of its own": table["f1_own_threshold"].map("{:.3f}".format),
        }
    )
    return shown.to_markdown(index=False, disable_numparse=True)


def _triples(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    return [" / ".join(f"{x:.3f}" for x in row) for row in table[list(columns)].to_numpy()]


def _table(rows: pd.DataFrame) -> str:
    shown = rows.rename(columns={"what": "", "value": " ", "most": "largest"})
    return shown.to_markdown(index=False, floatfmt=".3f")


def _orders(rows: pd.DataFrame) -> str:
    named = rows.rename(columns={m: f"{NAMES[m]} gets the row of" for m in METHODS})
    return named.replace(NAMES).to_markdown(index=False, floatfmt=".3f")


def _on_orders(orders: pd.DataFrame) -> str:
    """Say how well the published order is told from the others."""
    as_published = (orders[list(METHODS)] == list(METHODS)).all(axis=1)
    own = float(orders.loc[as_published, "distance"].iloc[0])
    others = orders.loc[~as_published, "distance"]
    near = others <= own + ALIKE
    return (
        f"The published order comes to {own:.3f}. Of the {len(others)} others {int(near.sum())} "
        f"are not told from it, being within {ALIKE:g} or nearer; the rest come to "
        f"{others[~near].min():.3f} or more."
    )


def _spread(distances: npt.NDArray[np.float64]) -> str:
    return f"{distances.mean():.3f} ({distances.min():.3f} to {distances.max():.3f})"
