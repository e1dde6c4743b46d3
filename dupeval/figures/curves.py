"""What figures of scores over thresholds are computed from: exact curves of several queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.engine.curves import ScoredAnswers
from dupeval.figures.inputs import FigureInputs
from dupeval.method import Method
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import PairCurve, PairScores
from dupeval.timing import one_thread

COUNTS = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True, eq=False)
class ScoredMethod:
    """A method under a protocol: for each query its curve, the chosen threshold, and its F1.

    The scores are those that are stored. A stored threshold is rounded, so that on the curve it
    may fall on the other side of a merge that it is equal to.
    """

    curves: Sequence[PairCurve]
    thresholds: Sequence[float]
    f1: Sequence[float]

    @classmethod
    def of(cls, inputs: FigureInputs, method: str, protocol: str) -> ScoredMethod:
        """Compute the curves that the stored decisions of a protocol were scored on.

        Raises
        ------
        SettingsError
            If there is no such method or no such stored result.
        NoScoresError
            If an external tool cannot be run here.
        """
        queries = inputs.dataset.queries
        answers = ScoredAnswers(inputs.answers(method), [query.photographs for query in queries])
        stored = inputs.stored_for(method)
        decisions = [stored.decision(method, protocol, slug) for slug in inputs.slugs]
        with one_thread():
            curves = [
                answers.curves(place, [decision.params], decision.hidden)[0]
                for place, decision in enumerate(decisions)
            ]
        f1 = [float(stored.row(method, protocol, slug)["f1"]) for slug in inputs.slugs]
        return cls(curves, [decision.threshold for decision in decisions], f1)


def mean_curve(
    curves: Sequence[PairCurve],
) -> tuple[npt.NDArray[np.float64], dict[str, npt.NDArray[np.float64]]]:
    """Average the scores of the queries' own at every threshold, exactly: no grid.

    Returns
    -------
    thresholds : ndarray of float64, shape (n_cuts,)
    scores : dict of str to ndarray of float64, shape (n_cuts,)
        F1, precision and recall: step functions of the threshold like those of `PairCurve`.
    """
    starts = _starts(curves)
    steps = [curve.steps_at(starts) for curve in curves]
    return starts, {
        name: np.mean(
            [getattr(c, name.lower())[step] for c, step in zip(curves, steps, strict=True)], axis=0
        )
        for name in ("F1", "precision", "recall")
    }


def pooled_curve(curves: Sequence[PairCurve]) -> PairCurve:
    """Return the scores of all queries' pairs counted together, at one threshold for all."""
    starts = _starts(curves)
    return PairCurve(
        starts,
        *(sum(getattr(curve, name)[curve.steps_at(starts)] for curve in curves) for name in COUNTS),
    )


def pooled_scores(rows: Iterable[Mapping[str, Any]]) -> PairScores:
    """Return the scores of all pairs counted together, of rows with tp, fp, fn and tn."""
    counts = np.sum([[int(row[name]) for name in COUNTS] for row in rows], axis=0)
    return PairScores.from_counts(*counts.tolist())


def has_threshold(thresholds: npt.NDArray[np.float64]) -> bool:
    """Whether a curve with these thresholds is of cuts, and not of one finished partition."""
    return not np.isnan(thresholds[0])


def distance_of(method: Method) -> str:
    """Return what a method's thresholds are, for the label of an axis."""
    return f"{method.metric} distance" if isinstance(method, VectorMethod) else "its own distance"


def _starts(curves: Sequence[PairCurve]) -> npt.NDArray[np.float64]:
    return np.unique(np.concatenate([curve.thresholds for curve in curves]))
