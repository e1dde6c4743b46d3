"""A network that any test can work out by hand, as an ONNX file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def save_onnx(
    path: Path,
    *,
    layout: str = "uint8_nhwc",
    batch: int | str = "batch",
    side: int | str = "side",
    axes: Sequence[int] | None = None,
) -> Path:
    """Write a model whose output `colour` is the mean of each channel, `double` twice as much."""
    last = layout.endswith("nhwc")
    shape = [batch, side, side, 3] if last else [batch, 3, side, side]
    kind = TensorProto.UINT8 if layout.startswith("uint8") else TensorProto.FLOAT
    over = axes or ([1, 2] if last else [2, 3])
    nodes = [
        helper.make_node("Cast", ["image"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats", "over"], ["colour"], keepdims=0),
        helper.make_node("Add", ["colour", "colour"], ["double"]),
    ]
    made = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in ("colour", "double")]
    graph = helper.make_graph(
        nodes,
        "mean colour",
        [helper.make_tensor_value_info("image", kind, shape)],
        made,
        [numpy_helper.from_array(np.array(over, np.int64), "over")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path
