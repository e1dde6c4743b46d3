"""Reading a CSV table whose every fault is reported with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

# Far more than any table of labels; what is larger is something else.
MOST_BYTES = 64 * 2**20


class _UnreadableError(Exception):
    """Why a table cannot be read at all."""


def read_table(
    root: Path, name: str, columns: Sequence[str], problems: list[str]
) -> list[tuple[str, dict[str, str]]]:
    """Return each row of a UTF-8 CSV file with its "file:line".

    Parameters
    ----------
    root : Path
        The file must lie inside, links followed.
    name : str
        Of the file, directly below `root`.
    columns : sequence of str
        Those the header must have; it may have more.
    problems : list of str
        What is wrong is added here; a table that cannot be read has no rows.
    """
    faults: list[str] = []
    try:
        rows = _rows(_text(root, name, columns), name, columns, faults)
    except _UnreadableError as error:
        problems.append(f"{name}{error}")
        return []
    problems += faults
    if not rows and not faults:
        problems.append(f"{name}: no rows below the header")
    return rows


def _text(root: Path, name: str, columns: Sequence[str]) -> str:
    path = root / name
    if not path.exists():
        raise _UnreadableError(f": missing; it is a CSV file of {','.join(columns)}")
    if not (path.is_file() and path.resolve().is_relative_to(root.resolve())):
        raise _UnreadableError(f": not a file inside {root}")
    if path.stat().st_size > MOST_BYTES:
        raise _UnreadableError(f": larger than the limit of {MOST_BYTES} bytes")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _UnreadableError(f": not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise _UnreadableError(f": cannot be read ({error.strerror})") from None


def _rows(
    text: str, name: str, columns: Sequence[str], faults: list[str]
) -> list[tuple[str, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, dict[str, str]]] = []
    line = 1
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            found = f"found {','.join(header)}" if header else "the file is empty"
            raise _UnreadableError(f":1: missing column {', '.join(missing)}; {found}")
        line = reader.line_num + 1
        for values in reader:
            where = f"{name}:{line}"
            line = reader.line_num + 1
            if len(values) == len(header):
                rows.append((where, dict(zip(header, values, strict=True))))
            elif values:
                faults.append(f"{where}: {len(values)} values for {len(header)} columns")
    except csv.Error as error:
        raise _UnreadableError(f":{line}: not CSV ({error})") from None
    return rows
