"""From an image file to the vector that is clustered, as the configuration in force has it."""

from __future__ import annotations

from functools import partial

import numpy as np
from PIL import Image
from pydantic.dataclasses import dataclass

from dupeval.dataset import ImageHandle
from dupeval.figures import Figure, Picture, Slug, icons
from dupeval.figures.diagram import Stage, row_of
from dupeval.figures.material import Material
from dupeval.figures.thumbnails import thumbnails
from dupeval.figures.vgg_blocks import n_values, steps
from dupeval.figures.wording import preparation_lines, reduction_lines, representation_lines
from dupeval.representation import Representation
from dupeval.representation.preparation import read_resized
from dupeval.representation.raw import RawPixels
from dupeval.representation.vgg import VGG16
from dupeval.strict import STRICT

HEIGHT = 1.35  # inches


@dataclass(frozen=True, config=STRICT)
class FeatureExtraction(Figure):
    """The steps of a method's representation and reduction.

    Attributes
    ----------
    query : str, optional
        Whose first image is shown; see `Material.place` for the default.
    method : str, default "vgg_pca"
    """

    query: Slug | None = None
    method: str = "vgg_pca"

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        method = material.vector_method(self.method)
        query = material.dataset.queries[material.place(self.query)]
        image = query.images[0]
        stages = extraction(method.representation, image)
        if method.reduction is not None:
            reduced = partial(icons.vector, n_cells=6)
            stages.append(Stage("PCA", reduction_lines(method.reduction), reduced))
        text = "From an image to the vector that is clustered."
        if isinstance(method.representation, VGG16):
            text += (
                " Blue: convolutions, each with ReLU; orange: max pools. Their heights are "
                "proportional to the square root of the image's side."
            )
        return Picture(
            row_of(stages, HEIGHT, boxes=False),
            title=f"Feature extraction of the method {self.method}",
            text=text,
            protocol="none: nothing is scored",
            settings={"image": f"{query.slug}/{image.name}", **material.described(self.method)},
        )


def extraction(representation: Representation, image: ImageHandle) -> list[Stage]:
    """Return the stages from an image to its vector."""
    if isinstance(representation, VGG16):
        parts = steps(representation)
        stages = [Stage(step.name, step.lines, partial(icons.step, of=step)) for step in parts]
        if parts[-1].kind == "block":
            stages.append(_vector(n_values(representation)))
        return [_prepared(representation, image, "less the mean"), *stages]
    if isinstance(representation, RawPixels):
        n = representation.size**2 * (3 if representation.colour == "rgb" else 1)
        return [_found(image), _prepared(representation, image), _vector(n)]
    name, *lines = representation_lines(representation)
    return [_found(image), Stage(name, lines, icons.program), _vector()]


def _found(image: ImageHandle) -> Stage:
    (picture,) = thumbnails([image], HEIGHT, HEIGHT)
    return Stage("image", ["as found"], partial(icons.picture, of=picture))


def _prepared(representation: RawPixels | VGG16, image: ImageHandle, *more: str) -> Stage:
    """Show an image as the representation sees it."""
    pixels = read_resized(image, representation.size, representation.resize)
    if isinstance(representation, RawPixels) and representation.colour == "grey":
        pixels = np.asarray(Image.fromarray(pixels).convert("L").convert("RGB"))
    lines = [*preparation_lines(representation), *more]
    return Stage("input", lines, partial(icons.pixels, of=pixels))


def _vector(n: int | None = None) -> Stage:
    return Stage("vector", [] if n is None else [f"{n} values"], icons.vector)
