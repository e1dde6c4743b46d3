"""A labelled dataset from anybody's own photographs: copies of them, made as the stand-in's are."""

from __future__ import annotations

from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.made.files import find_files
from dupeval.dataset.made.recipe import Made
from dupeval.dataset.made.settings import MadeSettings, checked_places
from dupeval.dataset.making.levels import IMAGES_A_QUERY
from dupeval.dataset.making.reading import read_built
from dupeval.representation import Representation

__all__ = ["read_made"]


def read_made(
    root: Path,
    source: str | Path,
    checked_dir: Path | None = None,
    progress: bool = False,
    name: str = "made",
    level: str = "news",
    draw: int = 0,
    queries: str = "alike",
    n_queries: int | None = None,
    images_a_query: int = IMAGES_A_QUERY,
    near_duplicates: str = "refuse",
    embedding: Representation | None = None,
) -> Dataset:
    """Make copies of a folder's photographs at `root`, unless they are there, and read them.

    The folder is read only. It is read whole, and hashed, at every call; photographs are decoded
    and compared when the dataset is made.

    Parameters
    ----------
    root : Path
        Where the dataset is made; neither inside `source` nor around it.
    source : str or Path
        A folder of photographs, searched with all its sub-folders.
    checked_dir, progress
        See `dupeval.dataset.folder.read_folder`.
    name, level, draw, queries, n_queries, images_a_query, near_duplicates, embedding
        See `dupeval.dataset.made.settings.MadeSettings`.

    Raises
    ------
    SettingsError
        If there is no such level, draw or setting, or one of the folders lies in the other.
    InputError
        With everything that is wrong with the folder: files that cannot be read or decoded, links
        that leave it, photographs that are too small, or that are there twice.

    Warns
    -----
    UserWarning
        At each call, if files were passed over, photographs left out, or queries are smaller.
    """
    source = checked_places(source, root, checked_dir)
    settings = MadeSettings(
        name, level, draw, queries, n_queries, images_a_query, near_duplicates, embedding
    )
    recipe = Made(settings, find_files(source, progress), progress)
    return read_built(root, recipe, checked_dir, progress)
