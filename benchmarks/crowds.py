"""Many images, made of numbers: photographs and their copies as vectors, hashes and partitions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# Images a photograph, on average.
COPIES = 4
DIMENSIONS = 512
BYTES = 8


class Vectors(NamedTuple):
    """Photographs are directions drawn from a sphere, and copies of them lie around them.

    Attributes
    ----------
    X : ndarray of float32, shape (n, 512)
        Two copies are about 0.14 apart by cosine, two photographs about 1.
    photographs : ndarray of int64, shape (n,)
    """

    X: npt.NDArray[np.float32]
    photographs: npt.NDArray[np.int64]


def photographs_of(n: int, seed: int = 0) -> npt.NDArray[np.int64]:
    """Return which photograph each of n images shows: each has one image at least."""
    rng = np.random.default_rng(seed)
    n_photographs = max(1, n // COPIES)
    drawn = rng.integers(0, n_photographs, n - n_photographs)
    return np.concatenate([np.arange(n_photographs), drawn])


def vectors_of(n: int, seed: int = 0) -> Vectors:
    """Return the vectors of n images."""
    rng = np.random.default_rng(seed)
    photographs = photographs_of(n, seed)
    centres = rng.standard_normal((photographs.max() + 1, DIMENSIONS), dtype=np.float32)
    X = centres[photographs]
    # Row by row, so that a million do not need the memory twice.
    for start in range(0, n, 10_000):
        rows = X[start : start + 10_000]
        rows += np.float32(0.4) * rng.standard_normal(rows.shape, dtype=np.float32)
    return Vectors(X, photographs)


def hashes_of(n: int, seed: int = 0) -> npt.NDArray[np.uint8]:
    """Return hashes of 64 bits, of which one in twenty is another in each copy, shape (n, 8)."""
    rng = np.random.default_rng(seed)
    photographs = photographs_of(n, seed)
    hashes = rng.integers(0, 256, (photographs.max() + 1, BYTES), dtype=np.uint8)
    flipped: npt.NDArray[np.uint8] = np.packbits(rng.random((n, 8 * BYTES)) < 0.05, axis=1)
    return hashes[photographs] ^ flipped


def predicted_of(photographs: npt.NDArray[np.int64], seed: int = 0) -> npt.NDArray[np.int64]:
    """Return groups in which one image in ten is in another than its photograph's."""
    rng = np.random.default_rng(seed)
    groups = photographs.copy()
    wrong = rng.random(len(groups)) < 0.1
    groups[wrong] = rng.integers(0, groups.max() + 1, int(wrong.sum()))
    return groups
