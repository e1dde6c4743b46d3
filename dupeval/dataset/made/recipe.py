"""One's own photographs as a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import open_rgb
from dupeval.dataset.made.files import Files
from dupeval.dataset.made.looks import Look, is_grey, look_at_all
from dupeval.dataset.made.queries import deal
from dupeval.dataset.made.settings import MadeSettings
from dupeval.dataset.made.twice import Twice, find_twice, together
from dupeval.dataset.making.edits import possible_aspects
from dupeval.dataset.making.photographs import LONGER_SIDE, Photograph, fit
from dupeval.dataset.making.recipe import Load, Recipe, level_sha256
from dupeval.dataset.making.records import Record
from dupeval.errors import InputError
from dupeval.files import json_sha256
from dupeval.sources import source_sha256
from dupeval.text import visible

NAMED = 5
# What makes the files, besides the photographs.
MODULES = (__name__, "dupeval.dataset.making.build")

Seen = tuple[ImageHandle, Look]


class Made(Recipe):
    """Copies of the photographs in a folder.

    Parameters
    ----------
    settings : MadeSettings
    files : Files
    progress : bool, default False
        Show bars while photographs are looked at.
    """

    stamp_file: ClassVar[str] = "made.json"
    what: ClassVar[str] = "dupeval made dataset"
    called: ClassVar[str] = "made dataset"

    def __init__(self, settings: MadeSettings, files: Files, progress: bool = False) -> None:
        self.settings, self.files, self._progress = settings, files, progress
        self.making = settings.making

    @property
    def name(self) -> str:
        """The name, level and draw, such as ``made-news-0``."""
        return f"{self.settings.name}-{self.settings.level}-{self.settings.draw}"

    @cached_property
    def _made_from(self) -> Mapping[str, Any]:
        own = self.settings
        listed = [[image.name, image.sha256] for image in self.files.images]
        embeddings = [] if own.embedding is None else [own.embedding]
        return {
            "dataset": self.name,
            "level_sha256": level_sha256(self.making.level),
            "photographs": len(listed),
            "photographs_sha256": json_sha256(listed),
            "queries": own.queries,
            "n_queries": own.n_queries,
            "images_a_query": own.images_a_query,
            "near_duplicates": own.near_duplicates,
            "embedding": [dict(embedding.key) for embedding in embeddings],
            "source_sha256": source_sha256(*embeddings, modules=MODULES),
        }

    def made_from(self) -> Mapping[str, Any]:
        """Return the settings, the hash of all photographs' names and hashes, that of the code."""
        return self._made_from

    def photographs(self) -> Sequence[Photograph]:
        """Look at all photographs and divide those that are different into queries.

        Raises
        ------
        InputError
            With every photograph that cannot be decoded, is too small, or is there twice.
        """
        return self._chosen[0]

    @cached_property
    def _chosen(self) -> tuple[Sequence[Photograph], Sequence[str]]:
        """The photographs in their queries, and what a person may not have expected."""
        different, left_out = self._different()
        images, looks = [image for image, _ in different], [look for _, look in different]

        def vectors() -> npt.NDArray[np.float32]:
            if self.settings.embedding is None:
                return np.array([look.vector for look in looks])
            return np.array(list(self.settings.embedding.vectors(images)))

        dealt = deal(self.settings, [image.name for image in images], vectors)
        photographs = [
            Photograph(
                slug, slug, images[place].name, "", self._avoid(looks[place]), images[place].sha256
            )
            for slug, places in dealt.queries.items()
            for place in places
        ]
        return photographs, (*_told(left_out, len(self.files.images)), *dealt.told)

    def _different(self) -> tuple[list[Seen], list[tuple[str, str]]]:
        """Return the photographs to take, and the names of others with those taken for them."""
        problems: list[str] = []
        looks = look_at_all(self.files.images, problems, self._progress)
        both = zip(self.files.images, looks, strict=True)
        seen = [(image, look) for image, look in both if look is not None]
        twice = find_twice(seen, self._progress)
        if self.settings.near_duplicates == "refuse":
            problems += [_said(pair, seen) for pair in twice]
        if problems:
            raise InputError(f"the folder of photographs {self.files.source}", problems)
        left_out = _left_out(twice, [look for _, look in seen])
        names = [(seen[out][0].name, seen[kept][0].name) for out, kept in left_out.items()]
        return [one for place, one in enumerate(seen) if place not in left_out], names

    @contextmanager
    def opened(self) -> Iterator[Load]:
        """Have the folder's files at hand."""
        images = {image.sha256: image for image in self.files.images}

        def load(photographs: Sequence[Photograph]) -> list[Image.Image]:
            # Only files with the same bytes are one.
            picture = open_rgb(images[photographs[0].sha256])
            return [fit(picture.convert("L") if is_grey(picture) else picture, LONGER_SIDE)]

        yield load

    def remarks(self, records: Sequence[Record]) -> Mapping[str, Any]:
        """Return what a person may not have expected."""
        return {"told": list(self._chosen[1])}

    def warnings(self, root: Path, stamp: Mapping[str, Any]) -> Iterator[str]:
        """Say that, and which files are no images."""
        if self.files.passed_over:
            n = sum(number for _, number in self.files.passed_over)
            endings = ", ".join(f"{number} {ending}" for ending, number in self.files.passed_over)
            yield visible(f"{self.files.source}: {n:,} files are no images by name ({endings})")
        yield from (visible(f"{root}: {sentence}") for sentence in stamp["told"])

    def _avoid(self, look: Look) -> frozenset[str]:
        """Return what would do nothing to a photograph, or too much."""
        aspects = self.making.level.edits.get("aspect")
        is_long = aspects is not None and not possible_aspects(look.size, aspects["kept"])
        avoided = {"greyscale": look.is_faint, "aspect": is_long}
        return frozenset(family for family, is_avoided in avoided.items() if is_avoided)


def _said(pair: Twice, seen: Sequence[Seen]) -> str:
    first, second = (seen[place][0].name for place in (pair.first, pair.second))
    what = "the same file as" if pair.is_exact else "nearly the same picture as"
    return f"{second}: {what} {first}; dataset.near_duplicates=skip takes one of them"


def _left_out(twice: Sequence[Twice], looks: Sequence[Look]) -> dict[int, int]:
    """Return those that are not taken, each with the one that is: the largest, or the first."""
    left_out: dict[int, int] = {}
    for group in together(twice):
        largest = max(group, key=lambda place: looks[place].size[0] * looks[place].size[1])
        left_out |= {place: largest for place in group if place != largest}
    return left_out


def _told(names: Sequence[tuple[str, str]], photographs: int) -> Iterator[str]:
    if names:
        listed = ", ".join(f"{out} for {kept}" for out, kept in names[:NAMED])
        yield (
            f"{len(names):,} of {photographs:,} photographs are left out, being copies of others: "
            f"{listed}{', ...' if len(names) > NAMED else ''}"
        )
