"""Results as a run of Table 1 stored them, checked against the dataset they are shown with."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.dataset import Dataset
from dupeval.errors import DupevalError
from dupeval.tables import SCORES, TABLE1_COLUMNS

COMMAND = "python experiments/table1.py"
TEXTS = ("method", "protocol", "query", "image", "photograph", "setting", "source")
COLUMNS = {
    "table1.csv": TABLE1_COLUMNS,
    "per_query.csv": ["method", "protocol", "query", "tp", "fp", "fn", *SCORES, "threshold"],
    "groups.csv": ["method", "protocol", "query", "image", "group"],
}


class StoredResultsError(DupevalError):
    """Stored results that are not there, or cannot be shown with this dataset."""


# Protocol, method, query.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class StoredResults:
    """What a run stored.

    Attributes
    ----------
    table1 : DataFrame
        As `dupeval.tables.table1` makes it; texts that are missing are empty.
    per_query : mapping of (protocol, method, query) to mapping
        The row of ``per_query.csv``.
    partitions : mapping of (protocol, method, query) to ndarray of int64
        The group of each image, shape (n_images,), in the dataset's order.
    run : mapping
        The content of ``run.json``.
    """

    table1: pd.DataFrame
    per_query: Mapping[Place, Mapping[str, Any]]
    partitions: Mapping[Place, npt.NDArray[np.int64]]
    run: Mapping[str, Any]

    @property
    def protocols(self) -> list[str]:
        """The protocols of the run, in its order."""
        return [name for name in dict.fromkeys(self.table1["protocol"]) if name]

    def methods(self, protocol: str) -> list[str]:
        """Return the methods that have results under a protocol, in the run's order."""
        return list(dict.fromkeys(m for p, m, _ in self.per_query if p == protocol))


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
    run = _read_run(folder)
    _check_dataset(folder, run, dataset)
    tables = {name: _read_table(folder, name, run) for name in COLUMNS}
    if tables["per_query.csv"].empty:
        raise StoredResultsError(f"no method has results in {folder}; nothing can be shown of them")
    rows = tables["per_query.csv"].to_dict("records")
    per_query = {
        (str(row["protocol"]), str(row["method"]), str(row["query"])): {
            str(column): value for column, value in row.items()
        }
        for row in rows
    }
    partitions = _partitions(tables["groups.csv"], dataset)
    if partitions.keys() != per_query.keys():
        raise StoredResultsError(
            f"{folder}: per_query.csv and groups.csv do not fit each other and the dataset; "
            f"write them anew: {COMMAND}"
        )
    return StoredResults(tables["table1.csv"], per_query, partitions, run)


def _read_run(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    absent = [name for name in (*COLUMNS, "run.json") if not (folder / name).is_file()]
    if absent:
        raise StoredResultsError(
            f"no stored results in {folder} ({', '.join(absent)} missing); make them: {COMMAND}"
        )
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        run["dataset"]["fingerprint"], run["dataset"]["name"], run["outputs"]["groups.csv"]
        run["seed"], run["dupeval"]
    except (ValueError, KeyError, TypeError):
        raise StoredResultsError(
            f"{path} is not what a run writes; write it anew: {COMMAND}"
        ) from None
    return dict(run)


def _check_dataset(folder: Path, run: Mapping[str, Any], dataset: Dataset) -> None:
    made_from = run["dataset"]
    if made_from["fingerprint"] != dataset.fingerprint:
        raise StoredResultsError(
            f"the results in {folder} were made from another dataset: {made_from['name']!r} "
            f"(fingerprint {str(made_from['fingerprint'])[:12]}), not {dataset.name!r} "
            f"({dataset.fingerprint[:12]}); give theirs (dataset=folder dataset.root=ROOT) or make "
            f"results of this one: {COMMAND}"
        )


def _read_table(folder: Path, name: str, run: Mapping[str, Any]) -> pd.DataFrame:
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != run["outputs"].get(name):
        raise StoredResultsError(
            f"{folder / name} is not the file that run.json describes: changed since, or of "
            f"another run; write it anew: {COMMAND}"
        )
    columns = COLUMNS[name]
    if not content.strip():
        return pd.DataFrame(columns=columns)
    # A photograph may be called "NA": only figures can be missing.
    empty = {column: [""] for column in columns if column not in TEXTS}
    types = dict.fromkeys(TEXTS, "str")
    table = pd.read_csv(
        io.BytesIO(content), dtype=types, keep_default_na=False, na_values=empty, encoding="utf-8"
    )
    absent = [column for column in columns if column not in table.columns]
    if absent:
        raise StoredResultsError(
            f"{folder / name} has no column {', '.join(absent)}; write it anew: {COMMAND}"
        )
    return table


def _partitions(groups: pd.DataFrame, dataset: Dataset) -> dict[Place, npt.NDArray[np.int64]]:
    """Return the labels of every partition that has each image of its query."""
    names = {query.slug: [image.name for image in query.images] for query in dataset.queries}
    partitions = {}
    for key, rows in groups.groupby(["protocol", "method", "query"], sort=False):
        protocol, method, slug = map(str, key)
        group_of = dict(zip(rows["image"], rows["group"], strict=True))
        if len(rows) == len(group_of) and group_of.keys() == set(names.get(slug, ())):
            labels = [group_of[name] for name in names[slug]]
            partitions[protocol, method, slug] = np.array(labels, np.int64)
    return partitions
