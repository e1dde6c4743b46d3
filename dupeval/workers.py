"""Work in other processes, which end when the one that they work for does."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from functools import cache
from threading import Thread
from typing import Any

# So often a worker looks whether its parent is there.
LOOK_S = 0.5


def in_processes(n_processes: int, jobs: Iterable[Any], in_order: bool = True) -> Iterator[Any]:
    """Yield what jobs return that are done in several processes.

    The processes end with this one, however it ends, ``kill -9`` included, and whatever they do.

    Parameters
    ----------
    n_processes : int
        With 1 it is done in this one.
    jobs : iterable
        Of `joblib.delayed`.
    in_order : bool, default True
        Whether results come in the order of the jobs; else each as soon as it is there.
    """
    from joblib import Parallel, parallel_config  # noqa: PLC0415  (imported where it is needed)

    how = "generator" if in_order else "generator_unordered"
    with parallel_config("loky", initializer=end_with, initargs=(os.getpid(),)):
        made = Parallel(n_processes, return_as=how)
    yield from made(jobs)


@cache
def end_with(parent: int) -> None:
    """Let this process, a child of `parent`, be killed when that has ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_S)
        os.kill(os.getpid(), signal.SIGKILL)

    # Not prctl's PR_SET_PDEATHSIG: that is of the thread that started this process.
    if os.getpid() != parent:
        Thread(target=watch, name="watch-parent", daemon=True).start()
