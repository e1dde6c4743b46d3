"""How long stages take, and how much memory."""

import subprocess
import sys
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from dupeval.timing import Stopwatch, Timing, one_thread, peak_memory_mb


def busy(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


class TestStopwatch:
    def test_times_blocks_by_the_clock_and_by_the_processor(self) -> None:
        watch = Stopwatch("raw")
        with watch.time("asleep"):
            time.sleep(0.1)
        with watch.time("busy"):
            busy(0.1)
        asleep, awake = watch.timings
        assert (asleep.method, asleep.stage, awake.stage) == ("raw", "asleep", "busy")
        assert asleep.wall_s >= 0.1
        assert asleep.cpu_s < 0.05
        assert awake.cpu_s >= 0.1
        assert awake.wall_s >= awake.cpu_s - 0.01
        assert (asleep.peak_memory_mb, asleep.stored) == (None, False)

    def test_notes_what_was_timed_elsewhere(self) -> None:
        watch = Stopwatch("czkawka")
        watch.add("tool", 1.5, 0.5, 12.0, stored=True)
        assert watch.timings == [Timing("czkawka", "tool", 1.5, 0.5, 12.0, True)]

    def test_notes_nothing_of_a_block_that_fails(self) -> None:
        watch = Stopwatch("raw")
        with pytest.raises(ZeroDivisionError), watch.time("stage"):
            _ = 1 / 0
        assert watch.timings == []


def measured(code: str) -> float:
    """Return what a process of its own prints after some code."""
    script = f"import subprocess, sys\nfrom dupeval.timing import peak_memory_mb\n{code}"
    return float(subprocess.check_output([sys.executable, "-c", script]))


class TestPeakMemory:
    def test_is_the_most_there_ever_was_in_millions_of_bytes(self) -> None:
        before = measured("print(peak_memory_mb())")
        held = measured("b = bytearray(200_000_000); del b; print(peak_memory_mb())")
        assert held - before == pytest.approx(200, abs=10)

    def test_is_not_that_of_the_process_which_started_this_one(self) -> None:
        here = np.ones(50_000_000)  # 400 MB
        assert peak_memory_mb() > 400
        assert measured("print(peak_memory_mb())") < 200
        assert here.all()

    def test_with_children_is_the_largest_of_all(self) -> None:
        child = "subprocess.run([sys.executable, '-ISc', 'b = bytearray(300_000_000)'])\n"
        assert measured(child + "print(peak_memory_mb())") < 200
        assert 300 < measured(child + "print(peak_memory_mb(with_children=True))") < 350


def test_linear_algebra_is_kept_on_one_thread_for_a_while() -> None:
    def threads() -> list[int]:
        return [pool["num_threads"] for pool in threadpool_info()]

    before = threads()
    with one_thread():
        assert set(threads()) == {1}
    assert threads() == before
