"""Which pairs of a large query are looked at: those that something quick does not rule out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, NonNegativeInt, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.clustering import Metric, pairwise_distances
from dupeval.clustering.memory import n_pairs
from dupeval.clustering.pairs import pairs_of
from dupeval.dataset import Query
from dupeval.distance import PairScore
from dupeval.errors import SettingsError
from dupeval.representation import Representation
from dupeval.strict import STRICT

if TYPE_CHECKING:
    from dupeval.method.views import QueryImages

# Queries of up to so many images have all pairs looked at.
SMALL = 100


class Gate(ABC):
    """Says which pairs of a query are looked at; the others have the largest distance."""

    @property
    @abstractmethod
    def key(self) -> Mapping[str, Any]:
        """What changes its answers besides the images and the source, as JSON values."""

    @abstractmethod
    def looked_at(
        self, query: QueryImages, score: PairScore, n_first: int | None = None
    ) -> npt.NDArray[np.int64]:
        """Return the pairs that are looked at.

        Parameters
        ----------
        query : QueryImages
        score : PairScore
            What looks at them.
        n_first : int, optional
            Only pairs of one of the first `n_first` images and one of the others matter.

        Returns
        -------
        ndarray of int64, shape (n_pairs, 2)
            Places of images, the smaller first, each pair once and in order.
        """


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SharedWords(Gate):
    """Looks at pairs that share most words of their key points, which the score finds anyway.

    See `dupeval.distance.local.votes`; of scores by local features.

    Attributes
    ----------
    nearest : int, default 20
        How many others are looked at of each image, at most.
    small : int, default 100
        Queries of up to so many images have all their pairs looked at.
    """

    nearest: PositiveInt = 20
    small: NonNegativeInt = SMALL

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        return {"shared": "words", "nearest": self.nearest, "small": self.small}

    def looked_at(
        self, query: QueryImages, score: PairScore, n_first: int | None = None
    ) -> npt.NDArray[np.int64]:
        """See `Gate.looked_at`.

        Raises
        ------
        SettingsError
            If the score has no key points.
        """
        if len(query.images) <= self.small:
            return _asked(np.ones(n_pairs(len(query.images)), bool), n_first)
        return query.sharing(score, self.nearest, n_first)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Near(Gate):
    """Looks at pairs whose vectors are near, by one limit or both.

    Attributes
    ----------
    representation : Representation
    metric : str, default "cosine"
        See `dupeval.clustering.pairwise_distances`.
    within : float, optional
        The largest distance of pairs that are looked at.
    nearest : int, optional
        One of the two must be among so many nearest images of the other, of equally near ones the
        first in the query's order. Then no more than `nearest` pairs an image are looked at,
        however many images there are.
    small : int, default 100
        Queries of up to so many images have all their pairs looked at.
    """

    representation: Representation
    metric: Metric = "cosine"
    within: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    nearest: PositiveInt | None = None
    small: NonNegativeInt = SMALL

    def __post_init__(self) -> None:
        if self.within is None and self.nearest is None:
            raise SettingsError("a gate needs a limit; possible: within, nearest, or both")

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        limits = {"within": self.within, "nearest": self.nearest, "small": self.small}
        return {"representation": dict(self.representation.key), "metric": self.metric, **limits}

    def looked_at(
        self, query: QueryImages, score: PairScore, n_first: int | None = None
    ) -> npt.NDArray[np.int64]:
        """See `Gate.looked_at`."""
        n = len(query.images)
        near = np.ones(n_pairs(n), bool)
        if n <= self.small:
            return _asked(near, n_first)
        distances = pairwise_distances(query.vectors(self.representation), self.metric)
        if self.within is not None:
            near &= distances <= self.within
        if self.nearest is not None:
            near &= among_nearest(distances, n, self.nearest)
        return _asked(near, n_first)


def condensed_mask(pairs: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.bool_]:
    """Return of all pairs of n images whether they are among some, in scipy's order.

    Parameters
    ----------
    pairs : ndarray of int64, shape (n_pairs, 2)
        See `Gate.looked_at`.
    n : int
    """
    first, second = pairs.T
    mask = np.zeros(n_pairs(n), bool)
    mask[first * (2 * n - first - 1) // 2 + second - first - 1] = True
    return mask


def _asked(near: npt.NDArray[np.bool_], n_first: int | None) -> npt.NDArray[np.int64]:
    """Return the pairs of a mask, of those that matter."""
    n = (1 + math.isqrt(1 + 8 * len(near))) // 2
    pairs = pairs_of(n)[near]
    if n_first is None:
        return pairs
    return pairs[(pairs[:, 0] < n_first) & (pairs[:, 1] >= n_first)]


def among_nearest(
    condensed: npt.NDArray[np.floating], n: int, nearest: int
) -> npt.NDArray[np.bool_]:
    """Return of each pair whether one image is among the nearest of the other.

    Parameters
    ----------
    condensed : ndarray, shape (n * (n - 1) / 2,)
        Distances in scipy's order.
    n : int
        Images.
    nearest : int
        How many of each image; of equally near ones the first.
    """
    from scipy.spatial.distance import squareform  # noqa: PLC0415  (as in dupeval.clustering)

    square = squareform(condensed)
    np.fill_diagonal(square, np.inf)
    chosen = np.zeros((n, n), bool)
    order = np.argsort(square, axis=1, kind="stable")[:, : min(nearest, n - 1)]
    np.put_along_axis(chosen, order, values=True, axis=1)
    either: npt.NDArray[np.bool_] = (chosen | chosen.T)[np.triu_indices(n, 1)]
    return either


@plain_dataclass(frozen=True)
class GateCost:
    """What a gate leaves out.

    Attributes
    ----------
    n_pairs, n_left_out : int
        Of all images.
    n_true, n_true_left_out : int
        Pairs that count and show one photograph.
    """

    n_pairs: int
    n_left_out: int
    n_true: int
    n_true_left_out: int

    def __str__(self) -> str:
        said = f"the gate leaves out {self.n_left_out:,} of {self.n_pairs:,} pairs"
        if not self.n_true:
            return said
        return f"{said}, among them {self.n_true_left_out:,} of {self.n_true:,} true ones"


def gate_cost(queries: Sequence[Query], looked_at: Sequence[npt.NDArray[np.bool_]]) -> GateCost:
    """Count the pairs that a gate leaves out.

    Parameters
    ----------
    queries : sequence of Query
    looked_at : sequence of ndarray of bool, shape (n * (n - 1) / 2,)
        For each query; see `Gate.lets_through`.
    """
    true = [query.truth.of_pairs()[1] for query in queries]
    out, together = ~np.concatenate([*looked_at]), np.concatenate(true)
    return GateCost(len(out), int(out.sum()), int(together.sum()), int((out & together).sum()))
