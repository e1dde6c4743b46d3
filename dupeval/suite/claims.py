"""Which of the study's claims hold, on which level, and how sure that is.

A claim compares two methods on photograph sets, each first averaged over draws: the mean
difference, its 95 % interval (`dupeval.statistics.mean_interval`) and the exact paired sign-flip
test, adjusted for the levels on which the same comparison is made (Holm). On all together each
photograph set is one, averaged over its levels, and nothing is adjusted: that is asked once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.statistics import ALPHA, holm, mean_interval, sign_flip_p_value
from dupeval.suite import ALL, block_scores, over_all

# A difference of mean F1 that would matter to somebody who chooses a method.
MARGIN = 0.05
FEWEST_BLOCKS = 2
Verdict = Literal[
    "holds",
    "does not hold",
    "the opposite holds",
    "does not hold, it is above",
    "does not hold, it is below",
    "open",
]
COLUMNS = ["claim", "comparison", "scope", "difference", "low", "high", "p_holm", "n", "verdict"]


@dataclass(frozen=True)
class Claim:
    """Something that the study says of methods.

    Attributes
    ----------
    text : str
    pairs : tuple of (str, str)
        The better method and the other, of each comparison that the claim is about.
    """

    text: str
    pairs: tuple[tuple[str, str], ...]


FEATURES = Claim("features are above pixels", (("vgg", "raw"), ("vgg_pca", "raw_pca")))
PCA = Claim("PCA helps", (("raw_pca", "raw"), ("vgg_pca", "vgg")))
STUDYS = "vgg_pca"
LEVEL = "VGG + PCA is level with the tools"


def above(low: float, high: float, mean: float, p_holm: float) -> Verdict:
    """Judge whether a method is above another.

    ``holds`` and ``the opposite holds``: the sign is sure, the adjusted p-value being below .05
    and the interval on one side of 0; with large outliers these may disagree. ``does not hold``:
    the interval leaves out that it is above by `MARGIN` or more. Else ``open``.
    """
    if p_holm < ALPHA and (low > 0 or high < 0):
        return "holds" if mean > 0 else "the opposite holds"
    return "does not hold" if high < MARGIN else "open"


def level(low: float, high: float, mean: float, p_holm: float) -> Verdict:
    """Judge whether two methods are level.

    ``holds``: the whole interval is within `MARGIN` of 0. ``does not hold``: a difference is
    sure, the adjusted p-value being below .05, and larger than `MARGIN`. Else ``open``.
    """
    if low > -MARGIN and high < MARGIN:
        return "holds"
    if p_holm >= ALPHA or abs(mean) <= MARGIN:
        return "open"
    return "does not hold, it is above" if mean > 0 else "does not hold, it is below"


def claims_table(
    per_query: pd.DataFrame, protocol: str, default: str, tools: Collection[str], seed: int = 0
) -> pd.DataFrame:
    """Return every comparison of the study's claims on every scope on which it can be made.

    Parameters
    ----------
    per_query : DataFrame
        See `dupeval.suite.block_scores`.
    protocol : str
        The one under which methods are compared.
    default : str
        The one under which tools have their own default, as the study ran its own.
    tools : collection of str
        What can simply be installed.
    seed : int, default 0
        Of the test, used where there are many photograph sets.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; ``n`` is the number of photograph sets.
    """
    tuned, own = (_with_all(per_query, name) for name in (protocol, default))
    rows = [
        row
        for claim in (FEATURES, PCA)
        for better, other in claim.pairs
        if {better, other} <= set(tuned)
        for row in _compared(
            claim.text, f"{better} less {other}", tuned[better] - tuned[other], above, seed
        )
    ]
    for name, scores in (("at its own default", own), ("its threshold chosen", tuned)):
        listed = [tool for tool in scores if tool in tools]
        if listed and STUDYS in tuned:
            best = best_elsewhere(scores[listed])
            difference = (tuned[STUDYS] - best).dropna()
            text = f"{STUDYS} less the best tool, {name}"
            rows += _compared(LEVEL, text, difference, level, seed)
    return pd.DataFrame(rows, columns=COLUMNS)


def _with_all(per_query: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """Return `block_scores`, those of all photograph sets together first."""
    of_blocks = block_scores(per_query, protocol)
    together = over_all(of_blocks, per_query)
    if together.empty:
        return of_blocks
    index = [(ALL, "/".join(names)) for names in together.index]
    together.index = pd.MultiIndex.from_tuples(index, names=of_blocks.index.names)
    return pd.concat([together, of_blocks])


def best_elsewhere(scores: pd.DataFrame) -> pd.Series[float]:
    """Return on each photograph set the F1 of the method that is best on the scope's others.

    Which of many is best is not chosen where it is scored, so the choice is no advantage.

    Parameters
    ----------
    scores : DataFrame
        By scope and photograph set; a column a method.
    """
    found = []
    for _, own in scores.groupby(level="scope", sort=False):
        complete = own.dropna(axis="columns")
        if complete.empty or len(own) < FEWEST_BLOCKS:
            continue
        elsewhere = complete.sum() - complete  # The mean over the others, but for a factor.
        best = elsewhere.to_numpy().argmax(axis=1)
        values = complete.to_numpy()[np.arange(len(complete)), best]
        found.append(pd.Series(values, index=complete.index))
    return pd.concat(found) if found else pd.Series(dtype=float)


def _compared(
    claim: str,
    comparison: str,
    differences: pd.Series[float],
    judge: Callable[[float, float, float, float], Verdict],
    seed: int,
) -> list[dict[str, object]]:
    """Return a row a scope, with p-values adjusted over levels."""
    of_scopes = {
        str(scope): np.array(own, np.float64)
        for scope, own in differences.groupby(level="scope", sort=False)
        if own.notna().all() and len(own) >= FEWEST_BLOCKS
    }
    p_values = {
        scope: sign_flip_p_value(own, np.zeros(len(own)), seed) for scope, own in of_scopes.items()
    }
    levels = {scope: p for scope, p in p_values.items() if scope != ALL}
    adjusted = p_values | holm(levels)
    rows = []
    for scope, own in of_scopes.items():
        mean = float(own.mean())
        low, high = _interval(own)
        verdict = judge(low, high, mean, adjusted[scope])
        figures = {"difference": mean, "low": low, "high": high, "p_holm": adjusted[scope]}
        rows.append(
            {"claim": claim, "comparison": comparison, "scope": scope, **figures}
            | {"n": len(own), "verdict": verdict}
        )
    return rows


def _interval(differences: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the interval of the mean; of equal differences that difference alone."""
    low, high = mean_interval(differences, bounds=(-1.0, 1.0))
    mean = float(differences.mean())
    return (mean, mean) if np.isnan(low) else (low, high)
