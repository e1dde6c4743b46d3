"""What importers share: other people's layouts become queries, with everything checked first."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from dupeval.dataset import Dataset, ImageHandle, Label, Query
from dupeval.dataset.checking import (
    Located,
    decoding_problems,
    fault_of_file,
    hash_files,
    problems_once,
)
from dupeval.dataset.names import composed, fault_of_name, is_litter, is_text
from dupeval.errors import DatasetError, SettingsError

# What a group of other people's is: copies of one photograph, or other photographs of one scene.
Groups = Literal["photographs", "scenes"]


@dataclass(frozen=True)
class Found:
    """An image of an importer's folder.

    Attributes
    ----------
    place : str
        Its path below the folder, with slashes.
    group : str
        Images of equal groups belong together; see `Reading.groups`.
    edit : str, default ""
    """

    place: str
    group: str
    edit: str = ""

    @property
    def name(self) -> str:
        """What the image is called in its query, where no name holds a slash."""
        return self.place.replace("/", "__")


@dataclass(frozen=True)
class Reading:
    """How an importer's folder is read: the settings that all importers share.

    Attributes
    ----------
    root : Path
        The folder; nothing below it is written.
    name : str or None, default None
        What tables call the dataset; the folder's name when None.
    images_a_query : int or None, default 100
        See `cut`.
    checked_dir : Path, optional
    progress : bool, default False
        See `dupeval.dataset.folder.read_folder`.
    groups : {"photographs", "scenes"}, default "photographs"
        Whether the images of a group are copies of one photograph. Those of a scene are each a
        photograph of its own: there is nothing to find, and whatever is put together is wrong.
    """

    root: Path
    name: str | None = None
    images_a_query: int | None = 100
    checked_dir: Path | None = None
    progress: bool = False
    groups: Groups = "photographs"

    def __post_init__(self) -> None:
        if self.groups not in get_args(Groups):
            raise SettingsError(
                f"dataset.groups={self.groups}; possible: {', '.join(get_args(Groups))}"
            )
        size = self.images_a_query
        if size is not None and (type(size) is not int or size < 2):
            raise SettingsError(
                f"dataset.images_a_query={size}; possible: a whole number of at least 2, or null "
                "for one query of all images"
            )


def list_names(root: Path, place: str, problems: list[str]) -> list[str]:
    """Return the names in a folder below `root`, in order, without what systems leave behind."""
    folder = root / place
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        problems.append(f"{place or root}: cannot be read ({error.strerror})")
        return []
    return [name for name in names if not is_litter(name)]


def cut(found: Sequence[Found], images_a_query: int | None) -> list[list[Found]]:
    """Cut images into queries; all images of a group stay in one.

    Groups are taken in the order of the SHA-256 of their names, so that neighbours in the folder
    are not put together, and the cut is the same everywhere. A query takes groups until the next
    would make it larger than `images_a_query`, but two groups at least, for without another group
    there is nothing to confuse. A single group that is left over joins the query before it.

    Parameters
    ----------
    found : sequence of Found
    images_a_query : int or None
        None for one query of all images.

    Returns
    -------
    list of list of Found
        In a query the images are in the order of their paths.
    """
    groups: dict[str, list[Found]] = {}
    for image in found:
        groups.setdefault(image.group, []).append(image)
    queries: list[list[list[Found]]] = [[]]
    for name in sorted(groups, key=lambda name: hashlib.sha256(name.encode()).digest()):
        size = sum(map(len, queries[-1])) + len(groups[name])
        if images_a_query is not None and len(queries[-1]) > 1 and size > images_a_query:
            queries.append([])
        queries[-1].append(groups[name])
    if len(queries) > 1 and len(queries[-1]) == 1:
        last = queries.pop()
        queries[-1] += last
    return [
        sorted((image for group in query for image in group), key=lambda image: image.place)
        for query in queries
    ]


def import_images(reading: Reading, found: Sequence[Found], problems: list[str]) -> Dataset:
    """Check the images that an importer found, and return them as a dataset.

    Parameters
    ----------
    reading : Reading
    found : sequence of Found
    problems : list of str
        What the importer found wrong already.

    Raises
    ------
    DatasetError
        With every problem: of the importer, of names, of links that leave the folder, of files
        that cannot be decoded.
    """
    root = reading.root
    located = _locate(root, found, problems)
    if not problems and (len(found) < 2 or len({image.group for image in found}) == len(found)):
        problems.append("no two images belong together, so there is nothing to score")
    files = list(located.values())
    if problems:
        raise DatasetError(str(root), problems + decoding_problems(files, reading.progress))
    hashes = dict(zip(located, hash_files(files, problems), strict=True))
    if problems:
        raise DatasetError(str(root), problems)
    queries = cut(found, reading.images_a_query)
    width = len(str(len(queries)))
    dataset = Dataset(
        reading.name or root.resolve().name,
        tuple(
            _query(f"query_{number:0{width}d}", images, located, hashes, reading.groups)
            for number, images in enumerate(queries, 1)
        ),
    )
    problems += problems_once(
        dataset, reading.checked_dir, lambda: decoding_problems(files, reading.progress)
    )
    if problems:
        raise DatasetError(str(root), problems)
    return dataset


def _query(
    slug: str,
    images: Sequence[Found],
    located: dict[str, Located],
    hashes: dict[str, str],
    groups: Groups,
) -> Query:
    labels = [
        Label(x.group, x.edit) if groups == "photographs" else Label(x.name, x.edit, x.group)
        for x in images
    ]
    return Query(
        slug,
        slug,
        tuple(ImageHandle.of(located[x.place].path, x.name, hashes[x.place]) for x in images),
        tuple(labels),
    )


def _locate(root: Path, found: Sequence[Found], problems: list[str]) -> dict[str, Located]:
    """Return each image's file by its place; what is wrong with the others becomes a problem."""
    if not is_text(str(root)):
        problems.append("the path is not UTF-8; rename the folder, or make a link to it")
    inside = root.resolve()
    located: dict[str, Located] = {}
    first: dict[str, str] = {}
    for image in found:
        faults = (fault_of_name(part) for part in image.place.split("/"))
        fault = next((f"a name in it {fault}" for fault in faults if fault), None)
        same = first.setdefault(composed(image.name), image.place)
        path = root / image.place
        if fault is None and same != image.place:
            fault = f"would have the same name, {image.name}, as {same}; rename one"
        fault = fault or fault_of_file(path, root, inside)
        if fault:
            problems.append(f"{image.place}: {fault}")
        else:
            located[image.place] = Located(image.place, path)
    return located
