"""What is tried: lists of values, and the families of settings that they span."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from pydantic import ValidationError

from dupeval.errors import SettingsError
from dupeval.files import canonical_json
from dupeval.method import Params
from dupeval.method.vectors import COMPONENTS, OF_CLUSTERING, OF_REDUCTION, VectorMethod
from dupeval.tables import SCORES

INNER = (*OF_CLUSTERING, COMPONENTS)


@dataclass(frozen=True)
class SpreadOut:
    """So many numbers of components between 1 and the most that the data allow.

    Attributes
    ----------
    n : int
    """

    n: int

    def up_to(self, most: int) -> tuple[int, ...]:
        """Return `n` growing numbers from 1 to `most`, or all where there are fewer.

        The first follow each other, the later ones grow by a factor: scores change most where
        components are few.
        """
        if most <= self.n:
            return tuple(range(1, most + 1))
        numbers: list[int] = []
        for exact in np.geomspace(1, most, self.n).tolist():
            numbers.append(max(round(exact), numbers[-1] + 1 if numbers else 1))
        return tuple(numbers)


# The values of each parameter; among numbers of components there may be a SpreadOut.
Grid = Mapping[str, Sequence[Any]]


def read_grid(given: Mapping[str, Any], place: str, spread: int) -> Grid:
    """Return a grid as a person writes it with the values of each parameter.

    Parameters
    ----------
    given : mapping
        A parameter's values: a list, or one value; None leaves the parameter as the method has it.
        A number of components may be ``spread``.
    place : str
        Where it was written, for errors.
    spread : int
        How many numbers of components ``spread`` means.

    Raises
    ------
    SettingsError
        If a list is empty, or something is no value.
    """
    grid: dict[str, Sequence[Any]] = {}
    for name, values in given.items():
        if values is None:
            continue
        listed = list(values) if isinstance(values, list | tuple) else [values]
        where = f"{place}.{name}={canonical_json(values)}"
        if not listed:
            raise SettingsError(
                f"{where} is empty; possible: a list of values, or null for the method's own"
            )
        if not all(isinstance(value, str | int | float) for value in listed):
            raise SettingsError(f"{where}: a value is a number, a word, true or false")
        # By their text, since 1 and True are equal but not the same.
        different = {canonical_json(value): value for value in listed}.values()
        grid[name] = tuple(
            SpreadOut(spread) if (name, value) == (COMPONENTS, "spread") else value
            for value in different
        )
    return grid


def grids_of(
    methods: Mapping[str, VectorMethod], common: Grid, own: Mapping[str, Grid]
) -> dict[str, Grid]:
    """Return the grid of each method: the common one as far as it has the parameters, and its own.

    Raises
    ------
    SettingsError
        If a list is for a parameter that is not there, or nothing is tried at all.
    """
    possible = {name: list(_parameters(method)) for name, method in methods.items()}
    strangers = sorted(set(own) - set(methods))
    if strangers:
        raise SettingsError(
            f"grid_of.{strangers[0]}: no such method in this run; possible: {', '.join(methods)}"
        )
    for name, grid in own.items():
        _check_known(grid, f"grid_of.{name}", possible[name])
    # The numbers of components that the data allow are none where nothing is reduced.
    asked = [p for p, values in common.items() if not isinstance(values[0], SpreadOut)]
    _check_known(asked, "grid", [name for names in possible.values() for name in names])
    grids: dict[str, Grid] = {
        name: {p: v for p, v in {**common, **own.get(name, {})}.items() if p in possible[name]}
        for name in methods
    }
    if not any(grids.values()):
        raise SettingsError(
            f"the grid is empty; possible: grid.PARAMETER=[...] with {_listed(possible.values())}"
        )
    return grids


@dataclass(frozen=True, eq=False)
class Family:
    """Settings of a method with the same vectors and components.

    Attributes
    ----------
    method : VectorMethod
        With what they share; it has no grid.
    settings : tuple of mapping
        In the order of the tables: linkage, metric and number of components.
    skipped : tuple of str
        Why combinations of the grid's values are left out: those that have no meaning.
    """

    method: VectorMethod
    settings: tuple[Params, ...]
    skipped: tuple[str, ...] = ()


def families(
    method: VectorMethod, grid: Grid, most: Callable[[VectorMethod], int]
) -> Iterator[Family]:
    """Yield the families of a method.

    Parameters
    ----------
    method : VectorMethod
    grid : mapping
        Of its parameters; the others stay as the method has them.
    most : callable
        Return the largest number of components that the data allow a family.

    Raises
    ------
    SettingsError, ValidationError
        If a value is not possible, or no combination of values is; see `possible_only`.
    """
    outer = [p for p in grid if p not in INNER and p not in OF_REDUCTION]
    outer += [p for p in OF_REDUCTION if p in grid and p != COMPONENTS]
    inner = [p for p in INNER if p in grid]
    for values in product(*(grid[p] for p in outer)):
        bare = method.at(dict(zip(outer, values, strict=True)))
        tried = [_values(p, grid[p], bare, most) for p in inner]
        settings: list[Params] = []
        skipped: list[SettingsError] = []
        for combination in product(*tried):
            setting = dict(zip(inner, combination, strict=True))
            try:
                bare.at(setting)
            except SettingsError as error:
                skipped.append(error)
            else:
                settings.append(setting)
        if not settings:
            raise skipped[0]
        yield Family(bare, tuple(settings), tuple(map(str, skipped)))


@contextmanager
def possible_only(method: str) -> Iterator[None]:
    """Turn what is impossible within the block into one SettingsError that names the method."""
    try:
        yield
    except ValidationError as error:
        raise SettingsError(f"method {method}: {faults(error)}") from None
    except SettingsError as error:
        raise SettingsError(f"method {method}: {error}") from None


def faults(error: ValidationError) -> str:
    """Return the values that are not possible, each with what is."""
    # A value that may be of several kinds has a fault for each.
    named = (f"{fault['loc'][0]}={fault['input']!r}: {fault['msg']}" for fault in error.errors())
    return "; ".join(dict.fromkeys(named))


def named_settings(family: Family) -> list[tuple[Params, dict[str, Any]]]:
    """Return a family's settings, each with all that tells it from others of the method.

    The parameters are in the order of the tables.
    """
    own = _parameters(family.method)
    return [(setting, {**own, **setting}) for setting in family.settings]


def _values(
    parameter: str, values: Sequence[Any], bare: VectorMethod, most: Callable[[VectorMethod], int]
) -> tuple[Any, ...]:
    if parameter != COMPONENTS or bare.reduction is None:
        return tuple(values)
    spelt: list[Any] = []
    for value in values:
        spelt += value.up_to(most(bare)) if isinstance(value, SpreadOut) else [value]
    # What the reduction makes of a value: numbers may have been written as words.
    numbers = (replace(bare.reduction, n_components=value).n_components for value in spelt)
    return tuple(dict.fromkeys(numbers))


def _parameters(method: VectorMethod) -> dict[str, Any]:
    # A parameter named like a score has no column of its own.
    return {p: value for p, value in method.parameters.items() if p not in SCORES}


def _check_known(grid: Iterable[str], place: str, possible: Sequence[str]) -> None:
    for parameter in grid:
        if parameter not in possible:
            raise SettingsError(
                f"{place}.{parameter}: there is no such parameter to try; possible: "
                f"{_listed([possible])}"
            )


def _listed(names: Iterable[Iterable[str]]) -> str:
    return ", ".join(dict.fromkeys(name for some in names for name in some))
