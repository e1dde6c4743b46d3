"""What a piece of code starts, writes and takes, and what a program does and takes."""

import hashlib
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dupeval.text import visible

ROOT = Path(__file__).resolve().parents[2]
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork")
TALKS = ("socket.connect", "socket.getaddrinfo", "urllib.Request", "webbrowser.open")
# Of a whole program.
MOST_SECONDS = 300.0
# What image files name and Pillow or a desktop would start.
PROGRAMS = ("gs", "gswin64c", "convert", "magick", "display", "xdg-open", "rsvg-convert", "tex")


@dataclass
class Watched:
    """What was seen.

    Attributes
    ----------
    events : list of str
        Programs started and addresses looked up.
    megabytes : int
        By how much the memory of this process rose at most.
    seconds : float
        Of all its processors.
    """

    events: list[str] = field(default_factory=list)
    megabytes: int = 0
    seconds: float = 0.0


_watching: list[Watched] = []


@cache
def _listen() -> None:
    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if _watching and event.startswith((*STARTS, *TALKS)):
            _watching[-1].events.append(f"{event} {arguments!r}")

    # It stays for as long as the process does.
    sys.addaudithook(hear)


@contextmanager
def watched() -> Iterator[Watched]:
    """Watch this process."""
    _listen()
    seen = Watched()
    before, started = _megabytes("VmRSS"), time.process_time()
    with suppress(OSError):
        # The highest so far is forgotten, where the system can.
        Path("/proc/self/clear_refs").write_text("5")
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)
        seen.megabytes = _megabytes("VmHWM") - before
        seen.seconds = time.process_time() - started


def _megabytes(name: str, process: str = "self") -> int:
    if not Path("/proc").exists():
        return 0
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) // 1024


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    Attributes
    ----------
    code : int
    out, err : str
    megabytes : int
        Its peak.
    seconds : float
        Of all processors.
    """

    code: int
    out: str
    err: str
    megabytes: int
    seconds: float


def run_program(command: Sequence[str], folder: Path, before: Sequence[str] = ()) -> Ended:
    """Run a Python program of ours, which may start nothing that `PROGRAMS` names.

    `before` is what starts it.
    """
    bait = folder / "bait"
    bait.mkdir(exist_ok=True)
    for name in PROGRAMS:
        (bait / name).write_text(f'#!/bin/sh\necho {name} >> "{bait}/started"\n')
        (bait / name).chmod(0o755)
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        **{"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary), "PYTHONIOENCODING": "utf-8"},
        "PATH": f"{bait}{os.pathsep}{os.environ['PATH']}",
    }
    out, err = folder / "stdout", folder / "stderr"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [*before, sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
        )
        megabytes, seconds = _waited_for(process)
    assert not (bait / "started").exists(), (bait / "started").read_text()
    return Ended(
        process.returncode,
        *(path.read_bytes().decode(errors="surrogateescape") for path in (out, err)),
        megabytes,
        seconds,
    )


def _waited_for(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """Wait for a process, and return its peak in megabytes and its seconds of all processors."""
    megabytes, until = 0, time.monotonic() + MOST_SECONDS
    while True:
        # What wait4 says of memory begins with what this process has.
        with suppress(OSError, StopIteration):
            megabytes = _megabytes("VmHWM", str(process.pid))
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return megabytes, usage.ru_utime + usage.ru_stime
        if time.monotonic() > until:
            process.kill()
        time.sleep(0.02)


def told_plainly(text: str) -> bool:
    """Whether what a terminal gets has no control character but the ends of lines, and no trace."""
    lines = text.split("\n")
    return "Traceback" not in text and lines == [visible(line) for line in lines]


def everything(root: Path) -> Mapping[str, tuple[Any, ...]]:
    """Return what is known of all that lies in a folder: kinds, sizes, times, bytes."""
    return {str(path): _known(path) for path in [root, *sorted(root.rglob("*"))]}


def _known(path: Path) -> tuple[Any, ...]:
    status = path.lstat()
    is_small = stat.S_ISREG(status.st_mode) and status.st_size < 10**8
    content = hashlib.sha256(path.read_bytes()).hexdigest() if is_small else ""
    return status.st_mode, status.st_size, status.st_mtime_ns, content
