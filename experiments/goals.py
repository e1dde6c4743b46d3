"""What was to be reached at scale, and what was measured: a row each, from the stored results."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

# Methods on vectors at 1,000 queries of 20 images: seconds by the clock.
QUERIES = {"raw": 60, "vgg": 60, "vgg_pca": 60, "raw_pca": 180}
QUERIES_GB = 4.0
# Contests of benchmarks.growth: images, seconds by the clock, GB.
IMAGES = {
    "every threshold, average linkage, 512-d": (20_000, 20, 2.5),
    "pairs within a radius, 512-d": (100_000, 120, 4.0),
    "pairs within 10 of 64 bits": (100_000, 30, None),
}
RECALL = 0.99


def goals_markdown(results: Path) -> str:
    """Return the table: the goal, what was measured, the command.

    Parameters
    ----------
    results : Path
        With the folders ``queries``, ``growth`` and ``million`` that the benchmarks wrote.
    """
    rows = [*_of_queries(results), *_of_images(results), _of_a_million(results)]
    columns = ["", "goal", "by the clock", "CPU time", "memory", "command"]
    return pd.DataFrame(rows, columns=columns).to_markdown(index=False, disable_numparse=True)


def _of_queries(results: Path) -> list[list[str]]:
    table = pd.read_csv(results / "queries" / "queries.csv")
    largest = table[table["n_queries"] == table["n_queries"].max()]
    return [
        [
            f"{row['n_queries']:,} queries of 20 images, nested, 10 folds: {row['method']}",
            f"{QUERIES[row['method']]} s, {QUERIES_GB:g} GB",
            _told(row["wall_s"], QUERIES[row["method"]]),
            f"{row['cpu_s']:.0f} s",
            f"{row['memory_gb']:.1f} GB",
            "`python -m benchmarks.queries`",
        ]
        for row in largest.to_dict("records")
    ]


def _of_images(results: Path) -> list[list[str]]:
    table = pd.read_csv(results / "growth" / "growth.csv")
    own = table[table["who"].str.startswith("dupeval")].to_dict("records")
    of = {(row["contest"], row["n"]): row for row in own}
    rows = []
    for contest, (n, seconds, gigabytes) in IMAGES.items():
        found = of[contest, n]
        limit = "" if gigabytes is None else f", {gigabytes:g} GB"
        rows.append(
            [
                f"{n:,} images: {contest}",
                f"{seconds} s{limit}",
                _told(found["wall_s"], seconds),
                f"{found['cpu_s']:.0f} s",
                f"{found['peak_mb'] / 1e3:.1f} GB",
                "`python -m benchmarks.growth`",
            ]
        )
    return rows


def _of_a_million(results: Path) -> list[str]:
    told = json.loads((results / "million" / "million.json").read_text(encoding="utf-8"))
    recall = told["recall_of_true_pairs"]
    stages = ("pairs", "tree", "curve")
    return [
        f"{told['n']:,} images by an index, single linkage, every threshold",
        f"recall {RECALL:g}",
        f"{sum(told[f'{stage}_wall_s'] for stage in stages):.0f} s, recall {recall:.4f}"
        + ("" if recall >= RECALL else " (missed)"),
        f"{sum(told[f'{stage}_cpu_s'] for stage in stages):.0f} s",
        f"{told['peak_mb'] / 1e3:.1f} GB",
        "`python -m benchmarks.million`",
    ]


def _told(seconds: float, goal: float) -> str:
    return f"{seconds:.0f} s" + ("" if seconds < goal else " (missed)")
