"""A method on one dataset, with thresholds to give and curves to score those of others on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from dupeval.dataset import Dataset
from dupeval.engine.answers import Answers, key_of
from dupeval.engine.curves import ScoredAnswers
from dupeval.engine.folds import Folds
from dupeval.engine.rows import row_key
from dupeval.engine.workshop import Workshop
from dupeval.errors import RowError
from dupeval.method import Method, Params, Resources
from dupeval.metrics import PairCurve, PairScores
from dupeval.protocol import Decision
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.search import best_threshold, first_best
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store
from dupeval.sweep.outcome import Outcome
from dupeval.timing import Stopwatch, one_thread


@dataclass(frozen=True, eq=False)
class Carrier:
    """What one method says of one dataset at every threshold, its parameters as configured.

    Attributes
    ----------
    candidates : tuple of mapping
        What stands for a cut besides the threshold; see `dupeval.method.Method.cut_candidates`.
    curves : mapping of str to tuple of PairCurve
        Of each query that is scored, by its slug: a curve a candidate. Fits see what they see
        when the query is scored: other images of this dataset, and no label.
    held_out : mapping of str to Decision
        For each query, what is best on the others; empty where there are too few.
    """

    candidates: tuple[Params, ...]
    curves: Mapping[str, tuple[PairCurve, ...]]
    held_out: Mapping[str, Decision]

    def best(self) -> Decision:
        """Return the candidate and threshold that are best in mean F1 over all queries."""
        found = [best_threshold(own) for own in zip(*self.curves.values(), strict=True)]
        place = first_best([f1 for _, f1 in found])
        return Decision(self.candidates[place], found[place][0])

    def scores(self, slug: str, decision: Decision) -> PairScores:
        """Return the scores of a query with somebody's parameters and threshold."""
        places = [key_of(params) for params in self.candidates]
        curve = self.curves[slug][places.index(key_of(decision.params))]
        return curve.at(decision.threshold)

    @classmethod
    def of(cls, answers: ScoredAnswers, dataset: Dataset) -> Self:
        """Let a method answer for every query."""
        candidates, folds = tuple(answers.method.cut_candidates), answers.folds
        curves = {
            query.slug: tuple(answers.curves(i, candidates, folds.with_query(i)))
            for i, query in enumerate(dataset.queries)
            if query.is_scored
        }
        held_out: dict[str, Decision] = {}
        if folds.of_image is None:
            try:
                found = LeaveOneQueryOut().decide("own", {"own": answers})
            except RowError:  # One query with scores: there are no others.
                found = []
            held_out = dict(zip([query.slug for query in dataset.queries], found, strict=False))
        return cls(candidates, curves, held_out)

    @property
    def entry(self) -> Entry:
        """The carrier as it is kept on disk."""
        flat = tuple(curve for own in self.curves.values() for curve in own)
        about = {
            "candidates": [dict(params) for params in self.candidates],
            "queries": list(self.curves),
            # Texts, since JSON here knows no NaN.
            "held_out": {
                slug: [dict(one.params), repr(one.threshold), sorted(one.hidden)]
                for slug, one in self.held_out.items()
            },
        }
        return Entry(Outcome(flat).entry.tensors, about)

    @classmethod
    def kept(cls, entry: Entry) -> Self:
        """Return the carrier that an entry keeps; see `dupeval.sweep.outcome.Outcome.of`."""
        candidates = tuple(entry.about["candidates"])
        flat, n = Outcome.of(entry).curves, len(candidates)
        if len(flat) != n * len(entry.about["queries"]):
            raise ValueError("not of every query and candidate is a curve")
        curves = {slug: flat[n * i : n * (i + 1)] for i, slug in enumerate(entry.about["queries"])}
        held_out = {
            slug: Decision(params, float(threshold), frozenset(hidden))
            for slug, (params, threshold, hidden) in entry.about["held_out"].items()
        }
        return cls(candidates, curves, held_out)


def carrier_of(
    name: str, method: Method, dataset: Dataset, folds: Folds, resources: Resources
) -> Carrier:
    """Return a method's carrier on a dataset as it is kept, or make it and keep it.

    Raises
    ------
    NoScoresError
        If the method cannot be run here, or fails.
    """
    store = Store(resources.cache_dir / "carriers")
    key = _key(name, method, dataset, folds)
    kept = None if key is None or resources.fresh else store.read(key, Carrier.kept)
    if kept is not None:
        return kept
    answers = Answers(method, Workshop(dataset, resources, Stopwatch(name)), folds)
    answers.prepare([method.default])
    answers.prepare_fits()
    scored = ScoredAnswers(answers, [query.truth for query in dataset.queries])
    with one_thread():
        made = Carrier.of(scored, dataset)
    if key is not None:
        store.put(key, made.entry)
    return made


def _key(name: str, method: Method, dataset: Dataset, folds: Folds) -> dict[str, Any] | None:
    of_row = row_key(name, {name: method}, LeaveOneQueryOut(), [], dataset, folds)
    if of_row is None:
        return None
    return {**of_row, "carrier": source_sha256(modules=["dupeval.suite.carriers"])}
