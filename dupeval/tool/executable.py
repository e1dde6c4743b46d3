"""Programs on the PATH: found, and run without a shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from dupeval.errors import NoFiguresError

# Far more than the groups of any query; what is longer is something else.
MOST_BYTES = 64 * 2**20


def find_program(name: str, hint: str = "") -> str:
    """Return where a program is.

    Raises
    ------
    NoFiguresError
        If it is not on the PATH, nor a path of an executable file.
    """
    found = shutil.which(name)
    if found is None:
        reason = f"the program {name!r} is not on the PATH"
        raise NoFiguresError("missing", f"{reason}; {hint}" if hint else reason)
    return found


def output_of(
    arguments: Sequence[str], cwd: Path | None = None, exit_codes: Collection[int] = (0,)
) -> str:
    """Run a program and return what it prints.

    Bytes that are not UTF-8 come back as Python writes such names (surrogate escapes).

    Raises
    ------
    NoFiguresError
        If it cannot be started, ends with another exit code, or prints more than `MOST_BYTES`.
    """
    program = Path(arguments[0]).name
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                list(arguments), cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, check=False
            )
        except OSError as error:
            raise NoFiguresError("failed", f"{program} cannot be run: {error.strerror}") from None
        if done.returncode not in exit_codes:
            how = "was ended by signal" if done.returncode < 0 else "ended with exit code"
            raise NoFiguresError("failed", f"{program} {how} {abs(done.returncode)}")
        if output.seek(0, os.SEEK_END) > MOST_BYTES:
            raise NoFiguresError("failed", f"{program} printed more than {MOST_BYTES} bytes")
        output.seek(0)
        return os.fsdecode(output.read())
