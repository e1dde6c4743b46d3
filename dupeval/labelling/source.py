"""The images that somebody wants to label: one folder of them, or a dataset folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dupeval.dataset.csv_table import read_table
from dupeval.dataset.names import composed, fault_of_name
from dupeval.errors import InputError, SettingsError
from dupeval.grouping.finding import Found, Unread, find
from dupeval.grouping.reading import ImageFile, read_files
from dupeval.labelling.images import Shown
from dupeval.text import visible

# Of a folder whose name no query may have.
NAMELESS = "images"


@dataclass(frozen=True)
class Source:
    """Images as they lie.

    Attributes
    ----------
    root : Path
        The folder that was given.
    is_dataset : bool
        Whether it is a dataset folder, of which each folder in ``images`` is a query.
    titles : mapping of str to str
        Of the queries.
    found : tuple of Shown
        Contents, query after query, by the names of their files.
    file_of : mapping of (str, str) to ImageFile
        A file of each content, by query and hash.
    folders : tuple of str
        What is looked into.
    unread : tuple of Unread
    """

    root: Path
    is_dataset: bool
    titles: Mapping[str, str]
    found: tuple[Shown, ...]
    file_of: Mapping[tuple[str, str], ImageFile]
    folders: tuple[str, ...]
    unread: tuple[Unread, ...]

    @property
    def has_labels(self) -> bool:
        """Whether the dataset folder has labels already."""
        return self.is_dataset and (self.root / "labels.csv").exists()


def read_source(root: Path, cache_dir: Path, progress: bool = False) -> Source:
    """Find and decode the images; what was learnt of them is kept.

    Parameters
    ----------
    root : Path
        A folder of images, which is one query, or ROOT of ROOT/images/QUERY/IMAGE.
    cache_dir : Path
    progress : bool, default False

    Raises
    ------
    SettingsError
        If there are no two images of one query.
    InputError
        If ``queries.csv`` is wrong.
    """
    if not root.is_dir():
        raise SettingsError(
            f"{visible(str(root))} is no folder; possible: a folder of images, or a dataset folder"
        )
    queries, titles, is_dataset = _queries(root)
    looked = {slug: find([str(folder)], recursive=False) for slug, folder in queries.items()}
    read = read_files([p for of in looked.values() for p in of.paths], cache_dir, progress)
    files = {file.path: file for file in read.files}
    unread = [*read.unread, *(item for of in looked.values() for item in of.unread)]
    file_of: dict[tuple[str, str], ImageFile] = {}
    names: dict[tuple[str, str], list[str]] = {}
    for slug, of in looked.items():
        for path in _named(of, unread):
            if path in files:
                key = (slug, files[path].content.sha256)
                file_of.setdefault(key, files[path])
                names.setdefault(key, []).append(os.path.basename(path))  # noqa: PTH119
    found = tuple(Shown(*key, tuple(own)) for key, own in names.items())
    counts = [sum(shown.query == slug for shown in found) for slug in queries]
    if max(counts, default=0) < 2:
        raise SettingsError(
            f"{visible(str(root))} has no two different images of one query that can be read; "
            "possible: a folder of images, or a dataset folder with images/QUERY/IMAGE"
        )
    folders = (str(root),) if is_dataset else tuple(map(str, queries.values()))
    return Source(root, is_dataset, titles, found, file_of, folders, tuple(unread))


def _queries(root: Path) -> tuple[dict[str, Path], dict[str, str], bool]:
    """Return the folder and the title of each query, and whether they are a dataset's."""
    images = root / "images"
    below = sorted(images.iterdir()) if images.is_dir() else []
    folders = {x.name: x for x in below if x.is_dir() and not fault_of_name(x.name)}
    folders = {name: path for name, path in folders.items() if not name.startswith(".")}
    if not folders:
        name = root.resolve().name
        slug = NAMELESS if fault_of_name(name) else name
        return {slug: root}, {slug: slug}, False
    if not (root / "queries.csv").exists():
        return folders, {slug: slug for slug in folders}, True
    problems: list[str] = []
    rows = read_table(root, "queries.csv", ("query", "title"), problems)
    if problems:
        raise InputError(str(root), problems)
    by_name = {composed(name): name for name in folders}
    titles = {
        by_name[composed(row["query"])]: row["title"]
        for _, row in rows
        if composed(row["query"]) in by_name
    }
    titles |= {name: name for name in folders if name not in titles}
    return {slug: folders[slug] for slug in titles}, titles, True


def _named(of: Found, unread: list[Unread]) -> list[str]:
    """Return the paths whose names a dataset may have."""
    good = []
    for path in of.paths:
        fault = fault_of_name(os.path.basename(path))  # noqa: PTH119
        if fault:
            unread.append(Unread(path, f"has a name that {fault}"))
        else:
            good.append(path)
    return good
