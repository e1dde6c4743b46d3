"""Ray on this machine and on a cluster, in the environment that `make ray` builds."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from multirun import JOBS, ROOT, Multirun, assert_same, commands_of_the_page, free_port, multirun

RAY = ROOT / ".venv-ray" / "bin"
COMPOSE = """
import json, sys
sys.path.insert(0, "experiments")
from configuration import check
from hydra_app import compose, jobs
for program, *arguments in json.load(sys.stdin):
    for overrides in jobs(arguments):
        check(compose(program, overrides))
"""

pytestmark = pytest.mark.ray


@pytest.fixture
def ray_environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Keep Ray's files, and the token by which its processes know each other, to the test."""
    assert RAY.exists(), "`make ray` builds the environment that this test runs in"
    # Sockets lie below it, and their paths must be short.
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        yield {"HOME": folder, "RAY_TMPDIR": folder, "RAY_USAGE_STATS_ENABLED": "0"}


def test_ray_on_this_machine_gives_the_same(
    tiny: Path, plain: Multirun, tmp_path: Path, ray_environment: dict[str, str]
) -> None:
    overrides = (*JOBS, "hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=2")
    done = multirun(tiny, tmp_path, *overrides, python=RAY / "python", environment=ray_environment)
    assert_same(done, plain)


@pytest.fixture
def ray_cluster(tmp_path: Path, ray_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """A head that runs no jobs and a node that does, started in another folder."""
    port = free_port()
    head = ("--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false")
    node = (f"--address=127.0.0.1:{port}", "--num-cpus=2")
    started: list[subprocess.Popen[bytes]] = []
    try:
        for which in (head, node):
            started.append(_start_ray(which, ray_environment, tmp_path))
        yield ray_environment
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _start_ray(
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


def test_a_ray_cluster_gives_the_same(
    tiny: Path, plain: Multirun, tmp_path: Path, ray_cluster: dict[str, str]
) -> None:
    out = tmp_path / "out"
    overrides = (*JOBS, "hydra/launcher=ray_cluster")
    done = multirun(tiny, out, *overrides, python=RAY / "python", environment=ray_cluster)
    assert_same(done, plain)


def test_the_commands_in_the_page_on_clusters_compose() -> None:
    commands = json.dumps(commands_of_the_page(".venv-ray"))
    subprocess.run([RAY / "python", "-c", COMPOSE], input=commands, text=True, cwd=ROOT, check=True)
