"""Work in other processes, which end when the one that they work for does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from joblib import delayed

from dupeval.workers import in_processes

# Workers that tell their numbers, and then do what is not easily interrupted; the third waits.
PROGRAM = """
import os, signal, sys, time
from joblib import delayed
from dupeval.workers import in_processes

# The tests may have been told to ignore it, as by nohup.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

def work(seconds):
    print(os.getpid(), flush=True)
    time.sleep(seconds)

for _ in in_processes(3, (delayed(work)(60) for _ in range(2))):
    pass
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.add(int(path.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_workers_end_with_their_parent_however_it_ends(
    tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    arguments = [sys.executable, str(tmp_path / "program.py")]
    run = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert run.stdout is not None
    busy = {int(run.stdout.readline()) for _ in range(2)}
    workers = children(run.pid)
    assert busy < workers
    run.send_signal(number)
    run.wait(20)
    run.stdout.close()
    deadline = time.monotonic() + 10
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in workers if is_alive(pid)]


@pytest.mark.parametrize("n_processes", [1, 2])
def test_results_come_in_the_order_of_the_jobs(n_processes: int) -> None:
    assert list(in_processes(n_processes, (delayed(abs)(-i) for i in range(5)))) == [0, 1, 2, 3, 4]


def test_results_come_as_they_are_there() -> None:
    found = in_processes(2, (delayed(abs)(-i) for i in range(5)), in_order=False)
    assert sorted(found) == [0, 1, 2, 3, 4]


def test_one_process_is_this_one() -> None:
    assert list(in_processes(1, [delayed(os.getpid)()])) == [os.getpid()]
