"""Methods x protocols on a dataset: the raw answers from which every table is made."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from threadpoolctl import threadpool_limits

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.method import Curves, Rehearsal, VectorCurves, VectorMethod
from dupeval.metrics import PairScores
from dupeval.protocol import Choice, Protocol
from dupeval.representation.cache import VectorCache


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
class Timing:
    """How long one stage of one method took, in seconds."""

    method: str
    stage: str
    wall_s: float
    cpu_s: float


@dataclass(frozen=True)
class Evaluation:
    """All results of a run, methods within protocols in the order given, and its timings."""

    results: tuple[QueryResult, ...]
    groups: tuple[Group, ...]
    timings: tuple[Timing, ...]


@dataclass
class _Stopwatch:
    timings: list[Timing] = field(default_factory=list)

    @contextmanager
    def time(self, method: str, stage: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        elapsed = (time.perf_counter() - wall, time.process_time() - cpu)
        self.timings.append(Timing(method, stage, *elapsed))


def evaluate(
    methods: Mapping[str, VectorMethod],
    protocols: Mapping[str, Protocol],
    dataset: Dataset,
    cache: VectorCache,
    progress: bool = False,
) -> Evaluation:
    """Score every method under every protocol.

    Parameters
    ----------
    methods, protocols : mapping
        By the names that tables show.
    dataset : Dataset
    cache : VectorCache
        Where representations are kept.
    progress : bool, default False
        Show a bar while representations are computed.

    Raises
    ------
    SettingsError
        If a method or a protocol cannot be run on this dataset; the message names it.
    """
    _rehearse(methods, protocols, dataset)
    watch = _Stopwatch()
    curves: dict[str, Curves] = {}
    for name, method in methods.items():
        with watch.time(name, "representation"):
            vectors = cache.vectors(dataset.images, method.representation, progress)
        with watch.time(name, "coordinates"), one_thread():
            curves[name] = VectorCurves.of(method, dataset, vectors)
    results: list[QueryResult] = []
    groups: list[Group] = []
    with one_thread():
        for protocol_name, protocol in protocols.items():
            for name in methods:
                with watch.time(name, protocol_name):
                    scored = score(name, protocol_name, protocol, curves, dataset)
                results += scored
                groups += _groups(scored, curves[name], dataset)
    return Evaluation(tuple(results), tuple(groups), tuple(watch.timings))


def _rehearse(
    methods: Mapping[str, VectorMethod], protocols: Mapping[str, Protocol], dataset: Dataset
) -> None:
    """Find what is impossible before minutes are spent on representations."""
    n_images = [len(query.images) for query in dataset.queries]
    curves = {name: Rehearsal(method, n_images) for name, method in methods.items()}
    for protocol_name, protocol in protocols.items():
        for name in methods:
            score(name, protocol_name, protocol, curves, dataset)


def one_thread() -> AbstractContextManager[object]:
    """Keep linear algebra on one thread: faster for matrices this small, and the same anywhere."""
    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


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


def _groups(scored: Sequence[QueryResult], curves: Curves, dataset: Dataset) -> Iterator[Group]:
    for q, (result, query) in enumerate(zip(scored, dataset.queries, strict=True)):
        choice = result.choice
        labels = curves.partition(q, choice.setting, choice.hidden, choice.threshold)
        for image, label in zip(query.images, labels.tolist(), strict=True):
            names = (result.method, result.protocol, query.slug)
            yield Group(*names, image.name, image.photograph, label)
