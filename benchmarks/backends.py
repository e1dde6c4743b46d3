"""VGG16 by the library that computes it, and what decoding costs beside it.

python -m benchmarks.backends [OUT]

What `OnnxNetwork` would gain is measured with the same weights and the same images in memory; what
decoding JPEG files at a reduced size would gain, and how far it moves vectors, on the files.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pandas as pd
from onnx import helper, numpy_helper
from PIL import Image, ImageOps

from benchmarks.measuring import Figure, figure, ratios, seconds
from dupeval.dataset import ImageHandle
from dupeval.dataset.standin import read_standin
from dupeval.files import write_results
from dupeval.rendering import csv_bytes
from dupeval.representation.network import Network, TorchNetwork, activations
from dupeval.representation.onnx_network import OnnxNetwork
from dupeval.representation.preparation import Pixels, read_ahead, read_resized
from dupeval.representation.vgg import VGG16
from dupeval.representation.vgg_weights import CONVOLUTIONS

ROOT = Path(__file__).resolve().parent.parent
RUNS = 2
Read = Callable[[ImageHandle], Pixels]


def measure(images: Sequence[ImageHandle], vgg: VGG16, runs: int) -> list[Figure]:
    """Time each network on images in memory, and each way of decoding alone."""
    resized: Read = partial(read_resized, size=vgg.size, resize=vgg.resize)
    small: Read = partial(decoded_small, size=vgg.size)
    pixels = dict(zip(images, read_ahead(images, resized, ahead=8), strict=True))
    in_torch = TorchNetwork.on("cpu", vgg._network(), vgg.mean, vgg.std, "fp32")
    in_onnx = onnx_network(vgg)

    def passed(network: Network, read: Read) -> list[npt.NDArray[np.float32]]:
        return list(activations(network, images, read, vgg.size, batch_size=2))

    ways: list[Callable[[], object]] = [
        lambda: passed(in_torch, pixels.__getitem__),
        lambda: passed(in_onnx, pixels.__getitem__),
        lambda: list(read_ahead(images, resized, ahead=8)),
        lambda: list(read_ahead(images, small, ahead=8)),
    ]
    torch_s, onnx_s, decoding_s, small_s = seconds(ways, runs)
    name = f"VGG16 pool5, {len(images)} images"

    def images_per_second(what: str, times: list[float]) -> Figure:
        return figure(name, what, "images/s", [len(images) / t for t in times])

    whole = np.array(passed(in_torch, pixels.__getitem__))
    moved = np.linalg.norm(whole - np.array(passed(in_torch, small)), axis=1)
    apart = np.linalg.norm(whole - np.array(passed(in_onnx, pixels.__getitem__)), axis=1)
    lengths = np.linalg.norm(whole, axis=1)
    return [
        images_per_second("network alone, torch (the default)", torch_s),
        images_per_second("network alone, ONNX Runtime", onnx_s),
        figure(name, "torch, times ONNX Runtime", "x", ratios(onnx_s, torch_s)),
        figure(name, "how far apart their vectors are", "of length", [(apart / lengths).max()]),
        images_per_second("decoding and resizing alone", decoding_s),
        images_per_second("the same, JPEG decoded at a reduced size", small_s),
        figure(name, "how far that moves a vector", "of length", [(moved / lengths).max()]),
    ]


def decoded_small(image: ImageHandle, size: int) -> Pixels:
    """Decode an image as small as its format gives it easily, and bring it to a square."""
    with image.open() as file, Image.open(file) as picture:
        picture.draft("RGB", (size, size))
        turned = ImageOps.exif_transpose(picture).convert("RGB")
        return np.asarray(turned.resize((size, size), Image.Resampling.BILINEAR))


def onnx_network(vgg: VGG16) -> OnnxNetwork:
    """Return the convolutions as a network of ONNX Runtime."""
    tensors = vgg.weights_file.load()
    nodes, last, block = [], "images", "1"
    for layer, index in CONVOLUTIONS.items():
        if layer[0] != block:
            nodes.append(_pool(last, f"pool{block}"))
            last, block = f"pool{block}", layer[0]
        names = [last, f"features.{index}.weight", f"features.{index}.bias"]
        nodes.append(helper.make_node("Conv", names, [f"conv{layer}"], pads=[1, 1, 1, 1]))
        last = f"relu{layer}"
        nodes.append(helper.make_node("Relu", [f"conv{layer}"], [last]))
    nodes.append(_pool(last, "pool5"))
    floats = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "vgg16",
        [helper.make_tensor_value_info("images", floats, ["n", 3, vgg.size, vgg.size])],
        [helper.make_tensor_value_info("pool5", floats, None)],
        [numpy_helper.from_array(x.numpy(), name) for name, x in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vgg16.onnx"
        onnx.save(model, path)
        return OnnxNetwork.read(path, None, None, vgg.mean, vgg.std)


def _pool(given: str, made: str) -> onnx.NodeProto:
    return helper.make_node("MaxPool", [given], [made], kernel_shape=[2, 2], strides=[2, 2])


def main(out: Path) -> None:
    """Measure on the stand-in, print and write the table."""
    cache_dir = ROOT / ".cache"
    dataset = read_standin(ROOT / "data" / "standin-news-0", cache_dir / "checked")
    figures = measure(dataset.images, VGG16(weights_dir=cache_dir / "weights"), RUNS)
    table = pd.DataFrame([asdict(one) for one in figures])
    shown = table[["what", "median", "least", "most", "unit", "runs"]]
    text = shown.to_markdown(index=False, floatfmt=".3g") + "\n"
    write_results(out, {"backends.csv": csv_bytes(table), "backends.md": text.encode()})
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/backends"))
