"""``results.json``: a run of Table 1 for other programs, in one file that repeats to the byte.

Its JSON schema is ``docs/results.schema.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dupeval import __version__
from dupeval.files import json_sha256
from dupeval.settings import flat_settings
from dupeval.stored_run import StoredResultsError, StoredRun
from dupeval.verdict import Contrast, Verdict

FILE_NAME = "results.json"
# Raised when a reader of the one before would misunderstand the next.
VERSION = 1
# As the tables have them.
DECIMALS = 6

Number = float | None


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Model):
    """A method under a protocol: the columns of table1.csv, and the F1 of each query."""

    method: str
    protocol: str | None = Field(description="null of a row of the study alone")
    source: Literal["measured", "imported", "published", "missing", "failed"]
    precision: Number
    recall: Number
    f1: Number
    f1_ci_low: Number
    f1_ci_high: Number
    precision_micro: Number
    recall_micro: Number
    f1_micro: Number
    precision_lenient: Number = None
    recall_lenient: Number = None
    f1_lenient: Number = None
    n_empty: int | None
    difference: Number
    difference_ci_low: Number
    difference_ci_high: Number
    p_value: Number
    p_holm: Number
    reference: str | None
    n_queries: int | None
    threshold: Number
    precision_published: Number
    recall_published: Number
    f1_published: Number
    settings_sha256: str | None = Field(
        description="equal where a method has the same settings, but for those of the machine"
    )
    f1_of_queries: dict[str, Number]


class Difference(_Model):
    """The mean F1 of a method less that of another, with its 95 % interval."""

    method: str
    other: str
    mean: float
    low: Number
    high: Number
    clear: bool = Field(description="whether the interval leaves out 0")


class Use(_Model):
    """How to use the best method on images like these, and what to expect."""

    method: str
    threshold: Number
    params: dict[str, Any]
    protocol: str
    precision: float
    recall: float


class Conclusion(_Model):
    """What the scores say; no method is best where none puts a true pair together."""

    protocol: str
    best: str | None
    not_clearly_worse: list[str]
    against: Difference | None = Field(
        description="the best less the reference, or less the next where that is best or absent"
    )
    p_value: Number
    question: list[Difference]
    use: Use | None
    sentences: list[str]


class About(_Model):
    """A dataset; its fingerprint is equal where images and labels are."""

    name: str
    fingerprint: str
    queries: int
    images: int
    unlabelled: int
    true_pairs: int
    scene_pairs: int


class Part(_Model):
    """Methods under protocols on one dataset."""

    title: str
    dataset: About
    honest: dict[str, bool] = Field(
        description="of each protocol, whether nothing of a scored query enters any choice or fit"
    )
    verdict: Conclusion | None
    rows: list[Row]


class Summary(_Model):
    """A run of Table 1."""

    format: Literal["dupeval results"] = "dupeval results"
    version: Literal[1] = 1
    dupeval: str = Field(description="the version that wrote it")
    seed: int
    parts: list[Part]

    def to_bytes(self) -> bytes:
        """Return the content of the file."""
        text = json.dumps(self.model_dump(), indent=1, ensure_ascii=False, allow_nan=False)
        return f"{text}\n".encode()

    def table(self) -> pd.DataFrame:
        """Return all rows as one table, each with its ``dataset``."""
        return pd.DataFrame(
            [
                {"dataset": part.dataset.name, **row.model_dump(exclude={"f1_of_queries"})}
                for part in self.parts
                for row in part.rows
            ]
        )


def part_of(
    described: Mapping[str, Any],
    table: pd.DataFrame,
    per_query: pd.DataFrame,
    verdict: Verdict | None,
) -> Part:
    """Return the part of a summary.

    Parameters
    ----------
    described : mapping
        As `dupeval.provenance.describe_part` has it.
    table, per_query : DataFrame
        As `dupeval.tables.table1` and `dupeval.tables.per_query_table` make them.
    verdict : Verdict or None
    """
    configuration, protocols = described["configuration"], described["protocols"]
    digests = {
        name: json_sha256(flat_settings(settings))
        for name, settings in configuration["methods"].items()
    }
    f1 = {
        (str(protocol), str(method)): dict(zip(rows["query"], _rounded(rows["f1"]), strict=True))
        for (protocol, method), rows in per_query.groupby(["protocol", "method"], sort=False)
    }
    rows = []
    for record in table.drop(columns="dataset").to_dict("records"):
        values: dict[str, Any] = {str(name): _plain(value) for name, value in record.items()}
        place = (str(values["protocol"]), str(values["method"]))
        values["settings_sha256"] = digests.get(place[1]) if values["protocol"] else None
        values["f1_of_queries"] = f1.get(place, {})
        rows.append(Row(**values))
    return Part(
        title=configuration.get("title") or "Table 1",
        dataset=About(**described["dataset"]),
        honest={name: said["honest"] for name, said in protocols.items()},
        verdict=None if verdict is None else _conclusion(verdict),
        rows=rows,
    )


def summary_bytes(parts: Sequence[Part], seed: int) -> bytes:
    """Return ``results.json``; see `part_of`."""
    return Summary(dupeval=__version__, seed=seed, parts=list(parts)).to_bytes()


def read_summary(run: StoredRun) -> Summary:
    """Read the ``results.json`` of a stored run.

    Raises
    ------
    StoredResultsError
        If it is not the file that ``run.json`` describes, or of another version.
    """
    try:
        return Summary.model_validate_json(run.content(FILE_NAME))
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        raise StoredResultsError(
            f"{run.folder / FILE_NAME} is not what this version reads ({place}: {fault['msg']})",
            run.program,
        ) from None


def schema_bytes() -> bytes:
    """Return the JSON schema of ``results.json``, as it is published."""
    return f"{json.dumps(Summary.model_json_schema(), indent=1)}\n".encode()


def _conclusion(verdict: Verdict) -> Conclusion:
    standing, advice = verdict.standing, verdict.advice
    use = None
    if advice is not None:
        use = Use(
            method=advice.method,
            threshold=_plain(advice.threshold),
            params=dict(advice.params),
            protocol=advice.protocol,
            precision=round(advice.precision, DECIMALS),
            recall=round(advice.recall, DECIMALS),
        )
    return Conclusion(
        protocol=standing.protocol,
        best=standing.best,
        not_clearly_worse=list(standing.near) if standing.best else [],
        against=_difference(verdict.against) if verdict.against else None,
        p_value=_plain(verdict.p_value),
        question=[_difference(one) for one in verdict.answers],
        use=use,
        sentences=verdict.sentences,
    )


def _difference(one: Contrast) -> Difference:
    return Difference(
        method=one.method,
        other=one.other,
        mean=round(one.mean, DECIMALS),
        low=_plain(one.low),
        high=_plain(one.high),
        clear=one.clear,
    )


def _rounded(values: pd.Series[float]) -> list[Number]:
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    """Return a cell of a table as JSON has it."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    return round(float(value), DECIMALS) if isinstance(value, float) else value
