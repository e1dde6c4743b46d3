"""Medians of several runs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
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


def seconds(function: Callable[[], object], runs: int) -> list[float]:
    """Time a function, after one run that does not count."""
    function()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return times
