"""What VGG16 does to an image on the way to a layer: steps and the shapes that come of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dupeval.figures.wording import shape_text
from dupeval.representation.vgg import CLASSIFIERS, POOLS, VGG16

# Of each block: how many convolutions, and their channels.
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
UNITS = 4096  # of fc6 and fc7


@dataclass(frozen=True)
class Step:
    """A part of the network.

    Attributes
    ----------
    kind : {"block", "mean", "connected"}
        Convolutions and a max pool; the mean over the image; a fully connected layer.
    name : str
    lines : tuple of str
        What is done and the shape of what comes out.
    side : int
        Pixels a side of what goes in.
    channels : int
        Of what comes out.
    n_convolutions : int
    """

    kind: Literal["block", "mean", "connected"]
    name: str
    lines: tuple[str, ...]
    side: int
    channels: int
    n_convolutions: int = 0


def steps(vgg: VGG16) -> list[Step]:
    """Return the steps up to the layer in force, in order."""
    n_blocks = list(POOLS).index(vgg.layer) + 1 if vgg.layer in POOLS else len(BLOCKS)
    found, side = [], vgg.size
    for i, (n, channels) in enumerate(BLOCKS[:n_blocks], start=1):
        done = (f"{n} × conv 3×3", "max pool", shape_text(side // 2, side // 2, channels))
        found.append(Step("block", f"block {i}", done, side, channels, n))
        side //= 2
    channels = BLOCKS[-1][1]
    if vgg.layer == "gap":
        found.append(
            Step("mean", "gap", ("mean over the image", f"{channels} values"), side, channels)
        )
    for name in CLASSIFIERS:
        if vgg.layer in CLASSIFIERS and name <= vgg.layer:
            first = ("pool to 7×7",) if name == "fc6" else ()
            does = (*first, "fully connected", "ReLU", f"{UNITS} values")
            found.append(Step("connected", name, does, 1, UNITS))
    return found


def n_values(vgg: VGG16) -> int:
    """Return the length of the vector."""
    last = steps(vgg)[-1]
    return last.channels * (last.side // 2) ** 2 if last.kind == "block" else last.channels
