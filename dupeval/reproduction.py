"""How near a Table 1 comes to the published one, and what a shared threshold does in it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dupeval.tables import SCORES

# The study's methods on images; VisiPics is no reading of ours.
METHODS = ("raw", "raw_pca", "vgg", "vgg_pca")


def distance_to_published(rows: pd.DataFrame) -> float | None:
    """Return the root mean square difference of the scores of `METHODS` from the published ones.

    Parameters
    ----------
    rows : DataFrame
        Of one protocol on one dataset, as `dupeval.tables.table1` makes them.

    Returns
    -------
    float or None
        None where not all of the methods have scores.
    """
    known = rows.set_index("method").reindex(METHODS)
    published = known[[f"{score}_published" for score in SCORES]].to_numpy(float)
    differences = known[SCORES].to_numpy(float) - published
    return None if np.isnan(differences).any() else float(np.sqrt(np.mean(differences**2)))


def reading_sentence(rows: pd.DataFrame, per_query: pd.DataFrame, reference: str) -> str:
    """Say how near rows come to the published ones and why, for a threshold found on `reference`.

    Parameters
    ----------
    rows : DataFrame
        See `distance_to_published`.
    per_query : DataFrame
        As `dupeval.tables.per_query_table` makes it, of the same protocol and dataset.
    reference : str
        The method that the threshold was found on.
    """
    counts = per_query.groupby("method", sort=False)[["tp", "fp", "fn", "tn"]].sum()
    pairs = counts.sum(axis=1)
    joined = 100 * (counts["tp"] + counts["fp"]) / pairs
    shown = ", ".join(f"{method} {share:.1f} %" for method, share in joined.items())
    copies = 100 * ((counts["tp"] + counts["fn"]) / pairs).iloc[0]
    threshold = rows.set_index("method")["threshold"].get(reference)
    at = "" if threshold is None or pd.isna(threshold) else f" ({threshold:.3g})"
    why = (
        f"Why: at the best threshold of {reference}{at} the methods put these shares of all pairs "
        f"together, {copies:.1f} % being copies: {shown}; their distances are on other scales."
    )
    distance = distance_to_published(rows)
    if distance is None:
        return why
    return f"Root mean square distance from the published twelve numbers: {distance:.3f}. {why}"
