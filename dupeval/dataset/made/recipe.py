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

from dupeval.dataset.images import open_rgb
from dupeval.dataset.made.files import Files
from dupeval.dataset.made.looks import Look, is_grey, look_at_all
from dupeval.dataset.made.queries import deal
from dupeval.dataset.made.settings import MadeSettings
from dupeval.dataset.made.twice import find_twice, together
from dupeval.dataset.making.edits import possible_aspects
from dupeval.dataset.making.photographs import LONGER_SIDE, Photograph, fit
from dupeval.dataset.making.recipe import Load, Recipe, level_sha256
from dupeval.dataset.making.records import Record
from dupeval.errors import InputError
from dupeval.files import json_sha256
from dupeval.sources import source_sha256

NAMED = 5
# What makes the files, besides the photographs.
MODULES = (__name__, "dupeval.dataset.making.build")


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
        self._told: list[str] = []

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

    def photographs(self) -> list[Photograph]:
        """Look at all photographs and divide those that are different into queries.

        Raises
        ------
        InputError
            With every photograph that cannot be decoded, is too small, or is there twice.
        """
        problems: list[str] = []
        seen = look_at_all(self.files.images, problems, self._progress)
        known = [place for place, look in enumerate(seen) if look is not None]
        looks: list[Look] = [look for look in seen if look is not None]
        different = self._different(known, looks, problems)
        if problems:
            raise InputError(self._source, problems)
        images = [self.files.images[known[place]] for place in different]
        looks = [looks[place] for place in different]

        def vectors() -> npt.NDArray[np.float32]:
            if self.settings.embedding is None:
                return np.array([look.vector for look in looks])
            return np.array(list(self.settings.embedding.vectors(images)))

        dealt = deal(self.settings, [image.name for image in images], vectors)
        self._told += dealt.told
        return [
            Photograph(
                slug, slug, images[place].name, "", self._avoid(looks[place]), images[place].sha256
            )
            for slug, places in dealt.queries.items()
            for place in places
        ]

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
        return {"told": self._told}

    def warnings(self, root: Path, stamp: Mapping[str, Any]) -> Iterator[str]:
        """Say that, and which files are no images."""
        if self.files.passed_over:
            n = sum(number for _, number in self.files.passed_over)
            endings = ", ".join(f"{number} {ending}" for ending, number in self.files.passed_over)
            yield f"{self.files.source}: {n} files are no images by name ({endings})"
        yield from (f"{root}: {sentence}" for sentence in stamp["told"])

    @property
    def _source(self) -> str:
        return f"the folder of photographs {self.files.source}"

    def _different(
        self, known: Sequence[int], looks: Sequence[Look], problems: list[str]
    ) -> list[int]:
        """Return the places in `known` of photographs that are different."""
        images = [self.files.images[place] for place in known]
        twice = find_twice(images, looks, self._progress)
        if twice and self.settings.near_duplicates == "refuse":
            problems += [
                f"{images[pair.second].name}: "
                f"{'the same file as' if pair.is_exact else 'nearly the same picture as'} "
                f"{images[pair.first].name}; possible: dataset.near_duplicates=skip"
                for pair in twice
            ]
        left_out: dict[int, int] = {}
        for group in together(twice):
            largest = max(group, key=lambda place: np.prod(looks[place].size))
            left_out |= {place: largest for place in group if place != largest}
        if left_out:
            named = [
                f"{images[out].name!r} for {images[kept].name!r}" for out, kept in left_out.items()
            ]
            self._told.append(
                f"{len(left_out):,} of {len(images):,} photographs are left out, being copies of "
                f"others: {', '.join(named[:NAMED])}{', ...' if len(named) > NAMED else ''}"
            )
        return [place for place in range(len(images)) if place not in left_out]

    def _avoid(self, look: Look) -> frozenset[str]:
        """Return what would do nothing to a photograph, or too much."""
        aspects = self.making.level.edits.get("aspect")
        return frozenset(
            family
            for family, is_avoided in (
                ("greyscale", look.is_faint),
                ("aspect", aspects and not possible_aspects(look.size, aspects["kept"])),
            )
            if is_avoided
        )
