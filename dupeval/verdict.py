"""What a table says: which method is best, how clearly, and what of the study's question.

A difference is called clear where the 95 % interval of its mean over queries leaves out 0; see
`dupeval.statistics.mean_interval`. Queries are paired. All of it follows from scores alone and
repeats to the byte; what a method costs is measured, and kept apart (`dupeval.cost.Cost`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dupeval.advice import Advice, advice_of
from dupeval.statistics import mean_interval, sign_flip_p_value

# The study's own question: is this method better than those, and than what one can install?
STUDYS = "vgg_pca"
STUDYS_OTHERS = ("vgg", "raw")
# Of those that are not clearly worse; tables mark all.
MOST_NAMED = 6


@dataclass(frozen=True)
class Contrast:
    """The mean F1 of a method less that of another, over the same queries.

    Attributes
    ----------
    method, other : str
    mean, low, high : float
        With its 95 % interval, NaN where there is none.
    clear : bool
        Whether the interval leaves out 0; where there is none, whether all queries agree.
    """

    method: str
    other: str
    mean: float
    low: float
    high: float
    clear: bool

    @classmethod
    def of(cls, f1: pd.DataFrame, method: str, other: str) -> Contrast:
        """Compare two columns of scores, one row a query."""
        differences = f1[method] - f1[other]
        low, high = mean_interval(differences, bounds=(-1.0, 1.0))
        mean = float(np.mean(differences))
        # Without an interval all are equal.
        clear = len(f1) > 1 and abs(mean) > 1e-9 if math.isnan(low) else low > 0 or high < 0
        return cls(method, other, mean, low, high, bool(clear))

    def __str__(self) -> str:
        ends = _interval(self.low, self.high, "{:+.3f}")
        return f"{self.mean:+.3f}{ends}, {'clear' if self.clear else 'not clear'}"


@dataclass(frozen=True)
class Standing:
    """How the methods of one protocol stand to its best.

    Attributes
    ----------
    protocol : str
    n_queries : int
    means : mapping of str to float
        The mean F1 of every method, the best first.
    low, high : float
        The 95 % interval of the best one's F1, NaN where there is none.
    near : tuple of str
        The methods that are not clearly worse than the best, the best of them first; of one query
        none, for it says nothing of others.
    """

    protocol: str
    n_queries: int
    means: Mapping[str, float]
    low: float
    high: float
    near: tuple[str, ...]

    @property
    def best(self) -> str | None:
        """The best method, of equal ones the first of the table; None where none finds a copy."""
        name = next(iter(self.means))
        return name if self.means[name] > 0 else None


@dataclass(frozen=True)
class Verdict:
    """What the scores of one dataset say.

    Attributes
    ----------
    standing : Standing
        Under the protocol that is judged by.
    reference : str
    against : Contrast or None
        The best method against the reference, or where that is the best or not there, against the
        next best; None of one query or one method.
    p_value : float
        Of the paired sign-flip test of that; NaN without it.
    answers : tuple of Contrast
        The study's question: its method against others.
    tool : str or None
        The best of what can simply be installed, if the answers have it.
    advice : Advice or None
    """

    standing: Standing
    reference: str
    against: Contrast | None
    p_value: float
    answers: tuple[Contrast, ...]
    tool: str | None
    advice: Advice | None

    @property
    def sentences(self) -> list[str]:
        """All that it says."""
        return [self.best, *self.answer, *([str(self.advice)] if self.advice else [])]

    @property
    def best(self) -> str:
        """Which method is best, and which are not clearly worse."""
        own = self.standing
        if own.best is None:
            return f"Under {own.protocol} no method puts a true pair together."
        interval = _interval(own.low, own.high, "{:.3f}")
        said = f"Best under {own.protocol}: {own.best}, F1 {own.means[own.best]:.3f}{interval}"
        if own.n_queries < 2:
            return f"{said}; one query says nothing of others."
        if self.against is not None:
            other = self.against.other
            whom = other if other == self.reference else f"the next, {other},"
            said += f"; from {whom} {self.against} (paired sign-flip, p {self.p_value:.3f})"
        if len(own.means) == 1:
            return f"{said}."
        if not own.near:
            return f"{said}. All others are clearly worse."
        if len(own.near) == len(own.means) - 1:
            return f"{said}. None of the others is clearly worse on these {own.n_queries} queries."
        more = len(own.near) - MOST_NAMED
        near = ", ".join(own.near[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"{said}. Not clearly worse on these {own.n_queries} queries: {near}."

    @property
    def answer(self) -> list[str]:
        """Whether the study's method is better than others, in at most one sentence."""
        told = [
            f"{one.other}{' (the best tool)' if one.other == self.tool else ''} {one}"
            for one in self.answers
        ]
        question = f"The study's question, the F1 of {STUDYS} less that of others"
        return [f"{question}: {'; '.join(told)}."] if told else []


def judge(
    per_query: pd.DataFrame,
    protocol: str,
    reference: str,
    seed: int,
    tools: Collection[str] = (),
    others: Sequence[str] = (),
    hindsight: Sequence[str] = (),
) -> Verdict | None:
    """Say which method is best, answer the study's question, and advise.

    Parameters
    ----------
    per_query : DataFrame
        As `dupeval.tables.per_query_table` makes it, of one dataset.
    protocol : str
        The honest one that is judged by.
    reference : str
        The method that the best one is tested against.
    seed : int
        Of the test, used where there are many queries.
    tools : collection of str
        The methods that can simply be installed.
    others : sequence of str
        More honest protocols.
    hindsight : sequence of str
        Protocols that choose one threshold on all queries: their choice is what to use.

    Returns
    -------
    Verdict or None
        None where nothing is scored.
    """
    standing = stand(per_query, protocol)
    if standing is None:
        return None
    f1, best = _f1(per_query, protocol), standing.best
    against, p_value, tool = None, math.nan, None
    answers: tuple[Contrast, ...] = ()
    if best is not None and len(f1) > 1:
        rest = [name for name in standing.means if name != best]
        whom = reference if reference in rest else next(iter(rest), None)
        if whom is not None:
            against = Contrast.of(f1, best, whom)
            p_value = sign_flip_p_value(f1[best], f1[whom], seed)
        tool = next((name for name in standing.means if name in tools), None)
        answers = tuple(_answers(f1, tool))
    advice = None
    if best is not None:
        advice = advice_of(per_query, best, [protocol, *others], hindsight)
    return Verdict(standing, reference, against, p_value, answers, tool, advice)


def stand(per_query: pd.DataFrame, protocol: str) -> Standing | None:
    """Say how the methods of a protocol stand to its best; None where nothing is scored.

    Parameters
    ----------
    per_query : DataFrame
        See `judge`.
    protocol : str
    """
    f1 = _f1(per_query, protocol)
    if f1.empty:
        return None
    means = f1.mean().sort_values(ascending=False, kind="stable")
    best, *others = map(str, means.index)
    near = [name for name in others if len(f1) > 1 and not Contrast.of(f1, best, name).clear]
    values = {str(name): float(value) for name, value in means.items()}
    return Standing(protocol, len(f1), values, *mean_interval(f1[best]), tuple(near))


def _f1(per_query: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """Return a row a query and a column a method."""
    scored = per_query[per_query["protocol"] == protocol].dropna(subset="f1")
    return scored.pivot_table(index="query", columns="method", values="f1", sort=False)


def _answers(f1: pd.DataFrame, tool: str | None) -> Iterator[Contrast]:
    if STUDYS in f1:
        for other in dict.fromkeys((*STUDYS_OTHERS, tool)):
            if other in f1 and other != STUDYS:
                yield Contrast.of(f1, STUDYS, str(other))


def _interval(low: float, high: float, form: str) -> str:
    return "" if math.isnan(low) else f" [{form.format(low)}, {form.format(high)}]"
