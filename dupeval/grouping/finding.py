"""Image files: in folders, in lists, in tables with a column of paths. Nothing is opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dupeval.dataset.csv_table import read_table
from dupeval.dataset.names import LITTER
from dupeval.errors import InputError, SettingsError
from dupeval.text import from_csv_cell, visible

TABLES = (".csv", ".tsv", ".parquet")


@dataclass(frozen=True)
class Unread:
    """A path that was looked at and is not grouped.

    Attributes
    ----------
    path, reason : str
    """

    path: str
    reason: str


@dataclass
class Found:
    """What lies where somebody looked.

    Attributes
    ----------
    paths : list of str
        Of regular files, each once, as they are reached from what was given; in the order of their
        names, folder by folder. Bytes that are not UTF-8 are as `os.fsdecode` has them.
    unread : list of Unread
        Folders that cannot be read, and what is no file.
    folders : list of str
        That were looked into, without those in them.
    n_links, n_hidden : int
        Links in folders, which are not followed, and names with a dot or that systems leave behind.
    """

    paths: list[str] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    n_links: int = 0
    n_hidden: int = 0


def find(sources: Iterable[str | Path], recursive: bool = True, column: str = "path") -> Found:
    """Find the files of folders, files and tables.

    Parameters
    ----------
    sources : iterable of str or Path
        Folders; files; tables that end with .csv, .tsv or .parquet.
    recursive : bool, default True
        Whether folders in folders are looked into.
    column : str, default "path"
        Of tables, what holds the paths; relative ones begin where the program runs.

    Raises
    ------
    SettingsError
        If a source is not there.
    InputError
        If a table cannot be read.
    """
    named: list[str] = []
    missing: list[str] = []
    for source in map(os.fsdecode, sources):
        if not os.path.lexists(source):
            missing.append(source)
        elif source.lower().endswith(TABLES) and not os.path.isdir(source):  # noqa: PTH112
            named += paths_of_table(Path(source), column)
        else:
            named.append(source)
    if missing:
        shown = ", ".join(map(visible, missing[:5]))
        raise SettingsError(f"no such file or folder: {shown}; possible: paths of what is there")
    return find_listed(named, recursive)


def find_listed(paths: Iterable[str], recursive: bool = True) -> Found:
    """Find the files of a list of paths; what is not there is noted; see `find`."""
    found, seen = Found(), set[str]()
    for path in paths:
        for file in _below(path, recursive, found):
            # Of a folder's files only the folder can have another name.
            folder, name = os.path.split(file)
            real = os.path.realpath(file if file == path else folder)
            key = real if file == path else os.path.join(real, name)  # noqa: PTH118
            if key not in seen:
                seen.add(key)
                found.paths.append(file)
    return found


def paths_of_table(table: Path, column: str = "path") -> list[str]:
    """Return the paths in a column of a CSV or Parquet table.

    Raises
    ------
    InputError
        If the table cannot be read or has no such column.
    """
    if table.suffix.lower() == ".parquet":
        return _of_parquet(table, column)
    problems: list[str] = []
    rows = read_table(table.parent, table.name, (column.casefold(),), problems)
    if problems:
        raise InputError(str(table), problems)
    return [from_csv_cell(row[column.casefold()]) for _, row in rows if row[column.casefold()]]


def _of_parquet(table: Path, column: str) -> list[str]:
    try:
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        raise SettingsError(
            f"{visible(str(table))}: reading Parquet needs pyarrow; possible: pip install "
            "'dupeval[tables]', or a CSV table"
        ) from None
    try:
        values = pyarrow.parquet.read_table(table, columns=[column])
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(str(table), [f"cannot be read ({error})".replace("\n", " ")]) from None
    if column not in values.column_names:
        raise InputError(str(table), [f"missing column {column}"])
    return [from_csv_cell(str(value)) for value in values[column].to_pylist() if value]


def _below(path: str, recursive: bool, found: Found) -> Iterator[str]:
    """Yield a file, or the files of a folder and, maybe, of those in it."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        found.unread.append(Unread(path, f"cannot be read ({reason})"))
        return
    if not stat.S_ISDIR(mode):
        if stat.S_ISREG(mode):
            yield path
        else:
            found.unread.append(Unread(path, "is not a file"))
        return
    found.folders.append(path)
    waiting = [path]
    while waiting:
        files, folders = _listed(waiting.pop(), found)
        yield from files
        waiting += reversed(folders) if recursive else ()


def _listed(folder: str, found: Found) -> tuple[list[str], list[str]]:
    """Return the files and the folders in a folder, by name; the rest is noted."""
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                _sort_in(entry, files, folders, found)
    except OSError as error:
        found.unread.append(Unread(folder, f"cannot be read ({error.strerror})"))
    return files, folders


def _sort_in(entry: os.DirEntry[str], files: list[str], folders: list[str], found: Found) -> None:
    if entry.name.startswith(".") or entry.name.casefold() in LITTER:
        found.n_hidden += 1
    elif entry.is_symlink():
        found.n_links += 1
    elif entry.is_dir(follow_symlinks=False):
        folders.append(entry.path)
    elif entry.is_file(follow_symlinks=False):
        files.append(entry.path)
    else:
        found.unread.append(Unread(entry.path, "is not a file"))
