"""What a made dataset is made of, and how: all that decides its files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from PIL import Image

from dupeval.dataset.making.levels import Level, Making
from dupeval.dataset.making.photographs import Photograph
from dupeval.dataset.making.records import Record
from dupeval.files import json_sha256

# Gives the pictures of photographs that are in one file, each of mode RGB or L.
Load = Callable[[Sequence[Photograph]], Sequence[Image.Image]]


class Recipe(ABC):
    """Photographs and the making of their copies; a subclass is a source of photographs.

    Attributes
    ----------
    making : Making
        The level and the draw.
    stamp_file : str
        What the file is called that says of a folder that it is finished.
    what : str
        What that file says the folder is.
    called : str
        The same in sentences.
    """

    making: Making
    stamp_file: ClassVar[str]
    what: ClassVar[str]
    called: ClassVar[str]

    @property
    @abstractmethod
    def name(self) -> str:
        """What tables call the dataset, such as ``standin-study-0``."""

    @abstractmethod
    def made_from(self) -> Mapping[str, Any]:
        """Return, as JSON values, what a finished folder must have been made from."""

    @abstractmethod
    def photographs(self) -> Sequence[Photograph]:
        """Return all photographs, query after query."""

    @abstractmethod
    def opened(self) -> AbstractContextManager[Load]:
        """Have the photographs' files at hand."""

    def remarks(self, records: Sequence[Record]) -> Mapping[str, Any]:
        """Return, as JSON values, what is to be known of a dataset that was made just now."""
        return {}

    def warnings(self, root: Path, stamp: Mapping[str, Any]) -> Iterator[str]:
        """Give what a person is told at each reading, by the remarks in a finished folder."""
        return iter(())


def level_sha256(level: Level) -> str:
    """Return one hash of all that a level says."""
    # Without what it leaves empty: levels stay what they were when others get more to say.
    return json_sha256({name: value for name, value in asdict(level).items() if value})
