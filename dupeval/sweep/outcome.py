"""What comes of settings: their curves, and what is best while a query is held out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from dupeval.engine.curves import Curves
from dupeval.engine.folds import NOTHING, Folds
from dupeval.errors import SettingsError
from dupeval.method import Method, Params
from dupeval.metrics import PairCurve
from dupeval.protocol.search import best_threshold
from dupeval.store import Entry

COLUMNS = ("thresholds", "tp", "fp", "fn", "tn")


class Best(NamedTuple):
    """The threshold with the best mean F1 on some queries, and that F1."""

    threshold: float
    f1: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """What comes of one setting on a dataset, whatever the protocol.

    Attributes
    ----------
    curves : tuple of PairCurve
        Of each query, with nothing hidden but what its reduction never sees.
    held_out : tuple of Best
        For each query, what is best on the others while nothing of its fold is used; empty if that
        was not asked for.
    """

    curves: tuple[PairCurve, ...]
    held_out: tuple[Best, ...] = ()

    @property
    def entry(self) -> Entry:
        """The outcome as it is kept on disk."""
        tensors: dict[str, npt.NDArray[Any]] = {
            name: np.concatenate([getattr(curve, name) for curve in self.curves])
            for name in COLUMNS
        }
        tensors["n_cuts"] = np.array([len(curve) for curve in self.curves])
        tensors["held_out"] = np.array(self.held_out, np.float64).reshape(-1, 2)
        return Entry(tensors)

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Return the outcome that an entry keeps.

        Raises
        ------
        ValueError, LookupError, TypeError
            If it keeps none; see `dupeval.store.Store.read`.
        """
        n_cuts = entry.array("n_cuts", np.int64, None)
        held_out = entry.array("held_out", np.float64, None, 2)
        if (n_cuts < 1).any():
            raise ValueError("no lengths of curves")
        if len(held_out) not in (0, len(n_cuts)):
            raise ValueError("not of every query is what is best on the others")
        ends, n = np.cumsum(n_cuts)[:-1], int(n_cuts.sum())
        thresholds, *counts = COLUMNS
        kept = [entry.array(thresholds, np.float64, n)]
        kept += [entry.array(name, np.int64, n) for name in counts]
        columns = [np.split(column, ends) for column in kept]
        curves = tuple(PairCurve(*column) for column in zip(*columns, strict=True))
        return cls(curves, tuple(Best(*row) for row in held_out.tolist()))


@dataclass(frozen=True, eq=False)
class OutcomeCurves:
    """The curves of one setting as protocols see them.

    Attributes
    ----------
    method : Method
        With the setting's parameters.
    outcome : Outcome
    """

    method: Method
    outcome: Outcome

    @property
    def folds(self) -> Folds:
        """See `Curves.folds`: what is best with larger ones hidden is in the outcome."""
        return Folds.each_query(len(self.outcome.curves))

    def curves(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> Sequence[PairCurve]:
        """See `Curves.curves`."""
        if hidden and query not in hidden:
            raise SettingsError("a sweep keeps no curves of queries while another one is hidden")
        return [self.outcome.curves[query]] * len(many)


def hidden_sets(folds: Folds, held_out: bool) -> list[frozenset[int]]:
    """Return what is hidden in turn: nothing, and where wanted each fold of queries."""
    return [NOTHING, *(folds.members if held_out else ())]


def ignore(n_settings: float) -> None:
    """Take note of no progress."""


def outcomes(
    scored: Curves,
    settings: Sequence[Params],
    held_out: bool,
    advance: Callable[[float], object] = ignore,
) -> list[Outcome]:
    """Return what comes of settings of one family.

    Parameters
    ----------
    scored : Curves
        Of the family's method on a dataset.
    settings : sequence of mapping
    held_out : bool
        Whether to find what is best while each query is held out.
    advance : callable, optional
        Told after each step how many settings' work it was; all together, ``len(settings)``.

    Returns
    -------
    list of Outcome
        In the order of `settings`.

    Raises
    ------
    SettingsError
        If a setting is not possible on this dataset.
    """
    folds = scored.folds
    queries, left_out = range(folds.n_queries), folds.members if held_out else ()
    step = len(settings) / (1 + len(left_out))
    own = [scored.curves(query, settings, NOTHING) for query in queries]
    advance(step)
    best: dict[frozenset[int], list[Best]] = {}
    for fold in left_out:
        others = [scored.curves(other, settings, fold) for other in folds.others(fold)]
        best[fold] = [Best(*best_threshold(each)) for each in zip(*others, strict=True)]
        advance(step)
    held = [best[folds.with_query(query)] for query in queries if held_out]
    return [
        Outcome(tuple(of_queries[i] for of_queries in own), tuple(row[i] for row in held))
        for i in range(len(settings))
    ]
