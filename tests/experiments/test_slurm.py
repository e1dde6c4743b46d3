"""SLURM, for which the test starts a cluster of one node.

Needs root, and Debian's packages slurmctld, slurmd and slurm-client.
"""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from multirun import JOBS, Multirun, assert_same, free_port, multirun

pytestmark = pytest.mark.slurm

CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/none
CredType=cred/none
MpiDefault=none
ProctrackType=proctrack/pgid
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000
PartitionName=main Nodes=ALL Default=YES State=UP
"""
# Without accounting submitit asks in vain how its jobs are, says so, and waits for their results.
ACCOUNTING = re.compile("^submitit WARNING .* Bypassing sacct error .*\n", re.MULTILINE)


@pytest.fixture
def slurm(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Start a controller and a node; give the environment in which SLURM's programs find them."""
    file = tmp_path / "slurm.conf"
    ports = {"controller_port": free_port(), "node_port": free_port()}
    file.write_text(CONFIGURATION.format(host=socket.gethostname(), folder=tmp_path, **ports))
    for name in ("state", "spool"):
        (tmp_path / name).mkdir()
    environment = {"SLURM_CONF": str(file)}
    started: list[subprocess.Popen[bytes]] = []
    try:
        for program in ("slurmctld", "slurmd"):
            found = shutil.which(program)
            assert found, f"{program} is not installed"
            with (tmp_path / f"{program}.log").open("wb") as log:
                command = [found, "-D"]
                started.append(
                    subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=log)
                )
        _wait_until("idle", ["sinfo", "--noheader", "--format=%T"], environment)
        yield environment
        # Else the processes that look after the jobs would outlive the test.
        _wait_until("", ["squeue", "--noheader"], environment)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(timeout=30)


def _wait_until(expected: str, command: Sequence[str], environment: dict[str, str]) -> None:
    deadline = time.monotonic() + 30
    while True:
        said = subprocess.run(
            command, env=os.environ | environment, capture_output=True, text=True, check=False
        )
        if said.stdout.strip() == expected:
            return
        assert time.monotonic() < deadline, f"{command[0]}: {said.stdout}{said.stderr}"
        time.sleep(0.5)


def test_slurm_gives_the_same(
    tiny: Path, plain: Multirun, tmp_path: Path, slurm: dict[str, str]
) -> None:
    overrides = (*JOBS, "hydra/launcher=slurm", "hydra.launcher.mem_gb=2")
    done = multirun(tiny, tmp_path / "out", *overrides, environment=slurm)
    assert_same(replace(done, stdout=ACCOUNTING.sub("", done.stdout)), plain)
    script = next((tmp_path / "out").glob(".submitit/*/*.sh")).read_text(encoding="utf-8")
    for line in ("--cpus-per-task=2", "--mem=2GB", "--time=60", "--job-name=dupeval-run"):
        assert f"#SBATCH {line}\n" in script
