"""What a method is shown of a dataset: handles of images and what is known of their content.

Nothing here leads to a label, to an image of a query that is hidden, or to a place on disk. That
guards against mistakes, not against code that goes looking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.dataset import ImageHandle

Vectors = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class QueryImages:
    """The images of one query, in the dataset's order.

    Attributes
    ----------
    slug : str
        The query.
    images : tuple of ImageHandle
    vectors : callable
        ``vectors(representation)`` returns the images' vectors, shape (n_images, d), computed for
        the whole dataset when first asked for, and kept.
    coordinates : callable
        The same in a basis of the space that the dataset's images span: as many columns as there
        are images at most, all inner products as they are; see
        `dupeval.reduction.lossless_coordinates`.
    reply : callable
        ``reply(tool, time_limit_s)`` returns what an external tool says of the images; see
        `dupeval.tool.running.run_tool`.
    pairs : callable
        ``pairs(score, gate)`` returns the distances of the images' pairs, condensed, computed for
        the whole dataset when first asked for, and kept; see `dupeval.distance`.
    sharing : callable
        ``sharing(score, nearest, n_first)`` returns the pairs that share most words of the key
        points; see `dupeval.distance.sharing.pairs_sharing_words`.
    """

    slug: str
    images: tuple[ImageHandle, ...]
    vectors: Callable[[Any], Vectors] = field(repr=False)
    coordinates: Callable[[Any], Vectors] = field(repr=False)
    reply: Callable[[Any, float], Any] = field(repr=False)
    pairs: Callable[[Any, Any], npt.NDArray[np.float64]] = field(repr=False)
    sharing: Callable[[Any, int, int | None], npt.NDArray[np.int64]] = field(repr=False)

    def only(self, places: npt.NDArray[np.int64]) -> QueryImages:
        """Return some of the images, to fit on: an external tool has seen them all."""
        return replace(
            self,
            images=tuple(self.images[i] for i in places.tolist()),
            vectors=lambda representation: self.vectors(representation)[places],
            coordinates=lambda representation: self.coordinates(representation)[places],
            pairs=lambda score, gate: _among(self.pairs(score, gate), places),
        )


@dataclass(frozen=True, eq=False)
class TrainingView:
    """The queries that a fit may use: without what a protocol hides.

    Attributes
    ----------
    queries : tuple of QueryImages
    photographs : tuple of ndarray of str, optional
        The labels of each query's images; only of a method that says it is ``supervised``, which
        is not shown unlabelled images.
    """

    queries: tuple[QueryImages, ...]
    photographs: Sequence[npt.NDArray[np.str_]] | None = None

    @property
    def n_images(self) -> int:
        """How many images the queries have together."""
        return sum(len(query.images) for query in self.queries)

    def coordinates(self, representation: Any) -> Vectors:
        """Return the coordinates of all images, shape (n_images, d), query after query."""
        return np.concatenate([query.coordinates(representation) for query in self.queries])


def _among(
    condensed: npt.NDArray[np.float64], places: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    from scipy.spatial.distance import squareform  # noqa: PLC0415  (as in dupeval.clustering)

    chosen: npt.NDArray[np.float64] = squareform(
        squareform(condensed)[np.ix_(places, places)], checks=False
    )
    return chosen
