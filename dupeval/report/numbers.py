"""Figures for reading."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """Return a figure for reading: three decimals, empty where there is none."""
    return {math.inf: "∞", -math.inf: "−∞"}.get(value, "" if math.isnan(value) else f"{value:.3f}")


def signed(value: float) -> str:
    """Return a difference with its sign; what is rounded to 0 has a plus."""
    return "" if math.isnan(value) else f"{round(value, 3) + 0.0:+.3f}".replace("-", "−")


def sortable(value: float) -> str:
    """Return a figure as JavaScript reads it, empty where there is none."""
    return "" if math.isnan(value) else str(value).replace("inf", "Infinity")
