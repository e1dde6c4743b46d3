"""Embeddings: any network given as a file, its own numbers whatever library computes it."""

import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from fake_network import save_onnx
from PIL import Image

from dupeval.dataset import ImageHandle
from dupeval.errors import NoScoresError, SettingsError, WeightsError
from dupeval.files import file_sha256
from dupeval.representation import onnx_network
from dupeval.representation.embedding import Embedding
from dupeval.representation.preparation import read_resized

Vectors = npt.NDArray[np.float32]
# Weights of a network that any test can work out by hand: red and green, weighted over the image.
SIDE = 8
BYTES = {"normalise": False, "size": SIDE}
FLOATS = {**BYTES, "mean": (0, 0, 0), "std": (1, 1, 1)}


class Colour(torch.nn.Module):
    """Mean of each channel."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mean(dim=(2, 3))


class Several(torch.nn.Module):
    """Mean of each channel, and twice as much, by name."""

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"colour": images.mean(dim=(2, 3)), "double": 2 * images.mean(dim=(2, 3))}


class Both(torch.nn.Module):
    """The same, by place."""

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return images.mean(dim=(2, 3)), 2 * images.mean(dim=(2, 3))


class Total(torch.nn.Module):
    """One number for all images."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.sum()


class Nowhere(torch.nn.Module):
    """No number at all."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.mean(dim=(2, 3)) * float("nan")


def save_script(path: Path, module: torch.nn.Module) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.script(module).save(str(path))
    return path


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> list[ImageHandle]:
    """Give three images of noise, wider than high."""
    folder = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for i in range(3):
        Image.fromarray(rng.integers(0, 256, (12, 20, 3), np.uint8)).save(folder / f"{i}.png")
    return [ImageHandle.of(path, path.name, "") for path in sorted(folder.iterdir())]


def embedding(folder: Path, file: Path | str, **settings: Any) -> Embedding:
    return Embedding(folder / "weights", str(file), **{**BYTES, **settings})


def vectors(representation: Embedding, images: Sequence[ImageHandle]) -> Vectors:
    return np.stack(list(representation.vectors(images)))


def colours(images: Sequence[ImageHandle], resize: Any = "squash") -> Vectors:
    pixels = np.stack([read_resized(image, SIDE, resize) for image in images])
    return pixels.astype(np.float32).mean(axis=(1, 2), dtype=np.float64).astype(np.float32)


def assert_equal_but_for_rounding(got: Vectors, expected: npt.ArrayLike) -> None:
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, rtol=1e-5)


class TestAnOnnxFile:
    def test_of_bytes_gets_the_pixels_as_they_are(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        file = save_onnx(tmp_path / "model.onnx")
        got = vectors(embedding(tmp_path, file, mean=(9, 9, 9)), images)
        assert_equal_but_for_rounding(got, colours(images))

    @pytest.mark.parametrize("layout", ["float_nhwc", "float_nchw"])
    def test_of_floats_gets_them_less_the_mean_and_divided(
        self, tmp_path: Path, images: list[ImageHandle], layout: str
    ) -> None:
        file = save_onnx(tmp_path / "model.onnx", layout=layout)
        settings = {"mean": (100, 110, 120), "std": (2, 4, 8)}
        got = vectors(embedding(tmp_path, file, **settings), images)
        expected = (colours(images) - [100, 110, 120]) / [2, 4, 8]
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)

    def test_that_does_not_say_how_images_lie_can_be_told(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        file = save_onnx(tmp_path / "model.onnx", layout="float_nchw", side=3)
        settings = {**FLOATS, "size": 3}
        with pytest.raises(SettingsError, match="possible: layout=uint8_nhwc, float_nhwc, float_"):
            vectors(embedding(tmp_path, file, **settings), images)
        got = vectors(embedding(tmp_path, file, layout="float_nchw", **settings), images)
        pixels = np.stack([read_resized(image, 3, "squash") for image in images])
        assert_equal_but_for_rounding(got, pixels.mean(axis=(1, 2)))

    def test_gives_the_output_that_is_named_by_default_its_first(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        file = save_onnx(tmp_path / "model.onnx")
        first = vectors(embedding(tmp_path, file), images)
        np.testing.assert_array_equal(
            vectors(embedding(tmp_path, file, output="colour"), images), first
        )
        np.testing.assert_array_equal(
            vectors(embedding(tmp_path, file, output="double"), images), 2 * first
        )
        with pytest.raises(SettingsError) as caught:
            vectors(embedding(tmp_path, file, output="colours"), images)
        assert str(caught.value) == (
            f"output=colours: {file} has no such output; possible: colour, double"
        )

    @pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
    def test_gives_an_image_one_vector_whatever_the_batch(
        self, tmp_path: Path, images: list[ImageHandle], batch_size: int
    ) -> None:
        file = save_onnx(tmp_path / "model.onnx")
        alone = [vectors(embedding(tmp_path, file), [image])[0] for image in images]
        in_batches = embedding(tmp_path, file, batch_size=batch_size)
        np.testing.assert_array_equal(vectors(in_batches, images), alone)
        np.testing.assert_array_equal(vectors(in_batches, images[::-1]), alone[::-1])

    def test_of_a_fixed_batch_is_given_such_batches(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        file = save_onnx(tmp_path / "model.onnx", batch=2)
        assert_equal_but_for_rounding(vectors(embedding(tmp_path, file), images), colours(images))
        with pytest.raises(SettingsError, match="possible: another size, layout or batch_size"):
            vectors(embedding(tmp_path, file, batch_size=3), images)

    def test_of_a_fixed_size_refuses_another(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        file = save_onnx(tmp_path / "model.onnx", side=16)
        with pytest.raises(SettingsError, match=r"cannot be run on images of shape \(1, 8, 8, 3\)"):
            vectors(embedding(tmp_path, file), images)

    def test_that_gives_no_vector_an_image_is_told(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        file = save_onnx(tmp_path / "model.onnx", axes=[0, 1, 2])
        with pytest.raises(SettingsError) as caught:
            vectors(embedding(tmp_path, file), images)
        assert str(caught.value) == (
            "output=colour is no vector an image: of 1 images its shape is (3,)"
        )

    def test_that_is_none_is_told(self, tmp_path: Path, images: list[ImageHandle]) -> None:
        file = tmp_path / "model.onnx"
        file.write_bytes(b"<!DOCTYPE html>")
        with pytest.raises(WeightsError, match="is no ONNX model that can be run here"):
            vectors(embedding(tmp_path, file), images)

    def test_needs_onnx_runtime_and_says_how_to_get_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def version(package: str) -> str:
            raise onnx_network.PackageNotFoundError(package)

        monkeypatch.setattr(onnx_network, "version", version)
        with pytest.raises(NoScoresError, match=r"pip install 'dupeval\[embeddings\]'") as caught:
            _ = embedding(tmp_path, save_onnx(tmp_path / "model.onnx")).key
        assert caught.value.source == "missing"

    def test_imports_no_runtime_before_it_is_used(self, tmp_path: Path) -> None:
        made = embedding(tmp_path, save_onnx(tmp_path / "model.onnx"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "onnxruntime", None)
            assert made.key["sha256"] == file_sha256(tmp_path / "model.onnx")


class TestATorchScriptFile:
    def test_gets_floats_less_the_mean_and_divided(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        file = save_script(tmp_path / "model.pt", Colour())
        made = embedding(tmp_path, file, mean=(100, 110, 120), std=(2, 4, 8), device="cpu")
        expected = (colours(images) - [100, 110, 120]) / [2, 4, 8]
        np.testing.assert_allclose(vectors(made, images), expected, rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize(
        ("module", "output", "times"),
        [
            (Several(), None, 1),
            (Several(), "colour", 1),
            (Several(), "double", 2),
            (Both(), None, 1),
            (Both(), "1", 2),
        ],
    )
    def test_of_several_tensors_gives_the_one_that_is_named(
        self,
        tmp_path: Path,
        images: list[ImageHandle],
        module: torch.nn.Module,
        output: str | None,
        times: int,
    ) -> None:
        file = save_script(tmp_path / "model.pt", module)
        made = embedding(tmp_path, file, output=output, **{**FLOATS, "device": "cpu"})
        assert_equal_but_for_rounding(vectors(made, images), times * colours(images))

    def test_names_the_outputs_that_there_are(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        made = embedding(tmp_path, save_script(tmp_path / "model.pt", Several()), output="x")
        with pytest.raises(SettingsError) as caught:
            vectors(made, images)
        assert str(caught.value) == ("output=x: there is no such output; possible: colour, double")

    def test_that_gives_no_vector_an_image_is_told(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        made = embedding(tmp_path, save_script(tmp_path / "model.pt", Total()))
        with pytest.raises(SettingsError, match=r"of 2 images its output has the shape \(\)"):
            vectors(made, images)

    @pytest.mark.parametrize("content", ["state dict", "text"])
    def test_that_is_none_is_told_and_runs_nothing(
        self, tmp_path: Path, images: list[ImageHandle], content: str
    ) -> None:
        file = tmp_path / "model.pt"
        if content == "text":
            file.write_bytes(b"no network")
        else:
            torch.save({"weight": torch.zeros(3)}, file)
        with pytest.raises(WeightsError, match="file=torchvision:NAME weights=PATH") as caught:
            vectors(embedding(tmp_path, file), images)
        assert str(caught.value).startswith(f"{file} is no TorchScript file (")

    @pytest.mark.parametrize("batch_size", [2, 3])
    def test_gives_an_image_one_vector_however_many_others_there_are(
        self, tmp_path: Path, images: list[ImageHandle], batch_size: int
    ) -> None:
        file = save_script(tmp_path / "model.pt", torch.nn.Conv2d(3, 4, 3))
        made = embedding(tmp_path, file, batch_size=batch_size, device="cpu")
        alone = [vectors(made, [image])[0] for image in images]
        np.testing.assert_array_equal(vectors(made, images), alone)


class TestTorchvision:
    @pytest.fixture(scope="class")
    @classmethod
    def weights(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        from torchvision.models import get_model

        torch.manual_seed(0)
        path = tmp_path_factory.mktemp("weights") / "state.pt"
        torch.save(get_model("squeezenet1_1", weights=None).state_dict(), path)
        return path

    @pytest.mark.parametrize("output", [None, "features.12.cat"])
    def test_is_its_own_forward_pass_or_a_node_of_it(
        self, tmp_path: Path, images: list[ImageHandle], weights: Path, output: str | None
    ) -> None:
        from torchvision.models import get_model

        network = get_model("squeezenet1_1", weights=None).eval()
        network.load_state_dict(torch.load(weights, weights_only=True))
        pixels = np.stack([read_resized(image, 64, "squash") for image in images])
        given = torch.from_numpy(((pixels - [124, 116, 104]) / 57).transpose(0, 3, 1, 2)).float()
        part = network if output is None else network.features
        with torch.inference_mode():
            expected = part(given).flatten(1).numpy()
        settings = {"mean": (124, 116, 104), "std": (57, 57, 57), "size": 64, "device": "cpu"}
        made = embedding(
            tmp_path, "torchvision:squeezenet1_1", weights=weights, output=output, **settings
        )
        got = vectors(made, images)
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())

    @pytest.mark.parametrize(
        ("file", "output", "kind", "expected"),
        [
            ("squeezenet1_2", None, SettingsError, "possible: squeezenet1_1"),
            (
                "squeezenet1_1",
                "features.12.dog",
                SettingsError,
                "no such node; possible: feat",
            ),
            ("squeezenet1_0", None, WeightsError, "is no state dict of squeezenet1_0: "),
            ("resnet18", None, WeightsError, "is no state dict of resnet18: conv1.weight is miss"),
        ],
    )
    def test_says_what_does_not_fit(
        self,
        tmp_path: Path,
        images: list[ImageHandle],
        weights: Path,
        file: str,
        output: str | None,
        kind: type[Exception],
        expected: str,
    ) -> None:
        made = embedding(tmp_path, f"torchvision:{file}", weights=weights, output=output)
        with pytest.raises(kind) as caught:
            vectors(made, images)
        assert expected in str(caught.value)


class TestAnyNetwork:
    @pytest.fixture
    def made(self, tmp_path: Path) -> Embedding:
        return embedding(tmp_path, save_onnx(tmp_path / "model.onnx"))

    def test_has_vectors_of_length_1_where_that_is_asked_for(
        self, made: Embedding, images: list[ImageHandle]
    ) -> None:
        expected = colours(images) / np.linalg.norm(colours(images), axis=1, keepdims=True)
        got = vectors(replace(made, normalise=True), images)
        assert_equal_but_for_rounding(got, expected)

    def test_gives_black_no_length(self, made: Embedding, tmp_path: Path) -> None:
        Image.new("RGB", (9, 9)).save(tmp_path / "black.png")
        black = ImageHandle.of(tmp_path / "black.png", "black.png", "")
        assert vectors(replace(made, normalise=True), [black]).tolist() == [[0, 0, 0]]

    def test_sees_images_in_a_mirror(self, tmp_path: Path, images: list[ImageHandle]) -> None:
        # The mean over the height alone keeps left and right apart.
        file = save_onnx(tmp_path / "columns.onnx", axes=[1])
        made = embedding(tmp_path, file)
        mirror = made.mirror_image
        assert mirror is not None
        rows = vectors(made, images).reshape(3, SIDE, 3)
        np.testing.assert_array_equal(
            vectors(mirror, images).reshape(3, SIDE, 3), rows[:, ::-1], strict=True
        )
        assert mirror.mirror_image == made
        assert mirror.key != made.key

    def test_whose_vector_is_not_finite_is_told_with_the_image(
        self, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        made = embedding(tmp_path, save_script(tmp_path / "model.pt", Nowhere()))
        with pytest.raises(SettingsError, match=r"gives 0\.png a vector that is not finite"):
            vectors(made, images)

    def test_is_known_by_the_content_of_its_file(self, made: Embedding, tmp_path: Path) -> None:
        elsewhere = tmp_path / "other name.onnx"
        elsewhere.write_bytes((tmp_path / "model.onnx").read_bytes())
        assert embedding(tmp_path, elsewhere).key == made.key
        other = save_onnx(tmp_path / "other.onnx", batch=1)
        assert embedding(tmp_path, other).key != made.key

    @pytest.mark.parametrize(
        "change",
        [
            {"size": 9},
            {"resize": "crop"},
            {"mean": (1, 2, 3)},
            {"std": (1, 2, 3)},
            {"layout": "uint8_nhwc"},
            {"output": "double"},
            {"normalise": True},
            {"mirrored": True},
        ],
        ids=str,
    )
    def test_has_a_key_of_its_own_for(self, made: Embedding, change: dict[str, Any]) -> None:
        assert replace(made, **change).key != made.key

    @pytest.mark.parametrize("change", [{"batch_size": 2}, {"device": "cpu"}, {"fetch": True}])
    def test_has_the_same_key_for(self, made: Embedding, change: dict[str, Any]) -> None:
        assert replace(made, **change).key == made.key

    def test_computes_in_what_is_asked_for_if_it_is_torch_s(self, tmp_path: Path) -> None:
        made = embedding(tmp_path, save_script(tmp_path / "model.pt", Colour()))
        assert replace(made, precision="bf16").key != made.key

    def test_that_changes_under_the_run_is_an_error(
        self, made: Embedding, tmp_path: Path, images: list[ImageHandle]
    ) -> None:
        assert made.key
        save_onnx(tmp_path / "model.onnx", batch=1)
        with pytest.raises(WeightsError, match="has changed while this run was going on"):
            vectors(made, images)

    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ({"file": "no.onnx"}, "no.onnx: no such file"),
            ({"file": "model.bin"}, "what kind of network is this? Possible: the path of a file"),
            ({"file": None}, "what kind of network is this?"),
            ({"file": "torchvision:resnet18"}, "needs the path of a state dict: weights=PATH"),
            ({"file": "torchvision:resnet18", "weights": "no.pt"}, "no.pt: no such file"),
            ({"weights": "model.onnx"}, "has weights of its own; possible with file=torchvision"),
            ({"file": "model.pt", "layout": "uint8_nhwc"}, "is possible with .onnx files only"),
        ],
        ids=str,
    )
    def test_is_checked_when_it_is_made(
        self, tmp_path: Path, settings: dict[str, Any], expected: str
    ) -> None:
        given = {"file": save_onnx(tmp_path / "model.onnx"), **settings}
        with pytest.raises(SettingsError) as caught:
            Embedding(tmp_path, **{k: v and str(v) for k, v in given.items()})
        assert expected in str(caught.value)
