"""Every protocol's decisions on nothing: what is impossible shows before any work is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dupeval.engine.answers import key_of, seen_by_each
from dupeval.engine.folds import Folds
from dupeval.errors import RowError, SettingsError
from dupeval.method import Method, Params
from dupeval.metrics import PairCurve
from dupeval.protocol import Protocol


def rehearse_all(
    rows: Sequence[tuple[str, str]],
    methods: Mapping[str, Method],
    protocols: Mapping[str, Protocol],
    n_images: Sequence[int],
    folds: Folds,
) -> tuple[dict[str, list[Params]], dict[tuple[str, str], str]]:
    """Find all parameters that are wanted, and the rows that the dataset is too small for.

    Parameters
    ----------
    rows : sequence of (str, str)
        Protocol and method.
    methods, protocols : mapping
        By name.
    n_images : sequence of int
        Of each query.
    folds : Folds

    Returns
    -------
    dict of str to list of mapping, dict of (str, str) to str
        Of each method, and of each row that is impossible the reason.

    Raises
    ------
    SettingsError
        If a method or a protocol cannot be run as configured, or no row at all is possible.
    """
    rehearsals = {name: Rehearsal(method, n_images, folds) for name, method in methods.items()}
    impossible: dict[tuple[str, str], str] = {}
    for protocol_name, name in rows:
        seen = {m: rehearsals[m] for p, m in rows if p == protocol_name}
        try:
            rehearse(name, protocol_name, protocols[protocol_name], seen)
        except RowError as error:
            impossible[protocol_name, name] = str(error)
    if len(impossible) == len(rows):
        raise SettingsError("; ".join(dict.fromkeys(impossible.values())))
    return {name: rehearsal.wanted for name, rehearsal in rehearsals.items()}, impossible


def rehearse(
    name: str, protocol_name: str, protocol: Protocol, rehearsals: Mapping[str, Rehearsal]
) -> None:
    """Let a protocol decide on nothing.

    Raises
    ------
    SettingsError
        If it could not; the message names the method and the protocol.
    """
    try:
        for query, decision in enumerate(protocol.decide(name, rehearsals)):
            rehearsals[name].curves(query, [decision.params], decision.hidden)
    except SettingsError as error:
        raise type(error)(f"method {name}, protocol {protocol_name}: {error}") from None


class Rehearsal:
    """The curves of a method before any work is done: only what is impossible shows.

    Parameters
    ----------
    method : Method
    n_images : sequence of int
        Of each query.
    folds : Folds, optional
        By default each query.

    Attributes
    ----------
    wanted : list of mapping
        All parameters that were asked for.
    """

    def __init__(self, method: Method, n_images: Sequence[int], folds: Folds | None = None) -> None:
        self.method = method
        self.folds = folds or Folds.each_query(len(n_images))
        self.wanted: list[Params] = []
        self._n_images = n_images
        self._checked: set[tuple[Any, ...]] = set()
        self._wanted: set[tuple[Any, ...]] = set()
        self._n_seen: dict[frozenset[int], int] = {}

    def curves(
        self, query: int, many: Sequence[Params], hidden: frozenset[int]
    ) -> Sequence[PairCurve]:
        """Return the curves of queries with one image, if there could be any.

        Raises
        ------
        SettingsError
            If a fit would not be possible.
        """
        of_each = seen_by_each(self.method, query, many, hidden, self.folds)
        for params, seen in zip(many, of_each, strict=True):
            if seen not in self._n_seen:
                self._n_seen[seen] = self.folds.n_images(seen, self._n_images)
            key = key_of(params)
            case = (key, self._n_seen[seen])
            if case not in self._checked:
                self.method.check(params, case[1])
                self._checked.add(case)
            if key not in self._wanted:
                self._wanted.add(key)
                self.wanted.append(params)
        return [_ALONE] * len(many)


# Of one image: made by hand, for a dendrogram would ask for scipy.
_ALONE = PairCurve(np.array([-np.inf]), *np.zeros((4, 1), np.int64))
