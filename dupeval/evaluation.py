"""Methods x protocols on a dataset: the raw answers from which every table is made."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

from dupeval.clustering.memory import MOST_CONDENSED
from dupeval.clustering.pairs import NEIGHBOURS
from dupeval.dataset import Dataset
from dupeval.engine.answers import Answers
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.folds import Folds, folds_of
from dupeval.engine.kept import KeptRows, Work
from dupeval.engine.predictions import predict
from dupeval.engine.rehearsal import rehearse_all
from dupeval.engine.rows import Row, make_row
from dupeval.engine.workshop import Workshop
from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Method, Params, Resources
from dupeval.metric import Metric
from dupeval.protocol import Protocol
from dupeval.representation import Representation
from dupeval.representation.cache import Represented
from dupeval.scored import Group, QueryResult, groups_of, nothing_together, results_of
from dupeval.timing import Stopwatch, Timing, in_all, one_thread


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
    work = Work(dataset, resources, folds, list(metrics))
    possible = [row for row in rows if row not in impossible]
    kept = KeptRows(possible, methods, protocols, work)
    # Of a method whose rows are kept nothing is asked.
    wanted = {name: params for name, params in wanted.items() if name in kept.asked}
    runs, absences, before = _run_all(methods, wanted, work)
    timings = [
        timing
        for name, own in before.items()
        for timing in (own if name in kept.asked else kept.timings(name))
    ]
    results: list[QueryResult] = []
    groups: list[Group] = []
    spreads: list[Spread] = []
    of_all: dict[tuple[str, str], Mapping[str, float]] = {}
    notes = list(impossible.values())
    if folds.note and any(protocols[name].honest for name, _ in rows):
        notes.append(folds.note)
    notes += _notes(dataset, folds)
    with one_thread():
        # Rows that are read from the store take less than the delay.
        hidden = not resources.progress
        for protocol_name, name in tqdm(possible, "rows", unit="row", delay=2.0, disable=hidden):
            if name not in runs:
                continue
            watch, protocol = Stopwatch(name), protocols[protocol_name]
            made = kept.rows(protocol_name, watch)
            if not made:
                seen = {m: runs[m][0] for p, m in rows if p == protocol_name and m in runs}
                for i, run in enumerate(runs[name]):
                    row = _made((protocol_name, protocol), {**seen, name: run}, work, watch)
                    kept.keep(protocol_name, i, row, watch.timings[-1], before[name])
                    made.append(row)
            scored = [results_of(row, name, protocol_name, dataset) for row in made]
            timings.append(in_all(watch.timings))
            results += scored[0]
            of_all[protocol_name, name] = made[0].pooled
            groups += groups_of(made[0].predictions, name, protocol_name, dataset)
            if len(scored) > 1:
                f1 = [float(np.nanmean([result.scores.f1 for result in run])) for run in scored]
                spreads.append(Spread(name, protocol_name, len(f1), min(f1), max(f1)))
            # A threshold of another method may well join nothing; the tables count it.
            if protocol.threshold_of is None:
                notes += nothing_together(made[0].predictions, name, protocol_name, methods[name])
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


def _notes(dataset: Dataset, folds: Folds) -> Iterator[str]:
    """Say what a dataset leaves out of account, whichever the methods."""
    for query in dataset.queries:
        if len(query.images) > MOST_CONDENSED:
            yield (
                f"query {query.slug!r} has {len(query.images):,} images: of vectors and hashes "
                "only pairs within a radius count, in which an image has "
                f"{NEIGHBOURS} others on average; cuts up to there are exact, and no threshold "
                "above it is tried"
            )
    if folds.unscored:
        yield (
            f"queries without a pair to score: {len(folds.unscored)} of {folds.n_queries}, "
            "which are grouped and not scored"
        )


def _made(
    protocol: tuple[str, Protocol], seen: Mapping[str, ScoredAnswers], work: Work, watch: Stopwatch
) -> Row:
    for answers in seen.values():
        answers.answers.prepare_fits()
    with watch.time(protocol[0]):
        predictions = predict(watch.method, protocol[1], seen)
        return make_row(predictions, work.dataset, work.metrics)


def _run_all(
    methods: Mapping[str, Method], wanted: Mapping[str, Sequence[Params]], work: Work
) -> tuple[dict[str, list[ScoredAnswers]], list[Absence], dict[str, list[Timing]]]:
    """Let every method do its work; what one of them cannot do disturbs no other."""
    truths = [query.truth for query in work.dataset.queries]
    runs: dict[str, list[ScoredAnswers]] = {}
    absences: list[Absence] = []
    timings: dict[str, list[Timing]] = {}
    shelf: dict[Representation, Represented] = {}
    for name, method in methods.items():
        watch = Stopwatch(name)
        try:
            for run in range(method.n_runs):
                workshop = Workshop(work.dataset, work.resources, watch, run, shelf)
                answers = Answers(method, workshop, work.folds)
                answers.prepare(wanted.get(name, ()))
                runs.setdefault(name, []).append(ScoredAnswers(answers, truths))
        except NoScoresError as error:
            runs.pop(name, None)
            absences.append(Absence(name, error.source, str(error)))
        timings[name] = list(watch.timings)
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
