"""How long each stage of each method takes, and the threads it may use."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from threadpoolctl import threadpool_limits


@dataclass(frozen=True)
class Timing:
    """What one stage of one method took.

    Attributes
    ----------
    method, stage : str
    wall_s, cpu_s : float
        In seconds.
    peak_memory_mb : float, optional
        Of a stage that ran in a process of its own, in MB (10**6 bytes).
    stored : bool, default False
        Whether an earlier run did the work; the figures are that run's.
    """

    method: str
    stage: str
    wall_s: float
    cpu_s: float
    peak_memory_mb: float | None = None
    stored: bool = False


class Stopwatch:
    """Collects the timings of one method.

    Parameters
    ----------
    method : str
        Its name.
    """

    def __init__(self, method: str) -> None:
        self.method = method
        self.timings: list[Timing] = []

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Time a block of this process."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        elapsed = (time.perf_counter() - wall, time.process_time() - cpu)
        self.add(stage, *elapsed)

    def add(
        self,
        stage: str,
        wall_s: float,
        cpu_s: float,
        peak_memory_mb: float | None = None,
        stored: bool = False,
    ) -> None:
        """Note what a stage took that was timed elsewhere; see `Timing`."""
        self.timings.append(Timing(self.method, stage, wall_s, cpu_s, peak_memory_mb, stored))


def in_all(timings: Sequence[Timing]) -> Timing:
    """Return what several runs of one stage took together; at least one."""
    first = timings[0]
    wall_s, cpu_s = sum(x.wall_s for x in timings), sum(x.cpu_s for x in timings)
    return replace(first, wall_s=wall_s, cpu_s=cpu_s, stored=all(x.stored for x in timings))


def one_thread() -> AbstractContextManager[object]:
    """Keep linear algebra on one thread: faster for matrices this small, and the same anywhere."""
    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def peak_memory_mb(with_children: bool = False) -> float:
    """Return the largest resident memory of this process, in MB (10**6 bytes).

    With children, also of those it started and waited for: the largest of all, not the sum.
    """
    peak = _own_peak()
    if with_children:
        peak = max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * UNIT)
    return round(peak / 1e6, 1)


# macOS counts in bytes, Linux in KiB.
UNIT = 1 if sys.platform == "darwin" else 1024


def _own_peak() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT
    # On Linux a process's ru_maxrss starts at that of the process which started it.
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
