"""What fits into memory, said before the work."""

from __future__ import annotations

import math
import os
from pathlib import Path

from dupeval.errors import SettingsError

# Up to so many images distances have float64, as every figure of a few images has; above, float32.
MOST_DOUBLE = 5_000
# Up to so many images all distances are there at once: 1.25 GB, and as much while they are merged.
MOST_CONDENSED = 25_000
# Of a pair that is found: two places, a distance, and what sorting them takes.
BYTES_OF_A_NEAR_PAIR = 72
# What is left alone, for everything else that runs.
SPARED = 0.1


def n_pairs(n: int) -> int:
    """Return how many unordered pairs n images make."""
    return n * (n - 1) // 2


def n_observations(pairs: int) -> int:
    """Return of how many observations there are so many pairs.

    Raises
    ------
    ValueError
        If there is no such number.
    """
    n = (1 + math.isqrt(1 + 8 * pairs)) // 2
    if n_pairs(n) != pairs:
        raise ValueError(f"{pairs:,} distances are not those of all pairs of some observations")
    return n


def check_memory(n: int, bytes_of_a_pair: int, instead: str) -> None:
    """Refuse, before any work, distances of so many images that they do not fit.

    Parameters
    ----------
    n : int
        Images of one query; up to `MOST_DOUBLE` nothing is refused.
    bytes_of_a_pair : int
        That will be needed more than now.
    instead : str
        What is possible.

    Raises
    ------
    SettingsError
        With what it takes, and what there is.
    """
    if n <= MOST_DOUBLE:
        return
    needed, free = n_pairs(n) * bytes_of_a_pair, free_bytes()
    if needed > (1 - SPARED) * free:
        raise SettingsError(
            f"the {n_pairs(n):,} pairs of {n:,} images take {needed / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free; possible: {instead}"
        )


def check_pairs(n: int, which: str) -> None:
    """Refuse, before they are looked for, about so many pairs that they do not fit.

    Raises
    ------
    SettingsError
        With what they take, and what there is.
    """
    needed, free = n * BYTES_OF_A_NEAR_PAIR, free_bytes()
    if needed > (1 - SPARED) * free:
        raise SettingsError(
            f"about {n:,} pairs are {which} and take {needed / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free; possible: a lower threshold, or fewer images"
        )


def free_bytes() -> int:
    """Return how much memory a program may take now without any other having to give way."""
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    lines = meminfo.read_text(encoding="utf-8").splitlines()
    kib = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))
    return min(kib * 1024, _left_to_the_group())


def _left_to_the_group() -> int:
    """Return what the control group, such as a container, leaves of memory; a lot if it says no."""
    group = Path("/sys/fs/cgroup")
    try:
        most = (group / "memory.max").read_text(encoding="utf-8").strip()
        used = int((group / "memory.current").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 2**62
    return 2**62 if most == "max" else max(0, int(most) - used)
