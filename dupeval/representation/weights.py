"""Networks' weights: kept once as safetensors, and checked whenever they are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from filelock import FileLock
from safetensors import SafetensorError, safe_open

from dupeval.errors import WeightsError
from dupeval.files import whole_file
from dupeval.store import remove_unfinished

if TYPE_CHECKING:
    import torch

Tensors = Mapping[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class WeightsFile:
    """A safetensors file of the project's cache and the hash of the tensors in it."""

    path: Path
    sha256: str

    def load(self) -> dict[str, torch.Tensor]:
        """Return the tensors by torchvision's names.

        Raises
        ------
        WeightsError
            If they are not the tensors that were stored.
        """
        from safetensors.torch import load_file  # noqa: PLC0415  (imports torch)

        problem = f"{self.path} is damaged; delete it and it will be fetched again"
        try:
            tensors: dict[str, torch.Tensor] = load_file(self.path)
        except (SafetensorError, OSError) as error:
            raise WeightsError(problem) from error
        if (
            tensors_sha256({name: tensor.numpy() for name, tensor in tensors.items()})
            != self.sha256
        ):
            raise WeightsError(f"the hash of its tensors does not match: {problem}")
        return tensors


def tensors_sha256(tensors: Tensors) -> str:
    """Return the SHA-256 (64 hex digits) of tensors: their names, shapes and float32 bytes."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        values = np.ascontiguousarray(tensors[name], dtype="<f4")
        digest.update(f"{name}{list(values.shape)}".encode() + values.tobytes())
    return digest.hexdigest()


def keep_weights(path: Path, fetch: Callable[[], Tensors]) -> WeightsFile:
    """Return the weights kept in a file; where it is not there yet, of what `fetch` returns.

    Raises
    ------
    WeightsError
        If the file is damaged.
    """
    from safetensors.numpy import save  # noqa: PLC0415

    path.parent.mkdir(parents=True, exist_ok=True)
    remove_unfinished(path.parent)
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            tensors = fetch()
            with whole_file(path) as temporary:
                temporary.write_bytes(save(dict(tensors), {"sha256": tensors_sha256(tensors)}))
    try:
        with safe_open(path, framework="np") as file:
            sha256 = (file.metadata() or {})["sha256"]
    except (SafetensorError, OSError, KeyError) as error:
        raise WeightsError(f"{path} is damaged; delete it and it will be fetched again") from error
    return WeightsFile(path, sha256)


def read_state_dict(path: Path, what: str) -> Mapping[str, torch.Tensor]:
    """Read a state dict: safetensors, or a file that ``torch.load(weights_only=True)`` reads.

    Raises
    ------
    WeightsError
        If it is none; `what` is what the message calls it.
    """
    import torch  # noqa: PLC0415
    from safetensors.torch import load_file  # noqa: PLC0415

    try:
        if path.suffix == ".safetensors":
            state = load_file(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # On a file that is no state dict torch.load raises almost anything.
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(f"{what} is not a state dict ({first_line})") from error
    if not isinstance(state, Mapping):
        raise WeightsError(f"{what} is not a state dict but a {type(state).__name__}")
    return state
