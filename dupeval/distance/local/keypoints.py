"""An image's key points: where they are, and what it looks like around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import open_rgb
from dupeval.store import Tensors
from dupeval.versions import version

Grey = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]

# A descriptor of SIFT is 4 x 4 cells of 8 orientations, turned to the key point's own.
CELLS, ORIENTATIONS = 4, 8
LENGTH = CELLS * CELLS * ORIENTATIONS


@cache
def opencv() -> Any:
    """Return OpenCV, on one thread: pairs and images, not parts of one, are done at once."""
    import cv2  # noqa: PLC0415  (a run that finds all distances stored never needs it)

    cv2.setNumThreads(1)
    return cv2


def versions() -> Mapping[str, str]:
    """Return the versions of the packages that decide what key points and matches are."""
    packages = ("numpy", "opencv-contrib-python-headless", "pillow")
    return {package: version(package) for package in packages}


@dataclass(frozen=True, eq=False)
class KeyPoints:
    """Places of a picture, the strongest first.

    Attributes
    ----------
    points : ndarray of float32, shape (n, 2)
        x and y in pixels.
    descriptors : ndarray of float32, shape (n, 128)
        RootSIFT (Arandjelović and Zisserman, CVPR 2012): of length 1, so that their inner
        product says how alike two are.
    """

    points: Points
    descriptors: npt.NDArray[np.float32]

    def mirrored(self, width: int) -> KeyPoints:
        """Return the key points of the picture as a mirror shows it.

        The rows of cells across the key point's direction change places, and orientations turn
        the other way round.
        """
        cells = self.descriptors.reshape(-1, CELLS, CELLS, ORIENTATIONS)
        turned = cells[:, ::-1, :, -np.arange(ORIENTATIONS)]
        flipped = self.points.copy()
        flipped[:, 0] = width - 1 - flipped[:, 0]
        return KeyPoints(flipped, np.ascontiguousarray(turned).reshape(-1, LENGTH))

    def inverted(self) -> KeyPoints:
        """Return the key points of the picture with black and white exchanged.

        All gradients turn by 180 degrees, the key point's own direction too: seen from there the
        cells lie turned, and orientations are as before.
        """
        cells = self.descriptors.reshape(-1, CELLS, CELLS, ORIENTATIONS)
        turned = np.ascontiguousarray(cells[:, ::-1, ::-1])
        return KeyPoints(self.points, turned.reshape(-1, LENGTH))

    def strongest(self, n: int) -> KeyPoints:
        """Return the first `n`."""
        return KeyPoints(self.points[:n], self.descriptors[:n])


def read_grey(image: ImageHandle, side: int) -> tuple[Grey, float]:
    """Decode an image to grey levels.

    Parameters
    ----------
    image : ImageHandle
    side : int
        What the longer side is brought to, in pixels.

    Returns
    -------
    ndarray of uint8, shape (height, width)
    float
        How much it was enlarged; below 1 where it was reduced.

    Raises
    ------
    ImageError
        See `dupeval.dataset.images.open_rgb`.
    """
    grey = open_rgb(image).convert("L")
    scale = side / max(grey.size)
    width, height = (max(1, round(length * scale)) for length in grey.size)
    return np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS)), scale


def reduced(grey: Grey, blur: float, times: int) -> Grey:
    """Return a picture smoothed by a Gaussian of `blur` pixels and reduced to 1 / `times`."""
    cv2 = opencv()
    height, width = (max(1, round(length / times)) for length in grey.shape)
    small: Grey = cv2.resize(
        cv2.GaussianBlur(grey, (0, 0), blur), (width, height), interpolation=cv2.INTER_AREA
    )
    return small


def relief(grey: Grey, edges: float, blur: float, times: int) -> Grey:
    """Return how much goes on at each place of a picture: the same for a negative or an embossing.

    The square root of the gradient's length, smoothed, as grey levels up to about 200.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
    edges : float
        Standard deviation of the smoothing before the gradient, in pixels.
    blur : float
        And after it.
    times : int
        How much the result is reduced.
    """
    cv2 = opencv()
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), edges)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    steep = cv2.GaussianBlur(np.sqrt(np.hypot(across, down)), (0, 0), blur)
    # Of nearly all places; a few edges of a caption must not dim the rest.
    most = max(1e-3, float(np.percentile(steep, 99)))
    levels = np.clip(steep * (200 / most), 0, 255).astype(np.uint8)
    height, width = (max(1, round(length / times)) for length in grey.shape)
    small: Grey = cv2.resize(levels, (width, height), interpolation=cv2.INTER_AREA)
    return small


def detect(grey: Grey, n_points: int, contrast: float, edge: float) -> Tensors:
    """Find the key points of a picture, as they are kept.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
    n_points : int
        The most.
    contrast, edge : float
        OpenCV's ``contrastThreshold`` and ``edgeThreshold``.

    Returns
    -------
    mapping
        ``points``, float32 of shape (n, 2), see `spread`, and ``descriptors``, the whole
        numbers of SIFT (Lowe, IJCV 2004), uint8 of shape (n, 128).
    """
    cv2 = opencv()
    sift = cv2.SIFT_create(0, contrastThreshold=contrast, edgeThreshold=edge)
    found = sift.detect(grey, None)
    if not found:
        return {
            "points": np.empty((0, 2), np.float32),
            "descriptors": np.empty((0, LENGTH), np.uint8),
        }
    points = np.array([point.pt for point in found], np.float32)
    responses = np.array([point.response for point in found])
    kept = spread(points, responses, n_points, max(grey.shape))
    some, descriptors = sift.compute(grey, [found[i] for i in kept.tolist()])
    points = np.array([point.pt for point in some], np.float32)
    return {"points": points, "descriptors": descriptors.astype(np.uint8)}


def spread(
    points: Points, responses: npt.NDArray[np.float64], n: int, side: int
) -> npt.NDArray[np.intp]:
    """Choose key points: half of them the strongest of all, half from everywhere.

    The strongest alone may all lie on a caption, or on the page around a photograph.

    Parameters
    ----------
    points : ndarray of float32, shape (n_points, 2)
    responses : ndarray of float64, shape (n_points,)
        How strong each is.
    n : int
        How many to choose, at most.
    side : int
        Of the picture, in pixels; it is divided into 8 x 8 cells.

    Returns
    -------
    ndarray of intp
        Which are chosen, the strongest first.
    """
    strongest = np.argsort(-responses, kind="stable")
    first, rest = strongest[: n // 2], strongest[n // 2 :]
    cells = (points[rest] // (side / 8)).astype(np.int64) @ np.array([1, 8])
    # What place each has in its own cell.
    by_cell = np.argsort(cells, kind="stable")
    sorted_cells = cells[by_cell]
    places = np.empty(len(rest), np.int64)
    places[by_cell] = np.arange(len(rest)) - np.searchsorted(sorted_cells, sorted_cells)
    others = rest[np.argsort(places, kind="stable")[: n - len(first)]]
    chosen = np.concatenate([first, others])
    order: npt.NDArray[np.intp] = chosen[np.argsort(-responses[chosen], kind="stable")]
    return order


def root_sift(points: Points, descriptors: npt.NDArray[np.uint8]) -> KeyPoints:
    """Return key points as they are matched: square roots of each descriptor's shares."""
    shares = descriptors.astype(np.float32)
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
    return KeyPoints(points, np.sqrt(shares))
