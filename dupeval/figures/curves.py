"""What figures of scores over thresholds are computed from: exact curves of several queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.figures.material import Material
from dupeval.method import Method
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import PairCurve, PairScores
from dupeval.protocol import Decision
from dupeval.timing import one_thread

SCORES = ("precision", "recall", "f1")
COUNTS = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True, eq=False)
class Scored:
    """A method under a protocol: for each scored query its curve, the decision, and its scores.

    The scores are those that are stored. A stored threshold is rounded, so that on the curve it
    may fall on the other side of a merge that it is equal to.
    """

    curves: tuple[PairCurve, ...]
    decisions: tuple[Decision, ...]
    scores: tuple[PairScores, ...]

    @classmethod
    def of(cls, material: Material, method: str, protocol: str) -> Scored:
        """Compute the curves that the stored decisions of a protocol were scored on.

        Raises
        ------
        SettingsError
            If there is no such method or no such stored result.
        NoScoresError
            If an external tool cannot be run here.
        """
        curves, stored = material.scored(method), material.stored_for(method)
        queries = material.dataset.queries
        places = [place for place, query in enumerate(queries) if query.is_scored]
        slugs = [queries[place].slug for place in places]
        decisions = tuple(stored.decision(method, protocol, slug) for slug in slugs)
        scores = tuple(pooled_scores([stored.row(method, protocol, slug)]) for slug in slugs)
        with one_thread():
            found = [
                curves.curves(place, [decision.params], decision.hidden)[0]
                for place, decision in zip(places, decisions, strict=True)
            ]
        return cls(tuple(found), decisions, scores)

    @property
    def thresholds(self) -> npt.NDArray[np.float64]:
        """The chosen thresholds, shape (n_queries,); NaN where a method has none."""
        return np.array([decision.threshold for decision in self.decisions])


@dataclass(frozen=True, eq=False)
class MeanCurve:
    """Means of scores over queries, step functions of the threshold like `PairCurve`.

    All arrays have shape (n_cuts,); precision, recall and F1 are means of the queries' own.
    """

    thresholds: npt.NDArray[np.float64]
    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    f1: npt.NDArray[np.float64]

    @classmethod
    def of(cls, curves: Sequence[PairCurve]) -> MeanCurve:
        """Average the curves of at least one query, exactly: no grid of thresholds."""
        starts = _starts(curves)
        means = (
            np.mean([getattr(curve, score)[curve.steps_at(starts)] for curve in curves], axis=0)
            for score in SCORES
        )
        return cls(starts, *means)


def pooled_curve(curves: Sequence[PairCurve]) -> PairCurve:
    """Return the scores of all queries' pairs counted together, at one threshold for all."""
    starts = _starts(curves)
    counts = (
        np.sum([getattr(curve, name)[curve.steps_at(starts)] for curve in curves], axis=0)
        for name in COUNTS
    )
    return PairCurve(starts, *counts)


def pooled_scores(rows: Sequence[Mapping[str, Any]]) -> PairScores:
    """Return the scores of all pairs counted together, of rows with tp, fp, fn and tn."""
    return PairScores.from_counts(*(sum(int(row[name]) for row in rows) for name in COUNTS))


def has_threshold(curve: PairCurve | MeanCurve) -> bool:
    """Whether the curve is of cuts at a threshold, and not of one finished partition."""
    return not np.isnan(curve.thresholds[0])


def protocol_name(material: Material, protocol: str) -> str:
    """Return what a protocol is called in a legend."""
    caption = material.caption(protocol)
    return f"{caption} ({protocol})" if caption else protocol


def short(name: str, most: int = 20) -> str:
    """Return a method's name in at most so many characters; of a long one beginning and end."""
    line = " ".join(name.split())
    half = (most - 1) // 2
    return line if len(line) <= most else f"{line[: most - 1 - half]}…{line[-half:]}"


def distance_of(method: Method) -> str:
    """Return what a method's thresholds are, for the label of an axis."""
    return f"{method.metric} distance" if isinstance(method, VectorMethod) else "its own distance"


def settings_of(material: Material, methods: Iterable[str]) -> dict[str, Any]:
    """Return the settings of several methods for a caption, by dotted names."""
    return {
        f"{method}.{key}": value
        for method in methods
        for key, value in material.described(method).items()
        if key != "method"
    }


def _starts(curves: Sequence[PairCurve]) -> npt.NDArray[np.float64]:
    return np.unique(np.concatenate([curve.thresholds for curve in curves]))
