"""Czkawka's similar images (https://github.com/lmmx/czkawka, bindings to czkawka_core)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic.dataclasses import dataclass

from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, of_each, package_versions
from dupeval.tool.hashes import Hashes


@dataclass(frozen=True, config=STRICT)
class Czkawka(DistanceTool):
    """Its 64-bit hashes; the distance is the number of bits that differ.

    Its own groups (``find_similar``) differ from run to run, its distances do not, so the groups
    here are the connected components.
    """

    def versions(self) -> Mapping[str, str]:
        """See `Tool.versions`."""
        return package_versions(("czkawka",), "install it with: pip install 'dupeval[tools]'")

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        """See `Tool.answers`."""
        from czkawka import ImageSimilarity

        finder = ImageSimilarity()
        # One image that it cannot load would end its own compute_distances for all.
        hashes = of_each(images, finder.hash_image)
        return [Hashes.of_bytes([None if h is None else _bytes(h) for h in hashes])]


def _bytes(text: str) -> bytes:
    # It leaves the signs away that fill base64 up.
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
