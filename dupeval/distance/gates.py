"""Which pairs of a large query are looked at: those that something quick does not rule out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field, NonNegativeInt
from pydantic.dataclasses import dataclass

from dupeval.clustering import Metric, pairwise_distances
from dupeval.dataset import Query
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


@dataclass(frozen=True, config=STRICT)
class Near(Gate):
    """Looks at pairs whose vectors are near.

    Attributes
    ----------
    representation : Representation
    within : float
        The largest distance of pairs that are looked at.
    metric : str, default "cosine"
        See `dupeval.clustering.pairwise_distances`.
    small : int, default 100
        Queries of up to so many images have all their pairs looked at.
    """

    representation: Representation
    within: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    metric: Metric = "cosine"
    small: NonNegativeInt = SMALL

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Gate.key`."""
        return {
            "representation": dict(self.representation.key),
            "within": self.within,
            "metric": self.metric,
            "small": self.small,
        }

    def lets_through(self, query: QueryImages) -> npt.NDArray[np.bool_]:
        """See `Gate.lets_through`."""
        n = len(query.images)
        if n <= self.small:
            return np.ones(n * (n - 1) // 2, bool)
        return pairwise_distances(query.vectors(self.representation), self.metric) <= self.within


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
