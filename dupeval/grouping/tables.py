"""What was found, as tables: a row an image, and files of several formats."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from dupeval.dataset.names import is_text
from dupeval.grouping.groups import Group, Grouping
from dupeval.text import APOSTROPHE, csv_cell, visible


@dataclass(frozen=True)
class Row:
    """An image, its group, and what is kept of that.

    Attributes
    ----------
    path : str
    group : int
        From 1 on; those of several images first, the least sure of them before the others.
    keeper : str
        The path of the image that is kept: its own where that is this one.
    distance : float
        To the keeper; NaN where the method tells none.
    bytes, width, height : int
        As the image is seen, turned as its EXIF says.
    format : str
    sureness : float
        Of the group: how far the threshold is from the nearest height that would change it.
    chained : bool
        Whether the group holds images that are farther apart than the threshold.
    reference : bool
        Whether it is one of those that the others were compared with.
    """

    path: str
    group: int
    keeper: str
    distance: float
    bytes: int
    width: int
    height: int
    format: str
    sureness: float
    chained: bool
    reference: bool


COLUMNS = tuple(field.name for field in fields(Row))


def rows_of(grouping: Grouping) -> Iterator[Row]:
    """Yield a row for each image, group after group, the keeper first."""
    first_reference = len(grouping.files) - grouping.n_references
    for group in grouping.groups:
        for place, distance in zip(group.members, group.to_keeper, strict=True):
            file = grouping.files[place]
            yield Row(
                path=file.path,
                group=group.number,
                keeper=grouping.files[group.keeper].path,
                distance=distance,
                bytes=file.n_bytes,
                width=file.content.width,
                height=file.content.height,
                format=file.content.format,
                sureness=group.sureness,
                chained=group.chain is not None,
                reference=place >= first_reference,
            )


def csv_file(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return a CSV file; texts as `path_cell` has them, numbers with all digits."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def path_cell(path: str) -> str:
    r"""Return what stands for a path in a table; `dupeval.text.from_csv_cell` gives it back.

    As `dupeval.text.csv_cell` has it; bytes that are not UTF-8 are written as ``\udce9``.
    """
    if is_text(path):
        return csv_cell(path)
    parts = (visible(c.replace("\\", "\\\\")) if is_text(c) else f"\\u{ord(c):04x}" for c in path)
    return APOSTROPHE + "".join(parts)


def groups_csv(grouping: Grouping) -> bytes:
    """Return ``groups.csv``."""
    values = [[getattr(row, name) for name in COLUMNS] for row in rows_of(grouping)]
    return csv_file(COLUMNS, values)


def groups_json(grouping: Grouping) -> bytes:
    """Return ``groups.json``: all that is known; paths as Python's ``os.fsdecode`` has them."""
    paths = [file.path for file in grouping.files]
    value = {
        "method": grouping.method,
        "threshold": _number(grouping.threshold),
        "n_images": len(grouping.files) - grouping.n_references,
        "n_bytes_freed": grouping.n_bytes_freed,
        "n_pairs": grouping.n_pairs,
        "n_pairs_looked_at": grouping.n_looked_at,
        **({"calibration": grouping.promise} if grouping.promise else {}),
        "groups": [_group(group, grouping) for group in grouping.several],
        "images": [
            {name: _number(getattr(row, name)) for name in COLUMNS} for row in rows_of(grouping)
        ],
        "nearly": [
            {
                "height": miss.height,
                "left": [paths[i] for i in miss.left],
                "right": [paths[i] for i in miss.right],
            }
            for miss in grouping.near_misses
        ],
        "unread": [{"path": item.path, "reason": item.reason} for item in grouping.unread],
    }
    return (json.dumps(value, indent=1, allow_nan=False) + "\n").encode("ascii")


def groups_parquet(grouping: Grouping) -> bytes | None:
    """Return ``groups.parquet``, or None where pyarrow is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        return None
    import pyarrow  # noqa: PLC0415
    import pyarrow.csv  # noqa: PLC0415
    import pyarrow.parquet  # noqa: PLC0415

    kinds = {"str": "string", "int": "int64", "float": "double", "bool": "bool"}
    types = {field.name: kinds[str(field.type)] for field in fields(Row)}
    # By way of the CSV file: made of lists, a table would bring pandas.
    table = pyarrow.csv.read_csv(
        io.BytesIO(groups_csv(grouping)),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(column_types=types),
    )
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(table, buffer)
    return buffer.getvalue()


def unread_csv(grouping: Grouping) -> bytes:
    """Return ``unread.csv``: what could not be read, and why."""
    return csv_file(("path", "reason"), [(item.path, item.reason) for item in grouping.unread])


def _group(group: Group, grouping: Grouping) -> Mapping[str, Any]:
    paths = [file.path for file in grouping.files]
    chain = group.chain
    return {
        "group": group.number,
        "keeper": paths[group.keeper],
        "n_images": len(group.members),
        "height": _number(group.height),
        "next_height": _number(group.next_height),
        "sureness": _number(group.sureness),
        "chain": chain and {"a": paths[chain.a], "b": paths[chain.b], "distance": chain.distance},
    }


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "" if not math.isfinite(value) else repr(value)
    return path_cell(value) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
