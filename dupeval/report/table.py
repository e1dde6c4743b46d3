"""Table 1 of stored results as the report shows it: in order, marked, with what methods cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dupeval.cost import Cost, cost_of
from dupeval.dataset import Dataset
from dupeval.rendering import BEST, TablePart
from dupeval.stored import StoredResults
from dupeval.stored_run import StoredRun, honest_first
from dupeval.timing import Timing
from dupeval.verdict import stand

TIMINGS = "timings.csv"
_TIMES = ["wall_s", "cpu_s"]


@dataclass(frozen=True)
class Block:
    """Rows that stand together; without a name where they are all there is.

    A row is one of `dupeval.tables.table1`, as a mapping, with its ``mark`` (see `TablePart.mark`)
    and its ``cost``: seconds for 1,000 images as text, empty where nothing was timed.
    """

    name: str
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class ProtocolTable:
    """The rows of one protocol.

    Attributes
    ----------
    name, title, explanation : str
    blocks : list of Block
    methods : list of str
        Those that have results, in the order of their rows.
    published : bool
        Whether a row has figures of the study.
    """

    name: str
    title: str
    explanation: str
    blocks: list[Block]
    methods: list[str]
    published: bool

    @property
    def heading(self) -> str:
        """What it is, and its name."""
        return f"{self.title} ({self.name})"

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of all blocks."""
        return [row for block in self.blocks for row in block.rows]

    @property
    def ranked(self) -> list[dict[str, Any]]:
        """The rows that have results, over all blocks, the highest F1 first."""
        rows = (row for row in self.rows if row["protocol"] and row["method"] in self.methods)
        return sorted(rows, key=lambda row: -float(row["f1"]))


def table_part(dataset: Dataset, results: StoredResults) -> TablePart:
    """Return stored results as the tables of a run have them: in blocks, with their standings."""
    protocols: Mapping[str, Mapping[str, Any]] = results.run["protocols"]
    scored = pd.DataFrame(list(results.per_query.values()))
    standings = {
        name: stand(scored, name) for name in honest_first(protocols) if protocols[name]["honest"]
    }
    return TablePart(
        "Table 1",
        dataset,
        results.table1,
        comparisons=pd.DataFrame(),
        headings={name: said["title"] for name, said in protocols.items()},
        blocks=results.run["configuration"].get("blocks") or {},
        standings={name: one for name, one in standings.items() if one},
        costs=_costs(dataset, results),
    )


def protocol_tables(part: TablePart, results: StoredResults) -> list[ProtocolTable]:
    """Return the table of each protocol of the results, in their order."""
    return [_of_protocol(part, results, name) for name in results.protocols]


def best_first(part: TablePart, results: StoredResults) -> list[str]:
    """Return the methods that have results, the best under the first honest protocol first."""
    standing = next(iter(part.standings.values()), None)
    ranked = list(standing.means) if standing else []
    return sorted(
        results.methods, key=lambda name: ranked.index(name) if name in ranked else len(ranked)
    )


def _of_protocol(part: TablePart, results: StoredResults, name: str) -> ProtocolTable:
    own = part.rows(name)
    blocks = [
        Block(block if len(own) > 1 else "", [_row(part, name, row) for row in _records(rows)])
        for block, rows in own.items()
    ]
    scored = {method for protocol, method, _ in results.per_query if protocol == name}
    rows = [row for block in blocks for row in block.rows]
    said = results.said_of(name)
    return ProtocolTable(
        name,
        said["title"],
        said["explanation"],
        blocks,
        [row["method"] for row in rows if row["method"] in scored and row["protocol"]],
        any(row["f1_published"] == row["f1_published"] for row in rows),
    )


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _row(part: TablePart, protocol: str, row: dict[str, Any]) -> dict[str, Any]:
    method = str(row["method"])
    cost = part.costs.get(method) if row["protocol"] else None
    mark = part.mark(protocol, method) if row["protocol"] else ""
    return {**row, "mark": mark, "is_best": mark == BEST, "cost": cost.rounded if cost else ""}


def _costs(dataset: Dataset, results: StoredResults) -> dict[str, Cost]:
    """Return what methods cost by name; nothing of a run that kept no times."""
    run = StoredRun(results.folder, "table1", results.run)
    if TIMINGS not in run.about.get("outputs", {}) or not (run.folder / TIMINGS).is_file():
        return {}
    columns = ["dataset", "method", "stage", *_TIMES, "stored"]
    table = run.table(TIMINGS, columns, _TIMES)
    # Of parts of one dataset the first counts.
    own = table[table["dataset"] == dataset.name].drop_duplicates(["method", "stage"])
    timings = [
        Timing(
            str(row["method"]),
            str(row["stage"]),
            wall_s=float(row["wall_s"]),
            cpu_s=float(row["cpu_s"]),
            stored=row["stored"] == "True",
        )
        for row in own.to_dict("records")
    ]
    costs = {
        name: cost_of(timings, name, results.run["protocols"], len(dataset.images))
        for name in results.methods
    }
    return {name: cost for name, cost in costs.items() if cost}
