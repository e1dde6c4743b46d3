"""Reading a CSV table, however a spreadsheet saved it; every fault is reported with its line."""

from __future__ import annotations

import codecs
import csv
import io
import stat
from collections.abc import Sequence
from pathlib import Path

# Far more than any table of labels; what is larger is something else.
MOST_BYTES = 64 * 2**20
# What spreadsheets put between cells: a semicolon where the comma is the decimal mark.
DELIMITERS = (",", ";", "\t")


class _UnreadableError(Exception):
    """Why a table cannot be read at all."""


def read_table(
    root: Path,
    name: str,
    columns: Sequence[str],
    problems: list[str],
    may_be_empty: bool = False,
) -> list[tuple[str, dict[str, str]]]:
    """Return each row of a CSV file with its "file:line".

    UTF-8, or UTF-16 with a byte order mark; commas, semicolons or tabs between the cells; the
    columns' names in any case. Rows without a value are passed over.

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
    may_be_empty : bool, default False
        Whether a table may have a header alone.
    """
    faults: list[str] = []
    try:
        rows = _rows(_text(_content(root, name, columns)), name, columns, faults)
    except _UnreadableError as error:
        problems.append(f"{name}{error}")
        return []
    problems += faults
    if not (rows or faults or may_be_empty):
        problems.append(f"{name}: no rows below the header")
    return rows


def _content(root: Path, name: str, columns: Sequence[str]) -> bytes:
    path = root / name
    try:
        status = path.stat()
        if not (stat.S_ISREG(status.st_mode) and path.resolve().is_relative_to(root.resolve())):
            raise _UnreadableError(f": not a file inside {root}")
        if status.st_size > MOST_BYTES:
            raise _UnreadableError(f": larger than the limit of {MOST_BYTES} bytes")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise _UnreadableError(f": missing; it is a CSV file of {','.join(columns)}") from None
    except OSError as error:
        raise _UnreadableError(f": cannot be read ({error.strerror})") from None


def _text(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise _UnreadableError(": UTF-32; save it as UTF-8")
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        encoding = "UTF-16" if wide else "UTF-8"
        likely = "" if wide else f", it looks like {_likely_encoding(content)}"
        raise _UnreadableError(
            f": not {encoding} (byte {error.start}){likely}; save it as UTF-8"
        ) from None


def _likely_encoding(content: bytes) -> str:
    """Name the encoding of text that is not UTF-8, for a person to choose another."""
    if b"\0" in content:
        return "UTF-16 without a byte order mark"
    # Hangul has two bytes above 0xA0; in Latin-1 letters beyond ASCII seldom stand side by side.
    korean = content.decode("cp949", errors="replace")
    syllables = sum("가" <= c <= "힣" for c in korean)
    return "CP949 (Korean)" if syllables > korean.count("\ufffd") else "Latin-1 (Western)"


def _rows(
    text: str, name: str, columns: Sequence[str], faults: list[str]
) -> list[tuple[str, dict[str, str]]]:
    rows: list[tuple[str, dict[str, str]]] = []
    line = 1
    try:
        delimiter = _delimiter(text, columns)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        header = _header(next(reader, []), columns)
        line = reader.line_num + 1
        for values in reader:
            where = f"{name}:{line}"
            line = reader.line_num + 1
            if len(values) == len(header):
                if any(values):
                    rows.append((where, dict(zip(header, values, strict=True))))
            elif any(values):
                faults.append(f"{where}: {len(values)} values for {len(header)} columns")
    except csv.Error as error:
        raise _UnreadableError(f":{line}: not CSV ({error})") from None
    return rows


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """Return what parts the header into the most of the columns."""

    def known(delimiter: str) -> int:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        return len({_name(cell) for cell in header} & set(columns))

    return max(DELIMITERS, key=known)


def _header(cells: Sequence[str], columns: Sequence[str]) -> list[str]:
    header = [_name(cell) for cell in cells]
    if any("\0" in name for name in header):
        raise _UnreadableError(
            ":1: it looks like UTF-16 without a byte order mark; save it as UTF-8"
        )
    missing = [column for column in columns if column not in header]
    if missing:
        found = f"found {','.join(cells)}" if cells else "the file is empty"
        raise _UnreadableError(f":1: missing column {', '.join(missing)}; {found}")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise _UnreadableError(f":1: column {', '.join(twice)} is there more than once")
    return header


def _name(cell: str) -> str:
    return cell.strip().casefold()
