"""Tables as files and for the eye: CSV and Markdown; LaTeX is `dupeval.latex`'s."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from dupeval.cost import Cost, cost_sentence
from dupeval.dataset import Dataset
from dupeval.evaluation import Spread
from dupeval.tables import FALSE_POSITIVES, LENIENT, PER_QUERY_COLUMNS, SCORES, published_table1
from dupeval.text import counted, csv_cell, visible
from dupeval.verdict import Standing


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
    blocks : mapping of str to sequence of str
        Which methods stand together; see `dupeval.statistics.Comparison`.
    standings : mapping of str to Standing
        Of the honest protocols, by name: the order of rows is that of the first, and each marks
        the rows of its own.
    costs : mapping of str to Cost
        What methods cost, by name; no file that repeats has them.
    named : sequence of str
        The methods that the verdict names besides the best.
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
    blocks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    costs: Mapping[str, Cost] = field(default_factory=dict)
    named: Sequence[str] = ()

    @property
    def heading(self) -> str:
        """The title, and what the dataset holds."""
        return f"{self.title} on {describe_dataset(self.dataset)}"

    @property
    def shows_study(self) -> bool:
        """Whether the study's figures stand in the table."""
        return bool(self.table["f1_published"].notna().any())

    @property
    def verdict_with_cost(self) -> list[str]:
        """The verdict, and after which method is best what that costs."""
        best = next((standing.best for standing in self.standings.values()), None)
        if not self.verdict or best is None or best not in self.costs:
            return list(self.verdict)
        reference = next(iter(self.table["reference"].dropna()), None)
        cost = cost_sentence(self.costs[best], self.costs.get(str(reference)))
        return [self.verdict[0], cost, *self.verdict[1:]]

    @property
    def protocols(self) -> list[str | None]:
        """The protocols that have rows; None alone where only the study's figures are there."""
        return [str(name) for name in self.table["protocol"].dropna().unique()] or [None]

    def rows(self, protocol: str | None) -> dict[str, pd.DataFrame]:
        """Return the rows of a protocol by their blocks, within each the best first.

        What is best is so under the first honest protocol; what has no score there comes last, in
        the table's order. Rows of the study alone belong to every protocol.
        """
        table = self.table
        published = table["source"] == "published"
        rows = table[published | (table["protocol"] == protocol)]
        standing = next(iter(self.standings.values()), None)
        place = {name: i for i, name in enumerate(standing.means)} if standing else {}
        studys = {name: i for i, name in enumerate(published_table1()["method"])}
        last = len(place) + len(studys)

        def in_order(methods: pd.Series) -> pd.Series:
            return methods.map(lambda x: place.get(x, len(place) + studys.get(x, last)))

        rows = rows.sort_values("method", key=in_order, kind="stable")
        block_of = {method: name for name, own in self.blocks.items() for method in own}
        blocks = rows["method"].map(lambda method: block_of.get(method, OTHERS))
        of_blocks = {name: rows[blocks == name] for name in (*self.blocks, OTHERS)}
        return {name: own for name, own in of_blocks.items() if len(own)}

    def mark(self, protocol: str | None, method: str) -> str:
        """Return `BEST`, `NEAR` or nothing: how a method stands under a protocol."""
        standing = self.standings.get(protocol or "")
        if standing is None or standing.best is None:
            return ""
        return BEST if method == standing.best else NEAR if method in standing.near else ""


BEST, NEAR = "best", "~"
# Methods in no block, as `dupeval.statistics.Comparison.block_of` has them.
OTHERS = "others"


def table1_markdown(parts: Sequence[TablePart]) -> str:
    """Return Table 1 as Markdown, for each part one table a protocol, published figures beside."""
    texts = [text for part in parts for text in _part_markdown(part)]
    return "\n\n".join([*texts, f"{MARKS} {NOTE}"]) + "\n"


def _part_markdown(part: TablePart) -> Iterator[str]:
    yield f"## {part.heading}"
    if part.verdict:
        yield "\n".join(f"- {sentence}" for sentence in part.verdict)
    for protocol in part.protocols:
        yield f"### {protocol_heading(part, protocol)}\n\n{_table_markdown(part, protocol)}"
        if said := part.said.get(protocol or ""):
            yield said
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
    if part.shows_study:
        yield OF_STUDY


def _table_markdown(part: TablePart, protocol: str | None) -> str:
    blocks = part.rows(protocol)
    lines: list[dict[str, str]] = []
    for name, rows in blocks.items():
        if len(blocks) > 1:
            lines.append({"method": f"*{name}*"})
        lines += [
            _cells(row, part.mark(protocol, row["method"])) for row in rows.to_dict("records")
        ]
    table = pd.DataFrame(lines).fillna("")
    if not part.shows_study:
        table = table.drop(columns=PUBLISHED)
    texts = ("method", "source", PUBLISHED)
    sides = ["left" if name in texts else "right" for name in table.columns]
    return table.to_markdown(index=False, disable_numparse=True, colalign=sides)


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


MARKS = (
    "Rows are sorted by their first honest F1, within their block; bold: the best; ~: not clearly "
    "worse, for the 95 % interval of its paired difference from the best has 0 in it."
)
NOTE = (
    "P, R, F1: means over queries, where a query in which nothing is claimed has precision 0; "
    "empty: in how many queries that is so; interval: of F1, 95 %, Student's t over queries; "
    "pooled: precision, recall and F1 of the counts of all queries together; difference: "
    "of mean F1 from the reference, with its interval; p: exact paired sign-flip test, Holm: "
    "adjusted for the other methods of its block; where a protocol does not cover the reference it "
    "is taken under the first honest one."
)
# A column, and what is said of it.
PUBLISHED = "published P / R / F1"
OF_STUDY = "Published: the study's figures, on its own images, which are not public."


def protocol_heading(part: TablePart, protocol: str | None) -> str:
    """Return what a protocol is, and its name."""
    if protocol is None:
        return "The study's own figures"
    title = part.headings.get(protocol)
    return f"{title} ({protocol})" if title else protocol


def _reach(row: pd.Series) -> str:
    """Say what the comparisons of one block can find."""
    n, difference = row["n_comparisons"], row["detectable"]
    found = (
        f"a mean difference of {difference:.2f} would be found with 80 % power"
        if 0 < difference < 1
        else "80 % power is out of reach"
    )
    return (
        f"{row['block']}: {counted(n, 'comparison')} with {row['reference']} on "
        f"{counted(row['n_queries'], 'query', 'queries')}; no Holm p can be below "
        f"{row['smallest_p_holm']:.3f}, and {found}."
    )


def describe_dataset(dataset: Dataset) -> str:
    """Say in a line what a dataset holds."""
    unlabelled = f"{dataset.n_unlabelled} unlabelled, " if dataset.n_unlabelled else ""
    return (
        f"{visible(dataset.name)}: {counted(len(dataset.queries), 'query', 'queries')}, "
        f"{counted(len(dataset.images), 'image')}, {unlabelled}"
        f"{counted(sum(query.n_true_pairs for query in dataset.queries), 'true pair')}"
    )


def _in_a_cell(text: str) -> str:
    """Return text that cannot leave its cell of a Markdown table."""
    return visible(text).replace("|", "\\|")


def _cells(row: Mapping[Hashable, Any], mark: str) -> dict[str, str]:
    shown = "**{}**" if mark == BEST else "{}"
    return {
        "method": shown.format(row["method"]) + (f" {NEAR}" if mark == NEAR else ""),
        "P": _number(row["precision"]),
        "R": _number(row["recall"]),
        "F1": shown.format(_number(row["f1"])),
        "95 % interval": _interval(row),
        "empty": "" if pd.isna(row["n_empty"]) else f"{row['n_empty']}",
        "pooled P / R / F1": _slashed(row, "{}_micro"),
        "difference": _difference(row),
        "p": _number(row["p_value"]),
        "Holm": _number(row["p_holm"]),
        "threshold": _number(row["threshold"]),
        "source": row["source"],
        PUBLISHED: _slashed(row, "{}_published"),
    }


def _interval(row: Mapping[Hashable, Any]) -> str:
    if pd.notna(row["f1_ci_low"]):
        return f"[{row['f1_ci_low']:.3f}, {row['f1_ci_high']:.3f}]"
    # Equal scores give no interval; how sure that is they do not say.
    n = row["n_queries"]
    return "" if pd.isna(n) or n < 2 else f"{n} of {n} equal"


def _difference(row: Mapping[Hashable, Any]) -> str:
    if pd.isna(row["difference"]):
        return ""
    ends = ""
    if pd.notna(row["difference_ci_low"]):
        ends = f" [{row['difference_ci_low']:+.3f}, {row['difference_ci_high']:+.3f}]"
    return f"{row['difference']:+.3f}{ends}"


def _slashed(row: Mapping[Hashable, Any], column: str) -> str:
    return " / ".join(filter(None, (_number(row[column.format(score)]) for score in SCORES)))


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"
