"""Which pairs of a large query are looked at: those that something quick does not rule out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, NonNegativeInt, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.clustering import Metric, pairwise_distances
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
    def lets_through(self, query: QueryImages) -> npt.NDArray[np.bool_]:
        """Return which pairs are looked at, shape (n * (n - 1) / 2,), in scipy's order."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Ranking(Gate):
    """Looks at pairs that a quicker distance has near, by one limit or both.

    Attributes
    ----------
    within : float, optional
        The largest distance of pairs that are looked at.
    nearest : int, optional
        One of the two must be among so many nearest images of the other, of equally near ones the
        first in the query's order. Then no more than `nearest` pairs an image are looked at,
        however many images there are.
    small : int, default 100
        Queries of up to so many images have all their pairs looked at.
    """

    within: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    nearest: PositiveInt | None = None
    small: NonNegativeInt = SMALL

    def __post_init__(self) -> None:
        if self.within is None and self.nearest is None:
            raise SettingsError("a gate needs a limit; possible: within, nearest, or both")

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        return {"within": self.within, "nearest": self.nearest, "small": self.small}

    @abstractmethod
    def distances(self, query: QueryImages) -> npt.NDArray[np.floating]:
        """Return the quicker distances, condensed."""

    def lets_through(self, query: QueryImages) -> npt.NDArray[np.bool_]:
        """See `Gate.lets_through`."""
        n = len(query.images)
        if n <= self.small:
            return np.ones(n * (n - 1) // 2, bool)
        distances = self.distances(query)
        near = np.ones(len(distances), bool)
        if self.within is not None:
            near &= distances <= self.within
        if self.nearest is not None:
            near &= among_nearest(distances, n, self.nearest)
        return near


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Near(Ranking):
    """Looks at pairs whose vectors are near.

    Attributes
    ----------
    representation : Representation
    metric : str, default "cosine"
        See `dupeval.clustering.pairwise_distances`.
    """

    representation: Representation
    metric: Metric = "cosine"

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        own = {"representation": dict(self.representation.key), "metric": self.metric}
        return {**own, **super().key}

    def distances(self, query: QueryImages) -> npt.NDArray[np.floating]:
        """See `Ranking.distances`."""
        return pairwise_distances(query.vectors(self.representation), self.metric)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Quick(Ranking):
    """Looks at pairs that a quicker pair score has near.

    Attributes
    ----------
    score : PairScore
        Of all pairs; its distances are kept as those of the score behind the gate are.
    """

    score: PairScore

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        return {"score": dict(self.score.key), **super().key}

    def distances(self, query: QueryImages) -> npt.NDArray[np.floating]:
        """See `Ranking.distances`."""
        quick: npt.NDArray[np.floating] = query.pairs(self.score, None)
        return quick


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
