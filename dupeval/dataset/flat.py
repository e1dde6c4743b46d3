"""Reading one flat folder of images with its labels: a sample, as somebody labels it.

ROOT/labels.csv             image,photograph[,edit][,scene][,query]
ROOT/pairs.csv              query,image_a,image_b,verdict (optional; see verdicts)
ROOT/IMAGE or ROOT/images/IMAGE
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dupeval.dataset import UNLABELLED, Dataset, ImageHandle, Label, Query
from dupeval.dataset.checking import (
    Located,
    decoding_problems,
    fault_of_file,
    hash_files,
    problems_once,
)
from dupeval.dataset.csv_table import read_table
from dupeval.dataset.folder import read_folder
from dupeval.dataset.names import composed, fault_of_name
from dupeval.dataset.verdicts import PAIRS_CSV, LabelledNames, read_verdicts
from dupeval.errors import DatasetError, SettingsError
from dupeval.text import visible

LABELS_CSV, IMAGES = "labels.csv", "images"


def read_sample(
    root: Path,
    checked_dir: Path | None = None,
    name: str | None = None,
    progress: bool = False,
    labels_dir: Path | None = None,
) -> Dataset:
    """Read a dataset folder, or one flat folder with a table of labels, as a dataset.

    Parameters
    ----------
    root, checked_dir, name, progress
        See `dupeval.dataset.folder.read_folder`.
    labels_dir : Path, optional
        See `read_flat`.

    Raises
    ------
    DatasetError
        With every problem found.
    SettingsError
        If a dataset folder is given another one for its labels.
    """
    if root.is_dir() and not _has_queries(root):
        return read_flat(root, checked_dir, name, progress, labels_dir)
    if labels_dir is not None:
        raise SettingsError(
            f"{visible(str(root))} is a dataset folder, whose labels lie beside its {IMAGES}/; "
            f"possible: to copy {LABELS_CSV} there"
        )
    return read_folder(root, checked_dir, name, progress)


def _has_queries(root: Path) -> bool:
    images = root / IMAGES
    return images.is_dir() and any(path.is_dir() for path in images.iterdir())


@dataclass(frozen=True)
class _Row:
    where: str
    image: str
    label: Label
    path: Path


def read_flat(
    root: Path,
    checked_dir: Path | None = None,
    name: str | None = None,
    progress: bool = False,
    labels_dir: Path | None = None,
) -> Dataset:
    """Read one flat folder with a table of labels as a dataset of one query.

    Files without a line are no part of it.

    Parameters
    ----------
    root, checked_dir, name, progress
        See `dupeval.dataset.folder.read_folder`.
    labels_dir : Path, optional
        Where the tables lie; by default in `root`.

    Raises
    ------
    DatasetError
        With every problem found.
    """
    problems: list[str] = []
    tables = labels_dir or root
    table = read_table(tables, LABELS_CSV, ("image", "photograph"), problems)
    queries = sorted({values.get("query", "") for _, values in table} - {""})
    if len(queries) > 1:
        problems.append(
            f"{LABELS_CSV}: {len(queries)} queries, of which the images lie in {IMAGES}/QUERY/; in "
            "one flat folder there is one query"
        )
    slug = queries[0] if queries else root.resolve().name
    rows = list(_rows(root, table, problems))
    problems += _faults(rows)
    labels = [row.label for row in rows]
    known = LabelledNames({composed(row.image): i for i, row in enumerate(rows)}, labels)
    verdicts = {}
    if (tables / PAIRS_CSV).exists() and rows:
        verdicts = read_verdicts(tables, {slug: known}, problems)
    files = [Located(f"{row.where}: {row.image}", row.path) for row in rows]
    hashes = [] if problems else hash_files(files, problems)
    if problems:
        raise DatasetError(str(root), problems)
    images = tuple(
        ImageHandle.of(row.path, row.image, sha256)
        for row, sha256 in zip(rows, hashes, strict=True)
    )
    query = Query(slug, slug, images, tuple(labels), verdicts.get(slug, ()))
    dataset = Dataset(name or root.resolve().name, (query,))
    problems = problems_once(dataset, checked_dir, lambda: decoding_problems(files, progress))
    if not query.is_scored:
        problems = [f"{LABELS_CSV}: no two images have a photograph, so there is nothing to score"]
    if problems:
        raise DatasetError(str(root), problems)
    return dataset


def _rows(
    root: Path, table: Sequence[tuple[str, dict[str, str]]], problems: list[str]
) -> Iterator[_Row]:
    inside, first = root.resolve(), dict[str, str]()
    folder = root / IMAGES if (root / IMAGES).is_dir() else root
    found = {composed(path.name): path for path in folder.iterdir()} if table else {}
    for where, values in table:
        image, key = values["image"], composed(values["image"])
        path = found.get(key)
        fault = fault_of_name(image)
        if fault is None and key in first:
            fault = f"is already in {first[key]}"
        if fault is None:
            fault = fault_of_file(path, root, inside) if path else "has no file of that name"
        if fault is not None or path is None:
            problems.append(f"{where}: image {image!r} {fault}")
            continue
        first[key] = where
        label = Label(values["photograph"], values.get("edit", ""), values.get("scene", ""))
        yield _Row(where, image, label, path)


def _faults(rows: Sequence[_Row]) -> Iterator[str]:
    scenes: dict[str, str] = {}
    for row in rows:
        if row.label.photograph == UNLABELLED or not row.label.scene:
            continue
        known = scenes.setdefault(row.label.photograph, row.label.scene)
        if known != row.label.scene:
            yield (
                f"{row.where}: photograph {row.label.photograph!r} lies in scene "
                f"{row.label.scene!r} and in {known!r}; possible: one scene a photograph"
            )
