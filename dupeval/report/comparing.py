"""Two runs on one dataset: what changed, row by row and pair by pair."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dupeval.dataset import Dataset, Query
from dupeval.edits import families_of
from dupeval.report.mistakes import key_of
from dupeval.report.numbers import number
from dupeval.settings import flat_settings
from dupeval.stored import StoredResults
from dupeval.tables import SCORES
from dupeval.text import counted, visible

# A true pair that is now together, or no longer; a wrong pair that is now apart, or no longer.
Kind = Literal["found", "missed", "parted", "wrong"]
GAINED: tuple[Kind, ...] = ("found", "parted")
# Scores are stored to six decimals.
EQUAL = 1e-6


@dataclass(frozen=True)
class RowChange:
    """A method under a protocol in both runs.

    Attributes
    ----------
    protocol, method : str
    before, after : mapping
        The row of each run's table1.csv.
    settings : tuple of str
        What it was configured with that is not the same.
    """

    protocol: str
    method: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    settings: tuple[str, ...]

    def difference(self, score: str) -> float:
        """Return the second run's score less the first's; NaN where one of them has none."""
        return float(self.after[score]) - float(self.before[score])

    @property
    def has_changed(self) -> bool:
        """Whether any score differs, or only one run has scores."""
        differences = [self.difference(score) for score in SCORES]
        missing = {math.isnan(float(row["f1"])) for row in (self.before, self.after)}
        return len(missing) > 1 or any(abs(x) > EQUAL for x in differences if not math.isnan(x))


@dataclass(frozen=True)
class PairChange:
    """A pair that is right in one of the runs and not in the other.

    Attributes
    ----------
    key : str
        See `dupeval.report.mistakes.key_of`.
    kind : {"found", "missed", "parted", "wrong"}
        What it is in the second run and was not in the first.
    protocols : tuple of str
        Under which.
    method, query : str
    a, b : int
        Its images, by their places in the query.
    edits : tuple of str
        The families of edits that one of them has.
    """

    key: str
    kind: Kind
    protocols: tuple[str, ...]
    method: str
    query: str
    a: int
    b: int
    edits: tuple[str, ...]

    @property
    def is_gained(self) -> bool:
        """Whether it is right in the second run."""
        return self.kind in GAINED


@dataclass(frozen=True)
class Counted:
    """How many pairs a method gained and lost in a query under a protocol."""

    protocol: str
    method: str
    query: str
    gained: int
    lost: int


@dataclass(frozen=True)
class Comparison:
    """What two runs say of one dataset.

    Attributes
    ----------
    rows : list of RowChange
        Of what both have, by protocol, the largest change of F1 first.
    only_before, only_after : list of str
        Methods under protocols that one of them has.
    counts : list of Counted
        Where any pair changed.
    pairs : list of PairChange
    sentences : list of str
        What it comes to.
    """

    rows: list[RowChange]
    only_before: list[str]
    only_after: list[str]
    counts: list[Counted]
    pairs: list[PairChange]
    sentences: list[str]


def compare(
    dataset: Dataset, before: StoredResults, after: StoredResults, names: Sequence[str]
) -> Comparison:
    """Compare what two runs stored of a dataset; `names` are what they are called."""
    rows = list(_rows(before, after))
    both = {(row.protocol, row.method) for row in rows}
    only = [
        [f"{m} under {p}" for p, m in _places(results) if (p, m) not in both]
        for results in (before, after)
    ]
    counts, pairs = _pairs(dataset, before, after)
    sentences = list(_sentences(rows, counts, before, after, names))
    return Comparison(rows, only[0], only[1], counts, pairs, sentences)


def _places(results: StoredResults) -> list[tuple[str, str]]:
    table = results.table1[results.table1["protocol"] != ""]
    return list(zip(table["protocol"], table["method"], strict=True))


def _rows(before: StoredResults, after: StoredResults) -> Iterator[RowChange]:
    tables = [
        {
            (str(row["protocol"]), str(row["method"])): {str(k): v for k, v in row.items()}
            for row in results.table1.to_dict("records")
        }
        for results in (before, after)
    ]
    both = [place for place in _places(before) if place in tables[1]]
    changes = [
        RowChange(p, m, tables[0][p, m], tables[1][p, m], _settings(m, before, after))
        for p, m in both
    ]
    order = {protocol: i for i, protocol in enumerate(before.protocols)}

    def size(change: RowChange) -> tuple[int, float]:
        difference = change.difference("f1")
        return order[change.protocol], 0.0 if math.isnan(difference) else -abs(difference)

    yield from sorted(changes, key=size)


def _settings(method: str, before: StoredResults, after: StoredResults) -> tuple[str, ...]:
    """Return what a method was configured with in the two runs, where that differs."""
    one, other = (
        flat_settings(results.run["configuration"]["methods"].get(method, {}))
        for results in (before, after)
    )
    return tuple(
        f"{name}: {_shown(one.get(name))} → {_shown(other.get(name))}"
        for name in dict.fromkeys([*one, *other])
        if one.get(name) != other.get(name)
    )


def _shown(value: Any) -> str:
    return visible(value) if isinstance(value, str) else json.dumps(value)


def _pairs(
    dataset: Dataset, before: StoredResults, after: StoredResults
) -> tuple[list[Counted], list[PairChange]]:
    queries = {query.slug: query for query in dataset.queries}
    protocols: dict[tuple[str, str, Kind, int, int], list[str]] = defaultdict(list)
    counts = []
    for place in before.partitions:
        if place not in after.partitions:
            continue
        protocol, method, slug = place
        n = {True: 0, False: 0}
        for kind, a, b in _changed(queries[slug], before.labels(place), after.labels(place)):
            protocols[method, slug, kind, a, b].append(protocol)
            n[kind in GAINED] += 1
        if any(n.values()):
            counts.append(Counted(protocol, method, slug, n[True], n[False]))
    changes = []
    for (method, slug, kind, a, b), of_pair in protocols.items():
        query = queries[slug]
        names = sorted(query.images[place].name for place in (a, b))
        key = key_of(dataset.name, method, slug, kind, names)
        edits = families_of(query.labels[a].edit) | families_of(query.labels[b].edit)
        changes.append(
            PairChange(key, kind, tuple(of_pair), method, slug, a, b, tuple(sorted(edits)))
        )
    return counts, changes


def _changed(query: Query, before: Any, after: Any) -> Iterator[tuple[Kind, int, int]]:
    """Yield the pairs that count and are together in one of two partitions alone."""
    first, second = np.triu_indices(len(query.images), 1)
    was, now = (labels[first] == labels[second] for labels in (before, after))
    counts, true = query.truth.of_pairs()
    for pair in np.flatnonzero(counts & (was != now)).tolist():
        kind: Kind = (
            ("found" if now[pair] else "missed")
            if true[pair]
            else ("wrong" if now[pair] else "parted")
        )
        yield kind, int(first[pair]), int(second[pair])


def _sentences(
    rows: Sequence[RowChange],
    counts: Sequence[Counted],
    before: StoredResults,
    after: StoredResults,
    names: Sequence[str],
) -> Iterator[str]:
    if not rows:
        yield "The two runs have no method under one protocol in common."
        return
    changed = [row for row in rows if row.has_changed]
    if changed:
        most = max(changed, key=lambda row: np.nan_to_num(abs(row.difference("f1"))))
        yield (
            f"{len(changed)} of {len(rows)} rows that both runs have differ, most of all "
            f"{most.method} under {most.protocol}: F1 {number(most.before['f1'])} → "
            f"{number(most.after['f1'])}."
        )
    else:
        yield f"All rows that both runs have are equal: {len(rows)}."
    for protocol in dict.fromkeys(row.protocol for row in rows):
        if before.said_of(protocol)["honest"]:
            own = [row for row in rows if row.protocol == protocol]
            yield _best_of([row.before for row in own], [row.after for row in own], names, protocol)
    gained, lost = sum(one.gained for one in counts), sum(one.lost for one in counts)
    yield f"Over all methods and protocols {counted(gained, 'pair')} gained, {lost} lost."
    versions = [results.run.get("dupeval") for results in (before, after)]
    if versions[0] != versions[1]:
        yield f"They were made by dupeval {versions[0]} and {versions[1]}."


def _best_of(
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    protocol: str,
) -> str:
    best = [
        max(rows, key=lambda row: np.nan_to_num(float(row["f1"]), nan=-1.0))
        for rows in (before, after)
    ]
    told = [
        f"{row['method']} in {name} (F1 {number(row['f1'])})"
        for row, name in zip(best, names, strict=True)
    ]
    return f"Under {protocol} the best of them is {' and '.join(told)}."
