"""F1 against the number of principal components, from a stored sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.statistics import mean_interval
from dupeval.stored_run import read_run

COMMAND = "python experiments/sweep.py"

N_COMPONENTS = "n_components"
# The query set of a row; any other is one query.
ALL = "all"
_NEEDED = ("method", "protocol", "query_set", N_COMPONENTS, "f1")
_NUMBERS = (N_COMPONENTS, "f1")
# Columns that are no parameters of a setting.
_OTHERS = (*_NEEDED, "setting", "variance_share", "precision", "recall", "threshold")


@dataclass(frozen=True, eq=False)
class Series:
    """Mean F1 over the number of components, all other parameters being the same.

    Attributes
    ----------
    parameters : mapping of str to str
        All parameters but the number of components.
    n_components : ndarray of int64, shape (n,)
        Increasing.
    f1, low, high : ndarray of float64, shape (n,)
        The mean over queries and its 95 % interval, NaN where the sweep has no rows of queries.
    """

    parameters: Mapping[str, str]
    n_components: npt.NDArray[np.int64]
    f1: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


def read_sweep(folder: Path, dataset: Dataset) -> pd.DataFrame:
    """Return the table of a stored sweep: parameters as text, scores as numbers.

    Raises
    ------
    StoredResultsError
        If none is stored, it is of another dataset, or a file is damaged or of another run.
    """
    run = read_run(folder, "sweep", ["sweep.csv"], dataset)
    return run.table("sweep.csv", _NEEDED, _NUMBERS)


def series_of(table: pd.DataFrame, method: str, protocol: str) -> list[Series]:
    """Return one series for each combination of a method's other parameters.

    Parameters
    ----------
    table : DataFrame
        See `read_sweep`.
    method, protocol : str

    Raises
    ------
    SettingsError
        If the sweep has no numbers of components of the method; the message says what it has.
    """
    numbered = table[table[N_COMPONENTS].notna()]
    for name, value in (("method", method), ("protocol", protocol)):
        possible = numbered[name].unique()
        if value not in possible:
            raise SettingsError(
                f"the stored sweep has no numbers of components of the {name} {value!r}; possible: "
                f"{', '.join(possible) or 'none'}, or run it first: {COMMAND}"
            )
    rows = numbered[(numbered["method"] == method) & (numbered["protocol"] == protocol)]
    parameters = [name for name in table.columns if name not in _OTHERS]
    return [
        _series(dict(zip(parameters, map(str, values), strict=True)), part)
        for values, part in rows.groupby(parameters, sort=False)
    ]


def _series(parameters: Mapping[str, str], rows: pd.DataFrame) -> Series:
    numbers, f1, intervals = [], [], []
    for n, part in rows.groupby(N_COMPONENTS):
        is_all = part["query_set"] == ALL
        of_queries = part.loc[~is_all, "f1"].to_numpy()
        numbers.append(n)
        f1.append(part.loc[is_all, "f1"].iloc[0] if is_all.any() else of_queries.mean())
        intervals.append(mean_interval(of_queries))
    low, high = np.array(intervals).T
    return Series(parameters, np.array(numbers, np.int64), np.array(f1), low, high)
