"""ImageHash (https://github.com/JohannesBuchner/imagehash): hashes that differ in few bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.clustering.hashes import HashPairs
from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, of_each, package_versions
from dupeval.tool.hashes import Hashes

HINT = "install it with: pip install 'dupeval[tools]'"
PACKAGES = ("imagehash", "numpy", "pillow", "pywavelets", "scipy")


@dataclass(frozen=True, config=STRICT)
class ImageHash(DistanceTool):
    """One hash an image; the distance is the number of bits that differ.

    Attributes
    ----------
    hash : {"phash", "dhash", "average_hash", "whash"}
        The package's function.
    hash_size : int, default 8
        A hash has hash_size ** 2 bits.
    """

    hash: Literal["phash", "dhash", "average_hash", "whash"]
    hash_size: int = Field(default=8, ge=2)

    def versions(self) -> Mapping[str, str]:
        """See `Tool.versions`."""
        return package_versions(PACKAGES, HINT)

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        """See `Tool.answers`."""
        import imagehash

        function = getattr(imagehash, self.hash)
        hashes = of_each(images, lambda path: _hash(function, path, hash_size=self.hash_size))
        return [Hashes.of_bits([None if h is None else h.hash for h in hashes])]


@dataclass(frozen=True, config=STRICT)
class CropResistantHash(DistanceTool):
    """A hash for each segment of an image: two images match where enough segments do.

    ``a.matches(b, region_cutoff, hamming_cutoff)`` counts the segments of a that some segment of
    b is near to. So the distance at a region cutoff of k is the k-th least of the distances of
    a's segments, each to the nearest of b's: a matches b exactly when the Hamming cutoff is at
    least that. The package's function depends on the order of a and b; either way counts here.

    Attributes
    ----------
    region_cutoffs : tuple of int, default (1, 2, 3, 4, 5)
        How many segments must match; what can be chosen.
    """

    region_cutoffs: tuple[int, ...] = Field(default=(1, 2, 3, 4, 5), min_length=1)

    @property
    def settings(self) -> Sequence[Mapping[str, Any]]:
        """See `Tool.settings`."""
        return tuple({"region_cutoff": k} for k in self.region_cutoffs)

    def versions(self) -> Mapping[str, str]:
        """See `Tool.versions`."""
        return package_versions(PACKAGES, HINT)

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        """See `Tool.answers`."""
        import imagehash

        hashes = of_each(images, lambda path: _hash(imagehash.crop_resistant_hash, path))
        segments = [None if h is None else [x.hash for x in h.segment_hashes] for h in hashes]
        return _by_segments(segments, self.region_cutoffs)


def _hash(function: Any, path: Path, **options: Any) -> Any:
    with Image.open(path) as image:
        return function(image, **options)


def _by_segments(
    segments: Sequence[Sequence[npt.NDArray[np.bool_]] | None], cutoffs: Sequence[int]
) -> list[npt.NDArray[np.float64]]:
    """Return the distances at each region cutoff, NaN where an image has too few segments."""
    n = len(segments)
    counts = np.array([0 if own is None else len(own) for own in segments])
    bits = [bits for own in segments for bits in own or ()]
    found = [np.full(n * (n - 1) // 2, np.nan) for _ in cutoffs]
    if not bits:
        return found
    hashes = HashPairs(np.packbits(np.array(bits).reshape(len(bits), -1), axis=1))
    ends = counts.cumsum()
    done = 0
    for a in range(n - 1):
        others = slice(a + 1, n)
        if counts[a]:
            differ = hashes.between(slice(ends[a] - counts[a], ends[a]), slice(ends[a], None))
            there = counts[others] > 0
            for k, values in zip(cutoffs, found, strict=True):
                nearest = np.full(n - a - 1, np.nan)
                nearest[there] = _kth_least(differ, counts[others][there], k)
                values[done : done + n - a - 1] = nearest
        done += n - a - 1
    return found


def _kth_least(
    differ: npt.NDArray[np.uint16], counts: npt.NDArray[np.int64], k: int
) -> npt.NDArray[np.float64]:
    """Return of one image and each of others the least of either side's k-th least distance.

    Parameters
    ----------
    differ : ndarray of uint16, shape (n_own, n_segments)
        Bits in which its segments differ from those of the others, image after image.
    counts : ndarray of int64, shape (n_others,)
        How many segments each of them has, at least 1.
    k : int
    """
    starts = counts.cumsum() - counts
    least = np.full(len(counts), np.nan)
    # An image of fewer segments than asked for never matches.
    if k <= len(differ):
        to_theirs = np.minimum.reduceat(differ, starts, axis=1)
        least = np.sort(to_theirs, axis=0)[k - 1].astype(np.float64)
    enough = counts >= k
    to_own = differ.min(axis=0)
    # Those of each image in order of distance, image after image.
    in_order = to_own[np.lexsort((to_own, np.repeat(np.arange(len(counts)), counts)))]
    theirs = np.full(len(counts), np.nan)
    theirs[enough] = in_order[starts[enough] + k - 1]
    nearest: npt.NDArray[np.float64] = np.fmin(least, theirs)
    return nearest
