"""ImageHash (https://github.com/JohannesBuchner/imagehash): hashes that differ in few bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, of_each, package_versions, pairwise

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
        return [pairwise(hashes)]


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
        segments = [None if h is None else h.segment_hashes for h in hashes]
        pairs = [
            None if a is None or b is None else (_nearest(a, b), _nearest(b, a))
            for i, a in enumerate(segments)
            for b in segments[i + 1 :]
        ]
        return [[_kth_least(pair, k) for pair in pairs] for k in self.region_cutoffs]


def _hash(function: Any, path: Path, **options: Any) -> Any:
    with Image.open(path) as image:
        return function(image, **options)


def _nearest(a: Sequence[Any], b: Sequence[Any]) -> list[int]:
    """Return the distance of each segment of a to the nearest of b's, least first."""
    return sorted(min(x - y for y in b) for x in a)


def _kth_least(pair: tuple[list[int], list[int]] | None, k: int) -> float | None:
    if pair is None:
        return None
    # An image of fewer segments than asked for never matches.
    return min((float(side[k - 1]) for side in pair if k <= len(side)), default=None)
