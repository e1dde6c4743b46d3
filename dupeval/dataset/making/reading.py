"""A made dataset as programs read it: made when missing, refused when somebody changed it."""

from __future__ import annotations

import warnings
from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.folder import read_folder
from dupeval.dataset.making.build import ensure
from dupeval.dataset.making.recipe import Recipe
from dupeval.dataset.making.stamp import is_as_it_was_made, read_stamp
from dupeval.errors import DatasetError


def read_built(
    root: Path, recipe: Recipe, checked_dir: Path | None = None, progress: bool = False
) -> Dataset:
    """Make a dataset at `root` unless it is there, and read it.

    Parameters
    ----------
    root : Path
    recipe : Recipe
    checked_dir, progress
        See `dupeval.dataset.folder.read_folder`.

    Raises
    ------
    DatasetError
        If somebody changed a file since it was made.

    Warns
    -----
    UserWarning
        Of all that the recipe has to say of it.
    """
    ensure(root, recipe, progress=progress)
    dataset = read_folder(root, checked_dir, recipe.name, progress)
    stamp = read_stamp(root, recipe)
    if not is_as_it_was_made(root, dataset, stamp):
        raise DatasetError(
            str(root),
            [
                "files were changed since it was built; delete the folder and it is built anew, "
                "or copy it elsewhere and use dataset=folder"
            ],
        )
    for message in recipe.warnings(root, stamp):
        warnings.warn(message, stacklevel=3)
    return dataset
