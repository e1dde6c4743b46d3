"""Many queries: what Table 1's methods on vectors cost as queries grow, once vectors are stored.

Images are drawn, not decoded; all else is what a user runs: the store of vectors, the configured
grids, `nested` with ten folds. Each figure is of a process of its own. CPU time says more than the
clock where others work on the machine.

Examples
--------
python -m benchmarks.queries
python -m benchmarks.queries OUT --methods raw vgg --sizes 100 300 --cache-dir CACHE
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from omegaconf import OmegaConf

from benchmarks.drawn import N_IMAGES, Activations, Pixels, draw_dataset
from dupeval.engine.folds import folds_of
from dupeval.engine.workshop import Workshop
from dupeval.evaluation import evaluate
from dupeval.files import write_results
from dupeval.method import Resources
from dupeval.method.vectors import VectorMethod
from dupeval.protocol.nested import Nested
from dupeval.reduction import PCA
from dupeval.rendering import csv_bytes
from dupeval.timing import Stopwatch, peak_memory_mb

ROOT = Path(__file__).resolve().parent.parent
METHODS = ("raw", "vgg", "vgg_pca", "raw_pca")
SIZES = (100, 300, 1000)
N_FOLDS = 10


class Cost(NamedTuple):
    """What one evaluation took: wall and CPU time in seconds, the largest memory in GB."""

    wall_s: float
    cpu_s: float
    memory_gb: float


def measure(methods: Sequence[str], sizes: Sequence[int], cache_dir: Path) -> pd.DataFrame:
    """Evaluate each method on growing datasets; a row each."""
    rows = []
    for name in methods:
        _once(name, max(sizes), cache_dir, only_store=True)
        for n in sizes:
            cost = _once(name, n, cache_dir)
            rows.append({"method": name, "n_queries": n, **cost._asdict()})
    return pd.DataFrame(rows)


def exponent(table: pd.DataFrame, column: str) -> float:
    """Return the power of the number of queries with which a cost grows: a line of logarithms."""
    if len(table) < 2:
        return float("nan")
    return float(np.polyfit(np.log(table["n_queries"]), np.log(table[column]), 1)[0])


def markdown(table: pd.DataFrame) -> str:
    """Return a table: a row a method, a column a number of queries, and how the costs grow."""
    rows = []
    for name, own in table.groupby("method", sort=False):
        costs = {
            f"{cost['n_queries']} x {N_IMAGES}": f"{cost['wall_s']:.1f} / {cost['cpu_s']:.1f}"
            for cost in own.to_dict("records")
        }
        powers = f"{exponent(own, 'wall_s'):.2f} / {exponent(own, 'cpu_s'):.2f}"
        memory = f"{own['memory_gb'].max():.2f}"
        rows.append({"method": name, **costs, "grows as n^": powers, "most memory, GB": memory})
    return str(pd.DataFrame(rows).to_markdown(index=False)) + "\n"


def _once(name: str, n_queries: int, cache_dir: Path, *, only_store: bool = False) -> Cost:
    command = [sys.executable, "-m", "benchmarks.queries", "--one", name, str(n_queries)]
    command += [str(cache_dir), "store" if only_store else "evaluate"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def one(name: str, n_queries: int, cache_dir: Path, what: str) -> Cost:
    """Evaluate one method, or have its vectors stored in `cache_dir`; its row is made anew."""
    dataset, method = draw_dataset(n_queries), method_of(name)
    resources = Resources(cache_dir, fresh=True)
    wall, cpu = time.perf_counter(), time.process_time()
    if what == "store":
        workshop = Workshop(dataset, resources, Stopwatch(name))
        method.prepared(workshop.queries(), method.candidates, workshop.watch)
    else:
        folds = folds_of(dataset, N_FOLDS)
        found = evaluate({name: method}, {"nested": Nested()}, dataset, resources, folds=folds)
        f1 = np.mean([result.scores.f1 for result in found.results])
        print(f"{name}, {n_queries} queries: mean F1 {f1:.6f}", file=sys.stderr)
    took = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(*took, peak_memory_mb() / 1e3)


def method_of(name: str) -> VectorMethod:
    """Return a method of Table 1 as it is configured, on drawn images."""
    conf: Any = OmegaConf.to_container(OmegaConf.load(ROOT / "conf" / "method" / f"{name}.yaml"))
    reduction = conf["reduction"]
    of_reduction = {key: value for key, value in (reduction or {}).items() if key != "_target_"}
    return VectorMethod(
        Pixels() if name.startswith("raw") else Activations(),
        PCA(**of_reduction) if reduction else None,
        linkage=conf["linkage"],
        metric=conf["metric"],
        grid=conf["grid"],
    )


def main(out: Path, methods: Sequence[str], sizes: Sequence[int], cache_dir: Path | None) -> None:
    """Measure, print and write the tables."""
    with tempfile.TemporaryDirectory() as folder:
        table = measure(methods, sizes, cache_dir or Path(folder))
    text = markdown(table)
    write_results(out, {"queries.csv": csv_bytes(table), "queries.md": text.encode()})
    print(text)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _, _, own, number, folder, what = sys.argv
        print(json.dumps(one(own, int(number), Path(folder), what)._asdict()))
    else:
        parser = argparse.ArgumentParser(description="Measure what many queries cost.")
        parser.add_argument("out", nargs="?", type=Path, default=ROOT / "results" / "queries")
        parser.add_argument("--methods", nargs="+", default=METHODS, choices=METHODS)
        parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
        parser.add_argument("--cache-dir", type=Path, help="where vectors are kept for next time")
        given = parser.parse_args()
        main(given.out, given.methods, given.sizes, given.cache_dir)
