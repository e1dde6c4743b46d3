"""What the parts of a method are called in pictures."""

from __future__ import annotations

from typing import Any

from dupeval.clustering import Linkage, Metric
from dupeval.reduction import PCA
from dupeval.representation import Representation
from dupeval.representation.raw import RawPixels
from dupeval.representation.vgg import VGG16

_RESIZED = {"squash": "squashed to", "crop": "cropped to", "pad": "padded to"}
_FITTED = {"others": "other queries", "dataset": "all queries", "query": "the query"}


def representation_lines(representation: Representation) -> list[str]:
    """Return what a representation is and does, in a few short lines, its name first."""
    if isinstance(representation, VGG16):
        return [f"VGG16 {representation.layer}", *preparation_lines(representation)]
    if isinstance(representation, RawPixels):
        return ["raw pixels", *preparation_lines(representation)]
    key = dict(representation.key)
    name = str(key.pop("representation", type(representation).__name__))
    return [name, *(f"{setting} {value}" for setting, value in list(key.items())[:2])]


def reduction_lines(reduction: PCA) -> list[str]:
    """Return what a reduction keeps and is fitted on."""
    kept = reduction.n_components
    return [
        f"{kept:.0%} of variance" if isinstance(kept, float) else f"{kept} components",
        f"fit on {_FITTED[reduction.fit]}",
        *(["whitened"] if reduction.whiten else []),
    ]


def dendrogram_lines(linkage: Linkage, metric: Metric) -> list[str]:
    """Return how images are joined."""
    return [f"{metric} distance", f"{linkage} linkage"]


def shape_text(*shape: Any) -> str:
    """Return sizes as they are read."""
    return "×".join(str(size) for size in shape)


def preparation_lines(representation: RawPixels | VGG16) -> list[str]:
    """Return what is done to an image before all else."""
    size = representation.size
    squared = f"{_RESIZED[representation.resize]} {shape_text(size, size)}"
    if isinstance(representation, RawPixels) and representation.colour == "grey":
        return [squared, "grey"]
    return [squared]
