"""Several datasets as one body of evidence: what they share, ranks, thresholds carried over, edits.

Draws of one level show the same photographs, edited anew, and so do levels. So what is averaged,
and what is tested, are photograph sets (`block_scores`): a query's photographs, whatever was made
of them; never draws as if each were new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dupeval.errors import SettingsError
from dupeval.files import canonical_json

# What tells the datasets apart that are made of the same photographs.
LEVEL, DRAW = "level", "draw"
# The scope of all photograph sets of a suite.
ALL = "all"
# Settings that change no photograph, either.
ELSEWHERE = ("root", "name")


@dataclass(frozen=True)
class Place:
    """Where a dataset stands among the others of a suite.

    Attributes
    ----------
    dataset : str
        Its name.
    photographs : str
        Equal for datasets that are made of the same photographs: queries of one slug are one
        photograph set.
    level, draw : str
        How hard its edits are, and which making it is; empty of a dataset that is not made.
    """

    dataset: str
    photographs: str
    level: str = ""
    draw: str = ""

    @property
    def scope(self) -> str:
        """The dataset less its draw: what results are averaged to."""
        return f"{self.photographs}-{self.level}" if self.level else self.photographs


def places_of(names: Sequence[str], settings: Sequence[Mapping[str, Any]]) -> list[Place]:
    """Say where each dataset stands.

    Those whose settings have a level and a draw, and differ in nothing else but where they lie,
    share their photographs. Any other dataset is independent of all others.

    Parameters
    ----------
    names : sequence of str
    settings : sequence of mapping
        Each dataset's configuration, as JSON values.

    Raises
    ------
    SettingsError
        If two datasets have one name.
    """
    if twice := [name for name, n in Counter(names).items() if n > 1]:
        raise SettingsError(
            f"datasets: several are called {', '.join(twice)}; possible: each once, or another "
            "dataset.name"
        )
    of_making: dict[str, str] = {}
    places = []
    for name, own in zip(names, settings, strict=True):
        if not {LEVEL, DRAW} <= set(own):
            places.append(Place(name, name))
            continue
        level, draw = str(own[LEVEL]), str(own[DRAW])
        shared = {k: v for k, v in own.items() if k not in (LEVEL, DRAW, *ELSEWHERE)}
        title = name.removesuffix(f"-{level}-{draw}")
        photographs = of_making.setdefault(canonical_json(shared), title)
        places.append(Place(name, photographs, level, draw))
    return places


def stacked(tables: Iterable[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Return tables below each other; empty ones, whose columns have no type, do not count."""
    full = [table for table in tables if len(table)]
    if not full:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(full)[list(columns)].reset_index(drop=True)


def with_place(table: pd.DataFrame, place: Place) -> pd.DataFrame:
    """Return a table with its dataset's place in the first columns."""
    placed = table.drop(columns="dataset", errors="ignore")
    for i, (name, value) in enumerate(vars(place).items()):
        placed.insert(i, name, value)
    return placed


def scope_of(table: pd.DataFrame) -> pd.Series[str]:
    """Return `Place.scope` of each row of a table that `with_place` made."""
    level = table[LEVEL].astype(str)
    return table["photographs"] + level.map(lambda text: f"-{text}" if text else "")


def block_scores(per_query: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """Return the F1 of each method on each photograph set, averaged over draws within a level.

    Parameters
    ----------
    per_query : DataFrame
        A row a dataset, method, protocol and query, with the columns of `with_place`.
    protocol : str

    Returns
    -------
    DataFrame
        One row a scope and query, its index; one column a method, in the table's order. NaN where
        a method has no scores on one of the draws.
    """
    rows = per_query[per_query["protocol"] == protocol].dropna(subset="f1")
    rows = rows.assign(scope=scope_of(rows))
    index = ["scope", "query"]
    of_draws = rows.pivot_table(
        index=[*index, "dataset"], columns="method", values="f1", sort=False
    )
    of_draws = of_draws[list(dict.fromkeys(rows["method"]))]
    means = of_draws.groupby(level=index, sort=False).mean()
    complete = of_draws.notna().groupby(level=index, sort=False).all()
    return means.where(complete)


def over_all(of_blocks: pd.DataFrame, per_query: pd.DataFrame) -> pd.DataFrame:
    """Return the F1 of each method on each photograph set, averaged over its levels.

    A dataset that shares its photographs with no other is one block.

    Parameters
    ----------
    of_blocks : DataFrame
        See `block_scores`.
    per_query : DataFrame
        What they were made of.

    Returns
    -------
    DataFrame
        One row the photographs and query, its index; empty where there is one scope. NaN where a
        method has no scores on one of the levels.
    """
    if of_blocks.index.get_level_values("scope").nunique() < 2:
        return of_blocks.iloc[:0]
    rows = per_query.drop_duplicates("dataset")
    made = dict(zip(scope_of(rows), rows[LEVEL].astype(str) != "", strict=True))
    photographs = dict(zip(scope_of(rows), rows["photographs"], strict=True))
    sets = [(photographs[scope], query if made[scope] else "") for scope, query in of_blocks.index]
    grouped = of_blocks.groupby(pd.MultiIndex.from_tuples(sets), sort=False)
    return grouped.mean().where(grouped.count().eq(grouped.size(), axis=0))
