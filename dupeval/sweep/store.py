"""Outcomes kept on disk, by all that changes them: what is finished is never computed again."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from dupeval.dataset import Dataset
from dupeval.engine.folds import Folds
from dupeval.files import check_regular, json_sha256, whole_file
from dupeval.method.vectors import OF_CLUSTERING, OF_REDUCTION, VectorMethod
from dupeval.metrics import PairCurve
from dupeval.sweep.outcome import Best, Outcome

# Part of every key: to be raised when the code changes what comes of a setting.
OUTCOME = 2
# They may round otherwise from release to release.
LIBRARIES = ("numpy", "scipy", "scikit-learn")
COLUMNS = ("thresholds", "tp", "fp", "fn", "tn")

Tensors = Mapping[str, npt.NDArray[Any]]


def outcome_key(method: VectorMethod, dataset: Dataset, held_out: bool, folds: Folds) -> str:
    """Return the SHA-256 of the canonical JSON of all that changes what comes of a setting.

    Parameters
    ----------
    method : VectorMethod
        With the setting's parameters.
    dataset : Dataset
    held_out : bool
        Whether what is best while a query is held out is part of the outcome.
    folds : Folds
    """
    reduction = method.reduction
    return json_sha256(
        {
            "outcome": OUTCOME,
            "dataset": dataset.fingerprint,
            "representation": dict(method.representation.key),
            "reduction": reduction and {name: getattr(reduction, name) for name in OF_REDUCTION},
            "clustering": {name: getattr(method, name) for name in OF_CLUSTERING},
            "held_out": held_out,
            "folds": [sorted(fold) for fold in folds.members],
            "libraries": {name: version(name) for name in LIBRARIES},
        }
    )


class OutcomeStore:
    """One file for each outcome.

    Runs at the same time may share it: files appear whole, and equal names mean equal content.

    Parameters
    ----------
    folder : Path
        Made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome."""
        curves = outcome.curves
        tensors: dict[str, npt.NDArray[Any]] = {
            name: np.concatenate([getattr(curve, name) for curve in curves]) for name in COLUMNS
        }
        tensors["n_cuts"] = np.array([len(curve) for curve in curves])
        tensors["held_out"] = np.array(outcome.held_out, np.float64).reshape(-1, 2)
        with whole_file(self._file_of(key)) as path:
            path.write_bytes(save(tensors, {"sha256": _sha256(key, tensors)}))

    def load(self, key: str) -> Outcome | None:
        """Return an outcome, or None if there is none.

        Warns
        -----
        UserWarning
            If the file is damaged; it counts as none.
        """
        path = self._file_of(key)
        if not path.exists():
            return None
        tensors: dict[str, npt.NDArray[Any]] = {}
        try:
            check_regular(path)
            with safe_open(path, framework="np") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                expected = (file.metadata() or {}).get("sha256")
        except (SafetensorError, OSError):
            expected = ""
        if expected != _sha256(key, tensors):
            warnings.warn(f"{path} is damaged and is computed again", stacklevel=2)
            return None
        ends = np.cumsum(tensors["n_cuts"])[:-1]
        columns = [np.split(tensors[name], ends) for name in COLUMNS]
        curves = tuple(PairCurve(*column) for column in zip(*columns, strict=True))
        return Outcome(curves, tuple(Best(*row) for row in tensors["held_out"].tolist()))

    def _file_of(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.safetensors"


def _sha256(key: str, tensors: Tensors) -> str:
    # Of the key too: an outcome that is moved to another key is not that key's.
    digest = hashlib.sha256(key.encode())
    for name in sorted(tensors):
        digest.update(f"{name}{tensors[name].shape}".encode() + tensors[name].tobytes())
    return digest.hexdigest()
