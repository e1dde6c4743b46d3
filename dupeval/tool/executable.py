"""Programs on the PATH: found, and run without a shell."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

from dupeval.errors import NoScoresError
from dupeval.tool import keeper
from dupeval.tool.isolation import belongings, code_beside, environment, in_force

# Far more than the groups of any query; what is longer is something else.
MOST_BYTES = 64 * 2**20
VERSION_TIME_LIMIT_S = 30.0
SHOWN = 300


class Printed(NamedTuple):
    """What a program printed; bytes that are not UTF-8 are surrogate escapes."""

    output: str
    errors: str


def find_program(name: str, hint: str = "") -> str:
    """Return where a program is.

    Raises
    ------
    NoScoresError
        If it is not on the PATH, nor a path of an executable file.
    """
    found = shutil.which(name)
    if found is None:
        reason = f"the program {name!r} is not on the PATH"
        raise NoScoresError("missing", f"{reason}; {hint}" if hint else reason)
    return found


@contextmanager
def kept(
    arguments: Sequence[str], grace_s: float = keeper.GRACE_S, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that ends, with all it started, when the block or this process does.

    The exit code is the program's, or `keeper.CANNOT_RUN`. What is left is given `grace_s` to end
    by itself. Options are those of `subprocess.Popen`.
    """
    # -S and -I: the keeper needs nothing that is installed, and starts the sooner.
    keeping = [sys.executable, "-IS", keeper.__file__, str(os.getpid()), str(grace_s)]
    with subprocess.Popen([*keeping, *arguments], start_new_session=True, **options) as process:
        try:
            yield process
        finally:
            process.terminate()
            # A program may have stopped its whole group.
            process.send_signal(signal.SIGCONT)
            try:
                process.wait(keeper.MOST_S + 1)
            except subprocess.TimeoutExpired:
                process.kill()
            finally:
                # What the keeper could not end, or was given no time to.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _kept_in(
    arguments: Sequence[str], cwd: Path | None, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program as `kept` does, in a home of its own; see `dupeval.tool.isolation`."""
    isolation = in_force()
    with tempfile.TemporaryDirectory(prefix="dupeval-tool-", ignore_cleanup_errors=True) as home:
        needs = [*belongings(arguments[0]), *code_beside(arguments[0])]
        wrapped = isolation.wrap(arguments, home, needs)
        own = {"cwd": cwd or home, "env": environment(Path(home))}
        with kept(wrapped, isolation.grace_s, **own, **options) as process:
            yield process


def output_of(
    arguments: Sequence[str],
    cwd: Path | None = None,
    exit_codes: Collection[int] = (0,),
    time_limit_s: float | None = None,
) -> Printed:
    """Run a program and return what it prints; of its errors the last 64 KiB.

    Raises
    ------
    NoScoresError
        If it cannot be started, does not end in time, ends with another exit code, or prints
        more than `MOST_BYTES`.
    """
    program = Path(arguments[0]).name
    # Without a limit it runs where a tool does, which is kept in as a whole.
    start = subprocess.Popen if time_limit_s is None else _kept_in
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            with start(
                arguments, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=errors
            ) as process:
                code = process.wait(time_limit_s)
            code = code if time_limit_s is None else told_by_first(code)
        except subprocess.TimeoutExpired:
            reason = f"{program} did not end within {time_limit_s:g} s"
            raise NoScoresError("failed", reason) from None
        except OSError as error:
            raise NoScoresError("failed", f"{program} cannot be run: {error.strerror}") from None
        if code not in exit_codes:
            reason = f"{program} ended with {ending(code, errors)}"
            raise NoScoresError("failed", reason)
        if output.seek(0, os.SEEK_END) > MOST_BYTES:
            raise NoScoresError("failed", f"{program} printed more than {MOST_BYTES} bytes")
        output.seek(0)
        return Printed(os.fsdecode(output.read()), _end_of(errors))


def printed_version(arguments: Sequence[str]) -> str:
    """Return the version that a program prints, asked once of each file; see `output_of`."""
    about = Path(arguments[0]).stat()
    return _printed_version(tuple(arguments), about.st_mtime_ns, about.st_size)


@cache
def _printed_version(arguments: tuple[str, ...], mtime_ns: int, size: int) -> str:
    text = output_of(arguments, time_limit_s=VERSION_TIME_LIMIT_S).output
    return text.encode(errors="replace").decode().strip()


def told_by_first(code: int) -> int:
    """Return the signal, as a negative number, that the first process of a namespace has told."""
    return keeper.OF_SIGNAL - code if 0 < code - keeper.OF_SIGNAL < signal.NSIG else code


def ending(code: int, errors: IO[bytes]) -> str:
    """Say how a process ended, and the last that it wrote of its errors."""
    how = f"exit code {code}" if code >= 0 else f"signal {-code} ({signal.strsignal(-code)})"
    lines = printable_lines(_end_of(errors))
    return f"{how}: {lines[-1][:SHOWN]}" if lines else how


def printable_lines(text: str) -> list[str]:
    """Return the lines of a text that are not empty, with spaces for what cannot be printed."""
    lines = ["".join(c if c.isprintable() else " " for c in x).strip() for x in text.splitlines()]
    return [line for line in lines if line]


def without_folder(text: str, folder: Path) -> str:
    """Return a text whose paths of files in a folder are the files' names."""
    # The longer form first: on macOS /private/var/... is what /var/... leads to.
    for path in sorted({f"{folder}/", f"{folder.resolve()}/"}, key=len, reverse=True):
        text = text.replace(path, "")
    return text


def _end_of(errors: IO[bytes]) -> str:
    # A program may have written without end.
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 2**16))
    return errors.read().decode(errors="replace")
