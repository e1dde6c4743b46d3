"""The dataset that a stored run was made from, as its ``run.json`` says."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dupeval.dataset import Dataset
from dupeval.dataset.folder import read_folder
from dupeval.errors import SettingsError
from dupeval.stored_run import open_run

LABELS = "labels.csv"
IMPORTERS = "dupeval.dataset.importers."
INSTEAD = "possible: dataset=folder dataset.root=ROOT (of dupeval report: --dataset ROOT)"


def stored_dataset(
    folder: Path,
    cache_dir: Path,
    progress: bool = False,
    fingerprint: str | None = None,
) -> Dataset:
    """Return the dataset that a run of `experiments/table1.py` was made from, of several the last.

    Parameters
    ----------
    folder : Path
        What the run wrote.
    cache_dir : Path
        What was checked of images is kept below it.
    progress : bool, default False
        Show a bar while images are checked.
    fingerprint : str, optional
        Of the one that is wanted.

    Raises
    ------
    StoredResultsError
        If there are no stored results.
    SettingsError
        If the dataset is not there.
    """
    checked_dir = cache_dir / "checked"
    parts = open_run(folder, "table1", ["table1.csv"]).about["parts"]
    of = [part for part in parts if fingerprint in (None, part["dataset"]["fingerprint"])]
    settings: Mapping[str, Any] = of[-1]["configuration"]["dataset"]
    name = str(of[-1]["dataset"]["name"])
    place = Path(str(settings["root"]))
    if not place.is_dir():
        raise SettingsError(
            f"the results in {folder} are of {name} in {place}, which is not there; {INSTEAD}"
        )
    if (place / LABELS).is_file():
        return read_folder(place, checked_dir, name, progress)
    # Others' datasets, as they lie.
    own = {key: value for key, value in settings.items() if key not in ("_target_", "root")}
    read = _importer(settings["_target_"])
    dataset: Dataset = read(root=place, checked_dir=checked_dir, progress=progress, **own)
    return dataset


def _importer(target: object) -> Callable[..., Dataset]:
    """Return what reads a dataset; a file can name nothing else."""
    if not str(target).startswith(IMPORTERS):
        raise SettingsError(f"{target} reads no dataset that is there; {INSTEAD}")
    try:
        read: Callable[..., Dataset] = pkgutil.resolve_name(str(target))
    except (ImportError, AttributeError, ValueError):
        raise SettingsError(f"{target} is not known here; {INSTEAD}") from None
    return read
