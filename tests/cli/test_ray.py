"""``dupeval group --ray``: a cluster gives the same groups, also when a worker dies."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from multirun import ROOT
from ray_cluster import RAY, cluster, own_ray

pytestmark = pytest.mark.ray


def command(python: Path | str, photos: Path, out: Path, *more: str) -> list[str]:
    cache = out.with_name(f"{out.name}_cache")
    where = ["--out", str(out), "--cache", str(cache), "--quiet"]
    return [str(python), "-m", "dupeval", "group", str(photos), *where, *more]


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "groups.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_worker_that_is_killed_in_the_middle_costs_nothing(photos: Path, tmp_path: Path) -> None:
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    alone = command(sys.executable, photos, tmp_path / "alone")
    subprocess.run(alone, env=here, cwd=tmp_path, check=True, capture_output=True)
    with own_ray() as environment, cluster(environment, tmp_path) as address:
        far = command(RAY / "python", photos, tmp_path / "far", "--ray", address)
        run = subprocess.Popen(far, env=here | environment, cwd=tmp_path, stderr=subprocess.PIPE)
        killed = kill_a_worker(run)
        _, told = run.communicate(timeout=120)
    assert run.returncode == 0, told.decode()
    assert killed
    assert rows(tmp_path / "far") == rows(tmp_path / "alone")


def kill_a_worker(run: subprocess.Popen[bytes]) -> bool:
    """Kill the first worker that is seen at a task of ours; return whether there was one."""
    while run.poll() is None:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                name = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                if b"ray::" in name and (b"features_of_bytes" in name or b"distances_of" in name):
                    os.kill(int(process.name), signal.SIGKILL)
                    return True
            except (OSError, ProcessLookupError):
                continue
        time.sleep(0.005)
    return False


def test_what_is_no_cluster_is_a_sentence(photos: Path, tmp_path: Path) -> None:
    far = command(RAY / "python", photos, tmp_path / "far", "--ray", "127.0.0.1:1")
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(far, env=here, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 2, run.stderr
    assert run.stderr.startswith("error: there is no Ray cluster at 127.0.0.1:1")
