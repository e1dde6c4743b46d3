"""Table 1 as its user runs it: cold (weights and packages present, no features), and warm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from measuring import Figure, figure

ROOT = Path(__file__).resolve().parent.parent


def measure(cache_dir: Path, runs: int) -> list[Figure]:
    """Run the program in processes of its own; peak memory is the operating system's figure."""
    name = "Table 1 and the report"
    cold, warm, peaks = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            cache, out = Path(folder) / f"cache{run}", Path(folder) / "fp32"
            shutil.copytree(cache_dir / "weights", cache / "weights")
            cold.append(_run(cache, out, peaks))
        _run(cache, out, [])
        warm = [_run(cache, out, []) for _ in range(max(runs, 5))]
        _run(cache, Path(folder) / "bf16", [], "precision=bf16")
        difference = _difference(out, Path(folder) / "bf16")
    return [
        figure(name, "cold", "s", cold),
        figure(name, "warm", "s", warm),
        figure(name, "cold, peak memory", "GB", peaks),
        figure(name, "largest difference of a mean score with bf16", "", [difference]),
    ]


def _run(cache: Path, out: Path, peaks: list[float], *overrides: str) -> float:
    command = [
        *(sys.executable, "experiments/table1.py", f"cache_dir={cache}", f"out_dir={out}"),
        *(f"report_dir={out}", "progress=false", *overrides),
    ]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    if status != 0:
        raise RuntimeError(f"{' '.join(command)} ended with status {status}")
    peaks.append(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9)
    return elapsed


def _difference(one: Path, other: Path) -> float:
    scores = ["precision", "recall", "f1"]
    tables = [pd.read_csv(folder / "table1.csv")[scores] for folder in (one, other)]
    return float((tables[0] - tables[1]).abs().max().max())
