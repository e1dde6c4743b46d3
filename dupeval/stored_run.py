"""What a program stored: its run.json and the tables that this vouches for."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.text import from_csv_cell


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
    except (ValueError, KeyError, TypeError):
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
