"""How time and memory grow with the number of images, beside what a user would pick instead.

python -m benchmarks.growth [OUT] [--sizes 1000 3000 ...] [--limit SECONDS]

Every measurement is a process of its own, contestants in turn at each size, so that ratios hold
when the machine's speed drifts. A contestant that took longer than the limit is not asked again.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.contests import CONTESTS, Contestant
from dupeval.files import write_results
from dupeval.rendering import csv_bytes

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 3_000, 10_000, 20_000, 30_000, 100_000)
# Seconds after which a measurement is ended.
LIMIT_S = 120.0
# The exponent is that of the largest sizes, where what each run costs anyhow no longer counts.
FITTED = 3


def measure(sizes: Sequence[int], limit_s: float) -> pd.DataFrame:
    """Measure all contests; a row a contest, contestant and size."""
    rows = []
    for contest, contestants in CONTESTS.items():
        left = list(contestants)
        for n in sizes:
            for one in [one for one in left if n <= one.most]:
                row = {
                    "contest": contest,
                    "who": one.name,
                    "n": n,
                    **_run(contest, one, n, limit_s),
                }
                rows.append(row)
                print(json.dumps(row), file=sys.stderr, flush=True)
                # The next size takes about nine times as long, on two cores if it can use them.
                if not row["cpu_s"] * 9 < limit_s * 2:
                    left.remove(one)
    return pd.DataFrame(rows)


def _run(contest: str, one: Contestant, n: int, limit_s: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.contests", contest, one.name, str(n)]
    load = os.getloadavg()[0]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=limit_s, check=True
        )
    except subprocess.TimeoutExpired:
        return {"wall_s": np.nan, "cpu_s": np.nan, "peak_mb": np.nan, "result": np.nan}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**told, "load": load}


def exponents(table: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return of each contestant the power of n by which its CPU time grows at the largest sizes."""
    found = {}
    for names, rows in table.dropna(subset="cpu_s").groupby(["contest", "who"], sort=False):
        last = rows.nlargest(FITTED, "n")
        if len(last) > 1:
            slope, _ = np.polyfit(np.log(last["n"]), np.log(last["cpu_s"]), 1)
            found[str(names[0]), str(names[1])] = float(slope)
    return found


def markdown(table: pd.DataFrame) -> str:
    """Return a table a contest: a row a contestant, a column a size, and the exponent."""
    powers = exponents(table)
    parts = []
    for contest, rows in table.groupby("contest", sort=False):
        lines = [
            dict(_cells(str(who), of, powers.get((str(contest), str(who)))))
            for who, of in rows.groupby("who", sort=False)
        ]
        wide = pd.DataFrame(lines).fillna("")
        parts.append(f"**{contest}**\n\n{wide.to_markdown(index=False, disable_numparse=True)}\n")
    return "\n".join(parts)


def _cells(who: str, rows: pd.DataFrame, power: float | None) -> Iterator[tuple[str, str]]:
    yield "", who
    for n, wall_s, cpu_s, peak_mb in rows[["n", "wall_s", "cpu_s", "peak_mb"]].to_numpy().tolist():
        told = f"{wall_s:.3g} s, {cpu_s:.3g} s of CPU, {peak_mb / 1e3:.2g} GB"
        told = told if wall_s > 0 else "too long"
        yield f"{n:,.0f}", told
    yield "grows with n to the", "" if power is None else f"{power:.2f}"


def figure(table: pd.DataFrame) -> bytes:
    """Return the growth curves as a PNG: CPU seconds by images, both logarithmic."""
    import matplotlib  # noqa: PLC0415

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    powers = exponents(table)
    contests = list(dict.fromkeys(table["contest"]))
    fig, axes = plt.subplots(1, len(contests), figsize=(4.2 * len(contests), 4), squeeze=False)
    for ax, contest in zip(axes[0], contests, strict=True):
        for who, rows in table[table["contest"] == contest].groupby("who", sort=False):
            power = powers.get((contest, str(who)))
            label = str(who) if power is None else f"{who} ($n^{{{power:.2f}}}$)"
            ax.loglog(rows["n"], rows["cpu_s"], "o-", markersize=4, label=label)
        ax.set(title=contest, xlabel="images", ylabel="CPU seconds")
        ax.legend(fontsize="x-small")
        ax.grid(alpha=0.3)
    fig.tight_layout()
    file = io.BytesIO()
    fig.savefig(file, format="png", dpi=120)
    plt.close(fig)
    return file.getvalue()


def main() -> None:
    """Measure, print and write the tables and the figure."""
    parser = argparse.ArgumentParser(description="Measure how time and memory grow with images.")
    parser.add_argument("out", nargs="?", type=Path, default=ROOT / "results" / "growth")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--limit", type=float, default=LIMIT_S)
    given = parser.parse_args()
    table = measure(given.sizes, given.limit)
    text = markdown(table)
    contents = {
        "growth.csv": csv_bytes(table),
        "growth.md": text.encode(),
        "growth.png": figure(table),
    }
    write_results(given.out, contents)
    print(text)


if __name__ == "__main__":
    main()
