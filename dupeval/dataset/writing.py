"""Writing a dataset as a folder of images and tables, as `dupeval.dataset.folder` reads it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tqdm import tqdm

from dupeval.dataset import Dataset, Query
from dupeval.dataset.making.records import csv_text
from dupeval.errors import SettingsError
from dupeval.files import whole_folder

LABELS = ("query", "image", "photograph", "edit", "scene")
PAIRS = ("query", "image_a", "image_b", "verdict")


def table_texts(
    titles: Mapping[str, str], labels: Iterable[Sequence[str]], pairs: Iterable[Sequence[str]]
) -> dict[str, str]:
    """Return the text of each table by the name of its file.

    Parameters
    ----------
    titles : mapping of str to str
        Of queries, by their names.
    labels : iterable of sequence of str
        An image a row: the columns `LABELS`.
    pairs : iterable of sequence of str
        What is said of single pairs: the columns `PAIRS`. Without any there is no such file.
    """
    said = list(pairs)
    return {
        "queries.csv": csv_text(["query", "title"], titles.items()),
        "labels.csv": csv_text(LABELS, labels),
        **({"pairs.csv": csv_text(PAIRS, said)} if said else {}),
    }


def write_folder(dataset: Dataset, root: Path, progress: bool = False) -> None:
    """Copy a dataset's images into a new folder, with its tables; whole or not at all.

    Parameters
    ----------
    dataset : Dataset
    root : Path
        Must be missing, or an empty folder.
    progress : bool, default False
        Show a bar while images are copied.

    Raises
    ------
    SettingsError
        If something is there.
    OSError
        If a file cannot be read or written.
    """
    refuse_full(root)
    with whole_folder(root) as folder:
        bar = tqdm(total=len(dataset.images), desc="copying", unit="image", disable=not progress)
        with bar:
            for query in dataset.queries:
                (folder / "images" / query.slug).mkdir(parents=True)
                for image in query.images:
                    copy = folder / "images" / query.slug / image.name
                    with image.open() as original, copy.open("xb") as file:
                        shutil.copyfileobj(original, file)
                    bar.update()
        for name, text in _tables(dataset).items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        refuse_full(root)  # Somebody else may have been quicker.


def refuse_full(root: Path) -> None:
    """Make sure that a folder can be written without losing what is there.

    Raises
    ------
    SettingsError
    """
    if root.is_symlink() or root.is_file() or (root.is_dir() and any(root.iterdir())):
        raise SettingsError(f"{root} is there already; possible: a folder that is not, or is empty")


def _tables(dataset: Dataset) -> dict[str, str]:
    return table_texts(
        {query.slug: query.title for query in dataset.queries},
        (
            (query.slug, image.name, label.photograph, label.edit, label.scene)
            for query in dataset.queries
            for image, label in query.with_labels
        ),
        (row for query in dataset.queries for row in _pairs(query)),
    )


def _pairs(query: Query) -> Iterator[tuple[str, ...]]:
    names = [image.name for image in query.images]
    for first, second, said in query.verdicts:
        yield query.slug, names[first], names[second], said
