"""VGG16's vectors: the network's own numbers, one image at a time, and a key to know them by."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from pydantic import ValidationError
from safetensors.torch import load_file
from torchvision.models import VGG, vgg16

from dupeval.dataset import ImageHandle
from dupeval.dataset.images import ImageError
from dupeval.errors import DupevalError, SettingsError, WeightsError
from dupeval.representation import vgg as module
from dupeval.representation import vgg_weights
from dupeval.representation.network import find_device
from dupeval.representation.vgg import VGG16, Layer, Normalise
from dupeval.representation.vgg_weights import OXFORD_SHA256
from dupeval.representation.weights import WeightsFile

Vectors = npt.NDArray[np.float32]

MEAN = np.array([123.68, 116.779, 103.939], np.float32)
# The modules of torchvision's features up to each pool, and the channels there.
POOLS = {"pool1": (5, 64), "pool2": (10, 128), "pool3": (17, 256), "pool4": (24, 512)}
POOLS["pool5"] = (31, 512)


def handle(path: Path) -> ImageHandle:
    return ImageHandle.of(path, path.name, "")


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[ImageHandle]:
    """Give three images that differ, in colour, larger than they are looked at."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    result = []
    for i in range(3):
        blocks = np.kron(rng.integers(0, 256, (6, 8, 3)), np.ones((10, 10, 1), int))
        pixels = np.clip(blocks + rng.integers(-20, 20, blocks.shape), 0, 255).astype(np.uint8)
        path = folder / f"{i}.png"
        Image.fromarray(pixels).save(path)
        result.append(handle(path))
    return result


@pytest.fixture(scope="session")
def features(oxford_weights: WeightsFile) -> torch.nn.Sequential:
    """Give torchvision's convolutions with the real weights."""
    with torch.device("meta"):
        model = vgg16(weights=None).features
    state = load_file(oxford_weights.path)
    model = model.to_empty(device="cpu").eval()
    model.load_state_dict({name.removeprefix("features."): t for name, t in state.items()})
    return model


def vectors(representation: VGG16, images: Sequence[ImageHandle]) -> Vectors:
    return np.stack(list(representation.vectors(images)))


def network_input(images: Sequence[ImageHandle], size: int) -> torch.Tensor:
    """Prepare images as the Oxford group did, without dupeval: RGB 0..255 less the means."""
    pixels = []
    for image in images:
        with image.open() as file, Image.open(file) as opened:
            small = opened.convert("RGB").resize((size, size), Image.Resampling.BILINEAR)
        pixels.append(np.asarray(small))
    return torch.from_numpy((np.stack(pixels) - MEAN).transpose(0, 3, 1, 2).copy())


def assert_equal_but_for_rounding(got: Vectors, expected: Vectors) -> None:
    assert got.shape == expected.shape
    assert got.dtype == np.float32
    assert np.abs(expected).max() > 1
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


# The network's own numbers.


@pytest.mark.parametrize("layer", POOLS)
@pytest.mark.parametrize("size", [32, 64])
def test_a_pool_is_torchvision_s_own_forward_pass_flattened(
    weights_dir: Path,
    features: torch.nn.Sequential,
    images: list[ImageHandle],
    layer: Any,
    size: int,
) -> None:
    upto, channels = POOLS[layer]
    with torch.inference_mode():
        expected = features[:upto](network_input(images, size)).flatten(1).numpy()
    side = size // 2 ** int(layer[-1])
    assert expected.shape == (3, channels * side * side)
    got = vectors(VGG16(weights_dir, layer=layer, size=size, batch_size=3, device="cpu"), images)
    assert_equal_but_for_rounding(got, expected)


@pytest.mark.parametrize(("layer", "of"), [("gap", torch.mean), ("gmp", torch.amax)])
def test_gap_and_gmp_are_the_mean_and_the_largest_of_each_channel_of_pool5(
    weights_dir: Path,
    features: torch.nn.Sequential,
    images: list[ImageHandle],
    layer: Layer,
    of: Callable[..., torch.Tensor],
) -> None:
    with torch.inference_mode():
        expected = of(features(network_input(images, 64)), dim=(2, 3)).numpy()
    got = vectors(VGG16(weights_dir, layer=layer, size=64, batch_size=3, device="cpu"), images)
    assert expected.shape == (3, 512)
    assert_equal_but_for_rounding(got, expected)


@pytest.mark.parametrize(("normalise", "power"), [("l2", 1), ("power", 0.5)])
def test_normalised_vectors_have_length_1_and_keep_their_signs(
    weights_dir: Path, normalise: Normalise, power: float
) -> None:
    plain = np.array([[3, -4, 0], [16, 0, -9], [0, 0, 0]], np.float32)
    made = VGG16(weights_dir, normalise=normalise).from_source(plain)
    expected = np.sign(plain) * np.abs(plain) ** power
    expected[:2] /= np.linalg.norm(expected[:2], axis=1, keepdims=True)
    assert made.dtype == np.float32
    assert made == pytest.approx(expected, abs=1e-7)


def test_what_only_rearranges_a_layer_comes_of_what_is_kept(weights_dir: Path) -> None:
    chain = [VGG16(weights_dir, layer="gmp", normalise="power")]
    while (source := chain[-1].source) is not None:
        chain.append(source)
    assert [(each.layer, each.normalise) for each in chain] == [
        *(("gmp", "power"), ("gmp", "none"), ("pool5", "none"))
    ]


def test_pool1_is_two_convolutions_and_a_maximum_worked_out_by_hand(
    weights_dir: Path, oxford_weights: WeightsFile, images: list[ImageHandle]
) -> None:
    state = load_file(oxford_weights.path)
    maps = network_input(images[:1], 32)[0].numpy().astype(np.float64)
    for index in (0, 2):
        weight = state[f"features.{index}.weight"].numpy().astype(np.float64)
        bias = state[f"features.{index}.bias"].numpy().astype(np.float64)
        padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        maps = np.einsum("oikl,ihwkl->ohw", weight, windows, optimize=True)
        maps = np.maximum(maps + bias[:, None, None], 0)
    pooled = maps.reshape(64, 16, 2, 16, 2).max(axis=(2, 4))
    got = vectors(
        VGG16(weights_dir, layer="pool1", size=32, batch_size=1, device="cpu"), images[:1]
    )
    # Channel by channel, each row by row.
    assert_equal_but_for_rounding(got[0], pooled.ravel().astype(np.float32))


@pytest.mark.parametrize(("layer", "length"), [("pool5", 25088), ("gap", 512), ("gmp", 512)])
def test_at_the_network_s_own_size_a_vector_has(
    weights_dir: Path, images: list[ImageHandle], layer: Any, length: int
) -> None:
    representation = VGG16(weights_dir, layer=layer, batch_size=1)
    assert representation.size == 224
    (vector,) = representation.vectors(images[:1])
    assert vector.shape == (length,)
    assert vector.dtype == np.float32
    # After a ReLU and a maximum: never negative, and not nothing.
    assert vector.min() >= 0
    assert np.isfinite(vector).all()
    assert np.count_nonzero(vector) > length / 20


def test_the_means_are_subtracted_from_red_green_and_blue(
    weights_dir: Path, tmp_path: Path
) -> None:
    # An image of the means' colour is (nearly) nothing to the network; with its channels
    # exchanged it is not.
    vector = {}
    for name, colour in (("mean", (124, 117, 104)), ("exchanged", (104, 117, 124))):
        path = tmp_path / f"{name}.png"
        Image.new("RGB", (32, 32), colour).save(path)
        (vector[name],) = VGG16(
            weights_dir, layer="pool1", size=32, mean=(124, 117, 104), batch_size=1
        ).vectors([handle(path)])
    black = tmp_path / "black.png"
    Image.new("RGB", (32, 32)).save(black)
    (zero,) = VGG16(weights_dir, layer="pool1", size=32, mean=(0, 0, 0), batch_size=1).vectors(
        [handle(black)]
    )
    np.testing.assert_array_equal(vector["mean"], zero)
    assert np.abs(vector["exchanged"] - zero).max() > 10


def test_the_resize_setting_is_followed(weights_dir: Path, images: list[ImageHandle]) -> None:
    squash, crop, pad = (
        vectors(VGG16(weights_dir, layer="gap", size=32, resize=resize, batch_size=1), images[:1])
        for resize in ("squash", "crop", "pad")
    )
    assert not np.allclose(squash, crop)
    assert not np.allclose(squash, pad)
    assert not np.allclose(crop, pad)


def test_bf16_is_close_to_fp32_and_comes_as_float32(
    weights_dir: Path, images: list[ImageHandle]
) -> None:
    exact = vectors(VGG16(weights_dir, size=64, batch_size=3), images)
    rough = vectors(VGG16(weights_dir, size=64, batch_size=3, precision="bf16"), images)
    assert rough.dtype == np.float32
    errors = np.linalg.norm(rough - exact, axis=1) / np.linalg.norm(exact, axis=1)
    assert (errors < 0.03).all()
    # It is another computation, and not the same one under another name.
    assert (errors > 1e-4).all()


# One image at a time.


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_vector_does_not_depend_on_the_images_computed_with_it(
    weights_dir: Path, images: list[ImageHandle], precision: Any
) -> None:
    a, b, c = images
    representation = VGG16(weights_dir, size=64, batch_size=2, precision=precision)
    together = vectors(representation, [a, b, c])
    np.testing.assert_array_equal(vectors(representation, [a]), together[:1])
    np.testing.assert_array_equal(vectors(representation, [b]), together[1:2])
    np.testing.assert_array_equal(vectors(representation, [c, b, a]), together[::-1])
    np.testing.assert_array_equal(vectors(representation, [b, b]), together[[1, 1]])


def test_the_batch_size_changes_rounding_at_most(
    weights_dir: Path, images: list[ImageHandle]
) -> None:
    one, four = (
        vectors(VGG16(weights_dir, layer="pool4", size=32, batch_size=n), images) for n in (1, 4)
    )
    assert_equal_but_for_rounding(one, four)


def test_of_no_images_nothing_comes(weights_dir: Path) -> None:
    assert list(VGG16(weights_dir, size=32).vectors([])) == []


def test_an_image_that_cannot_be_decoded_is_an_image_error_after_the_batches_before_it(
    weights_dir: Path, images: list[ImageHandle], tmp_path: Path
) -> None:
    faulty = tmp_path / "faulty.png"
    faulty.write_bytes(b"")
    got = []
    with pytest.raises(ImageError, match="zero bytes"):
        for vector in VGG16(weights_dir, size=32, batch_size=1).vectors([*images, handle(faulty)]):
            got.append(vector)
    assert len(got) == 3


# The classifier.


@pytest.mark.parametrize("layer", ["fc6", "fc7"])
def test_a_classifier_layer_needs_weights_that_have_it(
    weights_dir: Path, images: list[ImageHandle], layer: Any
) -> None:
    with pytest.raises(SettingsError) as caught:
        list(VGG16(weights_dir, layer=layer, size=32, batch_size=1).vectors(images[:1]))
    assert str(caught.value) == (
        f"layer={layer} needs the full VGG16, but vgg.weights=auto holds its convolutions only; "
        "give a full state dict, or one of pool1, pool2, pool3, pool4, pool5, gap, gmp"
    )


def build_small_network() -> VGG:
    """Build VGG16 with 8 and 6 units in the classifier instead of 4096, which take 494 MB."""
    with torch.device("meta"):
        network = vgg16(weights=None)
        for index, shape in ((0, (25088, 8)), (3, (8, 6)), (6, (6, 5))):
            network.classifier[index] = torch.nn.Linear(*shape)
    return network


def test_a_classifier_layer_is_torchvision_s_own_forward_pass_after_its_relu(
    random_state: dict[str, torch.Tensor],
    images: list[ImageHandle],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = build_small_network().to_empty(device="cpu").eval()
    generator = torch.Generator().manual_seed(0)
    classifier = {
        name: torch.randn(tensor.shape, generator=generator) * 0.1
        for name, tensor in network.state_dict().items()
        if name.startswith("classifier.")
    }
    network.load_state_dict({**random_state, **classifier})
    torch.save(network.state_dict(), tmp_path / "full.pth")
    for where in (module, vgg_weights):
        monkeypatch.setattr(where, "build_network", build_small_network)
    with torch.inference_mode():
        flat = network.avgpool(network.features(network_input(images, 64))).flatten(1)
        fc6 = network.classifier[0](flat).relu()
        fc7 = network.classifier[3](fc6).relu()
    for layer, expected in (("fc6", fc6), ("fc7", fc7)):
        assert expected.count_nonzero() > 0
        got = vectors(
            VGG16(
                tmp_path / "weights",
                weights=str(tmp_path / "full.pth"),
                layer=layer,
                size=64,
                batch_size=3,
                device="cpu",
            ),
            images,
        )
        scale = float(expected.abs().max())
        np.testing.assert_allclose(got, expected.numpy(), rtol=1e-3, atol=1e-5 * scale)


# The device.


def test_cuda_is_used_where_it_is_and_a_clear_error_where_it_is_not(
    weights_dir: Path, images: list[ImageHandle]
) -> None:
    representation = VGG16(weights_dir, size=32, batch_size=3, device="cuda")
    if torch.cuda.is_available():
        on_cpu = vectors(replace(representation, device="cpu"), images)
        got = vectors(representation, images)
        np.testing.assert_allclose(got, on_cpu, rtol=1e-3, atol=1e-4 * np.abs(on_cpu).max())
        return
    with pytest.raises(SettingsError) as caught:
        list(representation.vectors(images))
    assert str(caught.value) == ("device=cuda: torch finds no CUDA device; possible: auto, cpu")


@pytest.mark.parametrize(("available", "device"), [(True, "cuda"), (False, "cpu")])
def test_auto_is_cuda_when_there_is_one(
    monkeypatch: pytest.MonkeyPatch, available: bool, device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert find_device("auto") == device
    assert find_device("cpu") == "cpu"


# Settings.


@pytest.mark.parametrize("size", [1, 31])
def test_a_size_that_leaves_nothing_after_five_pools_is_refused(
    weights_dir: Path, size: int
) -> None:
    with pytest.raises(SettingsError) as caught:
        VGG16(weights_dir, size=size)
    assert str(caught.value) == f"size={size} leaves nothing after five pools; at least 32"


@pytest.mark.parametrize(
    "setting",
    [
        {"layer": "pool6"},
        {"layer": "fc8"},
        {"size": 0},
        {"resize": "stretch"},
        {"precision": "fp16"},
        {"device": "mps"},
        {"batch_size": 0},
        {"mean": (1.0, 2.0)},
        {"layers": "pool5"},
    ],
)
def test_a_setting_that_is_not_possible_is_refused_by_name(
    weights_dir: Path, setting: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        VGG16(weights_dir, **setting)
    assert [error["loc"][0] for error in caught.value.errors()] == list(setting)


def test_weights_that_do_not_exist_are_an_error_before_anything_is_computed(
    tmp_path: Path, images: list[ImageHandle]
) -> None:
    representation = VGG16(tmp_path, weights="nowhere.pth", size=32)
    with pytest.raises(WeightsError, match=r"vgg\.weights=nowhere\.pth: no such file"):
        _ = representation.key
    with pytest.raises(DupevalError):
        list(representation.vectors(images))


# The key.


def test_the_key_says_all_that_changes_a_vector(weights_dir: Path) -> None:
    from importlib.metadata import version

    assert VGG16(weights_dir).key == {
        "representation": "vgg16",
        "weights": OXFORD_SHA256,
        "layer": "pool5",
        "size": 224,
        "resize": "squash",
        "mean": [123.68, 116.779, 103.939],
        "std": [1.0, 1.0, 1.0],
        "normalise": "none",
        "precision": "fp32",
        "pillow": version("pillow"),
        "torch": version("torch"),
    }


@pytest.mark.parametrize(
    "setting",
    [
        {"layer": "gap"},
        {"size": 225},
        {"resize": "crop"},
        {"mean": (123.68, 116.779, 103.94)},
        {"mean": (103.939, 116.779, 123.68)},
        {"normalise": "l2"},
        {"precision": "bf16"},
    ],
    ids=str,
)
def test_the_key_changes_with(weights_dir: Path, setting: dict[str, Any]) -> None:
    before, after = VGG16(weights_dir).key, VGG16(weights_dir, **setting).key
    (name,) = setting
    assert {key for key in before if before[key] != after[key]} == {name}


def test_the_key_changes_with_the_weights(
    weights_dir: Path, tmp_path: Path, random_state: dict[str, torch.Tensor]
) -> None:
    source = tmp_path / "mine.pth"
    torch.save(random_state, source)
    before = VGG16(weights_dir).key
    after = VGG16(tmp_path / "weights", weights=str(source)).key
    assert {key for key in before if before[key] != after[key]} == {"weights"}


@pytest.mark.parametrize("package", ["pillow", "torch"])
def test_the_key_changes_with_the_version_of(
    weights_dir: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    before = VGG16(weights_dir).key
    monkeypatch.setattr(
        module, "version", lambda name: "0.0.1" if name == package else before[name]
    )
    assert VGG16(weights_dir).key == {**before, package: "0.0.1"}


@pytest.mark.parametrize(
    "setting", [{"batch_size": 1}, {"device": "cpu"}, {"device": "cuda"}], ids=str
)
def test_the_key_does_not_change_with(weights_dir: Path, setting: dict[str, Any]) -> None:
    assert VGG16(weights_dir, **setting).key == VGG16(weights_dir).key


def test_the_key_does_not_change_with_where_the_weights_are_kept(
    weights_dir: Path, oxford_weights: WeightsFile, tmp_path: Path
) -> None:
    (tmp_path / oxford_weights.path.name).symlink_to(oxford_weights.path)
    assert VGG16(tmp_path).key == VGG16(weights_dir).key


def test_the_weights_are_looked_for_once(
    weights_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, Path]] = []
    real: Callable[[str, Path], WeightsFile] = module.find_weights

    def find(source: str, folder: Path) -> WeightsFile:
        calls.append((source, folder))
        return real(source, folder)

    monkeypatch.setattr(module, "find_weights", find)
    representation = VGG16(weights_dir)
    assert calls == []
    assert representation.key == representation.key
    assert calls == [("auto", weights_dir)]
