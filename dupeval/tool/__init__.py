"""External tools: somebody else's programs that find copies, run for real.

A new tool is one new module here and one YAML: a class that says which versions it needs, and
turns images into distances (`DistanceTool`) or groups (`GroupTool`). What a class does here runs
in a process of its own (`dupeval.tool.worker`), on private copies with neutral names.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from dupeval.errors import NoScoresError
from dupeval.tool.executable import SHOWN, printable_lines
from dupeval.tool.hashes import Hashes
from dupeval.versions import version

# What is said of one setting: distances in scipy's condensed order, None or NaN where the tool
# could not read an image; hashes, whose distance is the number of bits that differ; or groups of
# images, by their places.
Distances = list[float | None] | npt.NDArray[np.float64] | Hashes
Groups = list[list[int]]
Answer = Distances | Groups
_T = TypeVar("_T")

# Larger ones have no sums.
MOST_DISTANCE = 1e300
# Of images that a tool cannot read, so many are named.
MOST_NAMED = 10


class ToolNote(UserWarning):
    """What a user should know of a tool's answer; images are called as the tool sees them."""


class Tool(ABC):
    """A program that finds copies among the images of a folder."""

    @property
    def settings(self) -> Sequence[Mapping[str, Any]]:
        """The values of its parameters that can be chosen, but for a threshold of distances."""
        return ({},)

    @abstractmethod
    def versions(self) -> Mapping[str, str]:
        """Return the version of the tool, and of whatever else changes its answers.

        Raises
        ------
        NoScoresError
            If the tool is missing; the reason tells how to install it.
        """

    @abstractmethod
    def answers(self, images: Sequence[Path]) -> Sequence[Answer]:
        """Return what the tool says of images, for each of its settings.

        Raises
        ------
        NoScoresError
            If the tool fails.
        """

    @abstractmethod
    def problem(self, answer: Any, n_images: int) -> str | None:
        """Say in a sentence what is wrong with what was told of one setting; None if nothing is."""

    @property
    def needs(self) -> Sequence[str]:
        """Paths of what it reads besides the images, Python's packages and the system's programs.

        All else of the user's is not there for it.
        """
        return ()

    @property
    def parameters(self) -> Mapping[str, Any]:
        """All its settings as JSON values; they make an equal tool in another process."""
        values: Mapping[str, Any] = TypeAdapter(type(self)).dump_python(self, mode="json")
        return values

    @property
    def key(self) -> Mapping[str, Any]:
        """Everything besides the images and the source that changes answers, as JSON values."""
        return {
            "tool": f"{type(self).__module__}.{type(self).__qualname__}",
            "parameters": self.parameters,
            "versions": dict(self.versions()),
        }


class DistanceTool(Tool):
    """A tool that says how far apart images are; its groups are the connected components."""

    @abstractmethod
    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        """See `Tool.answers`."""

    def problem(self, answer: Any, n_images: int) -> str | None:
        """See `Tool.problem`."""
        n_pairs = n_images * (n_images - 1) // 2
        if isinstance(answer, Hashes):
            return _problem_of_hashes(answer, n_images)
        if isinstance(answer, np.ndarray) and answer.shape == (n_pairs,):
            # Of so many the first that is wrong is enough.
            wrong = answer[~(np.isnan(answer) | ((answer >= 0) & (answer <= MOST_DISTANCE)))]
            return _problem_of_distances(wrong[:1].tolist())
        answer = answer.tolist() if isinstance(answer, np.ndarray) else answer
        if not isinstance(answer, list) or len(answer) != n_pairs:
            told = f"{len(answer):,} distances" if isinstance(answer, list) else "no list"
            return f"it told {told} in place of {n_pairs:,}, one for each pair of {n_images} images"
        return _problem_of_distances(answer)


class GroupTool(Tool):
    """A tool that only says which images belong together, at each value of its parameter."""

    # What its one parameter is called where a choice is shown.
    parameter: ClassVar[str] = "value"

    @property
    @abstractmethod
    def choices(self) -> Sequence[Any]:
        """The values of the parameter that can be chosen; empty if it has none."""

    @property
    def settings(self) -> Sequence[Mapping[str, Any]]:
        """See `Tool.settings`."""
        return tuple({self.parameter: value} for value in self.choices) or ({},)

    @abstractmethod
    def groups(self, images: Sequence[Path], setting: Mapping[str, Any]) -> Iterable[Iterable[str]]:
        """Return the names or paths of the images of each group, as the tool gives them."""

    def answers(self, images: Sequence[Path]) -> Sequence[Groups]:
        """See `Tool.answers`."""
        return [places(self.groups(images, setting), images) for setting in self.settings]

    def problem(self, answer: Any, n_images: int) -> str | None:
        """See `Tool.problem`."""
        if not isinstance(answer, list) or not all(isinstance(group, list) for group in answer):
            return "what it told is no list of groups"
        for image in (image for group in answer for image in group):
            if type(image) is not int or not 0 <= image < n_images:
                return (
                    f"it told of the image {_shown(image)}, of {n_images} that are counted from 0"
                )
        return None


def _problem_of_distances(distances: Iterable[Any]) -> str | None:
    for distance in distances:
        if not (distance is None or (_is_number(distance) and 0 <= distance <= MOST_DISTANCE)):
            return f"it told the distance {_shown(distance)}; possible: from 0 to 1e300, or none"
    return None


def _problem_of_hashes(hashes: Hashes, n_images: int) -> str | None:
    if len(hashes) != n_images or len(hashes.known) != n_images:
        return f"it told {len(hashes):,} hashes of {n_images} images"
    return None


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _shown(value: Any) -> str:
    return repr(value)[:100]


def places(groups: Iterable[Iterable[str]], images: Sequence[Path]) -> Groups:
    """Turn a tool's names of images into their places.

    Raises
    ------
    NoScoresError
        If a name is none of the images'.
    """
    # Tools name an image as they were given it, by its name alone, or with links resolved.
    place = {
        name: i
        for i, path in enumerate(images)
        for name in (str(path), path.name, f"./{path.name}", str(path.resolve()))
    }
    found: Groups = []
    for group in groups:
        names = list(group)
        unknown = [name for name in names if name not in place]
        if unknown:
            name = unknown[0]
            reason = f"its output names {name[:100]!r}, which is none of the images"
            if sum(path.name in name for path in images) > 1:
                reason += " but holds several: is the output format or the separator another?"
            raise NoScoresError("failed", reason)
        found.append([place[name] for name in names])
    return found


def package_versions(packages: Iterable[str], hint: str) -> dict[str, str]:
    """Return the versions of Python packages.

    Raises
    ------
    NoScoresError
        If one is missing; `hint` tells how to install it.
    """
    try:
        return {package: version(package) for package in packages}
    except PackageNotFoundError as error:
        raise NoScoresError(
            "missing", f"the Python package {error.name} is not installed; {hint}"
        ) from None


def of_each(images: Sequence[Path], read: Callable[[Path], _T]) -> list[_T | None]:
    """Return what `read` makes of each image; of one that it cannot read, None and a note."""
    found: list[_T | None] = []
    unread: dict[str, str] = {}
    for path in images:
        try:
            found.append(read(path))
        except Exception as error:
            # Packages raise almost anything at what they cannot read; the note tells it.
            found.append(None)
            unread[path.name] = f"{type(error).__name__}: {error}"
    note_unread(unread, len(images))
    return found


def note_unread(unread: Mapping[str, str], n_images: int) -> None:
    """Tell of images that a tool could not read: by name, each with the reason if it is known.

    Warns
    -----
    ToolNote
        If there are any.
    """
    if not unread:
        return
    told = [
        f"'{name}' ({' '.join(printable_lines(reason))[:SHOWN]})" if reason else f"'{name}'"
        for name, reason in list(unread.items())[:MOST_NAMED]
    ]
    if len(unread) > MOST_NAMED:
        told.append(f"and {len(unread) - MOST_NAMED} more")
    warnings.warn(
        f"cannot read {len(unread)} of {n_images} images, which count as alone: {', '.join(told)}",
        ToolNote,
        stacklevel=2,
    )
