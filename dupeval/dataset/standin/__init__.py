"""The stand-in dataset: built on the user's machine from photographs inside pinned packages."""

from __future__ import annotations

import warnings
from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.making.build import ensure
from dupeval.dataset.making.levels import Making
from dupeval.dataset.making.reading import read_built
from dupeval.dataset.making.stamp import read_stamp
from dupeval.dataset.standin.recipe import Standin, standin_of

__all__ = ["DEFAULT", "ensure_standin", "read_standin"]

DEFAULT = Making()


def ensure_standin(root: Path, making: Making = DEFAULT, *, progress: bool = True) -> Path:
    """Build the stand-in dataset unless it is there already; see `dupeval.dataset.making.build`.

    Parameters
    ----------
    root : Path
        The dataset's folder. What is there is replaced only when it is an older stand-in of the
        same making.
    making : Making
    progress : bool
        Whether to show a progress bar while building.

    Returns
    -------
    Path
        `root`, now a dataset folder.

    Raises
    ------
    DupevalError
        If the packages with the photographs are not installed as pinned, or if `root` is
        something else than this stand-in.

    Warns
    -----
    UserWarning
        If the images just built differ from the published ones.
    """
    recipe = Standin(making)
    if ensure(root, recipe, progress=progress):
        for message in recipe.warnings(root, read_stamp(root, recipe)):
            warnings.warn(message, stacklevel=2)
    return root


def read_standin(
    root: Path,
    checked_dir: Path | None = None,
    progress: bool = False,
    level: str = DEFAULT.level.name,
    draw: int = DEFAULT.draw,
    photographs: str = DEFAULT.photographs,
) -> Dataset:
    """Build a stand-in at `root` unless it is there, and read it.

    See `standin_of` and `dupeval.dataset.making.reading.read_built`.

    Raises
    ------
    SettingsError
        If there is no such level or draw, or there are no such photographs.
    DatasetError
        If somebody changed a file since it was built.

    Warns
    -----
    UserWarning
        If it differs from the published one, being built with other library versions.
    """
    return read_built(root, standin_of(level, draw, photographs), checked_dir, progress)
