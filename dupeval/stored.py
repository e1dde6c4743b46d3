"""What programs stored: run.json, the tables that it vouches for, and Table 1 made of them."""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.protocol import Decision
from dupeval.tables import PER_QUERY_COLUMNS, TABLE1_COLUMNS
from dupeval.text import from_csv_cell

TEXTS = (
    *("dataset", "method", "protocol", "query", "image", "photograph"),
    *("params", "hidden", "source", "reference"),
)
COLUMNS = {
    "table1.csv": TABLE1_COLUMNS,
    "per_query.csv": PER_QUERY_COLUMNS,
    "groups.csv": ["method", "protocol", "query", "image", "group"],
}

# Protocol, method, query.
Place = tuple[str, str, str]


class StoredResultsError(SettingsError):
    """Stored results that are not there, or do not belong to what they are wanted for.

    Parameters
    ----------
    problem : str
        What is wrong; what can be done about it is added.
    program : str, default "table1"
        The one in ``experiments/`` that stores such results.
    """

    def __init__(self, problem: str, program: str = "table1") -> None:
        super().__init__(
            f"{problem}; run python experiments/{program}.py with the same overrides, or give "
            f"another folder: {program}_dir=..."
        )


@dataclass(frozen=True)
class StoredRun:
    """A folder that a program wrote.

    Attributes
    ----------
    folder : Path
    program : str
        The one in ``experiments/``.
    about : mapping
        The content of ``run.json``; see `dupeval.provenance.describe_run`.
    """

    folder: Path
    program: str
    about: Mapping[str, Any]

    def table(self, name: str, columns: Collection[str], numbers: Collection[str]) -> pd.DataFrame:
        """Return a CSV file as a table; whatever is no number is text, as it was written.

        Parameters
        ----------
        name : str
            Of the file.
        columns : collection of str
            Those that it must have.
        numbers : collection of str
            Those of them that hold numbers, NaN where there is none.

        Raises
        ------
        StoredResultsError
            If it is not the file that ``run.json`` describes, or no such table.
        """
        path = self.folder / name
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.about["outputs"].get(name):
            raise StoredResultsError(
                f"{path} is not the file that run.json describes: changed since, or of another run",
                self.program,
            )
        if not content.strip():
            return pd.DataFrame(columns=list(columns))
        try:
            table = _read_csv(content, numbers)
        except ValueError:
            raise StoredResultsError(f"{path} is not a table", self.program) from None
        absent = [column for column in columns if column not in table.columns]
        if absent:
            raise StoredResultsError(f"{path} has no column {', '.join(absent)}", self.program)
        for column in numbers:
            if len(table) and not is_numeric_dtype(table[column]):
                raise StoredResultsError(f"{path}: {column} are not all numbers", self.program)
        return table


def read_run(
    folder: Path,
    program: str,
    names: Collection[str],
    dataset: Dataset,
    check: Callable[[Mapping[str, Any]], object] = lambda about: None,
) -> StoredRun:
    """Read the ``run.json`` of a folder.

    Parameters
    ----------
    folder : Path
    program : str
        The one in ``experiments/`` that writes such a folder.
    names : collection of str
        The files that must be there beside it.
    dataset : Dataset
        The one the results were made from.
    check : callable, optional
        Takes what else is needed from the content, to find out whether it is there.

    Raises
    ------
    StoredResultsError
        If a file is missing, ``run.json`` is damaged, or the results are of another dataset.
    """
    path = folder / "run.json"
    absent = [name for name in (*names, "run.json") if not (folder / name).is_file()]
    if absent:
        raise StoredResultsError(
            f"no stored results in {folder} ({', '.join(absent)} missing)", program
        )
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        made_from = about["dataset"]
        fingerprint, name = made_from["fingerprint"], made_from["name"]
        for output in names:
            about["outputs"][output]
        check(about)
    except (ValueError, LookupError, TypeError):
        raise StoredResultsError(f"{path} is not what a run writes", program) from None
    if fingerprint != dataset.fingerprint:
        raise StoredResultsError(
            f"the results in {folder} were made from another dataset: {name!r} "
            f"(fingerprint {str(fingerprint)[:12]}), not {dataset.name!r} "
            f"({dataset.fingerprint[:12]}); they can be shown with theirs (dataset=folder "
            "dataset.root=ROOT)",
            program,
        )
    return StoredRun(folder, program, dict(about))


def _read_csv(content: bytes, numbers: Collection[str]) -> pd.DataFrame:
    columns = pd.read_csv(io.BytesIO(content), nrows=0, encoding="utf-8").columns
    # A query may be called "1" and a photograph "NA": only figures can be missing.
    table = pd.read_csv(
        io.BytesIO(content),
        dtype={column: "str" for column in columns if column not in numbers},
        keep_default_na=False,
        na_values={column: [""] for column in columns if column in numbers},
        encoding="utf-8",
    )
    for column in table.columns.difference(list(numbers)):
        table[column] = table[column].map(from_csv_cell)
    return table


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
        What the run was made of; see `dupeval.provenance.describe_run`.
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
                f"{', '.join(names)}"
            )


def read_results(folder: Path, dataset: Dataset) -> StoredResults:
    """Read what `experiments/table1.py` wrote into a folder.

    Parameters
    ----------
    folder : Path
    dataset : Dataset
        The one the results were made from.

    Raises
    ------
    StoredResultsError
        If there are none, if they were made from another dataset, or if a file is damaged or from
        another run than the others.
    """
    run = read_run(folder, "table1", COLUMNS, dataset, _check)
    table1, per_query, groups = (
        run.table(name, columns, [column for column in columns if column not in TEXTS])
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
    partitions = _partitions(groups, dataset)
    if partitions.keys() != rows.keys():
        raise StoredResultsError(
            f"{folder}: per_query.csv and groups.csv do not fit each other and the dataset"
        )
    slugs = [query.slug for query in dataset.queries]
    return StoredResults(folder, table1, rows, partitions, run.about, slugs)


def honest_first(protocols: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the protocols of a ``run.json``: the honest ones, then the others, in its order."""
    return sorted(protocols, key=lambda name: not protocols[name]["honest"])


def _check(about: Mapping[str, Any]) -> None:
    about["seed"], about["dupeval"], about["configuration"]["methods"]
    honest_first(about["protocols"])


def _partitions(groups: pd.DataFrame, dataset: Dataset) -> dict[Place, dict[str, int]]:
    """Return every partition that has each image of its query, once."""
    names = {query.slug: [image.name for image in query.images] for query in dataset.queries}
    partitions = {}
    for key, rows in groups.groupby(["protocol", "method", "query"], sort=False):
        protocol, method, slug = map(str, key)
        group_of = dict(zip(rows["image"], rows["group"], strict=True))
        if len(rows) == len(group_of) and group_of.keys() == set(names.get(slug, ())):
            partitions[protocol, method, slug] = {name: group_of[name] for name in names[slug]}
    return partitions
