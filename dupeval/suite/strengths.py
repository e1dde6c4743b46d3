"""Recall by the kind of an edit, and by how strong it is."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from dupeval.edits import FoundImage, families_of, pairs_by_family
from dupeval.suite import Place, stacked

# Points of fewer pairs say too little; more points than that are not told apart in a panel.
FEWEST_PAIRS, MOST_POINTS = 10, 5
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
COPIES_COLUMNS = ["scope", "method", "family", "kind", "strength", "pairs", "found"]
FAMILIES_COLUMNS = ["scope", "method", "family", "pairs", "found"]
CURVES_COLUMNS = [
    *("scope", "method", "family", "kind", "low", "high", "strength", "pairs", "found"),
]


class Edit(NamedTuple):
    """One edit of a chain: ``colour:brightness=1.31`` is of the family colour, kind brightness.

    Attributes
    ----------
    family : str
    kind : str
        What is written before ``=``, or in place of a number: ``emboss`` of ``filter:emboss``.
    strength : float
        The number as written, without its sign: edits that go either way are as strong. NaN
        where there is none.
    """

    family: str
    kind: str
    strength: float


def edits_of(chain: str) -> list[Edit]:
    """Return the edits of a chain as ``labels.csv`` has it, in its order."""
    return [_edit(part.strip()) for part in chain.split("+") if part.split(":")[0].strip()]


def _edit(text: str) -> Edit:
    family, _, rest = text.partition(":")
    kind, _, number = rest.rpartition("=")
    if NUMBER.fullmatch(number.strip()):
        return Edit(family.strip(), kind.strip(), abs(float(number)))
    return Edit(family.strip(), rest.strip(), np.nan)


def copies_table(place: Place, method: str, images: Sequence[FoundImage]) -> pd.DataFrame:
    """Return what is found of each edited copy, once for each edit of its chain.

    Parameters
    ----------
    place : Place
    method : str
    images : sequence of FoundImage
        Of all queries of the dataset.

    Returns
    -------
    DataFrame
        ``pairs``: how many unedited images of its photograph there are; ``found``: how many of
        these are in its group; see `dupeval.edits.pairs_by_family`, of which this is the detail.
    """
    rows = [(place.scope, method, *row) for row in _copies(images)]
    return pd.DataFrame(rows, columns=COPIES_COLUMNS)


def _copies(images: Iterable[FoundImage]) -> Iterator[tuple[str, str, float, int, int]]:
    images = list(images)
    unedited: dict[Hashable, list[Hashable]] = {}
    for image in images:
        if not families_of(image.edit):
            unedited.setdefault(image.photograph, []).append(image.group)
    for image in images:
        groups = unedited.get(image.photograph, [])
        if groups:
            for edit in dict.fromkeys(edits_of(image.edit)):
                yield *edit, len(groups), groups.count(image.group)


def families_table(place: Place, method: str, images: Sequence[FoundImage]) -> pd.DataFrame:
    """Return how many pairs of each family of edits there are, and are found, on one dataset."""
    rows = [
        (place.scope, method, family, of.pairs, of.found)
        for family, of in pairs_by_family(images).items()
    ]
    return pd.DataFrame(rows, columns=FAMILIES_COLUMNS)


def summed(families: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of each scope, method and family, those of all datasets together."""
    index = FAMILIES_COLUMNS[:3]
    return families.groupby(index, sort=False)[["pairs", "found"]].sum().reset_index()


def strengths_table(copies: pd.DataFrame) -> pd.DataFrame:
    """Return recall by strength: copies in bins of about as many pairs each.

    Parameters
    ----------
    copies : DataFrame
        As `copies_table` makes it, of any number of datasets.

    Returns
    -------
    DataFrame
        One row a scope, method, family, kind and bin, with the bin's least, greatest and mean
        strength. At most `MOST_POINTS` bins, with `FEWEST_PAIRS` pairs at least; equal strengths
        are in one bin. A family and kind with fewer pairs in a scope is left out there.
    """
    index = ["scope", "family", "kind"]
    parts = [
        _binned(own)
        for _, own in copies.dropna(subset="strength").groupby(index, sort=False)
        if own.groupby("method")["pairs"].sum().max() >= FEWEST_PAIRS
    ]
    return stacked(parts, CURVES_COLUMNS)


def _binned(copies: pd.DataFrame) -> pd.DataFrame:
    """Return the bins of the copies of one scope, family and kind."""
    first = copies[copies["method"] == copies["method"].iloc[0]]
    edges = edges_of(first["strength"].to_numpy(), first["pairs"].to_numpy())
    index = ["scope", "method", "family", "kind", "bin"]
    binned = copies.assign(
        bin=np.searchsorted(edges, copies["strength"], side="left"),
        weighed=copies["strength"] * copies["pairs"],
    ).groupby(index, sort=False)
    table = binned[["pairs", "found"]].sum()
    table["low"], table["high"] = binned["strength"].min(), binned["strength"].max()
    table["strength"] = binned["weighed"].sum() / table["pairs"]
    table = table.reset_index().sort_values("bin", kind="stable")
    order = list(dict.fromkeys(copies["method"]))
    return table.sort_values("method", key=lambda names: names.map(order.index), kind="stable")


def edges_of(strengths: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the strengths at which a bin ends, but for the last, increasing.

    Parameters
    ----------
    strengths : ndarray of float, shape (n,)
    pairs : ndarray of int, shape (n,)
        How many pairs each of them counts for.

    Returns
    -------
    ndarray of float, shape (n_bins - 1,)
        A strength is in the first bin that ends at it or later.
    """
    values, places = np.unique(strengths, return_inverse=True)
    of_value = np.bincount(places, weights=pairs)
    n_bins = min(MOST_POINTS, max(1, int(of_value.sum() // FEWEST_PAIRS)))
    share = of_value.sum() / n_bins
    edges: list[float] = []
    held, left, before = 0.0, of_value.sum(), values[0]
    for value, n in zip(values, of_value, strict=True):
        # With this value the bin would be further from its share than without.
        if held >= FEWEST_PAIRS and left >= FEWEST_PAIRS and held + n / 2 > share:
            edges.append(before)
            held = 0.0
        held, left, before = held + n, left - n, value
    return np.array(edges)
