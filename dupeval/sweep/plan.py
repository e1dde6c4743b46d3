"""From methods and their grids to a list of settings, each with its place on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dupeval.dataset import Dataset
from dupeval.engine.answers import seen_by
from dupeval.engine.folds import Folds, folds_of
from dupeval.engine.rehearsal import Rehearsal, rehearse
from dupeval.engine.rows import LIBRARIES
from dupeval.errors import SettingsError
from dupeval.files import json_sha256
from dupeval.method import Params, Resources
from dupeval.method.vectors import COMPONENTS, VectorMethod
from dupeval.protocol import Protocol
from dupeval.reduction import check_components
from dupeval.representation.cache import VectorCache
from dupeval.sources import source_sha256
from dupeval.store import Store
from dupeval.sweep.grid import Family, Grid, families, named_settings, possible_only
from dupeval.sweep.outcome import hidden_sets
from dupeval.versions import version


@dataclass(frozen=True, eq=False)
class Planned:
    """One setting of a sweep.

    Attributes
    ----------
    method : str
        The name of the method in the run.
    parameters : mapping
        All that tells the setting from others of the method, in the order of the tables.
    family : Family
        What shares vectors and components with it.
    setting : mapping
        The one of ``family.settings``.
    key : str
        Of its outcome; see `outcome_key`.
    """

    method: str
    parameters: Mapping[str, Any]
    family: Family
    setting: Params
    key: str

    @property
    def name(self) -> str:
        """The first 12 hex digits of the SHA-256 of its method's and parameters' JSON."""
        return json_sha256({"method": self.method, **self.parameters})[:12]


@dataclass(frozen=True)
class Workplace:
    """Where and how outcomes are computed.

    Attributes
    ----------
    dataset : Dataset
    held_out : bool
        Whether to find what is best while each query is held out.
    store : Store
        Where outcomes are kept.
    resources : Resources
    folds : Folds
        See `folds_of_queries`.
    processes : int, default 1
        How many compute at the same time; what they find does not depend on it.
    """

    dataset: Dataset
    held_out: bool
    store: Store
    resources: Resources
    folds: Folds
    processes: int = 1


def outcome_key(method: VectorMethod, dataset: Dataset, held_out: bool, folds: Folds) -> str:
    """Return the SHA-256 of the canonical JSON of all that changes what comes of a setting.

    Parameters
    ----------
    method : VectorMethod
        With the setting's parameters.
    dataset : Dataset
    held_out : bool
        Whether what is best while a query is held out is part of the outcome.
    folds : Folds
    """
    return json_sha256(
        {
            "source": source_sha256(method, modules=["dupeval.sweep.outcome"]),
            "dataset": dataset.fingerprint,
            # A threshold and a grid of the method's own have no part in a sweep.
            "method": {**method.key, "threshold": None, "grid": {}},
            "held_out": held_out,
            "folds": [sorted(fold) for fold in folds.members],
            "libraries": {name: version(name) for name in LIBRARIES},
        }
    )


def plan(
    methods: Mapping[str, VectorMethod], grids: Mapping[str, Grid], place: Workplace
) -> list[Planned]:
    """Return all settings, having found what is impossible before any long work is done.

    Parameters
    ----------
    methods : mapping of str to VectorMethod
    grids : mapping of str to mapping
        The grid of each method to sweep; an empty one leaves the method as it is configured.
    place : Workplace
        The vector of one image is computed, to know its length.

    Raises
    ------
    SettingsError
        If a value, or a combination of values, is not possible; the message names it.
    """
    limits = _Limits(place)
    planned: list[Planned] = []
    for name, grid in grids.items():
        with possible_only(name):
            for family in families(methods[name], grid, limits.most):
                limits.check(family)
                for setting, parameters in named_settings(family):
                    made = family.method.at(setting)
                    key = outcome_key(made, place.dataset, place.held_out, place.folds)
                    planned.append(Planned(name, parameters, family, setting, key))
    return planned


def folds_of_queries(dataset: Dataset, n_folds: int | None, seed: int) -> Folds:
    """Return what a sweep holds out: queries, never the photographs of a single one."""
    n = len(dataset.queries)
    return folds_of(dataset, n_folds, seed) if n > 1 else Folds.each_query(n)


def check_protocols(
    methods: Mapping[str, VectorMethod],
    protocols: Mapping[str, Protocol],
    dataset: Dataset,
    folds: Folds,
) -> None:
    """Raise SettingsError when a protocol lacks something, whatever the setting."""
    n_images = [len(query.images) for query in dataset.queries]
    # What principal components need depends on the setting: see `plan`.
    rehearsals = {
        name: Rehearsal(replace(method, reduction=None, grid={}), n_images, folds)
        for name, method in methods.items()
    }
    for protocol_name, protocol in protocols.items():
        for name in methods:
            rehearse(name, protocol_name, protocol, rehearsals)


@dataclass(frozen=True)
class _Limits:
    """How many components the data allow.

    Attributes
    ----------
    place : Workplace
    """

    place: Workplace

    def most(self, method: VectorMethod) -> int:
        """Return the largest number of components that every fit for a family has."""
        reduction = method.reduction
        if reduction is None:
            raise ValueError("nothing is reduced")
        dataset, folds = self.place.dataset, self.place.folds
        n_images = [len(query.images) for query in dataset.queries]
        fewest = min(
            folds.n_images(seen_by(method, query, {}, hidden, folds), n_images)
            for hidden in hidden_sets(folds, self.place.held_out)
            for query in range(len(n_images))
            if query not in hidden or not folds.alone
        )
        check_components(replace(reduction, n_components=1), fewest)
        cache = VectorCache(self.place.resources.cache_dir / "vectors")
        vector = cache.vectors(dataset.images[:1], method.representation)
        return min(fewest - 1, int(vector.shape[1]))

    def check(self, family: Family) -> None:
        """Raise SettingsError when a setting of a family needs more than there is."""
        reduction = family.method.reduction
        if reduction is None:
            return
        most = self.most(family.method)
        for setting in family.settings:
            n_components = setting.get(COMPONENTS, reduction.n_components)
            if isinstance(n_components, int) and n_components > most:
                raise SettingsError(
                    f"n_components={n_components} with fit={reduction.fit}: the data allow "
                    f"1 to {most}, or a share of the variance below 1"
                )
