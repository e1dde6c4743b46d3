"""The whole way of a method, from the images of a query to groups."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from pydantic.dataclasses import dataclass

from dupeval.dataset import UNLABELLED, ImageHandle, Query
from dupeval.figures import Figure, Picture, Slug, icons, style
from dupeval.figures.diagram import Stage, row_of
from dupeval.figures.material import Material
from dupeval.figures.thumbnails import thumbnails
from dupeval.figures.vgg_blocks import steps
from dupeval.figures.wording import (
    dendrogram_lines,
    reduction_lines,
    representation_lines,
)
from dupeval.method import Method
from dupeval.method.external import ExternalMethod
from dupeval.method.vectors import VectorMethod
from dupeval.representation.vgg import VGG16
from dupeval.settings import STRICT
from dupeval.tool import DistanceTool

# Inches.
HEIGHT, THUMBNAIL = 1.25, 0.38


@dataclass(frozen=True, config=STRICT)
class Process(Figure):
    """The stages of a method under a protocol.

    Attributes
    ----------
    query : str, optional
        Whose images are shown; see `Material.place` for the default.
    method : str, default "vgg_pca"
    protocol : str, default "loqo"
    """

    query: Slug | None = None
    method: str = "vgg_pca"
    protocol: str = "loqo"

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        query = material.dataset.queries[material.place(self.query)]
        chosen = sample(query)
        flat = [image for group in chosen.values() for image in group]
        pictures = dict(zip(flat, thumbnails(flat, THUMBNAIL, THUMBNAIL), strict=True))
        marks = style.marks(query.photographs.tolist())
        in_order = sorted(flat, key=query.images.index)
        method = material.method(self.method)
        stages = [
            Stage(
                "images",
                [f"{len(query.images)} of one query"],
                partial(
                    icons.thumbnail_grid,
                    pictures=[pictures[image] for image in in_order],
                    frames=[style.GREY] * len(flat),
                    columns=2,
                ),
            ),
            *_stages(self.method, method, [self.protocol, material.caption(self.protocol)]),
            Stage(
                "groups",
                ["copies of one photograph"],
                partial(
                    icons.stacks,
                    groups=[[pictures[image] for image in group] for group in chosen.values()],
                    frames=[marks[photograph].colour for photograph in chosen],
                ),
            ),
        ]
        return Picture(
            row_of(stages, HEIGHT, boxes=True),
            title=f"Overall process of the method {self.method}",
            text=(
                f"From the images of a query (here {len(flat)} of {query.slug}) to groups of "
                "copies. The drawings in between are schematic, and the groups on the right are "
                "the true ones: what is sought, not what was found."
            ),
            protocol=self.protocol,
            settings={"query": query.slug, **material.described(self.method)},
        )


def sample(query: Query) -> dict[str, list[ImageHandle]]:
    """Return some images of a query by photograph: two pairs of copies and two others, if any."""
    by_photograph: dict[str, list[ImageHandle]] = {}
    for image, label in query.with_labels:
        if label.photograph != UNLABELLED:
            by_photograph.setdefault(label.photograph, []).append(image)
    copied = [(shown, images[:2]) for shown, images in by_photograph.items() if len(images) > 1]
    single = [(shown, images) for shown, images in by_photograph.items() if len(images) == 1]
    return dict([*copied[:2], *single[:2]])


def _stages(name: str, method: Method, chosen: list[str]) -> Iterator[Stage]:
    threshold = Stage("threshold", chosen, partial(icons.dendrogram, cut=True))
    if not isinstance(method, VectorMethod):
        yield Stage("external tool", [name], icons.program)
        if isinstance(method, ExternalMethod) and isinstance(method.tool, DistanceTool):
            yield threshold
        return
    representation = method.representation
    drawing = icons.grid
    if isinstance(representation, VGG16):
        drawing = partial(icons.network, steps=steps(representation))
    yield Stage("features", representation_lines(representation), drawing)
    if method.reduction is not None:
        yield Stage("reduction", ["PCA", *reduction_lines(method.reduction)], icons.components)
    yield Stage(
        "dendrogram",
        dendrogram_lines(method.linkage, method.metric),
        partial(icons.dendrogram, cut=False),
    )
    yield threshold
