"""Table 1 as a run stored it, with the groups behind it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.dataset import Dataset
from dupeval.protocol import Decision
from dupeval.stored_run import TEXTS, StoredResultsError, honest_first, read_run
from dupeval.tables import PER_QUERY_COLUMNS, TABLE1_COLUMNS
from dupeval.text import shortened, visible

COLUMNS = {
    "table1.csv": TABLE1_COLUMNS,
    "per_query.csv": ["dataset", *PER_QUERY_COLUMNS],
    "groups.csv": ["dataset", "method", "protocol", "query", "image", "group"],
}

# Protocol, method, query.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class StoredResults:
    """What a run stored.

    Attributes
    ----------
    folder : Path
    table1 : DataFrame
        As `dupeval.tables.table1` makes it; texts that are missing are empty.
    per_query : mapping of (protocol, method, query) to mapping
        The row of `dupeval.tables.per_query_table`.
    partitions : mapping of (protocol, method, query) to mapping of str to int
        The group of each image by its name, in the dataset's order.
    run : mapping
        What the run was made of; see `StoredRun.about`.
    slugs : sequence of str
        The dataset's queries, in its order.
    """

    folder: Path
    table1: pd.DataFrame
    per_query: Mapping[Place, Mapping[str, Any]]
    partitions: Mapping[Place, Mapping[str, int]]
    run: Mapping[str, Any]
    slugs: Sequence[str]

    @property
    def protocols(self) -> list[str]:
        """The protocols of the run, in its order."""
        return [name for name in dict.fromkeys(self.table1["protocol"]) if name]

    def said_of(self, protocol: str) -> Mapping[str, Any]:
        """Return what a protocol says of itself; see `dupeval.protocol.Protocol.description`."""
        said: Mapping[str, Any] = self.run["protocols"][protocol]
        return said

    @property
    def table1_sha256(self) -> str:
        """Of the bytes of ``table1.csv``."""
        return str(self.run["outputs"]["table1.csv"])

    @property
    def methods(self) -> list[str]:
        """The methods that have results under any protocol, in the run's order."""
        return list(dict.fromkeys(method for _, method, _ in self.per_query))

    def rows(self, method: str, protocol: str) -> list[Mapping[str, Any]]:
        """Return the rows of `per_query` of all queries; none where there are no results."""
        return [row for place, row in self.per_query.items() if place[:2] == (protocol, method)]

    def has_one_setting(self, method: str, protocol: str) -> bool:
        """Whether all queries that have a threshold have the same parameters besides it."""
        rows = self.rows(method, protocol)
        return len({row["params"] for row in rows if not math.isnan(row["threshold"])}) <= 1

    def methods_of(self, protocol: str) -> list[str]:
        """Return the methods that have results under a protocol, at least one, in the run's order.

        Raises
        ------
        StoredResultsError
            If there are none; the message says which protocols have some.
        """
        self._check_known("protocol", protocol, (p for p, _, _ in self.per_query))
        return list(dict.fromkeys(m for p, m, _ in self.per_query if p == protocol))

    def row(self, method: str, protocol: str, query: str) -> Mapping[str, Any]:
        """Return the row of `per_query` of one query.

        Raises
        ------
        StoredResultsError
            If there is none; the message says what was run.
        """
        place = (protocol, method, query)
        if place not in self.per_query:
            for i, name in enumerate(("protocol", "method", "query")):
                self._check_known(name, place[i], (known[i] for known in self.per_query))
            raise StoredResultsError(
                f"{self.folder} has no results of {method} under {protocol} for the query {query!r}"
            )
        return self.per_query[place]

    def decision(self, method: str, protocol: str, query: str) -> Decision:
        """Return what a protocol decided for a query; see `row`."""
        row = self.row(method, protocol, query)
        hidden = frozenset(self.slugs.index(slug) for slug in json.loads(row["hidden"]))
        return Decision(json.loads(row["params"]), float(row["threshold"]), hidden)

    def labels(self, place: Place) -> npt.NDArray[np.int64]:
        """Return the group of each image, shape (n_images,), in the dataset's order."""
        return np.array(list(self.partitions[place].values()), np.int64)

    def _check_known(self, name: str, value: str, possible: Iterable[str]) -> None:
        names = list(dict.fromkeys(possible))
        if value not in names:
            raise StoredResultsError(
                f"{self.folder} has no results of the {name} {value!r}; possible: "
                f"{shortened(visible(', '.join(names)))}"
            )


def read_results(
    folder: Path, dataset: Dataset, settings: Mapping[str, Any] | None = None
) -> StoredResults:
    """Read what `experiments/table1.py` wrote of a dataset into a folder.

    Parameters
    ----------
    folder : Path
    dataset : Dataset
        One that the results were made from.
    settings : mapping of str to mapping, optional
        See `read_run`.

    Raises
    ------
    StoredResultsError
        If there are none, if they were made from another dataset, or if a file is damaged or from
        another run than the others.
    """
    run = read_run(folder, "table1", COLUMNS, dataset, _check, settings)
    table1, per_query, groups = (
        _of_part(
            run.table(name, columns, [column for column in columns if column not in TEXTS]),
            run.about,
        )
        for name, columns in COLUMNS.items()
    )
    if per_query.empty:
        raise StoredResultsError(f"no method has results in {folder}; nothing can be shown of them")
    rows = {
        (str(row["protocol"]), str(row["method"]), str(row["query"])): {
            str(column): value for column, value in row.items()
        }
        for row in per_query.to_dict("records")
    }
    slugs = [query.slug for query in dataset.queries]
    partitions = _partitions(groups, dataset)
    if partitions.keys() != rows.keys() or not all(_is_decided(x, slugs) for x in rows.values()):
        raise StoredResultsError(
            f"{folder}: per_query.csv and groups.csv do not fit each other and the dataset"
        )
    return StoredResults(folder, table1, rows, partitions, run.about, slugs)


def _of_part(table: pd.DataFrame, about: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows of the dataset and the protocols; those of the study have no protocol."""
    own = (table["dataset"] == about["dataset"]["name"]) & table["protocol"].isin(
        ["", *about["protocols"]]
    )
    columns = ["dataset", "method", "protocol"]
    published = table["protocol"].eq("") & table.duplicated(columns)
    kept: pd.DataFrame = table[own & ~published].reset_index(drop=True)
    return kept


def _check(about: Mapping[str, Any]) -> None:
    about["seed"], about["dupeval"], about["configuration"]["methods"]
    honest_first(about["protocols"])


def _is_decided(row: Mapping[str, Any], slugs: Sequence[str]) -> bool:
    """Say whether it can be read what was decided for a query, and which others were hidden."""
    try:
        params, hidden = json.loads(row["params"]), json.loads(row["hidden"])
        return isinstance(params, dict) and set(hidden) <= set(slugs)
    except (ValueError, TypeError, RecursionError):
        return False


def _partitions(groups: pd.DataFrame, dataset: Dataset) -> dict[Place, dict[str, int]]:
    """Return every partition that has each image of its query, once."""
    if groups["group"].dtype != np.int64:
        return {}
    names = {query.slug: [image.name for image in query.images] for query in dataset.queries}
    partitions = {}
    for key, rows in groups.groupby(["protocol", "method", "query"], sort=False):
        protocol, method, slug = map(str, key)
        group_of = dict(zip(rows["image"], rows["group"], strict=True))
        if len(rows) == len(group_of) and group_of.keys() == set(names.get(slug, ())):
            partitions[protocol, method, slug] = {name: group_of[name] for name in names[slug]}
    return partitions
