"""VGG16 features of image files, against what torch's matrix products allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import vgg16

from benchmarks.measuring import Figure, figure, ratios, seconds
from dupeval.dataset import ImageHandle
from dupeval.representation.preparation import read_resized
from dupeval.representation.vgg import VGG16
from dupeval.representation.vgg_weights import build_network


def measure(images: Sequence[ImageHandle], network: VGG16, runs: int) -> list[Figure]:
    """Time decoding and the network together, as a cold run has it."""
    flop = _flop_per_image(network.size)
    bf16 = replace(network, precision="bf16")
    ways = [
        _matrix_product(4096),
        lambda: list(network.vectors(images)),
        lambda: list(bf16.vectors(images)),
        _plain(images, network),
    ]
    product_s, fp32_s, bf16_s, plain_s = seconds(ways, runs)
    rate = [2 * 4096**3 / t for t in product_s]
    allowed_s = [len(images) * flop / r for r in rate]
    name = f"VGG16 {network.layer}, {len(images)} image files"

    def images_per_second(what: str, times: list[float]) -> Figure:
        return figure(name, what, "images/s", [len(images) / t for t in times])

    return [
        figure(name, "fp32 matrix product of 4096", "GFLOP/s", [r / 1e9 for r in rate]),
        images_per_second(f"allowed by it at {flop / 1e9:.1f} GFLOP an image", allowed_s),
        images_per_second("fp32", fp32_s),
        figure(name, "fp32, times what is allowed", "x", ratios(allowed_s, fp32_s)),
        images_per_second("bf16", bf16_s),
        figure(name, "bf16, times fp32", "x", ratios(fp32_s, bf16_s)),
        images_per_second("plain torchvision, an image at a time", plain_s),
        figure(name, "fp32, times plain", "x", ratios(plain_s, fp32_s)),
    ]


def _matrix_product(n: int) -> Callable[[], object]:
    a, b = torch.rand(n, n), torch.rand(n, n)
    return lambda: a @ b


def _flop_per_image(size: int) -> float:
    with FlopCounterMode(display=False) as counter, torch.device("meta"):
        build_network().features(torch.empty(1, 3, size, size))
    return float(counter.get_total_flops())


def _plain(images: Sequence[ImageHandle], network: VGG16) -> Callable[[], object]:
    features = vgg16(weights=None).features.eval()
    mean = torch.tensor(network.mean)[:, None, None]

    def extract() -> list[np.ndarray]:
        with torch.inference_mode():
            return [
                features(
                    (
                        torch.from_numpy(read_resized(image, network.size, network.resize).copy())
                        .permute(2, 0, 1)
                        .float()
                        - mean
                    )[None]
                ).numpy()
                for image in images
            ]

    return extract
