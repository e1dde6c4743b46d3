"""What is lost by a threshold from elsewhere: chosen on one dataset, scored on another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dupeval.metrics import PairScores
from dupeval.protocol import Decision
from dupeval.suite import Place
from dupeval.suite.carriers import Carrier
from dupeval.tables import SCORES

TRANSFER_COLUMNS = [
    *("method", "chosen_on", "scored_on", *SCORES, "threshold", "n_queries"),
]
LOSSES_COLUMNS = ["method", "chosen_on", "scored_on", "loss", "from"]
DRAW, LEVEL, OTHERS = "another draw", "another level", "other photographs"


def transfer_table(method: str, carriers: Sequence[tuple[Place, Carrier]]) -> pd.DataFrame:
    """Return what a method reaches on each dataset with a threshold from each other.

    The threshold is the one with the best mean F1 on all queries of the dataset that it is chosen
    on; its other parameters are as configured. Of datasets that share photographs, and so of one
    with itself, it is chosen for each query on the queries of other photographs, so that each
    figure is held out, and the diagonal is leave one query out.

    Returns
    -------
    DataFrame
        One row two datasets; means over queries, and the median threshold. Without scores where
        there is no query to choose on.
    """
    everywhere = [carrier.best() for _, carrier in carriers]
    rows = []
    for (source, giving), best in zip(carriers, everywhere, strict=True):
        for target, taking in carriers:
            decisions: Mapping[str, Decision] = dict.fromkeys(taking.curves, best)
            if source.photographs == target.photographs:
                decisions = giving.held_out
            known = [slug for slug in taking.curves if slug in decisions]
            scores = [taking.scores(slug, decisions[slug]) for slug in known]
            thresholds = [decisions[slug].threshold for slug in known]
            rows.append(
                {
                    "method": method,
                    "chosen_on": source.dataset,
                    "scored_on": target.dataset,
                    **_means(scores),
                    "threshold": np.median(thresholds) if thresholds else np.nan,
                    "n_queries": len(scores),
                }
            )
    return pd.DataFrame(rows, columns=TRANSFER_COLUMNS)


def _means(scores: Sequence[PairScores]) -> dict[str, float]:
    if not scores:
        return dict.fromkeys(SCORES, np.nan)
    return {name: float(np.mean([getattr(each, name) for each in scores])) for name in SCORES}


def losses(transfer: pd.DataFrame, places: Mapping[str, Place]) -> pd.DataFrame:
    """Return what each threshold from elsewhere costs on a dataset against its own, held out.

    Returns
    -------
    DataFrame
        ``loss``: F1 with a threshold of the dataset's own less F1 with the other's; ``from``:
        what the other one is: another draw, another level, other photographs.
    """
    known = transfer.dropna(subset="f1")
    columns = (known[name] for name in ("method", "chosen_on", "scored_on", "f1"))
    of = {(m, source, target): f1 for m, source, target, f1 in zip(*columns, strict=True)}
    rows = [
        (m, source, target, of[m, target, target] - f1, _kind(places[source], places[target]))
        for (m, source, target), f1 in of.items()
        if source != target and (m, target, target) in of
    ]
    return pd.DataFrame(rows, columns=LOSSES_COLUMNS)


def _kind(source: Place, target: Place) -> str:
    if source.photographs != target.photographs:
        return OTHERS
    return DRAW if source.level == target.level else LEVEL
