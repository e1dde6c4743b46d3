"""A run's Table 1 beside the committed one: the check of who repeats it elsewhere."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dupeval.settings import flat_settings
from dupeval.stored_run import StoredResultsError, open_run
from dupeval.tables import SCORES

REFERENCE = Path(__file__).resolve().parent.parent / "results" / "reference" / "table1"
# Scores are written with six decimals, so two that are equal differ by one in the last at most.
TOLERANCE = 1.5e-6
MOST_NAMED = 3

_ROW = ["dataset", "method", "protocol"]


class Difference(NamedTuple):
    """The score of a row that is furthest from the reference's."""

    dataset: str
    method: str
    protocol: str
    score: str
    here: float
    there: float

    @property
    def size(self) -> float:
        """How far, whichever is larger."""
        return abs(self.here - self.there)

    def __str__(self) -> str:
        return (
            f"{self.method} under {self.protocol} on {self.dataset} differs by {self.size:.2g} "
            f"({self.score} {self.here:.6f}, there {self.there:.6f})"
        )


def compare_with_reference(
    table: pd.DataFrame, run: Mapping[str, Any], reference: Path = REFERENCE
) -> str | None:
    """Say in a line which rows of Table 1 are those that are committed.

    A row is one method under one protocol on one dataset, with the settings that the committed row
    has; it is equal when its mean precision, recall and F1 are, within `TOLERANCE`. Another
    processor computes features that differ in their last digits. That does not show in the scores,
    which are ratios of counts of pairs, unless a pair or a chosen threshold falls on the other side
    of a step; then it shows as a jump: in a query of 20 images, one of nine, a pair that changes
    the precision or the recall at all changes their mean by ``1 / (189 * 190) / 9`` or more, twice
    the tolerance. So what differs differs by what is told.

    Parameters
    ----------
    table : DataFrame
        As `dupeval.tables.table1` makes it, of one dataset or several.
    run : mapping
        What ``run.json`` says of it; see `dupeval.provenance.describe_run`.
    reference : Path
        The folder with ``table1.csv`` and ``run.json`` to compare with.

    Returns
    -------
    str or None
        None where there is nothing to compare: another dataset, no row in common, or no committed
        results, as where the package was installed without its repository.
    """
    if not (reference / "run.json").is_file():
        return None
    try:
        stored = open_run(reference, "table1", ["table1.csv"])
        content = io.BytesIO(stored.content("table1.csv"))
    except StoredResultsError as error:
        return f"not compared with the committed reference: {error}"
    committed = pd.read_csv(content, keep_default_na=False, na_values=[""])
    there = stored.about
    table = table.dropna(subset="protocol")
    if table.empty:  # The study's figures alone.
        return None
    both = table.merge(committed[committed["source"] == "measured"], on=_ROW, suffixes=("", "_"))
    here_of, there_of = _parts_of(run), _parts_of(there)
    both = both[[_are_alike(row, here_of, there_of) for row in _records(both)]]
    if both.empty:
        return None
    prints = _fingerprints(run), _fingerprints(there)
    if any(prints[0].get(name) != prints[1].get(name) for name in both["dataset"].unique()):
        return (
            "not compared with the committed reference: other library versions build another "
            "stand-in; see docs/reproducing.md"
        )
    measured = both[both["source"] == "measured"]
    differences = [found for found in map(_difference, _records(measured)) if found]
    equal = len(measured) - len(differences)
    said = [f"{equal} of {len(both)} rows equal to the committed reference", *_named(differences)]
    for source, what in (("missing", "is not at hand"), ("failed", "failed")):
        names = both.loc[both["source"] == source, "method"].unique()
        said += [f"{name} {what}" for name in names]
    return "; ".join(said)


def _parts_of(run: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the settings of the methods under each protocol on each dataset."""
    return {
        (part["dataset"]["name"], protocol): part["configuration"]["methods"]
        for part in run["parts"]
        for protocol in part["protocols"]
    }


def _fingerprints(run: Mapping[str, Any]) -> dict[str, str]:
    return {part["dataset"]["name"]: part["dataset"]["fingerprint"] for part in run["parts"]}


def _are_alike(
    row: Mapping[str, Any],
    here: Mapping[tuple[str, str], Mapping[str, Any]],
    there: Mapping[tuple[str, str], Mapping[str, Any]],
) -> bool:
    """Say whether a method has the same settings in two runs."""
    place, method = (row["dataset"], row["protocol"]), row["method"]
    both = [methods.get(place, {}).get(method, {}) for methods in (here, there)]
    return flat_settings(both[0]) == flat_settings(both[1])


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _difference(row: dict[str, Any]) -> Difference | None:
    names = (str(row["dataset"]), str(row["method"]), str(row["protocol"]))
    furthest = max(
        (Difference(*names, score, float(row[score]), float(row[f"{score}_"])) for score in SCORES),
        key=lambda difference: difference.size,
    )
    return furthest if furthest.size > TOLERANCE else None


def _named(differences: list[Difference]) -> list[str]:
    by_size = sorted(differences, key=lambda difference: -difference.size)
    more = len(by_size) - MOST_NAMED
    return [*map(str, by_size[:MOST_NAMED]), *([f"{more} more differ by less"] if more > 0 else [])]
