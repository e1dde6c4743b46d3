"""Tools that do what a test tells them, in the process that runs tools."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic.dataclasses import dataclass

from dupeval.clustering.hashes import HashPairs
from dupeval.strict import STRICT
from dupeval.tool import Distances, DistanceTool, GroupTool, package_versions
from dupeval.tool.hashes import Hashes


def told(answer: Distances) -> list[float | None]:
    """Return the distances that a tool told, in whichever form, None where there is none."""
    if isinstance(answer, Hashes):
        answer = HashPairs(answer.packed, answer.known).condensed()
    if not isinstance(answer, np.ndarray):
        return answer
    return [d if np.isfinite(d) else None for d in answer.tolist()]


# Lives as long as the process does.
MEMORY: dict[str, Any] = {}


def _result_of(code: str, images: Sequence[Path], **names: Any) -> Any:
    names |= {"images": images, "memory": MEMORY, "n_pairs": len(images) * (len(images) - 1) // 2}
    exec(code, names)
    return names["answer"]


@dataclass(frozen=True, config=STRICT)
class FakeDistances(DistanceTool):
    """Its distances are what ``code`` leaves as ``answer``, from the paths ``images``."""

    code: str
    version: str = "1"

    def versions(self) -> Mapping[str, str]:
        return {"fake": self.version}

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        return [_result_of(self.code, images)]


@dataclass(frozen=True, config=STRICT)
class FakeGroups(GroupTool):
    """Its groups are what ``code`` leaves as ``answer``, from ``images`` and ``setting``."""

    code: str
    values: tuple[int, ...] = ()
    version: str = "1"

    @property
    def choices(self) -> Sequence[int]:
        return self.values

    def versions(self) -> Mapping[str, str]:
        return {"fake": self.version}

    def groups(self, images: Sequence[Path], setting: Mapping[str, Any]) -> Iterable[Iterable[str]]:
        groups: Iterable[Iterable[str]] = _result_of(self.code, images, setting=setting)
        return groups


@dataclass(frozen=True, config=STRICT)
class NeedsAPackage(DistanceTool):
    """A tool whose package nobody has."""

    def versions(self) -> Mapping[str, str]:
        return package_versions(("no-such-package",), "install it with: pip install it")

    def answers(self, images: Sequence[Path]) -> Sequence[Distances]:
        raise AssertionError("a missing tool is not asked")
