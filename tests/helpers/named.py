"""Datasets whose names are given."""

import csv
from collections.abc import Sequence
from pathlib import Path

from fake_photographs import photograph


def write_tables(
    root: Path, titles: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]
) -> None:
    """Write the tables of a dataset."""
    heads = {"queries.csv": ("query", "title"), "labels.csv": LABELS}
    root.mkdir(parents=True, exist_ok=True)
    for name, lines in (("queries.csv", titles), ("labels.csv", rows)):
        with (root / name).open(
            "w", encoding="utf-8", errors="surrogateescape", newline=""
        ) as file:
            csv.writer(file).writerows([heads[name], *lines])


LABELS = ("query", "image", "photograph", "edit", "scene")


def write_image(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    photograph(seed).resize((64, 48)).save(path, "PNG")


def small_dataset(root: Path) -> None:
    """Write a dataset of one query of three images."""
    for i, image in enumerate("abc"):
        write_image(root / "images" / "one" / image, i // 2)
    labels = [("one", image, shown, "", "") for image, shown in zip("abc", "ppq", strict=True)]
    write_tables(root, [("one", "T")], labels)
