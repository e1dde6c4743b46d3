"""Reading a CSV table whose every fault is reported with its line."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path


def read_table(
    path: Path, columns: Sequence[str], problems: list[str]
) -> list[tuple[str, dict[str, str]]]:
    """Return each row of a UTF-8 CSV file with its "file:line".

    Parameters
    ----------
    path : Path
    columns : sequence of str
        Those the header must have; it may have more.
    problems : list of str
        What is wrong is added here; a table that cannot be read has no rows.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.append(f"{path.name}: missing; it is a CSV file of {','.join(columns)}")
        return []
    except UnicodeDecodeError as error:
        problems.append(f"{path.name}: not UTF-8 (byte {error.start}); save it as UTF-8")
        return []
    except OSError as error:
        problems.append(f"{path.name}: cannot be read ({error.strerror})")
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, dict[str, str]]] = []
    line = 1
    try:
        header = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            found = f"found {','.join(header)}" if header else "the file is empty"
            problems.append(f"{path.name}:1: missing column {', '.join(missing)}; {found}")
            return []
        line = reader.line_num + 1
        for values in reader:
            where = f"{path.name}:{line}"
            line = reader.line_num + 1
            if len(values) == len(header):
                rows.append((where, dict(zip(header, values, strict=True))))
            elif values:
                problems.append(f"{where}: {len(values)} values for {len(header)} columns")
    except csv.Error as error:
        problems.append(f"{path.name}:{line}: not CSV ({error})")
        return []
    if not rows:
        problems.append(f"{path.name}: no rows below the header")
    return rows
