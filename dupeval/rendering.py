"""Tables as files and for the eye: CSV, Markdown, LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from dupeval.dataset import Dataset
from dupeval.evaluation import Spread
from dupeval.tables import FALSE_POSITIVES, LENIENT, PER_QUERY_COLUMNS, SCORES, published_table1
from dupeval.text import csv_cell, visible


def csv_bytes(table: pd.DataFrame, float_format: str = "%.6f") -> bytes:
    """Return a table as UTF-8 CSV, numbers to six decimals, texts by `dupeval.text.csv_cell`."""
    shown = table.copy(deep=False)
    for name in table.columns:
        cells = {x: csv_cell(x) for x in table[name].unique() if isinstance(x, str)}
        if any(cell != text for text, cell in cells.items()):
            shown[name] = [cells.get(x, x) for x in table[name]]
    return shown.to_csv(index=False, float_format=float_format, lineterminator="\n").encode()


FOR_CSV = (*LENIENT, *FALSE_POSITIVES, "hidden")


@dataclass(frozen=True, eq=False)
class TablePart:
    """Table 1 of some methods and protocols on one dataset.

    Attributes
    ----------
    title : str
        What it is.
    dataset : Dataset
    table, comparisons : DataFrame
        As `dupeval.tables.table1` and `dupeval.tables.comparisons_table` make them.
    headings : mapping of str to str
        What each protocol is, by its name.
    said : mapping of str to str
        What is to be said of the rows of a protocol, by its name.
    spreads : sequence of Spread
    notes : sequence of str
        What must be said besides.
    verdict : sequence of str
        Sentences that come first; see `dupeval.verdict`.
    """

    title: str
    dataset: Dataset
    table: pd.DataFrame
    comparisons: pd.DataFrame
    headings: Mapping[str, str]
    said: Mapping[str, str] = field(default_factory=dict)
    spreads: Sequence[Spread] = ()
    notes: Sequence[str] = ()
    verdict: Sequence[str] = ()

    @property
    def heading(self) -> str:
        """The title, and what the dataset holds."""
        return f"{self.title} on {describe_dataset(self.dataset)}"


def table1_markdown(parts: Sequence[TablePart]) -> str:
    """Return Table 1 as Markdown, for each part one table a protocol, published figures beside."""
    texts = [text for part in parts for text in _part_markdown(part)]
    return "\n\n".join([*texts, NOTE]) + "\n"


def _part_markdown(part: TablePart) -> Iterator[str]:
    yield f"## {part.heading}"
    if part.verdict:
        yield " ".join(part.verdict)
    for protocol, rows in _by_protocol(part.table):
        text = _for_reading(rows).to_markdown(
            index=False, disable_numparse=True, colalign=_alignment(rows)
        )
        yield f"### {_heading(protocol, part.headings)}\n\n{text}"
        if protocol in part.said:
            yield part.said[protocol]
        own = part.comparisons[part.comparisons["protocol"] == protocol]
        if len(own):
            yield " ".join(_reach(row) for _, row in own.iterrows())
    for s in part.spreads:
        yield (
            f"{s.method} under {s.protocol}: F1 from {s.f1_least:.3f} to {s.f1_most:.3f} in "
            f"{s.n_runs} runs; the row is the first."
        )
    for note in part.notes:
        yield f"Note: {note}."


def table1_latex(parts: Sequence[TablePart]) -> str:
    """Return Table 1 as LaTeX, for the package booktabs: for each part one tabular a protocol."""
    texts = [f"% {NOTE}"]
    for part in parts:
        texts.append(f"% {part.heading}")
        for protocol, rows in _by_protocol(part.table):
            columns = "".join(side[0] for side in _alignment(rows))
            text = _for_reading(rows).to_latex(index=False, column_format=columns, escape=True)
            texts.append(f"% {_heading(protocol, part.headings)}\n{text}")
    return "\n".join(texts)


def per_query_markdown(per_query: pd.DataFrame, dataset: Dataset) -> str:
    """Return the scores of every query as Markdown, with their means below."""
    parts = []
    for (protocol, method), rows in per_query.groupby(["protocol", "method"], sort=False):
        # What else is said of predictions, and what was hidden, is for the CSV file.
        shown = rows[[name for name in PER_QUERY_COLUMNS[2:] if name not in FOR_CSV]].copy()
        for name in (*SCORES, "threshold"):
            shown[name] = shown[name].map(_number)
        means = rows[SCORES].mean().map("{:.3f}".format)
        for name in ("query", "params"):
            shown[name] = shown[name].map(_in_a_cell)
        shown = pd.concat([shown.astype("str"), pd.DataFrame([{"query": "mean", **means}])])
        text = shown.fillna("").to_markdown(index=False, disable_numparse=True)
        parts.append(f"### {method}, {protocol}\n\n{text}\n")
    return "\n".join([f"On {describe_dataset(dataset)}.\n", *parts])


NOTE = (
    "P, R, F1: means over queries, where a query in which nothing is claimed has precision 0; "
    "empty: in how many queries that is so; interval: of F1, 95 %, Student's t over queries; "
    "pooled: precision, recall and F1 of the counts of all queries together; difference: "
    "of mean F1 from the reference, with its interval; p: exact paired sign-flip test, Holm: "
    "adjusted for the other methods of its block; where a protocol does not cover the reference it "
    "is taken under the first honest one. Published: the study's figures, on its own "
    "images, which are not public."
)


def _heading(protocol: str, headings: Mapping[str, str]) -> str:
    return f"{headings[protocol]} ({protocol})" if protocol in headings else protocol


def _reach(row: pd.Series) -> str:
    """Say what the comparisons of one block can find."""
    n, difference = row["n_comparisons"], row["detectable"]
    found = (
        f"a mean difference of {difference:.2f} would be found with 80 % power"
        if 0 < difference < 1
        else "80 % power is out of reach"
    )
    return (
        f"{row['block']}: {n} comparison{'s' if n > 1 else ''} with {row['reference']} on "
        f"{row['n_queries']} queries; no Holm p can be below {row['smallest_p_holm']:.3f}, and "
        f"{found}."
    )


def describe_dataset(dataset: Dataset) -> str:
    """Say in a line what a dataset holds."""
    unlabelled = f"{dataset.n_unlabelled} unlabelled, " if dataset.n_unlabelled else ""
    return (
        f"{visible(dataset.name)}: {len(dataset.queries)} queries, {len(dataset.images)} images, "
        f"{unlabelled}{sum(query.n_true_pairs for query in dataset.queries)} true pairs"
    )


def _in_a_cell(text: str) -> str:
    """Return text that cannot leave its cell of a Markdown table."""
    return visible(text).replace("|", "\\|")


def _by_protocol(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Split by protocol; rows of the study alone belong to every part, in the study's order."""
    published = table[table["source"] == "published"]
    measured = table[table["source"] != "published"]
    place = {method: i for i, method in enumerate(published_table1()["method"])}

    def in_order(methods: pd.Series) -> pd.Series:
        return methods.map(lambda method: place.get(method, len(place)))

    if measured.empty:
        return [("The study's own figures", published)]
    return [
        (
            str(protocol),
            pd.concat([rows, published]).sort_values("method", key=in_order, kind="stable"),
        )
        for protocol, rows in measured.groupby("protocol", sort=False)
    ]


def _for_reading(rows: pd.DataFrame) -> pd.DataFrame:
    def published(row: pd.Series) -> str:
        return _slashed(row, "{}_published")

    return pd.DataFrame(
        {
            "method": rows["method"],
            "P": rows["precision"].map(_number),
            "R": rows["recall"].map(_number),
            "F1": rows["f1"].map(_number),
            "95 % interval": rows.apply(_interval, axis=1),
            "empty": rows["n_empty"].map(lambda n: "" if pd.isna(n) else f"{n}"),
            "pooled P / R / F1": rows.apply(lambda row: _slashed(row, "{}_micro"), axis=1),
            "difference": rows.apply(_difference, axis=1),
            "p": rows["p_value"].map(_number),
            "Holm": rows["p_holm"].map(_number),
            "threshold": rows["threshold"].map(_number),
            "source": rows["source"],
            "published P / R / F1": rows.apply(published, axis=1),
        }
    )


def _interval(row: pd.Series) -> str:
    if pd.notna(row["f1_ci_low"]):
        return f"[{row['f1_ci_low']:.3f}, {row['f1_ci_high']:.3f}]"
    # Equal scores give no interval; how sure that is they do not say.
    n = row["n_queries"]
    return "" if pd.isna(n) or n < 2 else f"{n} of {n} equal"


def _difference(row: pd.Series) -> str:
    if pd.isna(row["difference"]):
        return ""
    ends = ""
    if pd.notna(row["difference_ci_low"]):
        ends = f" [{row['difference_ci_low']:+.3f}, {row['difference_ci_high']:+.3f}]"
    return f"{row['difference']:+.3f}{ends}"


def _slashed(row: pd.Series, column: str) -> str:
    return " / ".join(filter(None, (_number(row[column.format(score)]) for score in SCORES)))


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"


def _alignment(rows: pd.DataFrame) -> list[str]:
    texts = ("method", "source", "published P / R / F1")
    return ["left" if name in texts else "right" for name in _for_reading(rows).columns]
