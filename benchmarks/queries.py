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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from omegaconf import OmegaConf

from benchmarks.measuring import Figure, figure
from dupeval.dataset import Dataset, ImageHandle, Label, Query
from dupeval.engine.folds import folds_of
from dupeval.evaluation import evaluate
from dupeval.method import Resources
from dupeval.method.vectors import VectorMethod
from dupeval.protocol.nested import Nested
from dupeval.reduction import PCA
from dupeval.representation import Representation
from dupeval.timing import peak_memory_mb

ROOT = Path(__file__).resolve().parent.parent
METHODS = ("raw", "vgg", "vgg_pca", "raw_pca")
N_QUERIES = (100, 300, 1000)
N_IMAGES, N_FOLDS = 20, 10
SIDE, CHANNELS, PLACES, LATENT = 32, 512, 49, 96
# Those of a photograph go together.
COLOURS = np.array([[1, 0.9, 0.8], [0, 0.4, 0.3], [0, 0, 0.3]])


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


def draw_dataset(n_queries: int) -> Dataset:
    """Draw queries of photographs with one to five copies; the same ones first, however many."""
    return Dataset("drawn", tuple(_query(query) for query in range(n_queries)))


def _query(query: int) -> Query:
    rng = np.random.default_rng([1, query])
    sizes = np.cumsum(rng.integers(1, 6, N_IMAGES))
    photographs = np.searchsorted(sizes, np.arange(N_IMAGES), side="right").tolist()
    images = [
        ImageHandle(f"{i}.png", f"{query} {photograph} {i}", _no_file)
        for i, photograph in enumerate(photographs)
    ]
    labels = [Label(str(photograph)) for photograph in photographs]
    return Query(f"q{query:04}", f"Query {query}", tuple(images), tuple(labels))


def _no_file() -> Any:
    raise AssertionError("drawn images have no file")


@dataclass(frozen=True)
class Pixels(Representation):
    """What `dupeval.representation.raw` would give of drawn photographs."""

    size: int = SIDE

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Representation.key`."""
        return {"representation": "drawn pixels", "size": self.size}

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[np.ndarray]:
        """Yield a photograph of its own kind for each, moved, brightened and with noise."""
        step = SIDE // self.size
        for image in images:
            of_photograph, own = _generators(image)
            pixels = np.fft.irfft2(_spectrum() * _complex(of_photograph), axes=(0, 1))
            pixels = np.roll(pixels, own.integers(-1, 2, 2), axis=(0, 1)) * own.uniform(0.8, 1.2)
            pixels = 0.5 + pixels + own.normal(scale=0.02, size=pixels.shape)
            small = pixels.reshape(self.size, step, self.size, step, 3).mean(axis=(1, 3))
            yield np.clip(small, 0, 1).ravel().astype(np.float32)


@dataclass(frozen=True)
class Activations(Representation):
    """What `dupeval.representation.vgg` would give of drawn photographs."""

    layer: Literal["pool5", "gap"] = "pool5"

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Representation.key`."""
        return {"representation": "drawn activations", "layer": self.layer}

    @property
    def source(self) -> Activations | None:
        """See `Representation.source`."""
        return Activations() if self.layer == "gap" else None

    def from_source(self, vectors: np.ndarray) -> np.ndarray:
        """See `Representation.from_source`."""
        means: np.ndarray = vectors.reshape(len(vectors), CHANNELS, PLACES).mean(axis=2)
        return means

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[np.ndarray]:
        """Yield rectified mixtures of what a photograph shows, and noise."""
        for image in images:
            of_photograph, own = _generators(image)
            shown = of_photograph.normal(size=LATENT) + own.normal(scale=0.3, size=LATENT)
            noise = own.normal(scale=0.3, size=CHANNELS * PLACES).astype(np.float32)
            yield np.maximum(_mixture() @ shown.astype(np.float32) + noise - 0.5, 0)


def _generators(image: ImageHandle) -> tuple[np.random.Generator, np.random.Generator]:
    query, photograph, place = map(int, image.sha256.split())
    return np.random.default_rng([2, query, photograph]), np.random.default_rng([3, query, place])


def _complex(rng: np.random.Generator) -> np.ndarray:
    real, imaginary = rng.normal(size=(2, SIDE, SIDE // 2 + 1, 3))
    mixed: np.ndarray = (real + 1j * imaginary) @ COLOURS
    return mixed


@cache
def _spectrum() -> np.ndarray:
    """Return amplitudes that fall as one over the frequency, as those of photographs do."""
    rows, columns = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    frequencies = np.maximum(np.hypot(rows, columns), 1 / SIDE)
    spectrum: np.ndarray = (0.25 / frequencies)[:, :, None]
    return spectrum


@cache
def _mixture() -> np.ndarray:
    rng = np.random.default_rng(4)
    weights = rng.normal(size=(CHANNELS * PLACES, LATENT)) / np.arange(1, LATENT + 1) ** 0.5
    return weights.astype(np.float32)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))._asdict()))
