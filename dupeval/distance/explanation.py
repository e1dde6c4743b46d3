"""Why a method takes two images for copies, or for different photographs, as something to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Arrows:
    """Where something goes.

    Attributes
    ----------
    points, lengths : ndarray of float64, shape (n, 2)
        Where each begins, x and y in pixels of the picture below, and how far it goes.
    """

    points: npt.NDArray[np.float64]
    lengths: npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """A picture that explains.

    Attributes
    ----------
    title : str
    values : ndarray, shape (height, width)
        Grey levels from 0 to 255, or of a map: -1 where two pictures are opposite, 1 where they are
        alike, NaN where nothing is said.
    is_map : bool, default False
    arrows : Arrows, optional
        Drawn over it.
    """

    title: str
    values: npt.NDArray[np.generic]
    is_map: bool = False
    arrows: Arrows | None = None


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the distance of two images rests on.

    Attributes
    ----------
    summary : str
        A line.
    a, b : ndarray, shape (height, width)
        Grey levels of both, 0 to 255, as they are compared.
    panels : tuple of Panel, default ()
        What else there is to see.
    """

    summary: str
    a: npt.NDArray[np.generic]
    b: npt.NDArray[np.generic]
    panels: tuple[Panel, ...] = ()
