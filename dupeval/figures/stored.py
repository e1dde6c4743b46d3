"""Table 1 as a run has stored it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from dupeval.errors import SettingsError
from dupeval.protocol import Choice

COMMAND = "python experiments/table1.py"

_TEXTS = ("method", "protocol", "query", "image", "photograph", "source", "setting")


@dataclass(frozen=True)
class StoredTable1:
    """The files of Table 1, each read when first asked for.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    @cached_property
    def table1(self) -> pd.DataFrame:
        """One row a method and protocol; see `dupeval.tables.table1`."""
        return self._read("table1.csv")

    @cached_property
    def per_query(self) -> pd.DataFrame:
        """One row a method, protocol and query; see `dupeval.tables.per_query_table`."""
        return self._read("per_query.csv")

    @cached_property
    def groups(self) -> pd.DataFrame:
        """One row a method, protocol, query and image; see `dupeval.evaluation.Group`."""
        return self._read("groups.csv")

    @cached_property
    def run(self) -> Mapping[str, Any]:
        """What the run was made of; see `dupeval.provenance.describe_run`."""
        run: Mapping[str, Any] = json.loads(self._path("run.json").read_text(encoding="utf-8"))
        return run

    def row(self, method: str, protocol: str, query: str) -> Mapping[str, Any]:
        """Return the row of `per_query` of one query.

        Raises
        ------
        SettingsError
            If there is none; the message says what was run.
        """
        for name, value in (("method", method), ("protocol", protocol), ("query", query)):
            possible = self.per_query[name].unique().tolist()
            if value not in possible:
                raise SettingsError(
                    f"{self.folder} has no results of the {name} {value!r}; possible: "
                    f"{', '.join(possible)}, or run it first: {COMMAND}"
                )
        of = self.per_query
        rows = of[(of["method"] == method) & (of["protocol"] == protocol) & (of["query"] == query)]
        if rows.empty:
            raise SettingsError(
                f"{self.folder} has no results of {method} under {protocol}; run them first: "
                f"{COMMAND}"
            )
        return {str(name): value for name, value in rows.iloc[0].items()}

    def choice(self, method: str, protocol: str, query: str, place: int) -> Choice:
        """Return what a protocol chose for the query at `place` of the dataset; see `row`."""
        row = self.row(method, protocol, query)
        hidden = frozenset((place,)) if protocol == "loqo" else frozenset[int]()
        return Choice(json.loads(row["setting"]), float(row["threshold"]), hidden)

    def methods_of(self, protocol: str) -> list[str]:
        """Return the methods that have results under a protocol, in their order.

        Raises
        ------
        SettingsError
            If there are none; the message says which protocols were run.
        """
        done = self.per_query
        methods = done.loc[done["protocol"] == protocol, "method"].unique().tolist()
        if not methods:
            possible = ", ".join(done["protocol"].unique())
            raise SettingsError(
                f"{self.folder} has no results of the protocol {protocol!r}; possible: {possible}, "
                f"or run it first: {COMMAND}"
            )
        return methods

    def partition(self, method: str, protocol: str, query: str) -> Mapping[str, int]:
        """Return the group of each image of a query, by the image's name; see `row`."""
        self.row(method, protocol, query)
        return self._partitions[method, protocol, query]

    @cached_property
    def _partitions(self) -> Mapping[tuple[str, str, str], Mapping[str, int]]:
        found: dict[tuple[str, str, str], dict[str, int]] = {}
        columns = ("method", "protocol", "query", "image", "group")
        for method, protocol, query, image, group in zip(
            *(self.groups[column].tolist() for column in columns), strict=True
        ):
            found.setdefault((method, protocol, query), {})[image] = group
        return found

    def _read(self, name: str) -> pd.DataFrame:
        # As text, because a query may be called 1 or NA.
        table = pd.read_csv(self._path(name), dtype=str, keep_default_na=False)
        for column in table.columns:
            if column not in _TEXTS:
                table[column] = pd.to_numeric(table[column])
        return table

    def _path(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise SettingsError(
                f"there are no stored results in {self.folder} ({name} is missing); run "
                f"{COMMAND} first, with the same overrides, or give their folder: table1_dir=..."
            )
        return path
