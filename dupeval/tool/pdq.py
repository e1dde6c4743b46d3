"""PDQ (https://github.com/facebook/ThreatExchange), by the package pdqhash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic.dataclasses import dataclass

from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, of_each, package_versions
from dupeval.tool.hashes import Hashes


@dataclass(frozen=True, config=STRICT)
class PDQ(DistanceTool):
    """Its 256-bit hashes; the distance is the number of bits that differ.

    The quality that it tells of a hash is not looked at, as its makers' own matching of
    photographs does not.
    """

    def versions(self) -> Mapping[str, str]:
        """See `Tool.versions`."""
        return package_versions(
            ("pdqhash", "numpy", "pillow"), "install it with: pip install 'dupeval[tools]'"
        )

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        """See `Tool.answers`."""
        return [Hashes.of_bits(of_each(images, _hash))]


def _hash(path: Path) -> npt.NDArray[Any]:
    import pdqhash  # type: ignore[import-untyped]

    with Image.open(path) as image:
        bits: npt.NDArray[Any] = pdqhash.compute(np.asarray(image.convert("RGB")))[0]
    return bits
