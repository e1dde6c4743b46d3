"""The predictions of one method under one protocol and what metrics say of them, kept on disk."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.dataset import Dataset, Query
from dupeval.engine.answers import key_of
from dupeval.engine.folds import Folds
from dupeval.engine.predictions import Prediction
from dupeval.joining import known_pairs
from dupeval.method import Method
from dupeval.metric import Metric
from dupeval.protocol import Decision, Protocol
from dupeval.sources import source_sha256
from dupeval.store import Entry
from dupeval.timing import Timing
from dupeval.versions import version

# They may round otherwise from release to release.
LIBRARIES = ("numpy", "scipy", "scikit-learn")


@dataclass(frozen=True, eq=False)
class Row:
    """What is known of one method under one protocol.

    Attributes
    ----------
    predictions : sequence of Prediction
        One a query.
    described : sequence of mapping of str to float
        The scores of other metrics, by name, of each query.
    pooled : mapping of str to float
        Metrics of the distances of all queries together.
    """

    predictions: Sequence[Prediction]
    described: Sequence[Mapping[str, float]]
    pooled: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class KeptRow:
    """A row that was kept.

    Attributes
    ----------
    row : Row
    wall_s, cpu_s : float
        What it took.
    before : sequence of (str, float, float, float or None)
        Stages that its method did before, what they took, and the peak of their memory; see
        `dupeval.timing.Timing`.
    """

    row: Row
    wall_s: float
    cpu_s: float
    before: Sequence[tuple[str, float, float, float | None]]

    def timings_before(self, method: str) -> list[Timing]:
        """Return the timings of these stages, of the method under the name that it has now."""
        return [
            Timing(method, stage, wall_s, cpu_s, memory_mb, stored=True)
            for stage, wall_s, cpu_s, memory_mb in self.before
        ]


def make_row(predictions: Sequence[Prediction], dataset: Dataset, metrics: Sequence[Metric]) -> Row:
    """Let metrics describe predictions."""
    described = []
    for each in predictions:
        query = dataset.queries[each.query]
        scores: dict[str, float] = {}
        for metric in metrics if query.is_scored else ():
            scores |= _of_partition(metric, query, each.labels)
            if each.distances is not None:
                scores |= metric.of_distances(*_pairs(query, each.distances))
        described.append(scores)
    return Row(predictions, described, _pooled(predictions, dataset, metrics))


def _of_partition(
    metric: Metric, query: Query, groups: npt.NDArray[np.int64]
) -> Mapping[str, float]:
    """Describe how the labelled images are grouped, if of all their pairs it is known how."""
    known = query.is_labelled
    if known.sum() < 2:
        return {}
    scores = metric.scores(query.photographs[known], groups[known])
    return dict.fromkeys(scores, math.nan) if query.truth.has_withdrawn else scores


def _pooled(
    predictions: Sequence[Prediction], dataset: Dataset, metrics: Sequence[Metric]
) -> dict[str, float]:
    """Describe the pairs of all queries together, if their distances are of one kind."""
    distances = [each.distances for each in predictions if each.distances is not None]
    shared = len({key_of(each.decision.params) for each in predictions}) == 1
    if not shared or len(distances) < len(predictions):
        return {}
    pairs = [_pairs(*of_query) for of_query in zip(dataset.queries, distances, strict=True)]
    together, apart = (np.concatenate(of_queries) for of_queries in zip(*pairs, strict=True))
    return {
        f"{name}_pooled": value
        for metric in metrics
        for name, value in metric.of_distances(together, apart).items()
    }


def _pairs(
    query: Query, condensed: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return of each pair that counts if it shows one photograph, and its distance."""
    counts, true = known_pairs(query.truth)
    return true[counts], condensed[counts]


def row_key(
    name: str,
    methods: Mapping[str, Method],
    protocol: Protocol,
    metrics: Sequence[Metric],
    dataset: Dataset,
    folds: Folds,
    run: int = 0,
) -> dict[str, Any] | None:
    """Return all that changes a row, as JSON values.

    None where that is not known: of methods that do not say what changes their answers, or of a
    protocol that does not say which methods it looks at.

    Parameters
    ----------
    name : str
        The method of the row.
    methods : mapping of str to Method
        All that the protocol may look at, by name.
    protocol : Protocol
    metrics : sequence of Metric
    dataset : Dataset
    folds : Folds
    run : int, default 0
        Which of several runs of the method it is.
    """
    looked_at = protocol.looks_at(name)
    if looked_at is None or not {name, *looked_at} <= set(methods):
        return None
    keys = {other: methods[other].key for other in {name, *looked_at}}
    if None in keys.values():
        return None
    own = [methods[other] for other in keys]
    return {
        "source": source_sha256(*own, protocol, *metrics, modules=["dupeval.evaluation"]),
        "method": keys[name],
        "run": run,
        "others": {other: key for other, key in keys.items() if other != name},
        "protocol": [type(protocol).__qualname__, _settings(protocol)],
        "metrics": [[type(metric).__qualname__, _settings(metric)] for metric in metrics],
        "dataset": dataset.fingerprint,
        "folds": [sorted(fold) for fold in folds.members],
        "of_image": None if folds.of_image is None else folds.of_image.tolist(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def packed(row: Row, took: Timing, before: Sequence[Timing] = ()) -> Entry:
    """Return a row, and what it took, as an entry of a store; see `unpacked`.

    Parameters
    ----------
    row : Row
    took : Timing
        Of the row alone.
    before : sequence of Timing, default ()
        Of what its method did before, for all its rows.
    """
    decisions = [each.decision for each in row.predictions]
    tensors: dict[str, npt.NDArray[Any]] = {
        "thresholds": np.array([decision.threshold for decision in decisions]),
        **{f"labels {i}": each.labels for i, each in enumerate(row.predictions)},
    }
    about = {
        "decisions": [[dict(x.params), sorted(x.hidden)] for x in decisions],
        "described": [_in_texts(scores) for scores in row.described],
        "pooled": _in_texts(row.pooled),
        **{"wall_s": took.wall_s, "cpu_s": took.cpu_s},
        "before": [[x.stage, x.wall_s, x.cpu_s, x.peak_memory_mb] for x in before],
    }
    return Entry(tensors, about)


def unpacked(sizes: Sequence[int], entry: Entry) -> KeptRow:
    """Return what an entry holds: the row without its distances, which have been described.

    Parameters
    ----------
    sizes : sequence of int
        How many images each query has.
    entry : Entry

    Raises
    ------
    ValueError, LookupError, TypeError, ...
        If it holds no row of such a dataset; see `dupeval.store.Store.read`.
    """
    predictions = [
        Prediction(i, Decision(params, threshold, frozenset(hidden)), entry.tensors[f"labels {i}"])
        for i, ((params, hidden), threshold) in enumerate(
            zip(entry.about["decisions"], entry.tensors["thresholds"].tolist(), strict=True)
        )
    ]
    if [each.labels.shape for each in predictions] != [(size,) for size in sizes]:
        raise ValueError("the groups of other images")
    described = [_in_numbers(scores) for scores in entry.about["described"]]
    if len(described) != len(predictions):
        raise ValueError("not every query is described")
    return KeptRow(
        Row(predictions, described, _in_numbers(entry.about["pooled"])),
        *(float(entry.about["wall_s"]), float(entry.about["cpu_s"])),
        [
            (str(stage), float(wall_s), float(cpu_s), memory_mb)
            for stage, wall_s, cpu_s, memory_mb in entry.about["before"]
        ],
    )


def _in_texts(scores: Mapping[str, float]) -> list[tuple[str, str]]:
    # Pairs, since JSON here is sorted; texts, since it knows no NaN.
    return [(name, repr(float(value))) for name, value in scores.items()]


def _in_numbers(texts: Sequence[tuple[str, str]]) -> dict[str, float]:
    return {name: float(text) for name, text in texts}


def _settings(value: Any) -> dict[str, Any]:
    return asdict(value) if hasattr(value, "__dataclass_fields__") else {}
