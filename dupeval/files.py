"""Writing files whole or not at all, and naming content by its hash."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from dupeval.errors import SettingsError

# The names of the files in a results folder that are dupeval's, a line each.
OURS = ".dupeval"
MOST_LISTED = 2**26
_STAGED = ".unfinished."
_UNFINISHED = re.compile(r"\.unfinished\..+|\.[0-9a-f]{32}\.tmp")

_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


@contextmanager
def whole_file(path: Path, unfinished: Path | None = None) -> Iterator[Path]:
    """Give a temporary path that becomes `path` when the block ends well, and vanishes otherwise.

    The temporary file lies in the same folder, or in `unfinished` on the same disk, so the final
    rename is atomic: other processes see the old file or the new one, never a part.
    """
    folder = unfinished or path.parent
    for needed in {path.parent, folder}:
        needed.mkdir(parents=True, exist_ok=True)
    # Not tempfile's: its files are for their owner's eyes only.
    temporary = folder / f".{uuid.uuid4().hex}.tmp"
    try:
        with _named(path, temporary):
            temporary.touch(exist_ok=False)
            yield temporary
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _named(path: Path, temporary: Path) -> Iterator[None]:
    """Let an error of the operating system name the file that was to be written."""
    try:
        yield
    except OSError as error:
        # Not one that is a text alone, which a name would hide.
        if error.errno and (error.filename is None or str(error.filename) == str(temporary)):
            error.filename = str(path)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder that becomes `path` when the block ends well, and vanishes otherwise.

    What `path` holds by then is replaced. No two processes may make one folder at the same time:
    lock it, or make sure that each has its own.
    """
    unfinished, old = beside(path, "unfinished"), beside(path, "old")
    # The names are ours alone: what is there is left from a run that was broken off.
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        shutil.rmtree(old, ignore_errors=True)
        if path.exists():
            path.replace(old)
        unfinished.replace(path)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def beside(path: Path, what: str) -> Path:
    """Return the hidden path next to another one that is named after it."""
    whole = path.absolute()
    return whole.with_name(f".{whole.name}.{what}")


def write_whole(folder: Path, contents: Mapping[str, bytes], vouched: bool = False) -> None:
    """Write several files into `folder`: all are on disk before the first takes its name.

    Parameters
    ----------
    folder : Path
        Made when missing; its other files stay as they are.
    contents : mapping of str to bytes
        File name to content, renamed into place in this order.
    vouched : bool, default False
        Whether to remove an old file of the last name before the first is renamed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file_name in contents:
        if (folder / file_name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), folder / file_name)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_STAGED) as name:
        staged = Path(name)
        for file_name, content in contents.items():
            with _named(folder / file_name, staged / file_name):
                (staged / file_name).write_bytes(content)
        if vouched and contents:
            (folder / list(contents)[-1]).unlink(missing_ok=True)
        for file_name in contents:
            (staged / file_name).replace(folder / file_name)


def write_results(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files of a run into a results folder, and which they are; see `write_whole`.

    The last of them, which vouches for the others, is removed before the first takes its name and
    is named when all are there: whoever finds it finds what it was written with. Runs that end at
    the same time write one after the other. What a run left unfinished that was killed is removed.

    Raises
    ------
    SettingsError
        If files of these names are somebody else's; see `refuse_foreign`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder) as is_alone:
        refuse_foreign(folder, contents)
        if is_alone:
            _remove_unfinished(folder)
        names = sorted(_ours(folder) | set(contents))
        listed = "".join(f"{name}\n" for name in names).encode()
        write_whole(folder, {OURS: listed, **contents}, vouched=True)


@contextmanager
def _alone_in(folder: Path) -> Iterator[bool]:
    """Wait until no other process writes results there; False where the system cannot tell."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:
            # Not every network's file system has locks.
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _remove_unfinished(folder: Path) -> None:
    """Remove what `write_whole` and `whole_file` leave behind when they are killed."""
    for path in folder.iterdir():
        if _UNFINISHED.fullmatch(path.name):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def refuse_foreign(folder: Path, names: Iterable[str]) -> None:
    """Make sure that writing files of these names into a results folder loses nobody's own.

    Raises
    ------
    SettingsError
        If there are such files that no run of dupeval has written.
    """
    ours = _ours(folder)
    paths = [folder / name for name in names if name not in ours]
    foreign = sorted(str(path) for path in paths if os.path.lexists(path))
    if foreign:
        raise SettingsError(
            f"not written by dupeval, and not overwritten: {', '.join(foreign)}; possible: another "
            "folder for the results, or to move them away"
        )


def _ours(folder: Path) -> set[str]:
    listed, run = folder / OURS, folder / "run.json"
    if listed.is_file():
        # What is no text names none of the files that are asked for.
        return set(content_of(listed, MOST_LISTED).decode(errors="replace").splitlines())
    # Versions before 0.1 left this list only.
    try:
        described = json.loads(content_of(run, MOST_LISTED))
        return {run.name, *described["outputs"]} if "dupeval" in described else set()
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return set()


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read its bytes, without waiting for what is none, such as a pipe.

    Raises
    ------
    OSError
        If it cannot be opened, or is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "no regular file", str(path))
    return os.fdopen(descriptor, "rb")


def content_of(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file; see `open_regular`.

    Raises
    ------
    OSError
        If it cannot be opened, is no regular file, or has more than `most` bytes.
    """
    with open_regular(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"larger than {most:,} bytes", str(path))
    return content


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces, no NaN."""
    return _CANONICAL.encode(value)


def json_sha256(value: Any) -> str:
    """Return the SHA-256 (64 hex digits) of a value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (64 hex digits) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
