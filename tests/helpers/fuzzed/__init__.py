"""Targets for fuzzing: each reads bytes of others, and raises on a finding alone.

An input is the name of the part of a target that it is meant for, a line break, and what that
reads. Of other inputs nothing is asked.
"""

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from fake_dataset import byte_copies

from dupeval.dataset import Dataset
from dupeval.errors import DupevalError
from dupeval.text import visible

NAMES = ("labels", "tool_outputs", "importers", "manifests")
QUERIES = {"one": {"a.png": "p", "b.png": "p", "c.png": "q"}, "두": {"a.png": "p", "b.png": "q"}}
# A person reads what is wrong.
MOST_TOLD, MOST_A_LINE = 25_000, 1_100

Part = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """What hands each input to the part that it names."""

    parts: Mapping[str, Part]

    def __call__(self, content: bytes) -> None:
        name, _, rest = content.partition(b"\n")
        part = self.parts.get(name.decode("latin-1"))
        if part is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                part(rest)


@cache
def scratch(name: str) -> Path:
    """Return a path in a folder of its own that is there until Python ends."""
    folder = Path(tempfile.mkdtemp(prefix="dupeval-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / name


@cache
def dataset() -> Dataset:
    """Return a dataset that nothing changes."""
    return byte_copies(scratch("whole"), QUERIES)


def check(error: DupevalError) -> None:
    """Make sure that a person can read an error."""
    lines = str(error).split("\n")
    assert all(visible(line) == line for line in lines), str(error)
    assert 0 < len(str(error)) <= MOST_TOLD, f"{len(str(error))} characters"
    assert max(map(len, lines)) <= MOST_A_LINE, f"{max(map(len, lines))} characters a line"


def read_or_told(read: Callable[[], Any]) -> Any:
    """Return what is read, or None if it is said what is wrong."""
    try:
        return read()
    except DupevalError as error:
        check(error)
        return None


def target(name: str) -> Target:
    """Return one of `NAMES`."""
    found: Target = import_module(f"fuzzed.{name}").TARGET
    return found
