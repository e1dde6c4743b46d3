"""VGG16 features of image files, against what torch's matrix products allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from measuring import Figure, figure, seconds
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import vgg16

from dupeval.representation.preparation import read_resized
from dupeval.representation.vgg import VGG16, build_network


def measure(paths: Sequence[Path], network: VGG16, runs: int) -> list[Figure]:
    """Time decoding and the network together, as a cold run has it."""
    flop = _flop_per_image(network.size)
    rate = [2 * 4096**3 / t for t in seconds(_matrix_product(4096), runs)]
    allowed = [r / flop for r in rate]
    bf16 = replace(network, precision="bf16")
    fp32_rate = [len(paths) / t for t in seconds(lambda: list(network.vectors(paths)), runs)]
    bf16_rate = [len(paths) / t for t in seconds(lambda: list(bf16.vectors(paths)), runs)]
    plain_rate = [len(paths) / t for t in seconds(_plain(paths, network), runs)]
    name = f"VGG16 {network.layer}, {len(paths)} image files"
    return [
        figure(name, "fp32 matrix product of 4096", "GFLOP/s", [r / 1e9 for r in rate]),
        figure(name, f"allowed by it at {flop / 1e9:.1f} GFLOP an image", "images/s", allowed),
        figure(name, "fp32", "images/s", fp32_rate),
        figure(name, "fp32, share of what is allowed", "x", _ratios(fp32_rate, allowed)),
        figure(name, "bf16", "images/s", bf16_rate),
        figure(name, "bf16, times fp32", "x", _ratios(bf16_rate, fp32_rate)),
        figure(name, "plain torchvision, an image at a time", "images/s", plain_rate),
        figure(name, "fp32, times plain", "x", _ratios(fp32_rate, plain_rate)),
    ]


def _ratios(ours: list[float], theirs: list[float]) -> list[float]:
    return [a / b for a, b in zip(ours, theirs, strict=True)]


def _matrix_product(n: int):  # noqa: ANN202
    a, b = torch.rand(n, n), torch.rand(n, n)
    return lambda: a @ b


def _flop_per_image(size: int) -> float:
    with FlopCounterMode(display=False) as counter, torch.device("meta"):
        build_network().features(torch.empty(1, 3, size, size))
    return float(counter.get_total_flops())


def _plain(paths: Sequence[Path], network: VGG16):  # noqa: ANN202
    features = vgg16(weights=None).features.eval()
    mean = torch.tensor(network.mean)[:, None, None]

    def extract() -> list[np.ndarray]:
        with torch.inference_mode():
            return [
                features(
                    (
                        torch.from_numpy(read_resized(path, network.size, network.resize).copy())
                        .permute(2, 0, 1)
                        .float()
                        - mean
                    )[None]
                ).numpy()
                for path in paths
            ]

    return extract
