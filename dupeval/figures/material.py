"""What figures are drawn from: the dataset, methods on it, and stored results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dupeval.dataset import Dataset
from dupeval.engine.answers import Answers
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.workshop import Workshop
from dupeval.errors import SettingsError
from dupeval.method import Method, Resources
from dupeval.method.vectors import VectorMethod
from dupeval.method.views import Vectors
from dupeval.protocol import Protocol
from dupeval.stored import StoredResults, read_results
from dupeval.stored_run import StoredResultsError
from dupeval.timing import Stopwatch

# Settings that change where and how fast a method works, never what it answers.
_OF_THE_MACHINE = (
    *("_target_", "weights_dir", "device", "batch_size"),
    *("time_limit_s", "repeats"),
)


@dataclass(frozen=True, eq=False)
class Material:
    """What figures are drawn from.

    Attributes
    ----------
    dataset : Dataset
    methods : mapping of str to Method
        The methods of the configuration, by name.
    protocols : mapping of str to Protocol
        Those of the configuration, by name.
    settings : mapping of str to mapping
        The methods' configuration, as JSON values.
    resources : Resources
    table1_dir : Path
        Where Table 1 is stored.
    seed : int
    """

    dataset: Dataset
    methods: Mapping[str, Method]
    protocols: Mapping[str, Protocol]
    settings: Mapping[str, Any]
    resources: Resources
    table1_dir: Path
    seed: int
    _answers: dict[str, tuple[Method, Answers]] = field(default_factory=dict)

    def place(self, slug: str | None) -> int:
        """Return the place of a query in the dataset; None means the second, or the only one.

        Raises
        ------
        SettingsError
            If there is no such query; the message lists those that there are.
        """
        slugs = [query.slug for query in self.dataset.queries]
        if slug is None:
            return min(1, len(slugs) - 1)
        if slug not in slugs:
            raise SettingsError(f"query={slug}: there is no such query; possible: {_listed(slugs)}")
        return slugs.index(slug)

    def method(self, name: str) -> Method:
        """Return a method of the configuration.

        Raises
        ------
        SettingsError
            If there is no such method; the message lists those that there are.
        """
        if name not in self.methods:
            possible = _listed(list(self.methods))
            raise SettingsError(f"the method {name!r} is not in the run; possible: {possible}")
        return self.methods[name]

    def vector_method(self, name: str) -> VectorMethod:
        """Return a method of the configuration that has vectors and dendrograms.

        Raises
        ------
        SettingsError
            If there is no such method; the message lists those that there are.
        """
        method = self.method(name)
        if not isinstance(method, VectorMethod):
            possible = [n for n, m in self.methods.items() if isinstance(m, VectorMethod)]
            raise SettingsError(
                f"the method {name!r} has no vectors; possible: {_listed(possible)}"
            )
        return method

    def answers(self, name: str) -> Answers:
        """Return the answers of any method, an external tool's too, computed when asked for.

        Raises
        ------
        SettingsError
            If there is no such method; the message lists those that there are.
        NoScoresError
            If it cannot be run here.
        """
        method = self.method(name)
        known = self._answers.get(name)
        if known is None or known[0] is not method:
            workshop = Workshop(self.dataset, self.resources, Stopwatch(name))
            known = (method, Answers(method, workshop))
            known[1].prepare([])
            self._answers[name] = known
        return known[1]

    def scored(self, name: str) -> ScoredAnswers:
        """Return the scored answers of a method; see `answers`."""
        photographs = [query.photographs for query in self.dataset.queries]
        return ScoredAnswers(self.answers(name), photographs)

    def vectors(self, name: str, query: int) -> Vectors:
        """Return the vectors of a query, before any reduction."""
        representation = self.vector_method(name).representation
        return self.answers(name).queries[query].vectors(representation)

    def caption(self, protocol: str) -> str:
        """Return what a protocol does, in a few words; empty if it is not in the configuration."""
        return self.protocols[protocol].caption if protocol in self.protocols else ""

    def described(self, name: str) -> dict[str, Any]:
        """Return the settings of a method that a caption names."""
        left_out = ("grid.", "threshold")
        flat = _flat(self.settings[name])
        return {
            "method": name,
            **{key: value for key, value in flat.items() if not key.startswith(left_out)},
        }

    @cached_property
    def stored(self) -> StoredResults:
        """Table 1, if it was made from this dataset; see `read_results`."""
        return read_results(self.table1_dir, self.dataset)

    @property
    def table1_sha256(self) -> str | None:
        """SHA-256 of the ``table1.csv`` that was read; None as long as `stored` was not asked for.

        `dataclasses.replace` gives a material that shares the answers and has read nothing yet.
        """
        return self.stored.table1_sha256 if "stored" in vars(self) else None

    def stored_for(self, name: str) -> StoredResults:
        """Return Table 1, if its results of a method were made with the settings now in force.

        Raises
        ------
        StoredResultsError
            See `stored`; the message lists the settings that differ.
        """
        stored = self.stored
        then = stored.run["configuration"]["methods"].get(name)
        if then is None:
            raise StoredResultsError(f"{self.table1_dir} has no results of the method {name!r}")
        before, now = _flat(then), _flat(self.settings[name])
        differences = [
            f"{key} was {before.get(key)} and is {now.get(key)}"
            for key in sorted({*before, *now})
            if before.get(key) != now.get(key)
        ]
        if differences:
            raise StoredResultsError(
                f"the results of {name} in {self.table1_dir} were made with other settings: "
                f"{'; '.join(differences)}"
            )
        return stored


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested settings by dotted names."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if key in _OF_THE_MACHINE:
            continue
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _listed(names: list[str], most: int = 40) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
