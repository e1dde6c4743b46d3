"""The scores of all cuts of a method's answers: what protocols choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dupeval.clustering import Dendrogram
from dupeval.engine.answers import NOTHING, Answers, Found, key_of, seen_by
from dupeval.method import Method, Params
from dupeval.metrics import PairCurve, pair_curve, pair_scores


class Curves(Protocol):
    """What protocols see of a method on a dataset."""

    @property
    def method(self) -> Method:
        """The method, for what it says of itself."""

    @property
    def n_queries(self) -> int:
        """How many queries the dataset has."""

    def curves(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> Sequence[PairCurve]:
        """Return the scores of all cuts of a query, for each of many parameters.

        `hidden` are queries of which nothing may be used for any other query.
        """


class ScoredAnswers:
    """The answers of a method, scored; what is asked for again is remembered.

    Parameters
    ----------
    answers : Answers
    photographs : sequence of ndarray of str
        The true labels of each query.
    """

    def __init__(self, answers: Answers, photographs: Sequence[npt.NDArray[np.str_]]) -> None:
        self.answers = answers
        # Numbers compare faster than texts, and curves ask for their equality only.
        self._labels = [np.unique(labels, return_inverse=True)[1] for labels in photographs]
        self._known: dict[tuple[Any, ...], PairCurve] = {}

    @property
    def method(self) -> Method:
        """See `Curves.method`."""
        return self.answers.method

    @property
    def n_queries(self) -> int:
        """See `Curves.n_queries`."""
        return len(self._labels)

    def curves(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> Sequence[PairCurve]:
        """See `Curves.curves`."""
        places = [self._place(query, params, hidden) for params in many]
        missing = {
            place: params
            for place, params in zip(places, many, strict=True)
            if place not in self._known
        }
        found = self.answers.found(query, list(missing.values()), hidden)
        made = {
            place: curve_of(each, self._labels[query])
            for place, each in zip(missing, found, strict=True)
        }
        # Where another query is hidden as well, nobody asks a second time.
        self._known |= {
            place: curve
            for place, curve in made.items()
            if place[1] == self.answers.seen(query, missing[place], NOTHING)
        }
        return [made[place] if place in made else self._known[place] for place in places]

    def _place(self, query: int, params: Params, hidden: frozenset[int]) -> tuple[Any, ...]:
        return (query, self.answers.seen(query, params, hidden), key_of(params))


class Rehearsal:
    """The curves of a method before any work is done: only what is impossible shows.

    Parameters
    ----------
    method : Method
    n_images : sequence of int
        Of each query.

    Attributes
    ----------
    wanted : list of mapping
        All parameters that were asked for.
    """

    def __init__(self, method: Method, n_images: Sequence[int]) -> None:
        self.method = method
        self.wanted: list[Params] = []
        self._n_images = n_images
        self._checked: set[tuple[Any, ...]] = set()

    @property
    def n_queries(self) -> int:
        """See `Curves.n_queries`."""
        return len(self._n_images)

    def curves(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> Sequence[PairCurve]:
        """Return the curves of queries with one image, if there could be any.

        Raises
        ------
        SettingsError
            If a fit would not be possible.
        """
        for params in many:
            seen = seen_by(self.method, query, params, hidden, self.n_queries)
            case = (key_of(params), sum(self._n_images[i] for i in seen))
            if case not in self._checked:
                self.method.check(params, case[1])
                self._checked.add(case)
            if params not in self.wanted:
                self.wanted.append(params)
        return [_ALONE] * len(many)


_ALONE = pair_curve(Dendrogram.from_distances([]), ["photograph"])


def curve_of(found: Found, photographs: npt.ArrayLike) -> PairCurve:
    """Return the scores of all cuts of a dendrogram, or of a partition, which holds at any."""
    if not isinstance(found, Dendrogram):
        return PairCurve.of_partition(pair_scores(photographs, found))
    return pair_curve(found, photographs).within_reach()
