"""A method's dendrograms and partitions of a dataset: each fit made once, whoever asks."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.clustering import Dendrogram
from dupeval.clustering.pairs import ComparedPairs
from dupeval.clustering.sparse import dendrogram_near, known
from dupeval.dataset import UNLABELLED
from dupeval.engine.folds import MOST_ALONE, NOTHING, Folds
from dupeval.engine.workshop import Workshop
from dupeval.method import Answer, Distances, Method, Params, Partition, Scope
from dupeval.method.views import TrainingView

Found = Dendrogram | Partition


class Answers:
    """What a method says of a dataset's images, and never a label it must not see.

    Parameters
    ----------
    method : Method
    workshop : Workshop
        Of the dataset; several methods may share it.
    folds : Folds, optional
        What is left out together; by default each query.
    """

    def __init__(self, method: Method, workshop: Workshop, folds: Folds | None = None) -> None:
        self.method = method
        self.folds = folds or Folds.each_query(len(workshop.dataset.queries))
        self.queries = workshop.queries()
        self._labels = [query.photographs for query in workshop.dataset.queries]
        self._workshop, self._watch = workshop, workshop.watch
        self._wanted: Sequence[Params] = ()
        self._fits: dict[tuple[Any, ...], Any] = {}

    def prepare(self, wanted: Sequence[Params]) -> None:
        """Do what is done once, before anything is timed or asked for; see `Method.prepared`."""
        self.method = self.method.prepared(self.queries, wanted, self._watch)
        self._wanted = wanted

    def prepare_fits(self) -> None:
        """Do what all fits share; see `Method.prepare_fits`."""
        self.method.prepare_fits(self.queries, self._wanted)

    def seen(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> list[frozenset[int]]:
        """Return for each of many parameters the queries that a fit for `query` sees."""
        return seen_by_each(self.method, query, many, hidden, self.folds)

    def answers(
        self, query: int, many: Sequence[Params], hidden: frozenset[int] = NOTHING
    ) -> list[Answer]:
        """Return what the method says of a query with each of many parameters.

        Parameters
        ----------
        query : int
        many : sequence of mapping
        hidden : frozenset of int
            The queries (or folds of a single one's photographs) nothing of which may be used,
            unless it is `query` itself and the method is one that sees a query's own images, never
            labels, when it answers.
        """
        alike: dict[tuple[Any, ...], list[Params]] = {}
        for params, seen in zip(many, self.seen(query, many, hidden), strict=True):
            key = (key_of(self.method.fit_params(params)), seen)
            alike.setdefault(key, []).append(params)
        found: dict[tuple[Any, ...], Answer] = {}
        for (_, seen), own in alike.items():
            fit = self._fit(own[0], seen)
            for params, answer in self.method.answers(fit, self.queries[query], own):
                found[key_of(params)] = answer
        return [found[key_of(params)] for params in many]

    def found(
        self, query: int, many: Sequence[Params], hidden: frozenset[int] = NOTHING
    ) -> list[Found]:
        """Return the dendrogram, or the partition, of each answer; see `answers`."""
        answers = self.answers(query, many, hidden)
        return [self.grouped(x, params) for x, params in zip(answers, many, strict=True)]

    def grouped(self, answer: Answer, params: Params) -> Found:
        """Return the dendrogram of distances, or the partition that the method told."""
        linkage = self.method.linkage_of(params)
        if isinstance(answer, Distances):
            return Dendrogram.from_distances(answer.condensed, linkage)
        if isinstance(answer, ComparedPairs):
            tree = dendrogram_near(answer, linkage)
            warnings.warn(f"{self._watch.method}: {known(answer, tree)}", stacklevel=2)
            return tree
        return answer

    def distances(
        self, query: int, params: Params, hidden: frozenset[int] = NOTHING
    ) -> npt.NDArray[np.float64]:
        """Return the condensed distances of a query, of a method that has some."""
        (answer,) = self.answers(query, [params], hidden)
        if not isinstance(answer, Distances):
            raise TypeError("the method tells groups and no distances")
        return answer.condensed

    def dendrogram(
        self, query: int, params: Params, hidden: frozenset[int] = NOTHING
    ) -> Dendrogram:
        """Return the dendrogram of a query, of a method that has distances."""
        condensed = self.distances(query, params, hidden)
        return Dendrogram.from_distances(condensed, self.method.linkage_of(params))

    def _fit(self, params: Params, seen: frozenset[int]) -> Any:
        key = (key_of(self.method.fit_params(params)), seen)
        if key not in self._fits:
            self._fits[key] = self.method.fit(self._view(seen), params)
        return self._fits[key]

    def _view(self, seen: Iterable[int]) -> TrainingView:
        if self.folds.of_image is not None and seen:
            images = self.folds.images(frozenset(seen))
            queries, labels = [self.queries[0].only(images)], [self._labels[0][images]]
        else:
            places = sorted(seen)
            queries, labels = [self.queries[i] for i in places], [self._labels[i] for i in places]
        if not self.method.supervised:
            many = self.folds.n_queries > MOST_ALONE
            scatter = partial(self._workshop.scatter, frozenset(seen)) if many else None
            return TrainingView(tuple(queries), scatter=scatter)
        known = [np.flatnonzero(of_query != UNLABELLED) for of_query in labels]
        return TrainingView(
            tuple(query.only(images) for query, images in zip(queries, known, strict=True)),
            [of_query[images] for of_query, images in zip(labels, known, strict=True)],
        )


def seen_by(
    method: Method, query: int, params: Params, hidden: frozenset[int], folds: Folds
) -> frozenset[int]:
    """Return what a fit for a query sees while something is hidden; see `Folds.seen`.

    Raises
    ------
    ValueError
        If a fit would be shown the labels of the very query it is made for.
    """
    return seen_by_each(method, query, [params], hidden, folds)[0]


def seen_by_each(
    method: Method, query: int, many: Sequence[Params], hidden: frozenset[int], folds: Folds
) -> list[frozenset[int]]:
    """Return the same for each of many parameters."""
    scopes = [method.scope(params) for params in many]
    found: dict[Scope, frozenset[int]] = {}
    for scope in dict.fromkeys(scopes):
        if method.supervised and scope in ("query", "dataset"):
            raise ValueError(
                f"scope={scope} would show a supervised fit the labels it is scored with"
            )
        found[scope] = folds.seen(scope, query, hidden)
    return [found[scope] for scope in scopes]


def cut(found: Found, threshold: float) -> npt.NDArray[np.int64]:
    """Return the labels of a partition, shape (n_images,), or of a dendrogram's cut."""
    return found.cut(threshold) if isinstance(found, Dendrogram) else found


def key_of(params: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return parameters as something to look up by."""
    return tuple(sorted(params.items()))
