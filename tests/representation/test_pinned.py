"""Weights under a known name are those, or nothing is made with them."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from dupeval.errors import WeightsError
from dupeval.representation.cache import VectorCache
from dupeval.representation.pinned import PINNED, check_pinned
from dupeval.representation.raw import RawPixels
from dupeval.representation.vgg import VGG16
from dupeval.representation.vgg_weights import CONVOLUTIONS
from dupeval.representation.weights import WeightsFile, tensors_sha256


def test_random_weights_that_agree_with_themselves_are_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tensors = {f"features.{i}.bias": rng.random(4, dtype=np.float32) for i in CONVOLUTIONS.values()}
    path = tmp_path / "vgg16-oxford.safetensors"
    save_file(tensors, path, {"sha256": tensors_sha256(tensors)})
    network = VGG16(weights_dir=tmp_path)
    message = f"{path} holds other weights than its name says; possible: delete it"
    with pytest.raises(WeightsError) as caught:
        VectorCache(tmp_path / "vectors").vectors([], network)
    assert str(caught.value).startswith(message)
    # Nor what is only rearranged of what they give.
    with pytest.raises(WeightsError):
        VectorCache(tmp_path / "vectors").vectors([], VGG16(weights_dir=tmp_path, layer="gap"))


def test_the_pinned_ones_and_those_of_the_user_are_not(tmp_path: Path) -> None:
    for name, sha256 in (*PINNED.items(), ("vgg16-0123456789ab.safetensors", "0" * 64)):
        network = VGG16(weights_dir=tmp_path)
        network.__dict__["weights_file"] = WeightsFile(tmp_path / name, sha256)
        check_pinned(network)


def test_what_has_no_weights_has_nothing_to_check() -> None:
    check_pinned(RawPixels(size=8))
