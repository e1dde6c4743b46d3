"""Images through a network, batch after batch, on the device that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from dupeval.dataset import ImageHandle
from dupeval.errors import SettingsError
from dupeval.representation.preparation import Pixels, read_ahead

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["fp32", "bf16"]


@dataclass(frozen=True)
class Batches:
    """How images go through a network.

    Attributes
    ----------
    side : int
        Of the squares that it is given, in pixels.
    mean : tuple of float
        Subtracted from R, G, B in 0..255.
    std : tuple of float
        What they are divided by then.
    precision : {"fp32", "bf16"}
        What the network computes in.
    device : {"auto", "cpu", "cuda"}
        ``auto`` is CUDA when there is one.
    batch_size : int, optional
        By default what was measured fastest with VGG16: 2 on a CPU, 64 on CUDA.
    """

    side: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    precision: Precision
    device: Device
    batch_size: int | None

    def activations(
        self,
        images: Sequence[ImageHandle],
        read: Callable[[ImageHandle], Pixels],
        build: Callable[[], torch.nn.Module],
    ) -> Iterator[npt.NDArray[np.float32]]:
        """Yield what a network makes of each image, flattened, in the order of `images`.

        The last batch is filled up, so that what is made of an image does not depend on how many
        others there are.

        Parameters
        ----------
        images : sequence of ImageHandle
        read : callable
            Returns an image as uint8, shape (side, side, 3).
        build : callable
            Returns the network, on any device.

        Raises
        ------
        SettingsError
            If the device is not in the machine.
        """
        import torch  # noqa: PLC0415  (a run that finds all vectors stored never needs it)

        device = find_device(self.device)
        network = build().to(device, self._dtype()).to(memory_format=torch.channels_last)
        size = self.batch_size or (64 if device == "cuda" else 2)
        # Far enough ahead that the threads always have something to decode while it computes.
        prepared = read_ahead(images, read, ahead=2 * size + 4)
        cudnn = torch.backends.cudnn
        exact = cudnn.flags(enabled=True, allow_tf32=False) if device == "cuda" else nullcontext()
        with torch.inference_mode(), exact:
            for start in range(0, len(images), size):
                n = min(size, len(images) - start)
                batch = np.zeros((size, self.side, self.side, 3), np.uint8)
                for i in range(n):
                    batch[i] = next(prepared)
                activations = network(self._input(batch, device))
                yield from activations[:n].flatten(1).float().cpu().numpy()

    def _input(self, batch: Pixels, device: str) -> torch.Tensor:
        import torch  # noqa: PLC0415

        # Channels last is how the pixels lie in memory already.
        pixels = torch.from_numpy(batch).to(device).permute(0, 3, 1, 2).float()
        pixels -= torch.tensor(self.mean, device=device)[:, None, None]
        pixels /= torch.tensor(self.std, device=device)[:, None, None]
        return pixels.to(self._dtype())

    def _dtype(self) -> torch.dtype:
        import torch  # noqa: PLC0415

        return torch.bfloat16 if self.precision == "bf16" else torch.float32


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
