"""Vectors kept on disk, by all that changes them: what is known is never computed again."""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from tqdm import tqdm

from dupeval.dataset import ImageHandle
from dupeval.files import canonical_json, check_regular, json_sha256, whole_file
from dupeval.representation import Representation


class VectorCache:
    """One file for each image's bytes and representation key.

    Runs at the same time may share it: files appear whole, and equal names mean equal content.

    Parameters
    ----------
    folder : Path
        Made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def vectors(
        self,
        images: Sequence[ImageHandle],
        representation: Representation,
        progress: bool = False,
    ) -> npt.NDArray[np.float32]:
        """Return the vectors of all images, shape (n_images, d); see `represent`."""
        return self.represent(images, representation, progress).vectors

    def represent(
        self,
        images: Sequence[ImageHandle],
        representation: Representation,
        progress: bool = False,
    ) -> Represented:
        """Return the vectors of all images and what they took, computing the missing ones.

        Parameters
        ----------
        images : sequence of ImageHandle
        representation : Representation
        progress : bool, default False
            Show a bar with images a second while computing.

        Warns
        -----
        UserWarning
            If a stored file is damaged; its vector is computed again.
        """
        if representation.source is not None:
            source = self.represent(images, representation.source, progress)
            return replace(source, vectors=representation.from_source(source.vectors))
        folder = self.folder / json_sha256(representation.key)[:24]
        known: dict[str, _Entry] = {}
        missing: dict[str, Path] = {}
        for image in images:
            if image.sha256 in known or image.sha256 in missing:
                continue
            entry = _load(_file_of(folder, image.sha256))
            if entry is None:
                missing[image.sha256] = image.path
            else:
                known[image.sha256] = entry
        if missing:
            _describe(folder, representation)
            computed = _timed(representation.vectors(list(missing.values())))
            bar = tqdm(
                computed,
                total=len(missing),
                desc=str(representation.key["representation"]),
                unit="image",
                disable=not progress,
            )
            for sha256, entry in zip(missing, bar, strict=True):
                _save(_file_of(folder, sha256), entry)
                known[sha256] = entry
        return Represented(
            np.stack([known[image.sha256].vector for image in images]),
            wall_s=sum(entry.wall_s for entry in known.values()),
            cpu_s=sum(entry.cpu_s for entry in known.values()),
            stored=not missing,
        )


@dataclass(frozen=True, eq=False)
class Represented:
    """The vectors of images and what they took when they were computed.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n_images, d)
    wall_s, cpu_s : float
        In seconds; of all images that differ, whenever they were computed. NaN if a file does
        not say.
    stored : bool
        Whether nothing had to be computed.
    """

    vectors: npt.NDArray[np.float32]
    wall_s: float
    cpu_s: float
    stored: bool


class _Entry(NamedTuple):
    vector: npt.NDArray[np.float32]
    wall_s: float
    cpu_s: float


def _timed(vectors: Iterable[npt.NDArray[np.float32]]) -> Iterator[_Entry]:
    # Of a batch the first takes all of the time: only sums mean something.
    wall, cpu = time.perf_counter(), time.process_time()
    for vector in vectors:
        yield _Entry(vector, time.perf_counter() - wall, time.process_time() - cpu)
        wall, cpu = time.perf_counter(), time.process_time()


def _file_of(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / f"{sha256}.safetensors"


def _describe(folder: Path, representation: Representation) -> None:
    with whole_file(folder / "representation.json") as path:
        path.write_text(canonical_json(representation.key), encoding="utf-8")


def _save(path: Path, entry: _Entry) -> None:
    # Contiguous, because safetensors stores the memory as it lies.
    vector = np.ascontiguousarray(entry.vector, np.float32)
    about = {
        "sha256": _sha256(path, vector),
        "wall_s": f"{entry.wall_s}",
        "cpu_s": f"{entry.cpu_s}",
    }
    with whole_file(path) as temporary:
        temporary.write_bytes(save({"vector": vector}, about))


def _load(path: Path) -> _Entry | None:
    if not path.exists():
        return None
    try:
        check_regular(path)
        with safe_open(path, framework="np") as file:
            vector: npt.NDArray[np.float32] = file.get_tensor("vector")
            about = file.metadata() or {}
        seconds = [float(about.get(name, "nan")) for name in ("wall_s", "cpu_s")]
    except (SafetensorError, OSError, ValueError):
        vector, about, seconds = np.empty(0, np.float32), {}, []
    if about.get("sha256") != _sha256(path, vector) or vector.dtype != np.float32:
        warnings.warn(f"{path} is damaged and is computed again", stacklevel=4)
        return None
    return _Entry(vector, *seconds)


def _sha256(path: Path, vector: npt.NDArray[np.float32]) -> str:
    # Of the place too: an entry that is moved to another key is not that key's.
    place = f"{path.parent.parent.name}/{path.name}\n".encode()
    return hashlib.sha256(place + vector.tobytes()).hexdigest()
