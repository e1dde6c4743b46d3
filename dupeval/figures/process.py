"""The way of an image through a method: the whole of it, and from the file to the vector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from PIL import Image

from dupeval.dataset import UNLABELLED, ImageHandle, Query
from dupeval.figures import Figure, Part, Picture, Slug, diagram, layout, style
from dupeval.figures.diagram import Stage
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.texts import preparation_lines, reduction_lines, representation_lines
from dupeval.method.external import ExternalMethod
from dupeval.method.vectors import VectorMethod
from dupeval.representation import Representation
from dupeval.representation.preparation import read_resized
from dupeval.representation.raw import RawPixels
from dupeval.representation.vgg import CLASSIFIERS, POOLS, VGG16
from dupeval.tool import DistanceTool

# Inches.
HEIGHT, OF_EXTRACTION, THUMBNAIL = 1.25, 1.35, 0.38
# Of each block of VGG16: how many convolutions, and their channels.
BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
UNITS = 4096  # of fc6 and fc7


class Process(Figure):
    """The stages of a method under a protocol."""

    part: ClassVar[Part] = "settings"
    rank: ClassVar[int] = 3

    query: Slug | None = None
    method: str = "vgg_pca"
    protocol: str | None = None

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        query = inputs.dataset.queries[inputs.place(self.query)]
        honest_first = sorted(inputs.protocols, key=lambda name: not inputs.protocols[name].honest)
        protocol = self.protocol or honest_first[0]
        known = inputs.protocols.get(protocol)
        groups = sample(query)
        flat = [image for group in groups for image in group]
        small = dict(zip(flat, layout.thumbnails(flat, THUMBNAIL, THUMBNAIL), strict=True))
        marks = dict(zip(query.images, style.marks(query.photographs.tolist()), strict=True))
        in_order = [small[image] for image in sorted(flat, key=query.images.index)]
        stacks = [([small[image] for image in group], marks[group[0]].colour) for group in groups]
        grid = partial(diagram.thumbnail_grid, pictures=in_order)
        stages = [
            Stage("images", [f"{len(query.images)} of one query"], grid),
            *self._stages(inputs, [protocol, known.caption if known else ""]),
            Stage("groups", ["copies of one photograph"], partial(diagram.stacks, groups=stacks)),
        ]
        return Picture(
            diagram.row_of(stages, HEIGHT, boxes=True),
            title=f"Overall process of the method {self.method}",
            text=(
                f"From the images of a query (here {len(flat)} of {query.slug}) to groups of "
                "copies. Settings are those that are configured, in whose place a protocol may "
                "choose others. The drawings in between are schematic, and the groups on the right "
                "are the true ones: what is sought, not what was found."
            ),
            protocol=protocol,
            settings={"query": query.slug, **inputs.described(self.method)},
        )

    def _stages(self, inputs: FigureInputs, chosen: list[str]) -> Iterator[Stage]:
        method = inputs.method(self.method)
        threshold = Stage("threshold", chosen, partial(diagram.dendrogram, cut=True))
        if not isinstance(method, VectorMethod):
            yield Stage("external tool", [self.method], diagram.program)
            if isinstance(method, ExternalMethod) and isinstance(method.tool, DistanceTool):
                yield threshold
            return
        drawing = partial(diagram.pixels, of=diagram.CELLS, share=0.7)
        if isinstance(method.representation, VGG16):
            bars = [(step.height, step.colour) for step in steps(method.representation)]
            drawing = partial(diagram.network, bars=bars)
        yield Stage("features", representation_lines(method.representation), drawing)
        if method.reduction is not None:
            lines = ["PCA", *reduction_lines(method.reduction)]
            yield Stage("reduction", lines, diagram.components)
        lines = [f"{method.metric} distance", f"{method.linkage} linkage"]
        yield Stage("dendrogram", lines, partial(diagram.dendrogram, cut=False))
        yield threshold


class FeatureExtraction(Figure):
    """The steps of a method's representation and reduction."""

    part: ClassVar[Part] = "settings"
    rank: ClassVar[int] = 4

    query: Slug | None = None
    method: str = "vgg_pca"

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        method = inputs.vector_method(self.method)
        query = inputs.dataset.queries[inputs.place(self.query)]
        image = query.images[0]
        stages = list(extraction(method.representation, image))
        if method.reduction is not None:
            reduced = partial(diagram.vector, n_cells=6)
            stages.append(Stage("PCA", reduction_lines(method.reduction), reduced))
        of_network = (
            " Blue: convolutions, each with ReLU; orange: max pools. Their heights are "
            "proportional to the square root of the image's side."
        )
        is_network = isinstance(method.representation, VGG16)
        return Picture(
            diagram.row_of(stages, OF_EXTRACTION, boxes=False),
            title=f"Feature extraction of the method {self.method}",
            text="From an image to the vector that is clustered." + of_network * is_network,
            protocol="none: nothing is scored",
            settings={"image": f"{query.slug}/{image.name}", **inputs.described(self.method)},
        )


def sample(query: Query) -> list[list[ImageHandle]]:
    """Return some images of a query by photograph: two pairs of copies and two others, if any."""
    by_photograph: dict[str, list[ImageHandle]] = {}
    for image, label in query.with_labels:
        if label.photograph != UNLABELLED:
            by_photograph.setdefault(label.photograph, []).append(image)
    copied = [images[:2] for images in by_photograph.values() if len(images) > 1]
    single = [images for images in by_photograph.values() if len(images) == 1]
    return [*copied[:2], *single[:2]]


def extraction(representation: Representation, image: ImageHandle) -> Iterator[Stage]:
    """Give the stages from an image to its vector."""
    if not isinstance(representation, VGG16):
        (picture,) = layout.thumbnails([image], OF_EXTRACTION, OF_EXTRACTION)
        draw = partial(diagram.stacks, groups=[([picture], style.GREY)])
        yield Stage("image", ["as found"], draw)
    n: object = ""
    if isinstance(representation, RawPixels):
        n = representation.size**2 * (3 if representation.colour == "rgb" else 1)
        yield _prepared(representation, image)
    elif isinstance(representation, VGG16):
        yield _prepared(representation, image, "less the mean")
        for step in steps(representation):
            yield Stage(step.name, step.lines, step.draw)
        if representation.layer not in POOLS:
            return
        n = n_values(representation)
    else:
        name, *lines = representation_lines(representation)
        yield Stage(name, lines, diagram.program)
    yield Stage("vector", [f"{n} values"] if n else [], diagram.vector)


def _prepared(representation: RawPixels | VGG16, image: ImageHandle, *more: str) -> Stage:
    """Show an image as the representation sees it."""
    pixels = read_resized(image, representation.size, representation.resize)
    if isinstance(representation, RawPixels) and representation.colour == "grey":
        pixels = np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))
    lines = [*preparation_lines(representation), *more]
    return Stage("input", lines, partial(diagram.pixels, of=pixels))


@dataclass(frozen=True)
class Step:
    """A part of VGG16: a block of convolutions and a max pool, or without any one layer."""

    name: str
    lines: tuple[str, ...]  # what is done, and the shape of what comes out
    side: int  # pixels a side of what goes in
    channels: int  # of what comes out
    n_convolutions: int = 0

    @property
    def height(self) -> float:
        """Of a drawing; it grows with the image, slowly, so that the last blocks can be seen."""
        return 0.8 if self.name in CLASSIFIERS else float(min(1, self.side / 224) ** 0.5)

    @property
    def colour(self) -> str:
        """Of a drawing."""
        if self.n_convolutions:
            return diagram.CONVOLUTION
        return diagram.CONNECTED if self.name in CLASSIFIERS else diagram.MEAN

    def draw(self, page: Axes, width: float, height: float) -> None:
        """Draw it in detail."""
        if self.n_convolutions:
            own = (self.height, self.channels, self.n_convolutions)
            diagram.block(page, width, height, *own)
        else:
            diagram.vector(page, width, height)


def steps(vgg: VGG16) -> list[Step]:
    """Return the steps up to the layer in force, in order."""
    n_blocks = list(POOLS).index(vgg.layer) + 1 if vgg.layer in POOLS else len(BLOCKS)
    found, side, channels = [], vgg.size, 0
    for i, (n, channels) in enumerate(BLOCKS[:n_blocks], start=1):
        shape = f"{side // 2}×{side // 2}×{channels}"
        lines = (f"{n} × conv 3×3", "max pool", shape)
        found.append(Step(f"block {i}", lines, side, channels, n))
        side //= 2
    if vgg.layer in ("gap", "gmp"):
        what = "mean" if vgg.layer == "gap" else "largest"
        over = (f"{what} over the image", f"{channels} values")
        found.append(Step(vgg.layer, over, side, channels))
    for name in CLASSIFIERS:
        if vgg.layer in CLASSIFIERS and name <= vgg.layer:
            first = ("pool to 7×7",) if name == "fc6" else ()
            does = (*first, "fully connected", "ReLU", f"{UNITS} values")
            found.append(Step(name, does, 1, UNITS))
    return found


def n_values(vgg: VGG16) -> int:
    """Return the length of the vector."""
    last = steps(vgg)[-1]
    return last.channels * (last.side // 2) ** 2 if last.n_convolutions else last.channels
