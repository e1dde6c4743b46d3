"""Precision and recall that were reached on what no choice had seen, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.dataset import Dataset
from dupeval.deployment.claims import (
    claimed_groups,
    groups_needed,
    least_precision,
    share_interval,
    true_groups,
)
from dupeval.deployment.file import Expected
from dupeval.deployment.wish import Wish
from dupeval.engine.predictions import Prediction
from dupeval.metrics import pair_scores
from dupeval.statistics import mean_interval


@dataclass(frozen=True)
class Expectation:
    """What to expect of a choice on images like those that it was made on.

    Attributes
    ----------
    precision, recall : Expected
    least_precision : float
        The lower bound of precision, one-sided, 95 %.
    n_needed : int, optional
        How many more claimed groups, all without a mistake, would show the wish; 0 where it is
        shown, None where no number of them would, or nothing was to be shown.
    n_claimed : int
        How many groups were claimed.
    """

    precision: Expected
    recall: Expected
    least_precision: float
    n_needed: int | None
    n_claimed: int


def expectation_of(predictions: Sequence[Prediction], dataset: Dataset, wish: Wish) -> Expectation:
    """Compare predictions with the labels that no choice of theirs has seen.

    Parameters
    ----------
    predictions : sequence of Prediction
        Of all queries.
    dataset : Dataset
    wish : Wish
    """
    reached = _reached(predictions, dataset)
    bound = float(
        least_precision(reached.precisions[:, None], [reached.faultless], [reached.claimed])[0]
    )
    needed = None
    if wish.precision is not None:
        needed = 0
        if bound < wish.precision:
            # Where that many are there already, it is the queries that differ too much.
            more = groups_needed(reached.faultless, reached.claimed, wish.precision)
            needed = more or None
    return Expectation(
        _expected(reached.precisions, reached.faultless, reached.claimed),
        _expected(reached.recalls, reached.whole, reached.true),
        bound,
        needed,
        reached.claimed,
    )


@dataclass(frozen=True, eq=False)
class _Reached:
    """Scores of queries, precision NaN where nothing is claimed, and groups of all of them."""

    precisions: npt.NDArray[np.float64]
    recalls: npt.NDArray[np.float64]
    claimed: int
    faultless: int
    true: int
    whole: int


def _reached(predictions: Sequence[Prediction], dataset: Dataset) -> _Reached:
    precisions, recalls = [], []
    groups: Counter[str] = Counter()
    for each in predictions:
        query = dataset.queries[each.query]
        if not query.is_scored:
            continue
        scores = pair_scores(query.truth, each.labels)
        precisions.append(scores.precision if scores.tp + scores.fp else np.nan)
        recalls.append(scores.recall)
        claimed, faultless = claimed_groups(each.labels, query.truth)
        true, whole = true_groups(each.labels, query.truth)
        groups.update(claimed=claimed, faultless=faultless, true=true, whole=whole)
    return _Reached(
        np.array(precisions),
        np.array(recalls),
        **{name: groups[name] for name in ("claimed", "faultless", "true", "whole")},
    )


def _expected(values: npt.NDArray[np.float64], good: int, of: int) -> Expected:
    """Return a mean over queries with its interval; without one, that of groups."""
    said = values[~np.isnan(values)]
    mean = float(said.mean()) if len(said) else 0.0
    low, high = mean_interval(said)
    if not np.isnan(low):
        return Expected(value=mean, low=low, high=high, over="queries", n=len(said))
    low, high = share_interval(good, of)
    return Expected(value=mean, low=low, high=high, over="groups", n=of, n_good=good)
