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
from dupeval.files import json_sha256, whole_file
from dupeval.method import Setting
from dupeval.method.vectors import VectorMethod
from dupeval.metrics import PairCurve
from dupeval.sweep.outcome import Best, Outcome

# Part of every key: to be raised when the code changes what comes of a setting.
OUTCOME = 1
# They may round otherwise from release to release.
LIBRARIES = ("numpy", "scipy", "scikit-learn")
COLUMNS = ("thresholds", "tp", "fp", "fn", "tn")

Tensors = Mapping[str, npt.NDArray[Any]]


def outcome_keys(family: VectorMethod, dataset: Dataset, held_out: bool) -> list[str]:
    """Return for each setting of a family the SHA-256 of the canonical JSON of what changes it."""
    reduction = family.reduction
    common = {
        "outcome": OUTCOME,
        "dataset": dataset.fingerprint,
        "representation": dict(family.representation.key),
        "reduction": reduction and {"fit": reduction.fit, "whiten": reduction.whiten},
        "held_out": held_out,
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    return [json_sha256({**common, "setting": _complete(family, s)}) for s in family.settings]


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
            path.write_bytes(save(tensors, {"sha256": _sha256(tensors)}))

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
            with safe_open(path, framework="np") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                expected = (file.metadata() or {}).get("sha256")
        except (SafetensorError, OSError):
            expected = ""
        if expected != _sha256(tensors):
            warnings.warn(f"{path} is damaged and is computed again", stacklevel=2)
            return None
        ends = np.cumsum(tensors["n_cuts"])[:-1]
        columns = [np.split(tensors[name], ends) for name in COLUMNS]
        curves = tuple(PairCurve(*column) for column in zip(*columns, strict=True))
        return Outcome(curves, tuple(Best(*row) for row in tensors["held_out"].tolist()))

    def _file_of(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.safetensors"


def _complete(family: VectorMethod, setting: Setting) -> dict[str, Any]:
    own: dict[str, Any] = {"linkage": family.linkage, "metric": family.metric}
    if family.reduction is not None:
        own["n_components"] = family.reduction.n_components
    return {**own, **setting}


def _sha256(tensors: Tensors) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(f"{name}{tensors[name].shape}".encode() + tensors[name].tobytes())
    return digest.hexdigest()
