"""imagededup (https://github.com/idealo/imagededup): neighbours by 64-bit hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, note_unread, package_versions

MOST_BITS = 64


@dataclass(frozen=True, config=STRICT)
class ImageDedup(DistanceTool):
    """The package finds neighbours, not groups; groups are the connected components.

    Attributes
    ----------
    hash : {"PHash", "DHash", "AHash", "WHash"}
        The package's class.
    """

    hash: Literal["PHash", "DHash", "AHash", "WHash"]

    def versions(self) -> Mapping[str, str]:
        """See `Tool.versions`."""
        return package_versions(
            ("imagededup", "numpy", "pillow", "pywavelets", "scipy"),
            "install it with: pip install 'dupeval[tools]'",
        )

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        """See `Tool.answers`."""
        from imagededup import methods

        finder = getattr(methods, self.hash)(verbose=False)
        # At the largest threshold every pair is a neighbour, with its distance. No workers:
        # they would cost more than the hashes of a query do.
        neighbours = finder.find_duplicates(
            image_dir=images[0].parent,
            max_distance_threshold=MOST_BITS,
            scores=True,
            num_enc_workers=0,
            num_dist_workers=0,
        )
        # It passes over an image that it cannot load.
        unread = {path.name: "" for path in images if path.name not in neighbours}
        note_unread(unread, len(images))
        distance = {
            frozenset((a, b)): float(bits) for a, found in neighbours.items() for b, bits in found
        }
        return [
            [
                distance.get(frozenset((a.name, b.name)))
                for i, a in enumerate(images)
                for b in images[i + 1 :]
            ]
        ]
