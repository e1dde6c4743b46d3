"""Images that are drawn, not decoded: photographs with few copies each, as vectors.

Pixels have the spectrum of photographs, activations as many channels and places as VGG16's last
pool has. What a vector is depends on this module, and so on little else that may be edited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from dupeval.dataset import Dataset, ImageHandle, Label, Query
from dupeval.representation import Representation

N_IMAGES = 20
SIDE, CHANNELS, PLACES, LATENT = 32, 512, 49, 96
# Those of a photograph go together.
COLOURS = np.array([[1, 0.9, 0.8], [0, 0.4, 0.3], [0, 0, 0.3]])


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
            pixels = np.roll(pixels, own.integers(-4, 5, 2), axis=(0, 1)) * own.uniform(0.6, 1.4)
            pixels = 0.5 + pixels + own.normal(scale=0.01, size=pixels.shape)
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
            shown = of_photograph.normal(size=LATENT) + own.normal(scale=0.8, size=LATENT)
            noise = own.standard_normal(CHANNELS * PLACES, np.float32)
            yield np.maximum(_mixture() @ shown.astype(np.float32) + noise - np.float32(0.5), 0)


def _generators(image: ImageHandle) -> tuple[np.random.Generator, np.random.Generator]:
    query, photograph, place = map(int, image.sha256.split())
    return np.random.default_rng([2, query, photograph]), np.random.default_rng([3, query, place])


def _complex(rng: np.random.Generator) -> np.ndarray:
    real, imaginary = rng.normal(size=(2, SIDE, SIDE // 2 + 1, 3))
    mixed: np.ndarray = (real + 1j * imaginary) @ COLOURS
    return mixed


@cache
def _spectrum() -> np.ndarray:
    """Return amplitudes that fall with the frequency as those of small photographs do."""
    rows, columns = np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]
    frequencies = np.maximum(np.hypot(rows, columns), 1 / SIDE)
    spectrum: np.ndarray = (0.25 / frequencies**1.6)[:, :, None]
    return spectrum


@cache
def _mixture() -> np.ndarray:
    rng = np.random.default_rng(4)
    weights = rng.normal(size=(CHANNELS * PLACES, LATENT)) / np.arange(1, LATENT + 1) ** 0.5
    return weights.astype(np.float32)
