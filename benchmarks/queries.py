"""Many queries: what Table 1's methods on vectors cost as queries grow, once vectors are stored.

Images are drawn, not decoded: photographs with few copies each, as pixels with the spectrum of
photographs or as activations of as many channels and places as VGG16's last pool. All else is what
a user runs: the store of vectors, the configured grids, `nested` with ten folds.

Examples
--------
python -m benchmarks queries
python -m benchmarks.queries vgg_pca 300 CACHE_DIR
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from omegaconf import OmegaConf

from benchmarks.drawn import N_IMAGES, Activations, Pixels, draw_dataset
from benchmarks.measuring import Figure, figure
from dupeval.engine.folds import folds_of
from dupeval.evaluation import evaluate
from dupeval.method import Resources
from dupeval.method.vectors import VectorMethod
from dupeval.protocol.nested import Nested
from dupeval.reduction import PCA
from dupeval.timing import peak_memory_mb

ROOT = Path(__file__).resolve().parent.parent
METHODS = ("raw", "vgg", "vgg_pca", "raw_pca")
N_QUERIES = (100, 300, 1000)
N_FOLDS = 10


def measure(n_queries: Sequence[int] = N_QUERIES, runs: int = 1) -> list[Figure]:
    """Evaluate each method on growing datasets, in processes of their own."""
    figures = []
    for name in METHODS:
        seconds = []
        with tempfile.TemporaryDirectory() as cache_dir:
            _once(name, max(n_queries), cache_dir)  # The vectors of all are stored.
            for n in n_queries:
                took = [_once(name, n, cache_dir) for _ in range(runs)]
                what = f"{n} queries x {N_IMAGES} images"
                for unit, values in zip(Cost._fields, zip(*took, strict=True), strict=True):
                    figures.append(figure(f"nested, {name}", f"{what}, {unit}", *_of(unit, values)))
                seconds.append(min(one.cpu for one in took))
        exponent = float(np.polyfit(np.log(n_queries), np.log(seconds), 1)[0])
        figures.append(figure(f"nested, {name}", "grows as queries to the power", "", [exponent]))
    return figures


class Cost(NamedTuple):
    """What one evaluation took: wall and CPU time in seconds, the largest memory in GB."""

    wall: float
    cpu: float
    memory: float


def _of(unit: str, values: Sequence[float]) -> tuple[str, list[float]]:
    return "GB" if unit == "memory" else "s", list(values)


def _once(name: str, n_queries: int, cache_dir: str) -> Cost:
    command = [sys.executable, "-m", "benchmarks.queries", name, str(n_queries), cache_dir]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return Cost(**json.loads(said.splitlines()[-1]))


def main(name: str, n_queries: int, cache_dir: Path) -> Cost:
    """Evaluate one method under ``nested``; its vectors are kept in `cache_dir`, its row is not."""
    dataset = draw_dataset(n_queries)
    method, protocols = method_of(name), {"nested": Nested()}
    wall, cpu = time.perf_counter(), time.process_time()
    found = evaluate(
        *({name: method}, protocols, dataset, Resources(cache_dir, fresh=True)),
        folds=folds_of(dataset, N_FOLDS),
    )
    took = time.perf_counter() - wall, time.process_time() - cpu
    f1 = np.mean([result.scores.f1 for result in found.results])
    print(f"mean F1 {f1:.6f}; chosen {found.results[0].decision}"[:200], file=sys.stderr)
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


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))._asdict()))
