"""Rows that an earlier run kept: what is found is neither made again nor prepared for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dupeval.dataset import Dataset
from dupeval.engine.folds import Folds
from dupeval.engine.rows import Row, packed, row_key, timings_before, unpacked
from dupeval.errors import NoScoresError
from dupeval.method import Method, Resources
from dupeval.metric import Metric
from dupeval.protocol import Protocol
from dupeval.store import Entry, Store
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
        self._keys: dict[tuple[str, str], list[dict[str, Any] | None]] = {}
        self._found: dict[tuple[str, str], list[Entry]] = {}
        # Methods that are looked at by rows which must be made.
        self.asked: set[str] = set()
        for protocol, name in rows:
            beside = {other: methods[other] for own, other in rows if own == protocol}
            keys = [
                _key(name, beside, protocols[protocol], work, run)
                for run in range(methods[name].n_runs)
            ]
            self._keys[protocol, name] = keys
            fresh = work.resources.fresh
            found = [None if key is None or fresh else self._store.get(key) for key in keys]
            entries = [entry for entry in found if entry is not None]
            if len(entries) == len(keys):
                self._found[protocol, name] = entries
            else:
                looked_at = protocols[protocol].looks_at(name)
                self.asked |= {name, *(beside if looked_at is None else looked_at)}

    def timings(self, method: str) -> list[Timing]:
        """Return what a method did before its rows when they were made, if one is kept."""
        own = (entries for (_, name), entries in self._found.items() if name == method)
        return next((timings_before(entries[0], method) for entries in own), [])

    def rows(self, protocol: str, watch: Stopwatch) -> list[Row]:
        """Return a row of the watch's method, one a run, telling what it took; [] if not kept."""
        entries = self._found.get((protocol, watch.method), [])
        for entry in entries:
            watch.add(protocol, entry.about["wall_s"], entry.about["cpu_s"], stored=True)
        return [unpacked(entry) for entry in entries]

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
