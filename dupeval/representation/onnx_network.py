"""Networks in ONNX files, computed by ONNX Runtime on the CPU."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from dupeval.errors import NoScoresError, SettingsError, WeightsError
from dupeval.representation.network import Colour
from dupeval.representation.preparation import Pixels
from dupeval.versions import version

Layout = Literal["uint8_nhwc", "float_nhwc", "float_nchw"]
MOST_THREADS = 4


def onnxruntime_version() -> str:
    """Return the version of ONNX Runtime.

    Raises
    ------
    NoScoresError
        As ``missing``, if it is not installed.
    """
    try:
        return version("onnxruntime")
    except PackageNotFoundError:
        raise NoScoresError(
            "missing",
            "the Python package onnxruntime is not installed, which networks in .onnx files need; "
            "install it with: pip install 'dupeval[embeddings]'",
        ) from None


@dataclass(frozen=True)
class OnnxNetwork:
    """A model of ONNX Runtime.

    Attributes
    ----------
    session : onnxruntime.InferenceSession
    input, output : str
        The names of the tensors that it is given and that it gives.
    layout : {"uint8_nhwc", "float_nhwc", "float_nchw"}
        The type and the order of the axes of what it is given.
    mean, std : tuple of float
        Of floats: subtracted from R, G, B in 0..255, and what they are divided by then. Bytes are
        given as they are.
    batch_size : int
    """

    session: Any
    input: str
    output: str
    layout: Layout
    mean: Colour
    std: Colour
    batch_size: int

    @classmethod
    def read(
        cls, path: Path, output: str | None, layout: Layout | None, mean: Colour, std: Colour
    ) -> OnnxNetwork:
        """Read a model of one input; see the class.

        Parameters
        ----------
        path : Path
        output : str, optional
            By default the model's first.
        layout : str, optional
            By default what the model says of its input.
        mean, std : tuple of float

        Raises
        ------
        WeightsError
            If the file is none that ONNX Runtime reads.
        SettingsError
            If output or layout are not the model's.
        """
        session = _session(path)
        inputs, outputs = session.get_inputs(), [made.name for made in session.get_outputs()]
        if len(inputs) != 1 or len(inputs[0].shape) != 4:
            shown = "; ".join(f"{one.name} {one.shape}" for one in inputs)
            raise SettingsError(f"{path} is no network of one batch of images: it takes {shown}")
        if output is not None and output not in outputs:
            raise SettingsError(
                f"output={output}: {path} has no such output; possible: {', '.join(outputs)}"
            )
        said = _layout(inputs[0].type, inputs[0].shape)
        found = layout or said
        if found is None:
            raise SettingsError(
                f"{path} does not say how its images lie ({inputs[0].type} {inputs[0].shape}); "
                "possible: layout=uint8_nhwc, float_nhwc, float_nchw"
            )
        # A model that was saved for batches of one size takes no other.
        fixed = inputs[0].shape[0]
        size = fixed if isinstance(fixed, int) else 1
        return cls(session, inputs[0].name, output or outputs[0], found, mean, std, size)

    def __call__(self, batch: Pixels) -> npt.NDArray[np.float32]:
        """See `dupeval.representation.network.Network`."""
        given: npt.NDArray[Any] = batch
        if self.layout != "uint8_nhwc":
            mean, std = (np.array(colour, np.float32) for colour in (self.mean, self.std))
            given = (batch.astype(np.float32) - mean) / std
        if self.layout == "float_nchw":
            given = np.ascontiguousarray(given.transpose(0, 3, 1, 2))
        try:
            (made,) = self.session.run([self.output], {self.input: given})
        except Exception as error:
            # ONNX Runtime has its own errors, which have nothing in common but this.
            raise SettingsError(
                f"the network cannot be run on images of shape {given.shape} "
                f"({_first_line(error)}); possible: another size, layout or batch_size"
            ) from error
        if not isinstance(made, np.ndarray) or made.ndim < 2 or len(made) != len(batch):
            shape = getattr(made, "shape", type(made).__name__)
            raise SettingsError(
                f"output={self.output} is no vector an image: of {len(batch)} images its shape is "
                f"{shape}"
            )
        return made.reshape(len(made), -1).astype(np.float32)


def _session(path: Path) -> Any:
    # A run that finds all vectors stored never needs it.
    import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(MOST_THREADS, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    # Threads that wait in a loop would take the cores from those that decode images.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise WeightsError(
            f"{path} is no ONNX model that can be run here ({_first_line(error)})"
        ) from error


def _layout(kind: str, shape: Sequence[Any]) -> Layout | None:
    if kind == "tensor(uint8)":
        return "uint8_nhwc"
    if kind == "tensor(float)" and (shape[1] == 3) != (shape[3] == 3):
        return "float_nchw" if shape[1] == 3 else "float_nhwc"
    return None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
