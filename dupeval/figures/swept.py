"""F1 against the number of principal components, from a stored sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dupeval.errors import SettingsError
from dupeval.statistics import bootstrap_interval

COMMAND = "python experiments/sweep.py"

N_COMPONENTS = "n_components"
# The query set of a row; any other is one query.
ALL = "all"
_NEEDED = ("method", "protocol", "query_set", N_COMPONENTS, "f1")
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


def read_sweep(folder: Path, fingerprint: str) -> pd.DataFrame:
    """Return the table of a stored sweep: parameters as text, scores as numbers.

    Raises
    ------
    SettingsError
        If none is stored, or it is of another dataset or has no numbers of components.
    """
    paths = folder / "sweep.csv", folder / "run.json"
    for path in paths:
        if not path.is_file():
            raise SettingsError(
                f"there is no stored sweep in {folder} ({path.name} is missing); run {COMMAND} "
                "first, with the same overrides, or give its folder: sweep_dir=..."
            )
    # As text, because a query may be called 1 or NA.
    table = pd.read_csv(paths[0], dtype=str, keep_default_na=False)
    missing = [name for name in _NEEDED if name not in table.columns]
    if missing:
        raise SettingsError(f"{paths[0]} has no column {', '.join(missing)}; run {COMMAND} again")
    run = json.loads(paths[1].read_text(encoding="utf-8"))
    if run["dataset"]["fingerprint"] != fingerprint:
        raise SettingsError(
            f"the sweep in {folder} was made on another dataset; run {COMMAND} with the same "
            "overrides, or give its folder: sweep_dir=..."
        )
    for name in (N_COMPONENTS, "f1"):
        table[name] = pd.to_numeric(table[name])
    return table


def series_of(table: pd.DataFrame, method: str, protocol: str, seed: int) -> list[Series]:
    """Return one series for each combination of a method's other parameters.

    Parameters
    ----------
    table : DataFrame
        See `read_sweep`.
    method, protocol : str
    seed : int
        Of the bootstrap.

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
        _series(dict(zip(parameters, map(str, values), strict=True)), part, seed)
        for values, part in rows.groupby(parameters, sort=False)
    ]


def _series(parameters: Mapping[str, str], rows: pd.DataFrame, seed: int) -> Series:
    numbers, f1, intervals = [], [], []
    for n, part in rows.groupby(N_COMPONENTS):
        is_all = part["query_set"] == ALL
        of_queries = part.loc[~is_all, "f1"].to_numpy()
        numbers.append(n)
        f1.append(part.loc[is_all, "f1"].iloc[0] if is_all.any() else of_queries.mean())
        intervals.append(bootstrap_interval(of_queries, seed))
    low, high = np.array(intervals).T
    return Series(parameters, np.array(numbers, np.int64), np.array(f1), low, high)
