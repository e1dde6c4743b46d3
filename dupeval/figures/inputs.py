"""What figures are drawn from: the dataset, methods on it, and stored results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from dupeval.dataset import Dataset
from dupeval.engine.answers import Answers
from dupeval.engine.workshop import Workshop
from dupeval.errors import SettingsError
from dupeval.method import Method, Resources
from dupeval.method.vectors import VectorMethod
from dupeval.protocol import Protocol
from dupeval.settings import flat_settings
from dupeval.stored import StoredResults, read_results
from dupeval.stored_run import StoredResultsError, honest_first
from dupeval.timing import Stopwatch


@dataclass(frozen=True, eq=False)
class FigureInputs:
    """What figures are drawn from.

    Whatever is asked for by a name that does not exist is a `SettingsError` that lists those that
    do; stored results that are missing, or of another dataset, are a `StoredResultsError`.

    Attributes
    ----------
    dataset : Dataset
    methods : mapping of str to Method
        Those of the configuration, by name, and those that only the stored results have.
    protocols : mapping of str to Protocol
        Those of the configuration, by name.
    settings : mapping of str to mapping
        The methods' configuration, as JSON values.
    table1_dir : Path
        Where Table 1 is stored.
    """

    dataset: Dataset
    methods: Mapping[str, Method]
    protocols: Mapping[str, Protocol]
    settings: Mapping[str, Any]
    resources: Resources
    table1_dir: Path
    seed: int
    _answers: dict[int, Answers] = field(default_factory=dict)

    @property
    def slugs(self) -> list[str]:
        """The queries, in the dataset's order."""
        return [query.slug for query in self.dataset.queries]

    def place(self, slug: str | None) -> int:
        """Return the place of a query in the dataset; None means the second, or the only one."""
        if slug is None:
            return min(1, len(self.slugs) - 1)
        if slug not in self.slugs:
            possible = _listed(self.slugs)
            raise SettingsError(f"query={slug}: there is no such query; possible: {possible}")
        return self.slugs.index(slug)

    def method(self, name: str) -> Method:
        """Return a method of the run."""
        if name not in self.methods:
            possible = _listed(self.methods)
            raise SettingsError(f"the method {name!r} is not in the run; possible: {possible}")
        return self.methods[name]

    def vector_method(self, name: str) -> VectorMethod:
        """Return a method of the run that has vectors and dendrograms."""
        method = self.method(name)
        if not isinstance(method, VectorMethod):
            possible = _listed(n for n, m in self.methods.items() if isinstance(m, VectorMethod))
            raise SettingsError(f"the method {name!r} has no vectors; possible: {possible}")
        return method

    def answers(self, name: str) -> Answers:
        """Return the answers of any method, an external tool's too, computed when asked for.

        If it cannot be run here that is a `NoScoresError`.
        """
        method = self.method(name)
        if id(method) not in self._answers:
            answers = Answers(method, Workshop(self.dataset, self.resources, Stopwatch(name)))
            answers.prepare([])
            self._answers[id(method)] = answers
        return self._answers[id(method)]

    def described(self, *names: str) -> dict[str, Any]:
        """Return the settings of methods that a caption names; of several, by dotted names."""
        left_out = ("grid.", "threshold")
        one = {"method": names[0]} if len(names) == 1 else {}
        return one | {
            key if one else f"{name}.{key}": value
            for name in names
            for key, value in flat_settings(self.settings[name]).items()
            if not key.startswith(left_out)
        }

    def distance_of(self, name: str) -> str:
        """Return what a method's thresholds are, for the label of an axis."""
        method = self.method(name)
        own = method.metric if isinstance(method, VectorMethod) else "its own"
        return f"{own} distance"

    @cached_property
    def stored(self) -> StoredResults:
        """Table 1."""
        return read_results(self.table1_dir, self.dataset, self.settings)

    @property
    def table1_sha256(self) -> str | None:
        """SHA-256 of the ``table1.csv`` that was read; None as long as `stored` was not asked for.

        `dataclasses.replace` gives inputs that share the answers and have read nothing yet.
        """
        return self.stored.table1_sha256 if "stored" in vars(self) else None

    def protocol(self, wanted: str | None) -> str:
        """Return the protocol that is wanted; None means the first honest one of the run."""
        return wanted or honest_first(self.stored.run["protocols"])[0]

    def one_axis(self, wanted: str | None, methods: Iterable[str]) -> str:
        """Return a protocol under which each method has the same parameters in all queries.

        Only then are the distances of all queries of one kind, and can share an axis. None means
        the first such protocol of the run, the honest ones before others.
        """
        tried = [wanted] if wanted else honest_first(self.stored.run["protocols"])
        names = list(methods)
        for protocol in tried:
            if all(self.stored.has_one_setting(method, protocol) for method in names):
                return protocol
        raise SettingsError(
            f"{', '.join(tried)}: queries have other parameters than others, and their distances "
            "share no axis; possible: a protocol that chooses thresholds alone, such as loqo"
        )

    def named(self, protocol: str) -> str:
        """Return what a protocol of the stored run is called in a legend."""
        return f"{self.stored.said_of(protocol)['caption']} ({protocol})"

    def stored_for(self, name: str) -> StoredResults:
        """Return Table 1, if its results of a method were made with the settings now in force.

        Else a `StoredResultsError` lists the settings that differ.
        """
        then = self.stored.run["configuration"]["methods"].get(name)
        if then is None:
            raise StoredResultsError(f"{self.table1_dir} has no results of the method {name!r}")
        before, now = flat_settings(then), flat_settings(self.settings[name])
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
        return self.stored


def _listed(names: Iterable[str], most: int = 40) -> str:
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
