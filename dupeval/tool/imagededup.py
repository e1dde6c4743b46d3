"""imagededup (https://github.com/idealo/imagededup): neighbours by 64-bit hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, note_unread, package_versions
from dupeval.tool.hashes import Hashes


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
        # No workers: they would cost more than the hashes of a query do.
        found = finder.encode_images(image_dir=images[0].parent, num_enc_workers=0)
        # It passes over an image that it cannot load.
        unread = {path.name: "" for path in images if path.name not in found}
        note_unread(unread, len(images))
        hashes = [found.get(path.name) for path in images]
        return [Hashes.of_bytes([None if h is None else bytes.fromhex(h) for h in hashes])]
