"""Reading a dataset folder, with everything checked before anything runs.

ROOT/queries.csv            query,title (optional; else the folders' names)
ROOT/labels.csv             query,image,photograph[,edit][,scene]
ROOT/pairs.csv              query,image_a,image_b,verdict (optional; see verdicts)
ROOT/images/QUERY/IMAGE     any format Pillow reads; any Unicode name
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from dupeval.dataset.names import composed, fault_of_name, is_litter, is_text
from dupeval.dataset.verdicts import PAIRS_CSV, LabelledNames, read_verdicts
from dupeval.errors import DatasetError
from dupeval.truth import Verdict


def read_folder(
    root: Path,
    checked_dir: Path | None = None,
    name: str | None = None,
    progress: bool = False,
) -> Dataset:
    """Read and check a dataset folder.

    Parameters
    ----------
    root : Path
        The folder that holds ``labels.csv``, ``images/`` and maybe ``queries.csv``, ``pairs.csv``.
    checked_dir : Path, optional
        Where to remember that every image of a dataset could be decoded, by this source and
        release of Pillow. Without it every image is decoded at every call.
    name : str, optional
        What tables call the dataset; the folder's name when not given.
    progress : bool, default False
        Show a bar while images are decoded.

    Returns
    -------
    Dataset
        Queries in the order of ``queries.csv``, without it of their names; images in the order of
        ``labels.csv``.

    Raises
    ------
    DatasetError
        With every problem found, each with its file and line.
    """
    problems = list(_faults_of_root(root))
    if problems:
        raise DatasetError(str(root), problems)
    folders = _list_images(root, problems)
    titles = _read_titles(root, folders, problems)
    rows = _with_scenes(_read_labels(root, titles, problems), problems)
    verdicts = _read_verdicts(root, rows, problems)
    located = []
    if folders and titles and rows:
        located = _locate_images(root, folders, titles, rows, problems)
        problems += _nothing_to_score(rows, verdicts)
    files = [Located(f"{row.where}: images/{row.query}/{row.image}", path) for row, path in located]
    if problems:
        raise DatasetError(str(root), problems + decoding_problems(files, progress))
    hashes = hash_files(files, problems)
    if problems:
        raise DatasetError(str(root), problems)
    images: dict[str, list[ImageHandle]] = {slug: [] for slug in titles}
    labels: dict[str, list[Label]] = {slug: [] for slug in titles}
    for (row, path), sha256 in zip(located, hashes, strict=True):
        images[row.query].append(ImageHandle.of(path, row.image, sha256))
        labels[row.query].append(Label(row.photograph, row.edit, row.scene))
    dataset = Dataset(
        name or root.resolve().name,
        tuple(
            Query(slug, title, tuple(images[slug]), tuple(labels[slug]), verdicts.get(slug, ()))
            for slug, title in titles.items()
        ),
    )
    if not any(query.is_scored for query in dataset.queries):
        raise DatasetError(str(root), [f"{PAIRS_CSV}: every pair is unsure; nothing is to score"])
    problems = problems_once(dataset, checked_dir, lambda: decoding_problems(files, progress))
    if problems:
        raise DatasetError(str(root), problems)
    return dataset


HOW_TO_LABEL = (
    "labels.csv: missing; it is a table with the columns query,image,photograph and a line an "
    "image, such as flowers,img_1.jpg,rose. The image of that line is images/flowers/img_1.jpg, in "
    "the folder of its query; images of a query that show the same photograph have the same text "
    "under photograph, any other image one of its own; it is empty of images that are grouped "
    "and not scored"
)

NOT_LISTED = "not in labels.csv; give it a line, where the photograph may be empty"


@dataclass(frozen=True)
class _Row:
    where: str
    query: str
    image: str
    photograph: str
    edit: str
    scene: str


def _faults_of_root(root: Path) -> Iterator[str]:
    """Say what keeps a path from being a folder at all."""
    if not is_text(str(root)):
        yield "the path is not UTF-8; rename the folder, or make a link to it"
    try:
        next(root.iterdir(), None)
    except OSError as error:
        yield f"cannot be read ({error.strerror})"


def _list_images(root: Path, problems: list[str]) -> dict[str, Path]:
    """Return what is in the folder of images, by name."""
    if not _is_there(root, "images"):
        problems.append("images: missing; images lie in images/QUERY/, a folder for each query")
        return {}
    folders = _by_name(root / "images", "images", problems)
    if all(map(is_litter, folders)) and not problems:
        problems.append("images: empty; images lie in images/QUERY/, a folder for each query")
    return folders


def _read_titles(root: Path, folders: Mapping[str, Path], problems: list[str]) -> dict[str, str]:
    """Return the title of each query; without a table, of each folder, which is its name."""
    if not _is_there(root, "queries.csv"):
        # Path.is_dir raises where the folder above may not be searched.
        slugs = [name for name, path in folders.items() if os.path.isdir(path)]  # noqa: PTH112
        return {slug: slug for slug in slugs if not is_litter(slug) and not fault_of_name(slug)}
    titles: dict[str, str] = {}
    known: set[str] = set()
    for where, row in read_table(root, "queries.csv", ("query", "title"), problems):
        slug = row["query"]
        fault = fault_of_name(slug)
        if fault:
            problems.append(f"{where}: query {slug!r} {fault}")
        elif composed(slug) in known:
            problems.append(f"{where}: duplicate query {slug!r}")
        else:
            titles[slug] = row["title"]
            known.add(composed(slug))
    return titles


def _is_there(root: Path, name: str) -> bool:
    """Say whether a folder has a file, or keeps others from knowing."""
    try:
        (root / name).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        # Reading it will say why.
        return True
    return True


def _read_labels(root: Path, titles: Mapping[str, str], problems: list[str]) -> list[_Row]:
    if not _is_there(root, "labels.csv"):
        problems.append(HOW_TO_LABEL)
        return []
    rows: list[_Row] = []
    first: dict[tuple[str, str], str] = {}
    slugs = {composed(slug): slug for slug in titles}
    columns = ("query", "image", "photograph")
    for where, values in read_table(root, "labels.csv", columns, problems):
        name, image, photograph = (values[column] for column in columns)
        query = slugs.get(composed(name), name)
        key = (query, composed(image))
        fault = fault_of_name(image)
        if fault:
            problems.append(f"{where}: image {image!r} {fault}")
        elif titles and query not in titles:
            place = "queries.csv" if _is_there(root, "queries.csv") else "images"
            problems.append(f"{where}: query {name!r} is not in {place}")
        elif key in first:
            problems.append(f"{where}: image {image!r} is already in {first[key]}")
        else:
            scene = values.get("scene", "")
            for column, text in (("photograph", photograph), ("scene", scene)):
                if "\0" in text:
                    problems.append(f"{where}: {column} {text!r} holds a NUL character")
            first[key] = where
            rows.append(_Row(where, query, image, photograph, values.get("edit", ""), scene))
    return rows


def _with_scenes(rows: Sequence[_Row], problems: list[str]) -> list[_Row]:
    """Give all copies of a photograph its scene, where that is said of one of them."""
    first: dict[tuple[str, str], _Row] = {}
    for row in rows:
        if row.scene and row.photograph != UNLABELLED:
            known = first.setdefault((row.query, row.photograph), row)
            if known.scene != row.scene:
                problems.append(
                    f"{row.where}: photograph {row.photograph!r} lies in scene {row.scene!r}, but "
                    f"in {known.scene!r} in {known.where}; possible: one scene a photograph"
                )
    return [
        replace(row, scene=first[row.query, row.photograph].scene)
        if (row.query, row.photograph) in first
        else row
        for row in rows
    ]


def _read_verdicts(
    root: Path, rows: Sequence[_Row], problems: list[str]
) -> dict[str, tuple[Verdict, ...]]:
    if not rows or not _is_there(root, PAIRS_CSV):
        return {}
    of_query: dict[str, list[_Row]] = {}
    for row in rows:
        of_query.setdefault(row.query, []).append(row)
    queries = {
        slug: LabelledNames(
            {composed(row.image): place for place, row in enumerate(own)},
            [Label(row.photograph, row.edit, row.scene) for row in own],
        )
        for slug, own in of_query.items()
    }
    return read_verdicts(root, queries, problems)


def _nothing_to_score(
    rows: Sequence[_Row], verdicts: Mapping[str, Sequence[Verdict]]
) -> Iterator[str]:
    labelled = Counter(row.query for row in rows if row.photograph != UNLABELLED)
    decided = any(verdict.said != "unsure" for own in verdicts.values() for verdict in own)
    if max(labelled.values(), default=0) < 2 and not decided:
        yield (
            "labels.csv: no query has two images with a photograph, so there is nothing to score; "
            "images of a query that show the same one have the same text there"
        )


def _locate_images(
    root: Path,
    folders: Mapping[str, Path],
    titles: Iterable[str],
    rows: Sequence[_Row],
    problems: list[str],
) -> list[tuple[_Row, Path]]:
    located: list[tuple[_Row, Path]] = []
    inside = root.resolve()
    of_query: dict[str, list[_Row]] = {slug: [] for slug in titles}
    for row in rows:
        of_query[row.query].append(row)
    stray = "not a query of queries.csv"
    if not _is_there(root, "queries.csv"):
        stray = "not in the folder of a query; images lie in images/QUERY/"
    others = folders.keys() - set(map(composed, titles))
    problems += _strays({name: folders[name] for name in others}, "images", stray)
    for slug in titles:
        n = len(of_query[slug])
        if n < 2:
            problems.append(f"labels.csv: query {slug!r} needs 2 images, it has {n}")
        folder = folders.get(composed(slug))
        files = _by_name(folder, f"images/{slug}", problems) if folder else {}
        for row in of_query[slug]:
            path = files.pop(composed(row.image), None)
            fault = fault_of_file(path, root, inside) if path else None
            if path is None:
                problems.append(f"{row.where}: no file images/{slug}/{row.image}")
            elif fault:
                problems.append(f"{row.where}: images/{slug}/{row.image} {fault}")
            else:
                located.append((row, path))
        problems += _strays(files, f"images/{slug}", NOT_LISTED)
    return located


def _by_name(folder: Path, place: str, problems: list[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        problems.append(f"{place}: cannot be read ({error.strerror})")
        return found
    for path in paths:
        key = composed(path.name)
        if key in found:
            problems.append(f"{place}/{path.name}: the name occurs twice, in two Unicode forms")
        found[key] = path
    return found


def _strays(paths: Mapping[str, Path], place: str, otherwise: str) -> Iterator[str]:
    """Tell each path that no table names, and the reason if none could."""
    for name, path in sorted(paths.items()):
        if not is_litter(name):
            fault = fault_of_name(path.name)
            yield f"{place}/{path.name}: {f'the name {fault}; rename it' if fault else otherwise}"
