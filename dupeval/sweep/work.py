"""Finding outcomes on disk, and computing those that are not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from joblib import delayed
from tqdm import tqdm

from dupeval.engine.answers import Answers
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.workshop import Workshop
from dupeval.errors import SettingsError
from dupeval.files import json_sha256
from dupeval.method import Params
from dupeval.representation.cache import VectorCache
from dupeval.store import Store
from dupeval.sweep.grid import Family
from dupeval.sweep.outcome import Outcome, ignore, outcomes
from dupeval.sweep.plan import Planned, Workplace
from dupeval.timing import Stopwatch, one_thread
from dupeval.workers import in_processes

Compute = Literal["always", "never", "only_missing"]


@dataclass(frozen=True)
class _Job:
    """Settings of one family, computed together."""

    family: Family
    settings: Sequence[Params]
    keys: Sequence[str]


def find(
    planned: Sequence[Planned], place: Workplace, compute: Compute = "only_missing"
) -> dict[str, Outcome]:
    """Return all outcomes by key.

    Parameters
    ----------
    planned : sequence of Planned
    place : Workplace
        Each outcome is kept in its store as soon as its family is done.
    compute : {"always", "never", "only_missing"}, default "only_missing"
        Which outcomes to compute: all anew, none, or those that are not in the store.

    Raises
    ------
    SettingsError
        If there is something to compute but nothing may be.
    """
    by_key = {one.key: one for one in planned}
    found: dict[str, Outcome] = {}
    if compute != "always":
        found = _stored(by_key, place.store)
    missing = [one for key, one in by_key.items() if key not in found]
    if missing and compute == "never":
        raise SettingsError(
            f"compute=never, but {len(missing)} of {len(by_key)} settings are not stored; "
            "possible: compute=only_missing"
        )
    if missing:
        _compute(missing, place)
        found |= _stored([one.key for one in missing], place.store)
    return found


def _stored(keys: Iterable[str], store: Store) -> dict[str, Outcome]:
    found = {key: store.read({"outcome": key}, Outcome.of) for key in keys}
    return {key: outcome for key, outcome in found.items() if outcome is not None}


def _compute(missing: Sequence[Planned], place: Workplace) -> None:
    bundles, progress = _bundles(missing), place.resources.progress
    if place.processes > 1:
        # Not in the processes: a network has threads of its own for every core.
        cache = VectorCache(place.resources.cache_dir / "vectors")
        for jobs in bundles:
            cache.vectors(place.dataset.images, jobs[0].family.method.representation, progress)
    bar: tqdm[Any]
    with tqdm(total=len(missing), unit="setting", disable=not progress) as bar:
        if place.processes == 1:
            for jobs in bundles:
                _work(jobs, place, _Ticker(bar))
            return
        todo = (delayed(_work)(jobs, place) for jobs in bundles)
        for n_settings in in_processes(place.processes, todo, in_order=False):
            bar.update(n_settings)


def _bundles(missing: Sequence[Planned]) -> list[list[_Job]]:
    """Put together what shares vectors: a bundle is what one process reads them for."""
    by_family: dict[int, list[Planned]] = {}
    for one in missing:
        by_family.setdefault(id(one.family), []).append(one)
    bundles: dict[str, list[_Job]] = {}
    for members in by_family.values():
        family = members[0].family
        job = _Job(family, [one.setting for one in members], [one.key for one in members])
        bundles.setdefault(json_sha256(family.method.representation.key), []).append(job)
    return list(bundles.values())


class _Ticker:
    """Moves a bar of settings by parts of them."""

    def __init__(self, bar: tqdm[Any]) -> None:
        self._bar, self._exact = bar, float(bar.n)

    def __call__(self, n_settings: float) -> None:
        self._exact += n_settings
        self._bar.update(round(self._exact) - self._bar.n)


def _work(jobs: Sequence[_Job], place: Workplace, tick: Callable[[float], object] = ignore) -> int:
    """Compute and keep the outcomes of jobs that share vectors; return how many there are."""
    workshop = Workshop(place.dataset, place.resources, Stopwatch("sweep"))
    truths = [query.truth for query in place.dataset.queries]
    with one_thread():
        for job in jobs:
            answers = Answers(job.family.method, workshop, place.folds)
            scored = ScoredAnswers(answers, truths)
            found = outcomes(scored, job.settings, place.held_out, tick)
            for key, outcome in zip(job.keys, found, strict=True):
                place.store.put({"outcome": key}, outcome.entry)
    return sum(len(job.settings) for job in jobs)
