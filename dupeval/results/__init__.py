"""What a run of Table 1 wrote, as tidy pandas frames."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dupeval.results.schema import FILE_NAME, Summary, read_summary
from dupeval.settings import flat_settings
from dupeval.stored import COLUMNS
from dupeval.stored_run import open_run
from dupeval.tables import COMPARISONS_COLUMNS

__all__ = ["Results", "Summary", "load"]

SETTINGS_COLUMNS = ["dataset", "protocol", "method", "setting", "value"]
_TABLES = {
    **COLUMNS,
    "comparisons.csv": ["dataset", *COMPARISONS_COLUMNS],
    "metrics.csv": ["dataset"],
}


@dataclass(frozen=True, eq=False)
class Results:
    """What a run wrote, of all its datasets and protocols.

    Every frame but `settings` has the columns of the file of the same name, docs/reproducing.md
    says what they hold; numbers are numbers, NaN where there are none, and all else is text, empty
    where there is none. ``dataset``, ``protocol`` and ``method`` join them.

    Attributes
    ----------
    folder : Path
    table : DataFrame
        ``table1.csv``: a row a dataset, protocol and method; the study's alone have no protocol.
    per_query : DataFrame
        A row a dataset, protocol, method and query: counts, scores, decision.
    groups : DataFrame
        A row an image, for each of those: its group.
    comparisons : DataFrame
        What comparisons could find.
    metrics : DataFrame
        Means of other metrics; a column a metric.
    settings : DataFrame
        ``dataset``, ``protocol``, ``method``, ``setting`` (a dotted name), ``value`` (of any type):
        what ``run.json`` says each method was configured with, without what changes no answer.
    summary : Summary
        ``results.json``.
    run : mapping
        ``run.json``: versions, seed, the host, the configuration of each part.
    """

    folder: Path
    table: pd.DataFrame
    per_query: pd.DataFrame
    groups: pd.DataFrame
    comparisons: pd.DataFrame
    metrics: pd.DataFrame
    settings: pd.DataFrame
    summary: Summary
    run: Mapping[str, Any]


def load(folder: str | Path) -> Results:
    """Read what `experiments/table1.py` wrote into a folder.

    Parameters
    ----------
    folder : str or Path

    Raises
    ------
    StoredResultsError
        If there are no results, or a file is not the one that ``run.json`` describes.
    """
    run = open_run(Path(folder), "table1", [*_TABLES, FILE_NAME])
    table, per_query, groups, comparisons, metrics = (
        run.table(name, columns) for name, columns in _TABLES.items()
    )
    settings = pd.DataFrame(_settings(run.about), columns=SETTINGS_COLUMNS)
    summary = read_summary(run)
    return Results(
        run.folder, table, per_query, groups, comparisons, metrics, settings, summary, run.about
    )


def _settings(about: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, Any]]:
    for part in about["parts"]:
        for protocol in part["protocols"]:
            for method, settings in part["configuration"]["methods"].items():
                for name, value in flat_settings(settings).items():
                    shown = json.dumps(value) if isinstance(value, list) else value
                    yield part["dataset"]["name"], protocol, method, name, shown
