"""Rows that an earlier run kept: what is found is neither made again nor prepared for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dupeval.dataset import Dataset
from dupeval.engine.folds import Folds
from dupeval.engine.rows import KeptRow, Row, packed, row_key, unpacked
from dupeval.errors import NoScoresError
from dupeval.method import Method, Resources
from dupeval.metric import Metric
from dupeval.protocol import Protocol
from dupeval.store import Store
from dupeval.timing import Stopwatch, Timing


@dataclass(frozen=True)
class Work:
    """What all rows of a run share."""

    dataset: Dataset
    resources: Resources
    folds: Folds
    metrics: Sequence[Metric]


class KeptRows:
    """What is known of the rows of a table before any work is done.

    Parameters
    ----------
    rows : sequence of (str, str)
        Protocol and method of each.
    methods, protocols : mapping
        By name.
    work : Work
    """

    def __init__(
        self,
        rows: Sequence[tuple[str, str]],
        methods: Mapping[str, Method],
        protocols: Mapping[str, Protocol],
        work: Work,
    ) -> None:
        self._store = Store(work.resources.cache_dir / "rows")
        self._sizes = [len(query.images) for query in work.dataset.queries]
        self._keys: dict[tuple[str, str], list[dict[str, Any] | None]] = {}
        self._found: dict[tuple[str, str], list[KeptRow]] = {}
        # Methods that are looked at by rows which must be made.
        self.asked: set[str] = set()
        for protocol, name in rows:
            beside = {other: methods[other] for own, other in rows if own == protocol}
            keys = [
                _key(name, beside, protocols[protocol], work, run)
                for run in range(methods[name].n_runs)
            ]
            self._keys[protocol, name] = keys
            found = [] if work.resources.fresh else [*filter(None, map(self._read, keys))]
            if len(found) == len(keys):
                self._found[protocol, name] = found
            else:
                looked_at = protocols[protocol].looks_at(name)
                self.asked |= {name, *(beside if looked_at is None else looked_at)}

    def _read(self, key: dict[str, Any] | None) -> KeptRow | None:
        return None if key is None else self._store.read(key, partial(unpacked, self._sizes))

    def timings(self, method: str) -> list[Timing]:
        """Return what a method did before its rows when they were made, if one is kept."""
        own = (runs[0] for (_, name), runs in self._found.items() if name == method)
        return next((kept.timings_before(method) for kept in own), [])

    def rows(self, protocol: str, watch: Stopwatch) -> list[Row]:
        """Return a row of the watch's method, one a run, telling what it took; [] if not kept."""
        runs = self._found.get((protocol, watch.method), [])
        for kept in runs:
            watch.add(protocol, kept.wall_s, kept.cpu_s, stored=True)
        return [kept.row for kept in runs]

    def keep(
        self, protocol: str, run: int, row: Row, took: Timing, before: Sequence[Timing]
    ) -> None:
        """Keep a row that was made, if it is known what changes it; see `packed`."""
        key = self._keys[protocol, took.method][run]
        if key is not None:
            self._store.put(key, packed(row, took, before))


def _key(
    name: str, methods: Mapping[str, Method], protocol: Protocol, work: Work, run: int
) -> dict[str, Any] | None:
    try:
        return row_key(name, methods, protocol, work.metrics, work.dataset, work.folds, run)
    except NoScoresError:  # What says its version is not here; preparing the method tells that.
        return None
