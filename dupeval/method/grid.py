"""The grid of a method's configuration: what the protocol ``nested`` chooses from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from itertools import product
from typing import Any

from dupeval.errors import SettingsError
from dupeval.method import Params

Grid = Mapping[str, tuple[Any, ...]]


def check_grid(grid: Grid, possible: Collection[str], at: Callable[[Params], object]) -> None:
    """Find out whether a grid names parameters that there are, and leaves anything to choose.

    See `combinations`.

    Raises
    ------
    SettingsError
        With what is possible.
    """
    for name, values in grid.items():
        if name not in possible:
            raise SettingsError(
                f"grid.{name}: there is no such parameter to try; possible: {', '.join(possible)}"
            )
        if not values:
            raise SettingsError(f"grid.{name} is empty; possible: a list of values")
    if grid and not combinations(grid, at):
        raise SettingsError("grid: no combination of its values is possible")


def combinations(grid: Grid, at: Callable[[Params], object]) -> list[Params]:
    """Return the combinations of a grid's values that are possible, in its order.

    Parameters
    ----------
    grid : mapping
        Of each parameter the values to try.
    at : callable
        Raises a SettingsError for a combination that is none.
    """
    found: list[Params] = []
    for values in product(*grid.values()):
        params = dict(zip(grid, values, strict=True))
        with suppress(SettingsError):
            at(params)
            found.append(params)
    return found
