"""What took long to make, kept on disk by all that changes it: vectors, replies, outcomes.

An entry is one safetensors file: named numpy tensors, and some JSON about them. Its name is the
SHA-256 of its key's canonical JSON; a checksum of key and content is in it, so that an entry that
is damaged, or was moved to another key, is none.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from dupeval.errors import StoreError
from dupeval.files import canonical_json, open_regular, whole_file

Tensors = Mapping[str, npt.NDArray[Any]]
_T = TypeVar("_T")

# What is older belongs to a run that was killed: writing an entry takes no hour.
UNFINISHED_S = 3600.0
# What reading raises that finds something else than it expects.
NOT_AS_WRITTEN = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError),
)
# More than the distances of 20,000 images; what is larger is no entry.
MOST_BYTES = 4 * 2**30


@dataclass(frozen=True, eq=False)
class Entry:
    """What is kept under a key.

    Attributes
    ----------
    tensors : mapping of str to ndarray
    about : mapping
        JSON values.
    """

    tensors: Tensors = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    def array(self, name: str, kind: type[np.generic], *shape: int | None) -> npt.NDArray[Any]:
        """Return a tensor of a kind and a shape, in which None is any length.

        Raises
        ------
        LookupError, ValueError
            If it is not there, or another; see `Store.read`.
        """
        values = self.tensors[name]
        lengths = zip(shape, values.shape, strict=True)
        if values.dtype != kind or any(n not in (None, length) for n, length in lengths):
            raise ValueError(f"{name} is of another kind or shape")
        return values

    @property
    def spent(self) -> tuple[float, float]:
        """Wall and CPU seconds, of those entries that tell them.

        Raises
        ------
        LookupError, ValueError
            If this is none of them; see `Store.read`.
        """
        wall_s, cpu_s = self.about["wall_s"], self.about["cpu_s"]
        if not (isinstance(wall_s, int | float) and isinstance(cpu_s, int | float)):
            raise ValueError("no seconds")
        return wall_s, cpu_s


@dataclass(frozen=True)
class Store:
    """A folder of entries.

    Runs at the same time may share it: files appear whole, and equal names mean equal content.

    Attributes
    ----------
    folder : Path
        Made when needed.
    """

    folder: Path

    def __post_init__(self) -> None:
        remove_unfinished(self._unfinished)

    def get(self, key: Mapping[str, Any]) -> Entry | None:
        """Return an entry, or None if there is none.

        Parameters
        ----------
        key : mapping
            Everything that changes the content, as JSON values: settings, the hashes of images,
            the source of the code that makes it (`dupeval.sources`), versions of packages.

        Raises
        ------
        StoreError
            If it cannot be read.

        Warns
        -----
        UserWarning
            If it is damaged, or no regular file; it counts as none.
        """
        text = canonical_json(key)
        path = self._path(text)
        with _told(path, "read"):
            try:
                mode = path.lstat().st_mode
                if stat.S_ISDIR(mode):
                    raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
                content = _content(path) if stat.S_ISREG(mode) else b""
            except FileNotFoundError:
                return None
        entry = _unpacked(content, text)
        if entry is None:
            warnings.warn(_damaged(path), stacklevel=2)
        return entry

    def read(self, key: Mapping[str, Any], made_of: Callable[[Entry], _T]) -> _T | None:
        """Return what is made of an entry, or None if there is none; see `get`.

        A checksum says that an entry is as it was written, not that it was written well.

        Parameters
        ----------
        key : mapping
        made_of : callable
            Takes the entry. That it raises ValueError, LookupError, TypeError, AttributeError,
            ArithmeticError or RecursionError says that it is damaged.
        """
        entry = self.get(key)
        if entry is None:
            return None
        try:
            return made_of(entry)
        except NOT_AS_WRITTEN:
            warnings.warn(_damaged(self._path(canonical_json(key))), stacklevel=2)
            return None

    def put(self, key: Mapping[str, Any], entry: Entry) -> None:
        """Keep an entry, in place of what was under its key.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        text = canonical_json(key)
        path = self._path(text)
        # Contiguous, because safetensors stores the memory as it lies.
        tensors = {name: np.ascontiguousarray(values) for name, values in entry.tensors.items()}
        # One text, for several would come in any order.
        content = save(tensors, {"entry": _description(text, tensors, entry.about)})
        with _told(path, "written"), whole_file(path, self._unfinished) as temporary:
            temporary.write_bytes(content)

    def _path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return self.folder / f"{name[:2]}/{name}.safetensors"

    @property
    def _unfinished(self) -> Path:
        return self.folder / "unfinished"


def _damaged(path: Path) -> str:
    return f"{path} is damaged and is computed again"


@cache
def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files of runs that were killed, once in each process.

    Parameters
    ----------
    folder : Path
        Of such files of `dupeval.files.whole_file`, and maybe others.
    """
    # Who may only read has nothing to clear away.
    with suppress(OSError):
        for path in folder.glob(".*.tmp"):
            with suppress(FileNotFoundError):
                if path.lstat().st_mtime < time.time() - UNFINISHED_S:
                    path.unlink()


@contextmanager
def _told(path: Path, done: str) -> Iterator[None]:
    """Let an error of the operating system end as a sentence."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{error.filename or path} cannot be {done} ({error.strerror or error}); possible: "
            "another cache_dir, or to put that right"
        ) from error


def _content(path: Path) -> bytes:
    # Not waiting for a pipe, should it have become one.
    with open_regular(path) as file:
        return file.read() if os.fstat(file.fileno()).st_size <= MOST_BYTES else b""


def _unpacked(content: bytes, key: str) -> Entry | None:
    try:
        tensors = load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        found = header["__metadata__"]["entry"]
        about = json.loads(found)["about"]
        expected = _description(key, tensors, about)
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(about, dict):
        return None
    return Entry(tensors, about) if found == expected else None


def _description(key: str, tensors: Tensors, about: Mapping[str, Any]) -> str:
    """Return the JSON of what an entry is, with a checksum of all of it."""
    said = f'"about":{canonical_json(about)},"key":{key}'
    digest = hashlib.sha256(said.encode())
    for name in sorted(tensors):
        values = tensors[name]
        digest.update(f"{name}{values.dtype}{values.shape}".encode())
        digest.update(values.data)
    return f'{{{said},"sha256":"{digest.hexdigest()}"}}'
