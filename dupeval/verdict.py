"""What a table says in sentences: which method is best, what is not clearly worse, does PCA help.

A difference is called clear where the 95 % interval of its mean over queries leaves out 0; see
`dupeval.statistics.mean_interval`. Queries are paired.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from dupeval.statistics import mean_interval, sign_flip_p_value

# The study's own question: is this method better than those, and than what one can install?
STUDYS = "vgg_pca"
STUDYS_OTHERS = ("vgg", "raw")


def verdict(
    per_query: pd.DataFrame, reference: str, seed: int, tools: Collection[str] = ()
) -> list[str]:
    """Say which method is best, and answer the study's question.

    Parameters
    ----------
    per_query : DataFrame
        As `dupeval.tables.per_query_table` makes it, of one protocol and one dataset.
    reference : str
        The method that the best one is tested against.
    seed : int
        Of the test, used where there are many queries.
    tools : collection of str
        The methods that can simply be installed.

    Returns
    -------
    list of str
        Sentences; none where nothing is scored.
    """
    scored = per_query.dropna(subset="f1")
    if scored.empty:
        return []
    f1 = scored.pivot_table(index="query", columns="method", values="f1", sort=False)
    means = f1.mean()
    protocol = scored["protocol"].iloc[0]
    if not means.max() > 0:
        return [f"Under {protocol} no method puts a true pair together."]
    sentences = [_best(f1, means, protocol, reference, seed)]
    if len(f1) > 1:
        sentences += _answer(f1, means, tools)
    return sentences


def _best(
    f1: pd.DataFrame, means: pd.Series[float], protocol: str, reference: str, seed: int
) -> str:
    # Of equal ones the first, as the table has them.
    best, n = str(means.idxmax()), len(f1)
    interval = _interval(*mean_interval(f1[best]), "{:.3f}")
    said = f"Best under {protocol}: {best}, F1 {means[best]:.3f}{interval}"
    if n < 2:
        return f"{said}; one query says nothing of others."
    if reference in f1 and reference != best:
        p = sign_flip_p_value(f1[best], f1[reference], seed)
        said += f"; from {reference} {_difference(f1[best] - f1[reference])}, p {p:.3f}"
    others = [
        str(name)
        for name in means.sort_values(ascending=False, kind="stable").index
        if name != best and not _is_clear(f1[best] - f1[name])
    ]
    if not others:
        return f"{said}. All others are clearly worse."
    if len(others) == len(means) - 1:
        return f"{said}. None of the others is clearly worse on these {n} queries."
    return f"{said}. Not clearly worse on these {n} queries: {', '.join(others)}."


def _answer(f1: pd.DataFrame, means: pd.Series[float], tools: Collection[str]) -> Iterator[str]:
    """Answer whether VGG + PCA is better than VGG, raw pixels, and the best tool."""
    installed = means[[name for name in means.index if name in tools]]
    others = [name for name in STUDYS_OTHERS if name in f1]
    if len(installed):
        others.append(str(installed.idxmax()))
    if STUDYS not in f1 or not others:
        return
    told = [
        f"{name}{' (the best tool)' if name in tools else ''} {_difference(f1[STUDYS] - f1[name])}"
        for name in others
    ]
    yield f"The study's question, the F1 of {STUDYS} less that of others: {'; '.join(told)}."


def _difference(differences: pd.Series[float]) -> str:
    ends = _interval(*mean_interval(differences, bounds=(-1.0, 1.0)), "{:+.3f}")
    clear = "clear" if _is_clear(differences) else "not clear"
    return f"{differences.mean():+.3f}{ends}, {clear}"


def _is_clear(differences: pd.Series[float]) -> bool:
    """Say whether the interval of a mean leaves out 0, or all queries agree without it."""
    low, high = mean_interval(differences, bounds=(-1.0, 1.0))
    if math.isnan(low):  # All are equal.
        return bool(len(differences) > 1 and abs(np.mean(differences)) > 1e-9)
    return low > 0 or high < 0


def _interval(low: float, high: float, form: str) -> str:
    return "" if math.isnan(low) else f" [{form.format(low)}, {form.format(high)}]"
