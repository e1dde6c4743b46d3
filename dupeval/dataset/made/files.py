"""Which files of a folder are photographs, by their names; their pixels are not looked at."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.dataset.checking import Located, fault_of_file, hash_files
from dupeval.dataset.names import is_litter, is_text
from dupeval.errors import InputError


@dataclass(frozen=True)
class Files:
    """The photographs of a folder.

    Attributes
    ----------
    source : Path
    images : tuple of ImageHandle
        By their paths below `source`, with slashes, which are their names.
    passed_over : tuple of (str, int)
        Endings of files that are no images, and how many of each there are.
    """

    source: Path
    images: tuple[ImageHandle, ...]
    passed_over: tuple[tuple[str, int], ...]

    def path(self, image: ImageHandle) -> Path:
        """Return where an image lies."""
        return self.source / image.name


def find_files(source: Path, progress: bool = False) -> Files:
    """Find and hash the photographs in a folder and its sub-folders.

    Parameters
    ----------
    source : Path
    progress : bool, default False

    Raises
    ------
    InputError
        With every folder or file that cannot be read, is a link to a folder or out of this one,
        or has a name that is not UTF-8.
    """
    problems: list[str] = []
    if not is_text(str(source)):
        problems.append("the path is not UTF-8; rename the folder, or make a link to it")
    passed: Counter[str] = Counter()
    located: list[Located] = []
    inside = source.resolve()
    for place in _walk(source, problems):
        path = source / place
        ending = Path(place).suffix.casefold()
        if ending not in _endings():
            passed[ending or "no ending"] += 1
        elif not is_text(place):
            problems.append(f"{place}: the name is not UTF-8; rename it")
        elif fault := fault_of_file(path, source, inside):
            problems.append(f"{place}: {fault}")
        else:
            located.append(Located(place, path))
    hashes = hash_files(located, problems)
    if not located and not problems:
        problems.append("there is no image in it")
    if problems:
        raise InputError(f"the folder of photographs {source}", problems)
    return Files(
        source,
        tuple(
            ImageHandle.of(item.path, item.place, sha256)
            for item, sha256 in zip(located, hashes, strict=True)
        ),
        tuple(sorted(passed.items())),
    )


def _walk(source: Path, problems: list[str]) -> Iterator[str]:
    """Give every file's path below a folder, in order, without what systems leave behind."""

    def unreadable(error: OSError) -> None:
        place = os.path.relpath(error.filename, source)
        problems.append(f"{source if place == '.' else place}: cannot be read ({error.strerror})")

    for folder, below, names in os.walk(source, onerror=unreadable):
        place = Path(folder).relative_to(source)
        below[:] = sorted(name for name in below if not is_litter(name))
        for name in below:
            if Path(folder, name).is_symlink():
                problems.append(
                    f"{(place / name).as_posix()}: a link to a folder; have the folder itself there"
                )
        yield from ((place / name).as_posix() for name in sorted(names) if not is_litter(name))


@cache
def _endings() -> frozenset[str]:
    known = Image.registered_extensions()
    return frozenset(ending for ending, kind in known.items() if kind in Image.OPEN)
