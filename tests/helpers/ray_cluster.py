"""Ray on this machine, for tests: its files and its token are theirs alone."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from multirun import ROOT, free_port

RAY = ROOT / ".venv-ray" / "bin"


@contextmanager
def own_ray() -> Iterator[dict[str, str]]:
    """Give the environment that keeps Ray's files, and the token by which its processes know."""
    assert RAY.exists(), "`make ray` builds the environment that this test runs in"
    # Sockets lie below it, and their paths must be short.
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        yield {"HOME": folder, "RAY_TMPDIR": folder, "RAY_USAGE_STATS_ENABLED": "0"}


@contextmanager
def cluster(environment: dict[str, str], folder: Path) -> Iterator[str]:
    """Start a head that runs no jobs, and a node that does, in a folder; give its address."""
    port = free_port()
    head = ("--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false")
    node = (f"--address=127.0.0.1:{port}", "--num-cpus=2")
    started: list[subprocess.Popen[bytes]] = []
    try:
        for which in (head, node):
            started.append(_start(which, environment, folder))
        yield f"127.0.0.1:{port}"
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _start(
    arguments: Sequence[str], environment: dict[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    log = folder / "ray.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [RAY / "ray", "start", "--block", "--node-ip-address=127.0.0.1", *arguments],
            cwd=folder,
            env=os.environ | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + 60
    while "Ray runtime started" not in log.read_text(encoding="utf-8"):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.2)
    return process
