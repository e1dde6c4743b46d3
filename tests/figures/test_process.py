"""The drawing of VGG16 says what the network does."""

from pathlib import Path
from typing import get_args

import pytest

from dupeval.figures.process import n_values, steps
from dupeval.representation.vgg import CLASSIFIERS, POOLS, VGG16, Layer
from dupeval.representation.vgg_weights import build_network

LAYERS = get_args(Layer)


def vgg(layer: str, size: int = 224) -> VGG16:
    return VGG16(weights_dir=Path("nowhere"), layer=layer, size=size)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [32, 100, 224])
@pytest.mark.parametrize("layer", LAYERS)
def test_the_vector_is_as_long_as_the_networks_output(layer: str, size: int) -> None:
    import torch

    network = build_network()
    activations = network.features[: POOLS.get(layer, 31)](
        torch.empty(1, 3, size, size, device="meta")
    )
    if layer in ("gap", "gmp"):
        activations = activations.mean(dim=(2, 3))
    if layer in CLASSIFIERS:
        flat = network.avgpool(activations).flatten(1)
        activations = network.classifier[: CLASSIFIERS[layer]](flat)
    assert n_values(vgg(layer, size)) == activations.numel()


@pytest.mark.parametrize("size", [32, 100, 224])
def test_the_shapes_are_those_of_the_networks_pools(size: int) -> None:
    import torch

    activations = torch.empty(1, 3, size, size, device="meta")
    found = []
    for module in build_network().features:
        activations = module(activations)
        if isinstance(module, torch.nn.MaxPool2d):
            _, channels, height, width = activations.shape
            found.append(f"{height}×{width}×{channels}")
    assert [step.lines[-1] for step in steps(vgg("pool5", size))] == found


def test_the_blocks_have_the_networks_convolutions() -> None:
    import torch

    counts, n = [], 0
    for module in build_network().features:
        n += isinstance(module, torch.nn.Conv2d)
        if isinstance(module, torch.nn.MaxPool2d):
            counts, n = [*counts, n], 0
    assert [step.n_convolutions for step in steps(vgg("pool5"))] == counts


@pytest.mark.parametrize(
    ("layer", "names"),
    [
        ("pool1", ["block 1"]),
        ("pool3", ["block 1", "block 2", "block 3"]),
        ("gap", [*(f"block {i}" for i in range(1, 6)), "gap"]),
        ("fc6", [*(f"block {i}" for i in range(1, 6)), "fc6"]),
        ("fc7", [*(f"block {i}" for i in range(1, 6)), "fc6", "fc7"]),
    ],
)
def test_nothing_beyond_the_layer_in_force_is_drawn(layer: str, names: list[str]) -> None:
    assert [step.name for step in steps(vgg(layer))] == names
