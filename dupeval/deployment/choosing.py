"""What is chosen for a wish: of all cuts of all candidates the one that meets it best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from dupeval.deployment.claims import Claims, claims_of, least_precision
from dupeval.deployment.wish import Wish
from dupeval.engine.answers import Answers
from dupeval.engine.curves import Curves, ScoredAnswers, restricted
from dupeval.method import Params
from dupeval.metrics import PairCurve
from dupeval.protocol import Decision, Protocol
from dupeval.protocol.nested import Nested
from dupeval.protocol.search import TIE, best_params, middle_of_widest
from dupeval.truth import Truth

BEST_F1 = Wish()


class Judged(ScoredAnswers):
    """The answers of a method, scored, and what groups they claim.

    Parameters
    ----------
    answers : Answers
    truths : sequence of Truth
        Of each query.
    """

    def __init__(self, answers: Answers, truths: Sequence[Truth]) -> None:
        super().__init__(answers, truths)
        self._all = truths

    def claims(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> Sequence[Claims]:
        """Return the claims of all cuts of a query, of each of many parameters; see `curves`."""
        answers, truth = self.answers.answers(query, many, hidden), self._all[query]
        if self.folds.of_image is not None and hidden:
            shown = self.folds.images(frozenset().union(*self.folds.members) - hidden)
            answers = [restricted(each, shown) for each in answers]
            truth = truth.only(shown)
        grouped = self.answers.grouped
        return [
            claims_of(grouped(answer, params), truth)
            for answer, params in zip(answers, many, strict=True)
        ]


@dataclass(frozen=True)
class Wished(Nested):
    """As `nested`, but what is best is what the wish says.

    Attributes
    ----------
    wish : Wish
    """

    wish: Wish = BEST_F1

    title: ClassVar[str] = "Method, parameters and threshold chosen on the other queries, by a wish"
    caption: ClassVar[str] = "all chosen on the other queries"

    def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
        """See `Protocol.decide`."""
        decided = super().decide(method, curves)
        own = curves[method]
        if self.wish.precision is None or not isinstance(own, Judged):
            return decided
        chosen = {
            fold: chosen_for(self.wish, own, own.folds.others(fold), fold)
            for fold in {decision.hidden for decision in decided}
        }
        return [Decision(*chosen[decision.hidden], decision.hidden) for decision in decided]


@dataclass(frozen=True)
class Decided(Protocol):
    """What was decided already.

    Attributes
    ----------
    decisions : sequence of Decision
    """

    decisions: Sequence[Decision]

    def decide(self, method: str, curves: Mapping[str, Curves]) -> list[Decision]:
        """See `Protocol.decide`."""
        return list(self.decisions)


def chosen_for(
    wish: Wish, judged: Judged, queries: Sequence[int], hidden: frozenset[int]
) -> tuple[Params, float]:
    """Return the parameters and the threshold that a wish asks for on some queries.

    With the wish of a precision: of all cuts of all candidates whose precision is so high in its
    lower bound (`dupeval.deployment.claims.least_precision`), the one with most recall, a mean over
    queries; where none is, the one with the highest bound, and of these most recall. The threshold
    is the middle of the widest interval in which that is so.

    Parameters
    ----------
    wish : Wish
    judged : Judged
    queries : sequence of int
        At least one.
    hidden : frozenset of int
        See `dupeval.engine.curves.Curves.curves`.
    """
    candidates = judged.method.candidates
    if wish.precision is None:
        return best_params(judged, candidates, queries, hidden)
    curves = [judged.curves(query, candidates, hidden) for query in queries]
    claims = [judged.claims(query, candidates, hidden) for query in queries]
    best: tuple[tuple[float, ...], Params, float] | None = None
    for i, params in enumerate(candidates):
        rank, threshold = _precise(
            [of_query[i] for of_query in curves], [of_query[i] for of_query in claims], wish
        )
        if best is None or rank > best[0]:
            best = (rank, params, threshold)
    if best is None:
        raise ValueError("there is nothing to choose from")
    return best[1], best[2]


def _precise(
    curves: Sequence[PairCurve], claims: Sequence[Claims], wish: Wish
) -> tuple[tuple[float, ...], float]:
    """Return how well a wish of precision is met by the best threshold, and that."""
    starts = np.unique(np.concatenate([curve.thresholds for curve in curves]))
    steps = [curve.steps_at(starts) for curve in curves]
    precisions = np.array([precision_of(x)[step] for x, step in zip(curves, steps, strict=True)])
    recall = np.mean([x.recall[step] for x, step in zip(curves, steps, strict=True)], axis=0)
    claimed, faultless = np.sum([of_query.at(starts) for of_query in claims], axis=0)
    bound = least_precision(precisions, faultless, claimed)
    enough = bound >= (wish.precision or 0.0)
    if enough.any():
        most = recall[enough].max()
        holds = enough & (recall >= most - TIE)
        rank = (1.0, round(float(most), 12), 0.0)
    else:
        highest = bound.max()
        holds = bound >= highest - TIE
        most = recall[holds].max()
        holds &= recall >= most - TIE
        rank = (0.0, round(float(highest), 12), round(float(most), 12))
    return rank, middle_of_widest(starts, holds)


def precision_of(curve: PairCurve) -> npt.NDArray[np.float64]:
    """Return the precision of each cut, NaN where nothing is claimed: nothing is wrong there."""
    return np.where(curve.tp + curve.fp > 0, curve.precision, np.nan)
