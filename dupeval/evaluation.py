"""Methods x protocols on a dataset: the raw answers from which every table is made."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from dupeval.dataset import Dataset
from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Curves, Method, Resources
from dupeval.metrics import PairScores
from dupeval.protocol import Choice, Protocol
from dupeval.timing import Stopwatch, Timing, one_thread


@dataclass(frozen=True)
class QueryResult:
    """What one method reached on one query under one protocol, and with which choice."""

    method: str
    protocol: str
    query: str
    scores: PairScores
    choice: Choice


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
    """

    results: tuple[QueryResult, ...]
    groups: tuple[Group, ...]
    timings: tuple[Timing, ...]
    absences: tuple[Absence, ...] = ()
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    spreads: tuple[Spread, ...] = ()
    notes: tuple[str, ...] = ()


def evaluate(
    methods: Mapping[str, Method],
    protocols: Mapping[str, Protocol],
    dataset: Dataset,
    resources: Resources,
) -> Evaluation:
    """Score every method under every protocol that covers it.

    A method that cannot be run here, or fails, is an absence; the others are not disturbed.

    Parameters
    ----------
    methods, protocols : mapping
        By the names that tables show.
    dataset : Dataset
    resources : Resources

    Raises
    ------
    SettingsError
        If a method or a protocol cannot be run on this dataset; the message names it.

    Warns
    -----
    UserWarning
        Of each row in which no two images are together.
    """
    rows = _covered(methods, protocols)
    _rehearse(rows, methods, protocols, dataset)
    curves, absences, timings = _curves(methods, dataset, resources)
    results: list[QueryResult] = []
    groups: list[Group] = []
    spreads: list[Spread] = []
    notes: list[str] = []
    with one_thread():
        for protocol_name, name in rows:
            if name in curves:
                watch = Stopwatch(name)
                with watch.time(protocol_name):
                    protocol, seen = protocols[protocol_name], _seen(protocol_name, rows, curves)
                    scored = score(name, protocol_name, protocol, seen, dataset)
                timings += watch.timings
                results += scored
                groups += _groups(scored, curves[name], dataset)
                spreads += _spread(scored, protocol, seen, dataset)
                notes += _nothing_together(scored, methods[name])
    for note in notes:
        warnings.warn(note, stacklevel=2)
    source = {name: method.source for name, method in methods.items()}
    source |= {absence.method: absence.source for absence in absences}
    return Evaluation(
        tuple(results),
        tuple(groups),
        tuple(timings),
        tuple(absences),
        sources={(protocol_name, name): source[name] for protocol_name, name in rows},
        spreads=tuple(spreads),
        notes=tuple(notes),
    )


def _curves(
    methods: Mapping[str, Method], dataset: Dataset, resources: Resources
) -> tuple[dict[str, Curves], list[Absence], list[Timing]]:
    """Let every method do its work; what one of them cannot do disturbs no other."""
    curves: dict[str, Curves] = {}
    absences: list[Absence] = []
    timings: list[Timing] = []
    for name, method in methods.items():
        watch = Stopwatch(name)
        try:
            curves[name] = method.curves(dataset, resources, watch)
        except NoScoresError as error:
            absences.append(Absence(name, error.source, str(error)))
        timings += watch.timings
    return curves, absences, timings


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


def _rehearse(
    rows: Sequence[tuple[str, str]],
    methods: Mapping[str, Method],
    protocols: Mapping[str, Protocol],
    dataset: Dataset,
) -> None:
    """Find what is impossible before minutes are spent on long work."""
    n_images = [len(query.images) for query in dataset.queries]
    curves = {name: method.rehearsal(n_images) for name, method in methods.items()}
    for protocol_name, name in rows:
        seen = _seen(protocol_name, rows, curves)
        score(name, protocol_name, protocols[protocol_name], seen, dataset)


def _seen(
    protocol_name: str, rows: Sequence[tuple[str, str]], curves: Mapping[str, Curves]
) -> dict[str, Curves]:
    """Return the curves of the methods that a protocol covers."""
    return {name: curves[name] for p, name in rows if p == protocol_name and name in curves}


def score(
    name: str,
    protocol_name: str,
    protocol: Protocol,
    curves: Mapping[str, Curves],
    dataset: Dataset,
) -> list[QueryResult]:
    """Score one method under one protocol; see `evaluate`."""
    try:
        choices = protocol.choose(name, curves)
        scores = [
            curves[name].curve(q, choice.setting, choice.hidden).at(choice.threshold)
            for q, choice in enumerate(choices)
        ]
    except SettingsError as error:
        raise SettingsError(f"method {name}, protocol {protocol_name}: {error}") from None
    return [
        QueryResult(name, protocol_name, query.slug, score, choice)
        for query, choice, score in zip(dataset.queries, choices, scores, strict=True)
    ]


def _spread(
    scored: Sequence[QueryResult],
    protocol: Protocol,
    curves: Mapping[str, Curves],
    dataset: Dataset,
) -> Iterator[Spread]:
    name, protocol_name = scored[0].method, scored[0].protocol
    runs = [
        score(name, protocol_name, protocol, {**curves, name: other}, dataset)
        for other in curves[name].other_runs
    ]
    if runs:
        f1 = [fmean(result.scores.f1 for result in run) for run in (scored, *runs)]
        yield Spread(name, protocol_name, len(f1), min(f1), max(f1))


def _nothing_together(scored: Sequence[QueryResult], method: Method) -> Iterator[str]:
    """Say where a row claims nothing: its F1 may be a figure of a mistake, not of the method."""
    if any(result.scores.tp + result.scores.fp for result in scored):
        return
    check = "its threshold"
    if method.external:
        check += ", and that its output is read in the right format (docs/tools.md)"
    yield (
        f"{scored[0].method} under {scored[0].protocol} puts no two images together in any of "
        f"{len(scored)} queries; check {check}"
    )


def _groups(scored: Sequence[QueryResult], curves: Curves, dataset: Dataset) -> Iterator[Group]:
    for q, (result, query) in enumerate(zip(scored, dataset.queries, strict=True)):
        choice = result.choice
        labels = curves.partition(q, choice.setting, choice.hidden, choice.threshold)
        for image, label in zip(query.images, labels.tolist(), strict=True):
            names = (result.method, result.protocol, query.slug)
            yield Group(*names, image.name, image.photograph, label)
