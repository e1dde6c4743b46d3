"""A run's Table 1 beside the committed one: the check of who repeats it elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from dupeval.dataset import Dataset
from dupeval.tables import SCORES

REFERENCE = Path(__file__).resolve().parent.parent / "results" / "reference" / "table1"
# Scores are written with six decimals, so two that are equal differ by one in the last at most.
TOLERANCE = 1.5e-6
MOST_NAMED = 3

_ROW = ["method", "protocol"]


class Difference(NamedTuple):
    """The score of a row that is furthest from the reference's."""

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
            f"{self.method} under {self.protocol} differs by {self.size:.2g} "
            f"({self.score} {self.here:.6f}, there {self.there:.6f})"
        )


def compare_with_reference(
    table: pd.DataFrame, dataset: Dataset, reference: Path = REFERENCE
) -> str | None:
    """Say in a line which rows of Table 1 are those that are committed.

    A row is one method under one protocol; it is equal when its mean precision, recall and F1
    are, within `TOLERANCE`. Another processor computes features that differ in their last digits.
    That does not show in the scores, which are ratios of counts of pairs, unless a pair or a chosen
    threshold falls on the other side of a step; then it shows as a jump: in a query of 20 images,
    one of nine, a pair that changes the precision or the recall at all changes their mean by
    ``1 / (189 * 190) / 9`` or more, twice the tolerance. So what differs differs by what is told.

    Parameters
    ----------
    table : DataFrame
        As `dupeval.tables.table1` makes it.
    dataset : Dataset
        The one it was made from.
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
    made_from = json.loads((reference / "run.json").read_text(encoding="utf-8"))["dataset"]
    committed = pd.read_csv(reference / "table1.csv", keep_default_na=False, na_values=[""])
    both = table.merge(committed[committed["source"] == "measured"], on=_ROW, suffixes=("", "_"))
    if made_from["name"] != dataset.name or both.empty:
        return None
    if made_from["fingerprint"] != dataset.fingerprint:
        return (
            "not compared with the committed reference: other library versions build another "
            "stand-in; see docs/reproducing.md"
        )
    measured = both[both["source"] == "measured"]
    differences = [found for found in map(_difference, _records(measured)) if found]
    equal = len(measured) - len(differences)
    said = [f"{equal} of {len(both)} rows equal to the committed reference", *_named(differences)]
    for source, what in (("missing", "is not installed"), ("failed", "failed")):
        names = both.loc[both["source"] == source, "method"].unique()
        said += [f"{name} {what}" for name in names]
    return "; ".join(said)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _difference(row: dict[str, Any]) -> Difference | None:
    names = (str(row["method"]), str(row["protocol"]))
    furthest = max(
        (Difference(*names, score, float(row[score]), float(row[f"{score}_"])) for score in SCORES),
        key=lambda difference: difference.size,
    )
    return furthest if furthest.size > TOLERANCE else None


def _named(differences: list[Difference]) -> list[str]:
    by_size = sorted(differences, key=lambda difference: -difference.size)
    more = len(by_size) - MOST_NAMED
    return [*map(str, by_size[:MOST_NAMED]), *([f"{more} more differ by less"] if more > 0 else [])]
