"""Predictions compared with the labels: scores of queries, groups of images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dupeval.dataset import Dataset, Query
from dupeval.engine.predictions import Prediction
from dupeval.engine.rows import Row
from dupeval.method import Method
from dupeval.metrics import UNSCORED, PairScores, pair_scores
from dupeval.protocol import Decision


@dataclass(frozen=True)
class QueryResult:
    """What one method reached on one query under one protocol, and with which decision.

    Attributes
    ----------
    method, protocol, query : str
    scores : PairScores
        All NaN where the query has no pair that counts.
    decision : Decision
    hidden : tuple of str
        The queries that the decision hid, by slug.
    described : mapping of str to float
        Scores of other metrics, by name.
    lenient : PairScores, optional
        Without the pairs of one scene and different photographs; None where the dataset names no
        scenes.
    """

    method: str
    protocol: str
    query: str
    scores: PairScores
    decision: Decision
    hidden: tuple[str, ...] = ()
    described: Mapping[str, float] = field(default_factory=dict)
    lenient: PairScores | None = None


@dataclass(frozen=True)
class Group:
    """The group in which one method under one protocol put one image of a query."""

    method: str
    protocol: str
    query: str
    image: str
    photograph: str
    group: int


def results_of(row: Row, name: str, protocol_name: str, dataset: Dataset) -> list[QueryResult]:
    """Compare predictions with the labels."""
    results = []
    for each, described in zip(row.predictions, row.described, strict=True):
        query = dataset.queries[each.query]
        hidden = tuple(dataset.queries[i].slug for i in sorted(each.decision.hidden))
        results.append(
            QueryResult(
                *(name, protocol_name, query.slug, _scores(query, each)),
                *(each.decision, hidden, described),
                _scores(query, each, lenient=True) if dataset.has_scenes else None,
            )
        )
    return results


def _scores(query: Query, prediction: Prediction, lenient: bool = False) -> PairScores:
    if not query.is_scored:
        return UNSCORED
    return pair_scores(query.truth, prediction.labels, lenient=lenient)


def nothing_together(
    predictions: Sequence[Prediction], name: str, protocol_name: str, method: Method
) -> Iterator[str]:
    """Say where a row claims nothing: its F1 may be a figure of a mistake, not of the method."""
    if any(len(set(each.labels.tolist())) < len(each.labels) for each in predictions):
        return
    check = "its threshold"
    if method.external:
        check += ", and that its output is read in the right format (docs/tools.md)"
    yield (
        f"{name} under {protocol_name} puts no two images together in any of "
        f"{len(predictions)} queries; check {check}"
    )


def groups_of(
    predictions: Sequence[Prediction], name: str, protocol_name: str, dataset: Dataset
) -> Iterator[Group]:
    """Return the group of every image, with its photograph."""
    for each in predictions:
        query = dataset.queries[each.query]
        for (image, label), group in zip(query.with_labels, each.labels.tolist(), strict=True):
            yield Group(name, protocol_name, query.slug, image.name, label.photograph, group)
