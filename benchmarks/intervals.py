"""How often intervals of a mean cover it: simulated scores of a few queries, bounded and skewed.

python -m benchmarks.intervals [OUT]

Scores of queries are between 0 and 1, skewed, and often exactly 1. Populations of that kind are
drawn from many times, an interval is made of every sample by each way, and it is counted how often
the population's mean lies within. docs/statistics.md shows the table.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from tqdm import tqdm

from dupeval.files import write_results
from dupeval.rendering import csv_bytes
from dupeval.statistics import mean_interval

Sample = npt.NDArray[np.float64]
Interval = tuple[float, float]

COLUMNS = ["scores", "queries", "interval", "coverage", "width", "wide"]
LEVEL, RESAMPLES, N_SAMPLES = 0.95, 1000, 1000
SIZES = (5, 9, 20)
# Beta distributions by their two parameters, and the share of scores that are exactly 1 instead
# (where it is negative, exactly .1).
POPULATIONS: Mapping[str, tuple[float, float, float]] = {
    "symmetric, about .5": (4, 4, 0.0),
    "skewed, about .7": (3.5, 1.5, 0.0),
    "skewed, 20 % are 1": (3.5, 1.5, 0.2),
    "near 1, 50 % are 1": (8, 1, 0.5),
    "near 0": (0.5, 4, 0.0),
    "about .8, 10 % about .1": (8, 2, -0.1),
}


def student(scores: Sample, rng: np.random.Generator) -> Interval:
    """Return Student's t interval, which tables print."""
    return mean_interval(scores, level=LEVEL)


def percentile(scores: Sample, rng: np.random.Generator) -> Interval:
    """Return the percentile bootstrap interval."""
    return _bootstrap(scores, rng, "percentile")


def bca(scores: Sample, rng: np.random.Generator) -> Interval:
    """Return the bias-corrected and accelerated bootstrap interval."""
    return _bootstrap(scores, rng, "BCa")


def studentised(scores: Sample, rng: np.random.Generator) -> Interval:
    """Return the bootstrap-t interval: quantiles of resampled t statistics for Student's."""
    n = len(scores)
    drawn = scores[rng.integers(0, n, (RESAMPLES, n))]
    errors = drawn.std(axis=1, ddof=1) / np.sqrt(n)
    spread = errors > 1e-12
    t = (drawn.mean(axis=1)[spread] - scores.mean()) / errors[spread]
    first, last = np.quantile(t, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    error = scores.std(ddof=1) / np.sqrt(n)
    return scores.mean() - last * error, scores.mean() - first * error


WAYS: Mapping[str, Callable[[Sample, np.random.Generator], Interval]] = {
    "Student's t": student,
    "percentile bootstrap": percentile,
    "BCa bootstrap": bca,
    "studentised bootstrap": studentised,
}


def simulate(n_samples: int, seed: int = 0) -> pd.DataFrame:
    """Return coverage and mean width of every way, one row a population, size and way."""
    rng = np.random.default_rng(seed)
    rows = []
    cases = [(name, n) for name in POPULATIONS for n in SIZES]
    for name, n in tqdm(cases, unit="case", disable=not sys.stderr.isatty()):
        a, b, ones = POPULATIONS[name]
        other, share = (1.0, ones) if ones >= 0 else (0.1, -ones)
        mean = share * other + (1 - share) * a / (a + b)
        usual = rng.beta(a, b, (n_samples, n))
        samples = np.where(rng.random((n_samples, n)) < share, other, usual)
        for way, interval in WAYS.items():
            # Equal scores give no interval, by any way.
            made = np.array([interval(s, rng) for s in samples if s.min() < s.max()])
            ends = np.clip(made, 0, 1)
            covered = (ends[:, 0] <= mean) & (mean <= ends[:, 1])
            widths = ends[:, 1] - ends[:, 0]
            rows.append((name, n, way, covered.mean(), widths.mean(), np.quantile(widths, 0.95)))
    return pd.DataFrame(rows, columns=COLUMNS)


def markdown(table: pd.DataFrame) -> str:
    """Return a table of the ways: coverage, mean width, and the width that 5 % exceed."""
    shown = table.assign(
        cell=[f"{row.coverage:.3f}, {row.width:.2f}, {row.wide:.2f}" for row in table.itertuples()]
    ).pivot_table(
        index=["queries", "scores"], columns="interval", values="cell", aggfunc="first", sort=False
    )
    return str(shown.reset_index().to_markdown(index=False, disable_numparse=True)) + "\n"


def _bootstrap(
    scores: Sample, rng: np.random.Generator, method: Literal["percentile", "BCa"]
) -> Interval:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Where BCa has no answer it is the percentile's.
        found = stats.bootstrap(
            (scores.tolist(),),
            np.mean,
            n_resamples=RESAMPLES,
            confidence_level=LEVEL,
            method=method,
            rng=rng,
        ).confidence_interval
    if np.isnan(found.low) or np.isnan(found.high):
        return percentile(scores, rng)
    return float(found.low), float(found.high)


def main(out: Path) -> None:
    """Simulate, print and write the table."""
    table = simulate(N_SAMPLES)
    contents = {"intervals.csv": csv_bytes(table), "intervals.md": markdown(table).encode()}
    write_results(out, contents)
    print(markdown(table))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/intervals"))
