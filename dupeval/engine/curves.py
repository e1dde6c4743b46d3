"""The scores of all cuts of a method's answers: what protocols choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from dupeval.clustering import Dendrogram
from dupeval.clustering.pairs import ComparedPairs, among
from dupeval.engine.answers import Answers, Found, key_of
from dupeval.engine.folds import NOTHING, Folds
from dupeval.engine.many_curves import pair_curves
from dupeval.method import Answer, Distances, Method, Params
from dupeval.metrics import PairCurve, pair_scores
from dupeval.truth import Truth


class Curves(Protocol):
    """What protocols see of a method on a dataset."""

    @property
    def method(self) -> Method:
        """The method, for what it says of itself."""

    @property
    def folds(self) -> Folds:
        """What is left out together, and how many queries there are."""

    def curves(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> Sequence[PairCurve]:
        """Return the scores of all cuts of a query, for each of many parameters.

        `hidden` are queries of which nothing may be used for any other query. Of a single query
        they are folds of its photographs, and the curve is that of the images outside of them.
        """


class ScoredAnswers:
    """The answers of a method, scored; what is asked for again is remembered.

    Parameters
    ----------
    answers : Answers
    truths : sequence of Truth
        Of each query; see `dupeval.dataset.Query.truth`.
    """

    def __init__(self, answers: Answers, truths: Sequence[Truth]) -> None:
        self.answers = answers
        self._truths = truths
        self._known: dict[tuple[Any, ...], PairCurve] = {}

    @property
    def method(self) -> Method:
        """See `Curves.method`."""
        return self.answers.method

    @property
    def folds(self) -> Folds:
        """See `Curves.folds`."""
        return self.answers.folds

    def curves(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> Sequence[PairCurve]:
        """See `Curves.curves`."""
        images = NOTHING if self.folds.of_image is None else hidden
        places = [
            (query, seen, images, key_of(params))
            for params, seen in zip(many, self.answers.seen(query, many, hidden), strict=True)
        ]
        missing = {
            place: params
            for place, params in zip(places, many, strict=True)
            if place not in self._known
        }
        answers = self.answers.answers(query, list(missing.values()), hidden)
        truth = self._truths[query]
        if self.folds.of_image is not None and hidden:
            shown = self.folds.images(self.folds.everything - hidden)
            answers = [restricted(each, shown) for each in answers]
            truth = truth.only(shown)
        found = [
            self.answers.grouped(each, params)
            for params, each in zip(missing.values(), answers, strict=True)
        ]
        made = dict(zip(missing, curves_of(found, truth), strict=True))
        # Where another query is hidden as well, nobody asks a second time.
        again = self.answers.seen(query, list(missing.values()), NOTHING)
        self._known |= {
            place: made[place] for place, seen in zip(made, again, strict=True) if place[1] == seen
        }
        return [made[place] if place in made else self._known[place] for place in places]


def curves_of(found: Sequence[Found], truth: Truth) -> list[PairCurve]:
    """Return the scores of all cuts of dendrograms, or of partitions, which hold at any."""
    of_trees = iter(pair_curves([each for each in found if isinstance(each, Dendrogram)], truth))
    return [
        next(of_trees).within_reach()
        if isinstance(each, Dendrogram)
        else PairCurve.of_partition(pair_scores(truth, each))
        for each in found
    ]


def restricted(answer: Answer, places: npt.NDArray[np.int64]) -> Answer:
    """Return what an answer says of some of the images."""
    if isinstance(answer, Distances):
        return Distances(among(answer.condensed, places))
    return answer.only(places) if isinstance(answer, ComparedPairs) else answer[places]
