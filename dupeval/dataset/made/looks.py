"""What a photograph looks like at a glance: its size, whether it has colours, what it is like."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from tqdm import tqdm

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import MOST_DECODERS, ImageError, open_rgb
from dupeval.dataset.making.photographs import LONGER_SIDE

# Copies are smaller yet, and written upon.
SHORTEST = 64
SIDE = 32
CELLS = 4
DIRECTIONS = 8
COLOURS = 8
# How much the colours weigh against the edges.
WEIGHT = 0.7
# The largest difference of a pixel's channels, of 255, up to which a picture is called grey.
FAINT = 8

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Look:
    """A photograph at a glance.

    Attributes
    ----------
    size : tuple of int
        Width and height in pixels.
    is_grey : bool
        Whether every pixel is grey.
    is_faint : bool
        Whether there is hardly a colour in it.
    vector, mirrored : ndarray of float32, shape (320,)
        See `glance`; of the picture, and of it in a mirror.
    """

    size: tuple[int, int]
    is_grey: bool
    is_faint: bool
    vector: Vector
    mirrored: Vector


def look_at_all(
    images: Sequence[ImageHandle], problems: list[str], progress: bool = False
) -> list[Look | None]:
    """Decode and look at images; of one that cannot be used there is a problem, and None."""

    def look(image: ImageHandle) -> Look | str:
        try:
            return look_at(image)
        except ImageError as error:
            return f"{image.name}: {error}"

    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        bar = partial(tqdm, desc="looking at photographs", unit="image", disable=not progress)
        found = list(bar(pool.map(look, images), total=len(images)))
    problems += [look for look in found if isinstance(look, str)]
    return [None if isinstance(look, str) else look for look in found]


def look_at(image: ImageHandle) -> Look:
    """Decode an image and look at it.

    Raises
    ------
    ImageError
        If it cannot be decoded, or is too small to make copies of.
    """
    picture = open_rgb(image)
    shorter = min(picture.size) * min(1.0, LONGER_SIDE / max(picture.size))
    if shorter < SHORTEST:
        raise ImageError(
            f"{picture.width} x {picture.height} pixels; a photograph needs {SHORTEST} on the "
            f"shorter side when the longer one is brought to {LONGER_SIDE}"
        )
    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
    values = np.asarray(small).astype(int)
    return Look(
        picture.size,
        is_grey(picture),
        bool((values.max(axis=2) - values.min(axis=2)).max() <= FAINT),
        glance(small),
        glance(ImageOps.mirror(small)),
    )


def is_grey(picture: Image.Image) -> bool:
    """Say whether the three channels of an RGB picture are the same."""
    red, green, blue = (band.tobytes() for band in picture.split())
    return red == green == blue


def glance(picture: Image.Image) -> Vector:
    """Return where a picture has edges, and of which directions, and where which colours.

    Edges: in 4 x 4 cells, the strengths of the gradients in 8 directions, their roots, of length
    1 (as in N. Dalal, B. Triggs, Histograms of Oriented Gradients for Human Detection, CVPR 2005,
    in the coarse). Colours: 8 x 8 pixels, less their mean, of length 0.7. The squared Euclidean
    distance of two pictures that have nothing in common is 1.2 in the middle, that of a copy as
    mild as those of level `study` below 0.4.

    Parameters
    ----------
    picture : Image
        RGB, of 32 x 32 pixels.
    """
    pixels = np.asarray(picture, np.float32)
    down, right = np.gradient(pixels.mean(axis=2))
    # Where an edge runs up or down is all the same.
    direction = (np.arctan2(down, right) % np.pi / np.pi * DIRECTIONS).astype(int) % DIRECTIONS
    rows, columns = np.indices(direction.shape) * CELLS // SIDE
    edges = np.zeros((CELLS, CELLS, DIRECTIONS), np.float32)
    np.add.at(edges, (rows, columns, direction), np.hypot(down, right))
    width = SIDE // COLOURS
    colours = pixels.reshape(COLOURS, width, COLOURS, width, 3).mean(axis=(1, 3)).ravel()
    return np.concatenate(
        [_of_length_1(np.sqrt(edges.ravel())), WEIGHT * _of_length_1(colours - colours.mean())]
    ).astype(np.float32)


def _of_length_1(vector: Vector) -> Vector:
    # A blank picture's stays 0.
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6))
