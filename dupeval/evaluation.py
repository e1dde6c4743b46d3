"""Methods x protocols on a dataset: the raw answers from which every table is made."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from tqdm import tqdm

from dupeval.clustering.memory import MOST_CONDENSED
from dupeval.clustering.pairs import NEIGHBOURS
from dupeval.dataset import Dataset, Query
from dupeval.engine.answers import Answers
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.folds import Folds, folds_of
from dupeval.engine.predictions import Prediction, predict
from dupeval.engine.rehearsal import rehearse_all
from dupeval.engine.rows import Row, make_row, packed, row_key, unpacked
from dupeval.engine.workshop import Workshop
from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Method, Params, Resources
from dupeval.metric import Metric
from dupeval.metrics import UNSCORED, PairScores, pair_scores
from dupeval.protocol import Decision, Protocol
from dupeval.representation import Representation
from dupeval.representation.cache import Represented
from dupeval.store import Store
from dupeval.timing import Stopwatch, Timing, in_all, one_thread


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


@dataclass(frozen=True)
class Absence:
    """A method that gave no scores.

    Attributes
    ----------
    method : str
    source : {"missing", "failed", "published"}
        What tables say in place of ``measured``.
    reason : str
    """

    method: str
    source: str
    reason: str


@dataclass(frozen=True)
class Spread:
    """The least and the most mean F1 of several runs of one method under one protocol."""

    method: str
    protocol: str
    n_runs: int
    f1_least: float
    f1_most: float


@dataclass(frozen=True)
class Evaluation:
    """All results of a run, methods within protocols in the order given.

    Attributes
    ----------
    results, groups, timings : tuple
    absences : tuple of Absence
        The methods of which there are no results.
    sources : mapping of (str, str) to str
        For every protocol and method that it covers, in the order of the tables: what the row
        rests on, such as ``measured``, or what an absence has in its place.
    spreads : tuple of Spread
        Of methods that were run several times, whose results are those of the first run.
    notes : tuple of str
        What must stand beside the tables: rows in which no two images are together.
    pooled : mapping of (str, str) to mapping of str to float
        For protocols and methods, by name: metrics of the distances of all queries together.
    """

    results: tuple[QueryResult, ...]
    groups: tuple[Group, ...]
    timings: tuple[Timing, ...]
    absences: tuple[Absence, ...] = ()
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    spreads: tuple[Spread, ...] = ()
    notes: tuple[str, ...] = ()
    pooled: Mapping[tuple[str, str], Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """What all rows of a run share."""

    dataset: Dataset
    resources: Resources
    folds: Folds
    metrics: Sequence[Metric]


def evaluate(
    methods: Mapping[str, Method],
    protocols: Mapping[str, Protocol],
    dataset: Dataset,
    resources: Resources,
    metrics: Iterable[Metric] = (),
    folds: Folds | None = None,
) -> Evaluation:
    """Score every method under every protocol that covers it.

    A method that cannot be run here, or fails, is an absence, and a row for which the
    dataset has too few queries has a note that says so; the others are not disturbed.

    Parameters
    ----------
    methods, protocols : mapping
        By the names that tables show.
    dataset : Dataset
    resources : Resources
    metrics : iterable of Metric, default ()
        What else is said of the predictions.
    folds : Folds, optional
        By default those of `dupeval.engine.folds.folds_of`.

    Raises
    ------
    SettingsError
        If a method or a protocol cannot be run as configured, or no row at all is possible; the
        message names it.

    Warns
    -----
    UserWarning
        Of each row that is not possible, or in which no two images are together.
    """
    rows = _covered(methods, protocols)
    folds = folds or folds_of(dataset)
    n_images = [len(query.images) for query in dataset.queries]
    wanted, impossible = rehearse_all(rows, methods, protocols, n_images, folds)
    runs, absences, timings = _run_all(methods, wanted, dataset, resources, folds)
    results: list[QueryResult] = []
    groups: list[Group] = []
    spreads: list[Spread] = []
    of_all: dict[tuple[str, str], Mapping[str, float]] = {}
    work = Work(dataset, resources, folds, list(metrics))
    notes: list[str] = list(impossible.values())
    if folds.note and any(protocols[name].honest for name, _ in rows):
        notes.append(folds.note)
    notes += [
        f"query {query.slug!r} has {len(query.images):,} images: of vectors and hashes only pairs "
        f"within a radius count, in which an image has {NEIGHBOURS} others on average; cuts up to "
        "there are exact, and no threshold above it is tried"
        for query in dataset.queries
        if len(query.images) > MOST_CONDENSED
    ]
    if folds.unscored:
        notes.append(
            f"queries without a pair to score: {len(folds.unscored)} of {folds.n_queries}, "
            "which are grouped and not scored"
        )
    with one_thread():
        # Rows that are read from the store take less than the delay.
        hidden = not resources.progress
        for protocol_name, name in tqdm(rows, "rows", unit="row", delay=2.0, disable=hidden):
            if name not in runs or (protocol_name, name) in impossible:
                continue
            seen = {m: runs[m][0] for p, m in rows if p == protocol_name and m in runs}
            watch, protocol = Stopwatch(name), protocols[protocol_name]
            made = [
                _row(name, (protocol_name, protocol), {**seen, name: run}, i, work, watch)
                for i, run in enumerate(runs[name])
            ]
            scored = [_results(row, name, protocol_name, dataset) for row in made]
            timings.append(in_all(watch.timings))
            results += scored[0]
            of_all[protocol_name, name] = made[0].pooled
            groups += _groups(made[0].predictions, name, protocol_name, dataset)
            if len(scored) > 1:
                f1 = [float(np.nanmean([result.scores.f1 for result in run])) for run in scored]
                spreads.append(Spread(name, protocol_name, len(f1), min(f1), max(f1)))
            # A threshold of another method may well join nothing; the tables count it.
            if protocol.threshold_of is None:
                notes += _nothing_together(made[0].predictions, name, protocol_name, methods[name])
    for note in notes:
        warnings.warn(note, stacklevel=2)
    source = {name: method.source for name, method in methods.items()}
    source |= {absence.method: absence.source for absence in absences}
    return Evaluation(
        tuple(results),
        tuple(groups),
        tuple(timings),
        tuple(absences),
        sources={row: "failed" if row in impossible else source[row[1]] for row in rows},
        spreads=tuple(spreads),
        notes=tuple(notes),
        pooled=of_all,
    )


def _row(
    name: str,
    protocol: tuple[str, Protocol],
    seen: Mapping[str, ScoredAnswers],
    run: int,
    work: Work,
    watch: Stopwatch,
) -> Row:
    """Return a row as it is kept, or make it."""
    methods = {other: answers.method for other, answers in seen.items()}
    key = row_key(name, methods, protocol[1], work.metrics, work.dataset, work.folds, run)
    store = Store(work.resources.cache_dir / "rows")
    sizes = [len(query.images) for query in work.dataset.queries]
    kept = (
        None if key is None or work.resources.fresh else store.read(key, partial(unpacked, sizes))
    )
    if kept is not None:
        row, wall_s, cpu_s = kept
        watch.add(protocol[0], wall_s, cpu_s, stored=True)
        return row
    for answers in seen.values():
        answers.answers.prepare_fits()
    with watch.time(protocol[0]):
        row = make_row(predict(name, protocol[1], seen), work.dataset, work.metrics)
    if key is not None:
        store.put(key, packed(row, watch.timings[-1]))
    return row


def _results(row: Row, name: str, protocol_name: str, dataset: Dataset) -> list[QueryResult]:
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


def _run_all(
    methods: Mapping[str, Method],
    wanted: Mapping[str, Sequence[Params]],
    dataset: Dataset,
    resources: Resources,
    folds: Folds,
) -> tuple[dict[str, list[ScoredAnswers]], list[Absence], list[Timing]]:
    """Let every method do its work; what one of them cannot do disturbs no other."""
    truths = [query.truth for query in dataset.queries]
    runs: dict[str, list[ScoredAnswers]] = {}
    absences: list[Absence] = []
    timings: list[Timing] = []
    shelf: dict[Representation, Represented] = {}
    for name, method in methods.items():
        watch = Stopwatch(name)
        try:
            for run in range(method.n_runs):
                answers = Answers(method, Workshop(dataset, resources, watch, run, shelf), folds)
                answers.prepare(wanted.get(name, ()))
                runs.setdefault(name, []).append(ScoredAnswers(answers, truths))
        except NoScoresError as error:
            runs.pop(name, None)
            absences.append(Absence(name, error.source, str(error)))
        timings += watch.timings
    return runs, absences, timings


def _covered(
    methods: Mapping[str, Method], protocols: Mapping[str, Protocol]
) -> list[tuple[str, str]]:
    rows = [
        (protocol_name, name)
        for protocol_name, protocol in protocols.items()
        for name, method in methods.items()
        if protocol.covers(method)
    ]
    left_out = set(methods) - {name for _, name in rows}
    if left_out:
        raise SettingsError(
            f"no protocol of this run covers {', '.join(sorted(left_out))}; possible: protocol=loqo"
        )
    return rows


def _nothing_together(
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


def _groups(
    predictions: Sequence[Prediction], name: str, protocol_name: str, dataset: Dataset
) -> Iterator[Group]:
    for each in predictions:
        query = dataset.queries[each.query]
        for (image, label), group in zip(query.with_labels, each.labels.tolist(), strict=True):
            yield Group(name, protocol_name, query.slug, image.name, label.photograph, group)
