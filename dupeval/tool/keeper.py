"""A program that runs another, and leaves nothing running of what that has started.

``keeper.py PARENT GRACE_S PROGRAM ARGUMENT...`` runs PROGRAM and ends as it ends. When it has
ended, when SIGTERM comes, or when the process PARENT is gone, however it ended, all that is left is
told to end (SIGTERM), and killed if it does not within GRACE_S. On Linux that is every process
that came of the program, also in a session of its own (``setsid``) or with a parent that has
ended; elsewhere it is those of the keeper's group. It is run as a file, by an interpreter that
need not know dupeval, so that it starts at once; see `dupeval.tool.executable.kept`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType

GRACE_S = 1.0
# What cannot be killed, such as a process that waits for a broken disk, is not waited for.
MOST_S = 5.0
# So often it is looked whether the parent is there.
LOOK_S = 0.5
# What a shell says of a program that it cannot run.
CANNOT_RUN = 127
OF_SIGNAL = 128
# From linux/prctl.h.
PR_SET_CHILD_SUBREAPER = 36


class _StopError(BaseException):
    """The program is not to run any longer."""


def main(parent: int, grace_s: float, arguments: list[str]) -> int:
    """Run a program; return its exit code, or its signal as a negative number."""

    def look(number: int, _: FrameType | None) -> None:
        if number == signal.SIGTERM or os.getppid() != parent:
            raise _StopError

    if sys.platform == "linux":
        # Processes whose parent ends become children of this one.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    program, code = 0, -signal.SIGTERM
    try:
        for number in (signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, look)
        signal.setitimer(signal.ITIMER_REAL, LOOK_S, LOOK_S)
        program = _spawn(arguments)
        code = _exit_code(program)
    except _StopError:
        pass
    except OSError as error:
        sys.stderr.write(f"cannot be run: {error.strerror}\n")
        code = CANNOT_RUN
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    _end_children(program, grace_s)
    if os.getppid() != parent and os.getpgrp() == os.getpid():
        # Nobody else would end what is of the group but no child; this process is of it too.
        os.killpg(0, signal.SIGKILL)
    return code


def _spawn(arguments: list[str]) -> int:
    ignored_by_python = (signal.SIGPIPE, signal.SIGXFSZ)
    program = os.posix_spawn(arguments[0], arguments, os.environ, setsigdef=ignored_by_python)
    # The pipes are the program's alone: who asked sees when it closes them.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    return program


def _exit_code(program: int) -> int:
    while True:
        # Orphans too, or they would stay as zombies.
        ended, status = os.wait()
        if ended == program:
            return os.waitstatus_to_exitcode(status)


def _end_children(program: int, grace_s: float) -> None:
    """End all children, and the orphans that become children as their parents end."""
    started = time.monotonic()
    told: set[int] = set()
    while (waited := time.monotonic() - started) < MOST_S:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        # Their numbers are no other process's by now: they are kept until waited for.
        children = _children() or {program}
        if waited < grace_s:
            _send(signal.SIGTERM, children - told)
            told |= children
        else:
            _send(signal.SIGKILL, children)
        time.sleep(0.02)


def _send(number: int, children: Iterable[int]) -> None:
    for child in children:
        # One that has become another user's.
        with suppress(PermissionError):
            os.kill(child, number)


def _children() -> set[int]:
    """Return the children of this process where the system tells them in /proc, else none."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        # Many end meanwhile.
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name of the program stands in brackets, and may hold brackets.
            parent = int(stat.read_bytes().rpartition(b")")[2].split()[1])
            if parent == os.getpid():
                found.add(int(stat.parent.name))
    return found


if __name__ == "__main__":
    code = main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
    if code < 0:
        # It ends as the program did.
        with suppress(OSError):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    # The first process of a namespace cannot kill itself: it says what a shell would.
    sys.exit(code if code >= 0 else OF_SIGNAL - code)
