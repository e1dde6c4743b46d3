"""The groups that a protocol's decisions give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.engine.answers import Found, cut, key_of
from dupeval.engine.curves import ScoredAnswers
from dupeval.method import Answer, Distances, Partition
from dupeval.method.partitions import labels_of
from dupeval.protocol import Decision, Protocol


@dataclass(frozen=True, eq=False)
class Prediction:
    """The groups of one query's images, and what they were decided with; no label enters.

    Attributes
    ----------
    query : int
        Its place in the dataset.
    decision : Decision
    labels : ndarray of int64, shape (n_images,)
    distances : ndarray of float64, shape (n_images * (n_images - 1) / 2,), optional
        Condensed; None of a method that tells none.
    """

    query: int
    decision: Decision
    labels: Partition
    distances: npt.NDArray[np.float64] | None = None


def predict(name: str, protocol: Protocol, seen: Mapping[str, ScoredAnswers]) -> list[Prediction]:
    """Let a protocol decide for a method of several, and return the groups of every query."""
    decisions, run = protocol.decide(name, seen), seen[name]
    of_image = run.folds.of_image
    if of_image is not None and len(decisions) > run.folds.n_queries:
        return [_assembled(_of_folds(decisions, run), of_image)]
    return [
        _predict(query, decision, *_found(query, decision, run))
        for query, decision in enumerate(decisions)
    ]


def _of_folds(decisions: Sequence[Decision], run: ScoredAnswers) -> list[Prediction]:
    """Predict one query for each fold of its photographs; what they share is found once."""
    known: dict[tuple[Any, ...], tuple[Found, Answer]] = {}
    parts = []
    for decision in decisions:
        (seen,) = run.answers.seen(0, [decision.params], decision.hidden)
        place = (key_of(decision.params), seen)
        if place not in known:
            known[place] = _found(0, decision, run)
        parts.append(_predict(0, decision, *known[place]))
    return parts


def _found(query: int, decision: Decision, run: ScoredAnswers) -> tuple[Found, Answer]:
    (answer,) = run.answers.answers(query, [decision.params], decision.hidden)
    return run.answers.grouped(answer, decision.params), answer


def _predict(query: int, decision: Decision, found: Found, answer: Answer) -> Prediction:
    distances = answer.condensed if isinstance(answer, Distances) else None
    return Prediction(query, decision, cut(found, decision.threshold), distances)


def _assembled(parts: Sequence[Prediction], of_image: npt.NDArray[np.int64]) -> Prediction:
    """Make one prediction of a query of those for each fold of its photographs.

    Whether two images are together is decided while the fold of the first of them is hidden, so
    that no pair of one photograph is judged by a choice which that photograph had a part in; groups
    are what such pairs connect. Shown as decided is what most folds chose, at its median threshold,
    and its first fold's distances.
    """
    together: list[list[int]] = []
    for fold, part in enumerate(parts):
        groups: dict[int, list[int]] = {}
        for image, label in enumerate(part.labels.tolist()):
            # An image of the fold begins a group for all behind it.
            if label in groups or of_image[image] == fold:
                groups.setdefault(label, []).append(image)
        together += groups.values()
    params = Counter(key_of(part.decision.params) for part in parts).most_common(1)[0][0]
    alike = [part for part in parts if key_of(part.decision.params) == params]
    threshold = median(part.decision.threshold for part in alike)
    return Prediction(
        0,
        Decision(alike[0].decision.params, threshold),
        labels_of(together, len(of_image)),
        alike[0].distances,
    )
