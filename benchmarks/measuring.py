"""Medians of several runs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured figure: the median of `runs`, with the least and the most."""

    benchmark: str
    what: str
    median: float
    least: float
    most: float
    unit: str
    runs: int


def figure(benchmark: str, what: str, unit: str, values: list[float]) -> Figure:
    """Summarise the values of several runs."""
    return Figure(
        benchmark, what, statistics.median(values), min(values), max(values), unit, len(values)
    )


def seconds(functions: Sequence[Callable[[], object]], runs: int) -> list[list[float]]:
    """Time functions in turn, so that ratios hold when the machine's speed drifts.

    Each is run once before, which does not count. Returns the times of each function.
    """
    for function in functions:
        function()
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(runs):
        for function, own in zip(functions, times, strict=True):
            start = time.perf_counter()
            function()
            own.append(time.perf_counter() - start)
    return times


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Divide run by run."""
    return [a / b for a, b in zip(ours, theirs, strict=True)]
