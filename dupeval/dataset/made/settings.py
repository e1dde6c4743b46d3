"""What may be said of a dataset that is made of one's own photographs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dupeval.dataset.making.levels import IMAGES_A_QUERY, Making, making_of
from dupeval.dataset.names import fault_of_name
from dupeval.errors import SettingsError
from dupeval.representation import Representation

QUERIES = ("alike", "random", "subfolders")
NEAR_DUPLICATES = ("refuse", "skip")
# Of 20 images, as in the stand-in; the others are copies.
PHOTOGRAPHS_OF_20 = 11
# Fewer leave nothing to choose: which is copied, which stays alone.
LEAST_PHOTOGRAPHS = 3
IMAGES = (6, 1000)


@dataclass(frozen=True)
class MadeSettings:
    """How photographs become a dataset.

    Attributes
    ----------
    name : str, default "made"
        The first part of what tables call it, as in ``made-news-0``.
    level, draw
        See `dupeval.dataset.making.levels.making_of`.
    queries : {"alike", "random", "subfolders"}, default "alike"
        Which photographs are one query: those that look alike, any, or those of a sub-folder.
    n_queries : int, optional
        How many; by default as many as are needed to use all photographs.
    images_a_query : int, default 20
        At most; 11 of 20 are photographs as they are, the others copies.
    near_duplicates : {"refuse", "skip"}, default "refuse"
        What is done where a photograph is there twice, or nearly: all is refused, or one is taken.
    embedding : Representation, optional
        Whose vectors say what looks alike; by default `dupeval.dataset.made.looks.glance`.
    """

    name: str = "made"
    level: str = "news"
    draw: int = 0
    queries: str = "alike"
    n_queries: int | None = None
    images_a_query: int = IMAGES_A_QUERY
    near_duplicates: str = "refuse"
    embedding: Representation | None = None

    def __post_init__(self) -> None:
        making_of(self.level, self.draw, "made")
        for name, possible in (("queries", QUERIES), ("near_duplicates", NEAR_DUPLICATES)):
            if getattr(self, name) not in possible:
                raise SettingsError(
                    f"dataset.{name}={getattr(self, name)}; possible: {', '.join(possible)}"
                )
        if not isinstance(self.name, str) or fault_of_name(self.name):
            raise SettingsError(f"dataset.name={self.name}; possible: any name of a file")
        n = self.n_queries
        if n is not None and (type(n) is not int or n < 1):
            raise SettingsError(f"dataset.n_queries={n}; possible: a whole number from 1, or null")
        size = self.images_a_query
        least, most = IMAGES
        if type(size) is not int or not least <= size <= most:
            raise SettingsError(
                f"dataset.images_a_query={size}; possible: a whole number from {least} to {most:,}"
            )
        if self.embedding is not None and not isinstance(self.embedding, Representation):
            raise SettingsError(
                "dataset.embedding is no representation; possible: one of conf/representation, as "
                "+representation@dataset.embedding=vgg16"
            )

    @property
    def photographs_a_query(self) -> int:
        """How many photographs a query has at most."""
        return max(LEAST_PHOTOGRAPHS, round(self.images_a_query * PHOTOGRAPHS_OF_20 / 20))

    @property
    def making(self) -> Making:
        """Level, draw and size; the name is none of it, so that it changes no edit."""
        asked = making_of(self.level, self.draw, "made")
        return Making(
            asked.level, asked.draw, "made", self.images_a_query, self.photographs_a_query
        )


def checked_places(source: str | Path, root: Path, checked_dir: Path | None) -> Path:
    """Return the folder of photographs, in which nothing may be written.

    Raises
    ------
    SettingsError
        If something would be written in it, or the dataset lies around it.
    """
    if not isinstance(source, str | Path) or not str(source):
        raise SettingsError(f"dataset.source={source}; possible: the path of a folder, as ./2024")
    source = Path(source)
    there = source.resolve()
    for what, folder in (("dataset.root", root), ("cache_dir", checked_dir)):
        if folder is not None and folder.resolve().is_relative_to(there):
            raise SettingsError(
                f"{what}={folder} lies in dataset.source={source}, in which nothing is written; "
                "possible: a folder elsewhere"
            )
    if there.is_relative_to(root.resolve()):
        raise SettingsError(
            f"dataset.source={source} lies in dataset.root={root}; possible: a root elsewhere"
        )
    return source
