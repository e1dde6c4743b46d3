"""Images through a network, batch after batch, on the device that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from dupeval.dataset import ImageHandle
from dupeval.errors import SettingsError
from dupeval.representation.preparation import Pixels, read_ahead

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["fp32", "bf16"]
# R, G, B.
Colour = tuple[float, float, float]


class Network(Protocol):
    """What turns pixels into vectors, whichever library computes it."""

    @property
    def batch_size(self) -> int:
        """How many images a pass takes where nothing else is asked for."""

    def __call__(self, batch: Pixels) -> npt.NDArray[np.float32]:
        """Return the vectors of a batch, shape (n, d), of uint8 images (n, side, side, 3)."""


def activations(
    network: Network,
    images: Sequence[ImageHandle],
    read: Callable[[ImageHandle], Pixels],
    side: int,
    batch_size: int | None = None,
) -> Iterator[npt.NDArray[np.float32]]:
    """Yield what a network makes of each image, in the order of `images`.

    The last batch is filled up, so that what is made of an image does not depend on how many
    others there are.

    Parameters
    ----------
    network : Network
    images : sequence of ImageHandle
    read : callable
        Returns an image as uint8, shape (side, side, 3).
    side : int
        Of the squares that the network is given, in pixels.
    batch_size : int, optional
        By default the network's own.
    """
    size = batch_size or network.batch_size
    # Far enough ahead that the threads always have something to decode while it computes.
    with closing(read_ahead(images, read, ahead=2 * size + 4)) as prepared:
        for start in range(0, len(images), size):
            n = min(size, len(images) - start)
            batch = np.zeros((size, side, side, 3), np.uint8)
            for i in range(n):
                batch[i] = next(prepared)
            yield from network(batch)[:n]


@dataclass(frozen=True)
class TorchNetwork:
    """A module of torch's, on a device.

    Attributes
    ----------
    module : torch.nn.Module
        Moved to the device by `on`. It is given float images, shape (n, 3, side, side), and gives
        a tensor with a row for each.
    mean : tuple of float
        Subtracted from R, G, B in 0..255.
    std : tuple of float
        What they are divided by then.
    precision : {"fp32", "bf16"}
        What the network computes in.
    device : {"cpu", "cuda"}
    """

    module: torch.nn.Module
    mean: Colour
    std: Colour
    precision: Precision
    device: Literal["cpu", "cuda"]

    @classmethod
    def on(
        cls,
        device: Device,
        module: torch.nn.Module,
        mean: Colour,
        std: Colour,
        precision: Precision,
    ) -> TorchNetwork:
        """Move a module to a device.

        Raises
        ------
        SettingsError
            If the device is not in the machine.
        """
        import torch  # noqa: PLC0415  (a run that finds all vectors stored never needs it)

        found = find_device(device)
        moved = module.to(found, _dtype(precision)).to(memory_format=torch.channels_last)
        return cls(moved, mean, std, precision, found)

    @property
    def batch_size(self) -> int:
        """What was measured fastest with VGG16: 2 on a CPU, 64 on CUDA."""
        return 64 if self.device == "cuda" else 2

    def __call__(self, batch: Pixels) -> npt.NDArray[np.float32]:
        """See `Network.__call__`."""
        import torch  # noqa: PLC0415

        cudnn = torch.backends.cudnn
        on_cuda = self.device == "cuda"
        exact = cudnn.flags(enabled=True, allow_tf32=False) if on_cuda else nullcontext()
        with torch.inference_mode(), exact:
            made = self.module(self._input(batch))
            vectors: npt.NDArray[np.float32] = made.flatten(1).float().cpu().numpy()
        return vectors

    def _input(self, batch: Pixels) -> torch.Tensor:
        import torch  # noqa: PLC0415

        # Channels last is how the pixels lie in memory already.
        pixels = torch.from_numpy(batch).to(self.device).permute(0, 3, 1, 2).float()
        pixels -= torch.tensor(self.mean, device=self.device)[:, None, None]
        pixels /= torch.tensor(self.std, device=self.device)[:, None, None]
        return pixels.to(_dtype(self.precision))


def _dtype(precision: Precision) -> torch.dtype:
    import torch  # noqa: PLC0415

    return torch.bfloat16 if precision == "bf16" else torch.float32


def find_device(device: Device) -> Literal["cpu", "cuda"]:
    """Return the device that is meant.

    Raises
    ------
    SettingsError
        If it is not in the machine.
    """
    import torch  # noqa: PLC0415

    if device == "cuda" and not torch.cuda.is_available():
        raise SettingsError("device=cuda: torch finds no CUDA device; possible: auto, cpu")
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return device
