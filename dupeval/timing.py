"""How long each stage of each method takes, and the threads it may use."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

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
        self.timings.append(Timing(self.method, stage, *elapsed))


def one_thread() -> AbstractContextManager[object]:
    """Keep linear algebra on one thread: faster for matrices this small, and the same anywhere."""
    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
