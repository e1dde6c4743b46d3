"""VGG16 features (Simonyan and Zisserman, arXiv:1409.1556), architecture from torchvision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.dataset import ImageHandle
from dupeval.errors import SettingsError
from dupeval.representation import Representation
from dupeval.representation.network import Device, Precision, TorchNetwork, activations
from dupeval.representation.preparation import Pixels, Resize, read_resized
from dupeval.representation.vgg_weights import build_network, find_weights
from dupeval.representation.weights import WeightsFile
from dupeval.strict import STRICT
from dupeval.versions import version

if TYPE_CHECKING:
    import torch

Layer = Literal["pool1", "pool2", "pool3", "pool4", "pool5", "gap", "gmp", "fc6", "fc7"]
Normalise = Literal["none", "l2", "power"]

# How many modules of vgg16().features, and of its classifier, lead up to a layer.
POOLS = {"pool1": 5, "pool2": 10, "pool3": 17, "pool4": 24, "pool5": 31}
CLASSIFIERS = {"fc6": 2, "fc7": 5}
# What is taken of each channel of pool5.
OF_CHANNELS: Mapping[str, Callable[..., npt.NDArray[np.float32]]] = {"gap": np.mean, "gmp": np.max}
CHANNELS = 512  # of pool5


@dataclass(frozen=True, config=STRICT)
class VGG16(Representation):
    """The activations of one layer of VGG16.

    Attributes
    ----------
    weights_dir : Path
        Where weights are kept.
    weights : str, default "auto"
        See `dupeval.representation.vgg_weights.find_weights`.
    layer : str, default "pool5"
        ``pool1`` ... ``pool5``: a max pool, flattened (pool5 at size 224: 25088 values);
        ``gap``, ``gmp``: the mean, or the largest, of each channel of pool5 over the image (512);
        ``fc6``, ``fc7``: a fully connected layer after its ReLU (4096), which only full weights
        have.
    size : int, default 224
        Side in pixels of the square every image is brought to, at least 32.
    resize : {"squash", "crop", "pad"}, default "squash"
        See `dupeval.representation.preparation.read_resized`.
    mean : tuple of float, default (123.68, 116.779, 103.939)
        Subtracted from R, G, B in 0..255: the means the Oxford group trained with.
    std : tuple of float, default (1, 1, 1)
        What they are divided by then; other weights than Oxford's were trained so.
    normalise : {"none", "l2", "power"}, default "none"
        ``l2``: vectors are scaled to length 1. ``power``: before that, the square root is taken of
        each number, its sign kept, so that a few strong channels do not drown the others
        (Perronnin, Sanchez and Mensink, ECCV 2010).
    precision : {"fp32", "bf16"}, default "fp32"
        What the network computes in; vectors are float32 either way.
    device : {"auto", "cpu", "cuda"}, default "auto"
        ``auto`` is CUDA when there is one.
    batch_size : int, optional
        Images a forward pass; by default what was measured fastest: 2 on a CPU (larger ones leave
        its caches), 64 on CUDA. The last batch is filled up, so that an image's vector does not
        depend on how many others are computed with it.
    """

    weights_dir: Path
    weights: str = "auto"
    layer: Layer = "pool5"
    size: PositiveInt = 224
    resize: Resize = "squash"
    mean: tuple[float, float, float] = (123.68, 116.779, 103.939)
    std: tuple[PositiveFloat, PositiveFloat, PositiveFloat] = (1.0, 1.0, 1.0)
    normalise: Normalise = "none"
    precision: Precision = "fp32"
    device: Device = "auto"
    batch_size: PositiveInt | None = None

    def __post_init__(self) -> None:
        if self.size < 32:
            raise SettingsError(f"size={self.size} leaves nothing after five pools; at least 32")

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Representation.key`."""
        return {
            "representation": "vgg16",
            "weights": self.weights_file.sha256,
            "layer": self.layer,
            "size": self.size,
            "resize": self.resize,
            "mean": list(self.mean),
            "std": list(self.std),
            "normalise": self.normalise,
            "precision": self.precision,
            "pillow": version("pillow"),
            "torch": version("torch"),
        }

    @cached_property
    def weights_file(self) -> WeightsFile:
        """The weights in use, fetched the first time they are asked for."""
        return find_weights(self.weights, self.weights_dir)

    @property
    def source(self) -> VGG16 | None:
        """What is kept, and gives all that only rearranges it: the layer as it is, and pool5."""
        if self.normalise != "none":
            return replace(self, normalise="none")
        return replace(self, layer="pool5") if self.layer in OF_CHANNELS else None

    def from_source(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Take one number of each channel of pool5, or normalise."""
        if self.normalise == "none":
            return OF_CHANNELS[self.layer](vectors.reshape(len(vectors), CHANNELS, -1), axis=2)
        if self.normalise == "power":
            vectors = np.sign(vectors) * np.sqrt(np.abs(vectors))
        from sklearn import preprocessing  # noqa: PLC0415  (half a second that most runs do without)

        scaled: npt.NDArray[np.float32] = preprocessing.normalize(vectors)
        return scaled

    def vectors(self, images: Sequence[ImageHandle]) -> Iterator[npt.NDArray[np.float32]]:
        """Yield the layer's activations, channel by channel.

        Raises
        ------
        SettingsError
            If the layer is not in the weights, or the device is not in the machine.
        """
        if self.source is not None:
            for vector in self.source.vectors(images):
                yield self.from_source(vector[None])[0]
            return
        network = TorchNetwork.on(self.device, self._network(), self.mean, self.std, self.precision)
        yield from activations(network, images, self._read, self.size, self.batch_size)

    def _read(self, image: ImageHandle) -> Pixels:
        return read_resized(image, self.size, self.resize)

    def _network(self) -> torch.nn.Sequential:
        """Return the network up to the layer, with its weights."""
        import torch  # noqa: PLC0415  (a run that finds all vectors stored never needs it)

        vgg = build_network()
        modules = list(vgg.features[: POOLS.get(self.layer, POOLS["pool5"])])
        if self.layer in CLASSIFIERS:
            modules += [vgg.avgpool, torch.nn.Flatten()]
            modules += vgg.classifier[: CLASSIFIERS[self.layer]]
        tensors = self.weights_file.load()
        if self.layer in CLASSIFIERS and "classifier.0.weight" not in tensors:
            raise SettingsError(
                f"layer={self.layer} needs the full VGG16, but vgg.weights={self.weights} holds "
                f"its convolutions only; give a full state dict, or one of "
                f"{', '.join([*POOLS, *OF_CHANNELS])}"
            )
        vgg.load_state_dict(tensors, strict=False, assign=True)
        return torch.nn.Sequential(*modules).eval()
