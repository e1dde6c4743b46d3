"""Vectors kept on disk, by all that changes them: what is known is never computed again."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from tqdm import tqdm

from dupeval.dataset import LabelledImage
from dupeval.files import canonical_json, json_sha256, whole_file
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
        images: Sequence[LabelledImage],
        representation: Representation,
        progress: bool = False,
    ) -> npt.NDArray[np.float32]:
        """Return the vectors of all images, computing the missing ones.

        Parameters
        ----------
        images : sequence of LabelledImage
        representation : Representation
        progress : bool, default False
            Show a bar with images a second while computing.

        Returns
        -------
        ndarray of float32, shape (n_images, d)

        Warns
        -----
        UserWarning
            If a stored file is damaged; its vector is computed again.
        """
        if representation.source is not None:
            source = self.vectors(images, representation.source, progress)
            return representation.from_source(source)
        folder = self.folder / json_sha256(representation.key)[:24]
        known: dict[str, npt.NDArray[np.float32]] = {}
        missing: dict[str, Path] = {}
        for image in images:
            if image.sha256 in known or image.sha256 in missing:
                continue
            vector = _load(_file_of(folder, image.sha256))
            if vector is None:
                missing[image.sha256] = image.path
            else:
                known[image.sha256] = vector
        if missing:
            _describe(folder, representation)
            computed = representation.vectors(list(missing.values()))
            bar = tqdm(
                computed,
                total=len(missing),
                desc=str(representation.key["representation"]),
                unit="image",
                disable=not progress,
            )
            for sha256, vector in zip(missing, bar, strict=True):
                _save(_file_of(folder, sha256), vector)
                known[sha256] = vector
        return np.stack([known[image.sha256] for image in images])


def _file_of(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / f"{sha256}.safetensors"


def _describe(folder: Path, representation: Representation) -> None:
    with whole_file(folder / "representation.json") as path:
        path.write_text(canonical_json(representation.key), encoding="utf-8")


def _save(path: Path, vector: npt.NDArray[np.float32]) -> None:
    # Contiguous, because safetensors stores the memory as it lies.
    vector = np.ascontiguousarray(vector, np.float32)
    with whole_file(path) as temporary:
        save_file({"vector": vector}, temporary, {"sha256": _sha256(vector)})


def _load(path: Path) -> npt.NDArray[np.float32] | None:
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="np") as file:
            vector: npt.NDArray[np.float32] = file.get_tensor("vector")
            expected = (file.metadata() or {}).get("sha256")
    except (SafetensorError, OSError):
        vector, expected = np.empty(0, np.float32), ""
    if expected != _sha256(vector) or vector.dtype != np.float32:
        warnings.warn(f"{path} is damaged and is computed again", stacklevel=3)
        return None
    return vector


def _sha256(vector: npt.NDArray[np.float32]) -> str:
    return hashlib.sha256(vector.tobytes()).hexdigest()
