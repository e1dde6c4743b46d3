"""What ``dupeval group`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dupeval.grouping.finding import Found
from dupeval.grouping.groups import Group, Grouping
from dupeval.grouping.page import human_size, number
from dupeval.text import visible

SHOWN = 5


def say(grouping: Grouping, found: Found, written: Sequence[Path]) -> None:
    """Print what was found, which groups are least sure, and what was written."""
    console = Console(highlight=False, soft_wrap=True)
    for line in _lines(grouping, found):
        console.print(Text(line))
    unsure = [group for group in grouping.several if group.height > 0][:SHOWN]
    if unsure:
        console.print()
        console.print(_table(unsure, grouping))
    if grouping.unread:
        console.print()
        console.print(Text(f"not read: {len(grouping.unread):,}, all in unread.csv"))
        for item in grouping.unread[:SHOWN]:
            console.print(Text(f"  {visible(item.path)}: {visible(item.reason)}"))
    console.print()
    folders = dict.fromkeys(path.parent for path in written)
    for folder in folders:
        names = ", ".join(path.name for path in written if path.parent == folder)
        console.print(Text(f"written to {visible(str(folder))}: {visible(names)}"))
    if not any(path.suffix == ".parquet" for path in written):
        console.print(Text("groups.parquet would need: pip install 'dupeval[tables]'"))


def _lines(grouping: Grouping, found: Found) -> list[str]:
    n_images = len(grouping.files) - grouping.n_references
    in_groups = sum(len(group.members) for group in grouping.several)
    images, groups = _count(n_images, "image"), _count(len(grouping.several), "group")
    lines = [f"{images}, {groups} of {in_groups:,} of them"]
    if grouping.n_references:
        lines = [
            f"{images}, each compared with {grouping.n_references:,} of the library; "
            f"{len(grouping.removable):,} are there already"
        ]
    lines.append(
        f"{_count(len(grouping.removable), 'copy', 'copies')} need not be kept: "
        f"{human_size(grouping.n_bytes_freed)} would be freed; nothing was moved or deleted"
    )
    if grouping.n_looked_at < grouping.n_pairs:
        lines.append(
            f"{grouping.n_looked_at:,} of {grouping.n_pairs:,} pairs were looked at, the others "
            "ruled out by the gate"
        )
    if grouping.promise:
        lines.append(visible(grouping.promise))
    chained = sum(group.chain is not None for group in grouping.several)
    if chained:
        said = "group is a chain" if chained == 1 else "groups are chains"
        lines.append(f"{chained:,} {said}: others join images that are far from each other")
    passed = [
        _count(n, what)
        for n, what in ((found.n_links, "link"), (found.n_hidden, "hidden name"))
        if n
    ]
    if passed:
        lines.append(f"passed over: {', '.join(passed)}")
    return lines


def _count(n: int, what: str, several: str | None = None) -> str:
    return f"{n:,} {what if n == 1 else several or f'{what}s'}"


def _table(unsure: Sequence[Group], grouping: Grouping) -> Table:
    table = Table(title="Least sure groups", title_justify="left", box=None, pad_edge=False)
    for heading in ("group", "images", "together from", "with others from"):
        table.add_column(heading, justify="right")
    table.add_column("keeper", overflow="fold")
    for group in unsure:
        kept = visible(grouping.files[group.keeper].path)
        table.add_row(
            *(str(group.number), str(len(group.members))),
            *(number(group.height), number(group.next_height), Text(kept)),
        )
    return table
