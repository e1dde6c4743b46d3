"""The groups that a protocol's decisions give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt

from dupeval.engine.answers import cut, key_of
from dupeval.engine.curves import ScoredAnswers
from dupeval.method import Distances, Partition
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
        parts = [_predict(0, decision, run) for decision in decisions]
        return [_assembled(parts, of_image)]
    return [_predict(query, decision, run) for query, decision in enumerate(decisions)]


def _predict(query: int, decision: Decision, run: ScoredAnswers) -> Prediction:
    (answer,) = run.answers.answers(query, [decision.params], decision.hidden)
    labels = cut(run.answers.grouped(answer, decision.params), decision.threshold)
    distances = answer.condensed if isinstance(answer, Distances) else None
    return Prediction(query, decision, labels, distances)


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
