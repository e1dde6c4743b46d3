"""Table 1 on one screen: what it says, and the rows that matter, with their intervals as bars."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from itertools import chain

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dupeval.look import DRAWN_WITH, Look
from dupeval.rendering import BEST, NEAR, TablePart, describe_dataset
from dupeval.text import visible

MOST_LINES = 30
# A part that has less is left to the files; the first has this many at least.
LEAST_ROWS, LEAST_OF_FIRST = 1, 3
ENOUGH_OF_FIRST, ENOUGH_OF_OTHERS = 6, 4

# Header, width and justification of all columns but the first, the method, and the bar.
_COLUMNS = {
    "P": 5,
    "R": 5,
    "F1": 7,
    "bar": 0,
    "diff": 6,
    "Holm": 5,
    "s/1000": 6,
    "study": 5,
}
# There where a part has it.
OF_STUDY = "study"


def summary(parts: Sequence[TablePart], last: Sequence[str], look: Look | None = None) -> str:
    """Return Table 1 on at most `MOST_LINES` lines.

    First what the last part says, which is the one that matters most, and its rows; then the
    others, in their order. Of each part its first protocol is shown. Where not all rows have a
    place, the best, the reference, and those of the study's question come first.

    Parameters
    ----------
    parts : sequence of TablePart
        At least one.
    last : sequence of str
        What is said below.
    look : Look, optional
    """
    look = look or Look()
    parts = [parts[-1], *parts[:-1]]
    said = [_wrapped(text, look) for text in parts[0].verdict_with_cost]
    lines = [line for text in said for line in text]
    studys = any(part.shows_study for part in parts)
    end = [line for text in (_legend(parts[0], studys), *last) for line in _wrapped(text, look)]
    room = MOST_LINES - len(lines) - len(end) - 2  # An empty line, and the header.
    shown = _placed([_scored(part) for part in parts], room)
    left = len(parts) - len(shown)
    if left:
        more = f"{left} more part{'s' if left > 1 else ''} of the table: in the files."
        end = [more, *end]
    width = max(
        (len(str(name)) for part in parts[: len(shown)] for name in part.table["method"]), default=6
    )
    for i, (part, n) in enumerate(zip(parts, shown, strict=False)):
        lines += [*([""] if i == 0 and lines else []), _heading(part, n, look)]
        lines += _rows(part, n, min(width, 30), look, not any(shown[:i]), studys)
    return "\n".join([*lines, *end])


def _placed(rows: Sequence[pd.DataFrame], room: int) -> list[int]:
    """Return how many rows of each part have a place, of the parts that have one."""
    n_parts = 1 + max(0, min(len(rows) - 1, (room - 1 - LEAST_OF_FIRST) // (1 + LEAST_ROWS)))
    # One line for what does not fit.
    room -= n_parts + (n_parts < len(rows))
    if n_parts == 1:
        return [max(0, min(len(rows[0]), room))]
    most = [len(own) for own in rows[:n_parts]]
    places = [0] * n_parts
    others = range(1, n_parts)
    turns = chain([0] * ENOUGH_OF_FIRST, [*others] * ENOUGH_OF_OTHERS, [0] * most[0])
    for i in chain(turns, [*others] * max(most)):
        if sum(places) < room and places[i] < most[i]:
            places[i] += 1
    return places


def _scored(part: TablePart) -> pd.DataFrame:
    """Return the rows of the first protocol that have scores, the best first."""
    protocol = part.protocols[0]
    rows = part.table[part.table["protocol"] == protocol].dropna(subset="f1")
    return rows.sort_values("f1", ascending=False, kind="stable")


def _chosen(part: TablePart, n: int) -> pd.DataFrame:
    rows = _scored(part)
    near = [name for name in rows["method"] if part.mark(part.protocols[0], name)]
    reference = part.table["reference"].dropna().unique()
    order = [*rows["method"][:1], *reference, *part.named, *near, *rows["method"]]
    wanted = [name for name in dict.fromkeys(order) if name in set(rows["method"])][:n]
    return rows[rows["method"].isin(wanted)]


def _heading(part: TablePart, n: int, look: Look) -> str:
    protocol = part.protocols[0]
    if protocol is None:
        return f"{visible(part.dataset.name)}: no method has scores"
    n_scored = len(_scored(part))
    of = f", {n} of {n_scored} methods" if n < n_scored else ""
    name = visible(part.dataset.name)
    holds = describe_dataset(part.dataset).removeprefix(name)
    text = f"{part.title} on {name} ({protocol}{of}){holds}"
    return _rendered([Text(text, "bold")], look)[0]


def _rows(part: TablePart, n: int, width: int, look: Look, header: bool, studys: bool) -> list[str]:
    columns = {name: size for name, size in _COLUMNS.items() if studys or name != OF_STUDY}
    of_bar = look.width - sum(columns.values()) - width - len(columns)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=header)
    table.add_column("method", width=width, no_wrap=True, overflow="ellipsis")
    for name, size in columns.items():
        if name == "bar":
            table.add_column(f"0{'95 %':^{of_bar - 2}}1", width=of_bar, no_wrap=True)
        else:
            table.add_column(name, width=size, justify="right", no_wrap=True)
    for _, row in _chosen(part, n).iterrows():
        mark = part.mark(part.protocols[0], row["method"])
        cost = part.costs.get(row["method"])
        sign = {BEST: "*", NEAR: NEAR}.get(mark, "")
        cells: list[Text | str] = [
            Text(visible(str(row["method"]))),
            *(_number(row["precision"]), _number(row["recall"]), f"{sign}{_number(row['f1'])}"),
            _bar(row, of_bar, look.unicode),
            "" if pd.isna(row["difference"]) else f"{row['difference']:+.3f}",
            *(_number(row["p_holm"]), cost.rounded if cost else ""),
            *([_number(row["f1_published"])] if studys else []),
        ]
        table.add_row(*cells, style="bold" if mark == BEST else "")
    return _rendered([table], look) if n else []


def _bar(row: pd.Series, width: int, unicode: bool) -> str:
    """Draw the interval of F1 and its mean between 0 and 1."""
    line, point = tuple(DRAWN_WITH if unicode else "-o")
    low, mean, high = (_place(row[name], width) for name in ("f1_ci_low", "f1", "f1_ci_high"))
    cells = [" "] * width
    if low is not None and high is not None:
        cells[low : high + 1] = line * (high + 1 - low)
    if mean is not None:
        cells[mean] = point
    return "".join(cells)


def _place(value: float, width: int) -> int | None:
    return None if math.isnan(value) else round(value * (width - 1))


def _legend(part: TablePart, studys: bool) -> str:
    reference = next(iter(part.table["reference"].dropna().unique()), None)
    texts = ["*: best", f"{NEAR}: not clearly worse"]
    if reference:
        texts.append(f"diff: of F1 from {reference}, Holm: its p")
    texts += ["s/1000: images", *(["study: its F1"] if studys else [])]
    return "; ".join(texts) + "."


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.3f}"


def _wrapped(text: str, look: Look) -> list[str]:
    return _rendered([Text(visible(text))], look)


def _rendered(things: Iterable[Text | Table], look: Look) -> list[str]:
    file = io.StringIO()
    console = Console(
        file=file,
        width=look.width,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
    )
    for thing in things:
        console.print(thing)
    return [line.rstrip() for line in file.getvalue().splitlines()]
