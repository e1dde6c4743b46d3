"""Perception's local descriptors (https://github.com/thorn-oss/perception)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic.dataclasses import dataclass

from dupeval.strict import STRICT
from dupeval.tool import GroupTool, of_each, package_versions


@dataclass(frozen=True, config=STRICT)
class PerceptionLocal(GroupTool):
    """Its ``local_descriptor_deduplication.deduplicate``, everything as it is by default.

    256 SIFT points of an image of 256 pixels; candidates by an approximate search, each accepted
    by the ratio test, the area that the matches cover, and a homography. It tells pairs; groups
    are the connected components.
    """

    def versions(self) -> Mapping[str, str]:
        """See `Tool.versions`."""
        # Of OpenCV's packages, the one that it asks for.
        packages = ("perception", "faiss-cpu", "opencv-contrib-python-headless", "numpy", "pandas")
        return package_versions(packages, "install it with: pip install 'dupeval[tools]'")

    @property
    def choices(self) -> Sequence[Any]:
        """See `GroupTool.choices`."""
        return ()

    def groups(self, images: Sequence[Path], setting: Mapping[str, Any]) -> Iterable[Iterable[str]]:
        """See `GroupTool.groups`."""
        from perception import local_descriptor_deduplication as local
        from perception.hashers import tools

        # It says of an image that it cannot read what it says of one without features.
        readable = of_each(images, lambda path: tools.read(str(path)))
        paths = [str(path) for path, read in zip(images, readable, strict=True) if read is not None]
        described = local.build_reference_df(paths)
        if described["descriptors"].count() < 2:
            return []
        return [pair[:2] for pair in local.deduplicate(described, use_gpu=False)]
