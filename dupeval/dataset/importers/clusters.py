"""Cluster folders: ROOT/GROUP/IMAGE, each sub-folder one group, and distractors as ROOT/IMAGE."""

from __future__ import annotations

import os
from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.importing import Found, Groups, Reading, import_images, list_names


def read_clusters(
    root: Path,
    checked_dir: Path | None = None,
    progress: bool = False,
    images_a_query: int | None = 100,
    name: str | None = None,
    groups: Groups = "photographs",
) -> Dataset:
    """Read cluster folders; each sub-folder is said to hold the copies of one photograph.

    Images at the top are of a photograph of their own each.

    Parameters
    ----------
    root, checked_dir, progress, images_a_query, name, groups
        See `dupeval.dataset.importing.Reading`.

    Raises
    ------
    DatasetError
        With every problem; see `dupeval.dataset.importing.import_images`.
    """
    reading = Reading(root, name, images_a_query, checked_dir, progress, groups)
    problems: list[str] = []
    found = []
    for entry in list_names(root, "", problems):
        # Path.is_dir raises where the folder above may not be searched.
        if os.path.isdir(root / entry):  # noqa: PTH112
            names = list_names(root, entry, problems)
            found += [Found(f"{entry}/{image}", entry) for image in names]
        else:
            # No folder's name begins so.
            found.append(Found(entry, f"./{entry}"))
    return import_images(reading, found, problems)
