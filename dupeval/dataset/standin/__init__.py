"""The stand-in dataset: built on the user's machine from photographs inside pinned packages."""

from __future__ import annotations

import warnings
from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.folder import read_folder
from dupeval.dataset.standin.build import DEFAULT, ensure_standin
from dupeval.dataset.standin.levels import making_of
from dupeval.dataset.standin.manifest import TABLES, difference_message, files_sha256, read_stamp
from dupeval.errors import DatasetError
from dupeval.files import file_sha256

__all__ = ["ensure_standin", "read_standin"]


def read_standin(
    root: Path,
    checked_dir: Path | None = None,
    progress: bool = False,
    level: str = DEFAULT.level.name,
    draw: int = DEFAULT.draw,
    photographs: str = DEFAULT.photographs,
) -> Dataset:
    """Build a stand-in at `root` unless it is there, and read it.

    See `ensure_standin`, `making_of` and `dupeval.dataset.folder.read_folder`.

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
    making = making_of(level, draw, photographs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It is said below, at every reading.
        ensure_standin(root, making, progress=progress)
    dataset = read_folder(root, checked_dir, making.name, progress)
    stamp = read_stamp(root)
    tables = (root / name for name in TABLES)
    hashes = {path.name: file_sha256(path) for path in tables if path.exists()}
    for query in dataset.queries:
        hashes |= {f"images/{query.slug}/{image.name}": image.sha256 for image in query.images}
    if files_sha256(hashes) != stamp["files_sha256"]:
        raise DatasetError(
            str(root),
            [
                "files were changed since it was built; delete the folder and it is built anew, "
                "or copy it elsewhere and use dataset=folder"
            ],
        )
    if stamp["differs_from_manifest"]:
        warnings.warn(difference_message(root, stamp["differs_from_manifest"]), stacklevel=2)
    return dataset
