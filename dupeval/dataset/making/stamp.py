"""How a finished folder is told from an unfinished, an outdated and somebody else's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dupeval.dataset import Dataset
from dupeval.dataset.making.recipe import Recipe
from dupeval.dataset.making.records import Record, library_versions
from dupeval.files import content_of, file_sha256, json_sha256

MOST_BYTES = 2**26
TABLES = ("labels.csv", "queries.csv", "pairs.csv")  # The last one where it has lines.


def write_stamp(folder: Path, recipe: Recipe, records: Sequence[Record]) -> None:
    """Write the file that says that a folder is finished; the last one to be written."""
    hashes = {path.relative_to(folder).as_posix(): file_sha256(path) for path in _files(folder)}
    stamp = {
        "what": recipe.what,
        **recipe.made_from(),
        "versions": library_versions(),
        "files": len(hashes),
        "files_sha256": json_sha256(hashes),
        **recipe.remarks(records),
    }
    text = json.dumps(stamp, indent=2) + "\n"
    (folder / recipe.stamp_file).write_text(text, encoding="utf-8")


def read_stamp(folder: Path, recipe: Recipe) -> Mapping[str, Any]:
    """Return a folder's stamp; an empty one where there is none of this kind of recipe."""
    try:
        stamp = json.loads(content_of(folder / recipe.stamp_file, MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return stamp if isinstance(stamp, dict) and stamp.get("what") == recipe.what else {}


def is_up_to_date(folder: Path, recipe: Recipe) -> bool:
    """Whether a folder is finished, of the present recipe, and has all its files.

    The files are counted, not read: who reads the dataset hashes them anyway.
    """
    stamp = read_stamp(folder, recipe)
    made_from = recipe.made_from() if stamp else {}
    if not stamp or any(stamp.get(name) != value for name, value in made_from.items()):
        return False
    return stamp.get("files") == len(_files(folder))


def is_as_it_was_made(root: Path, dataset: Dataset, stamp: Mapping[str, Any]) -> bool:
    """Whether no file was changed, by the hashes of a dataset that was read from `root`."""
    tables = (root / name for name in TABLES)
    hashes = {path.name: file_sha256(path) for path in tables if path.exists()}
    for query in dataset.queries:
        hashes |= {f"images/{query.slug}/{image.name}": image.sha256 for image in query.images}
    return bool(json_sha256(hashes) == stamp.get("files_sha256"))


def _files(folder: Path) -> list[Path]:
    # By name, so that what a file manager leaves behind is not counted.
    tables = [folder / name for name in TABLES]
    return [path for path in tables if path.exists()] + sorted(folder.glob("images/*/img_*"))
