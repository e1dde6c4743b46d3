"""Networks of torch's: TorchScript files, and torchvision's with weights by path."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dupeval.errors import SettingsError, WeightsError
from dupeval.representation.weights import read_state_dict

if TYPE_CHECKING:
    import torch


def torchscript_module(path: Path, output: str | None) -> torch.nn.Module:
    """Read a module from a TorchScript file.

    Code in such a file is TorchScript's alone, which its own interpreter runs; nothing is
    unpickled.

    Parameters
    ----------
    path : Path
    output : str, optional
        Of a module that gives several tensors, the one that is meant: its key, or its place.

    Raises
    ------
    WeightsError
        If the file is none.
    """
    import torch  # noqa: PLC0415

    with warnings.catch_warnings():
        # What the authors of networks have published stays in this format.
        warnings.filterwarnings("ignore", message=r".*torch\.jit\.\w+` is deprecated")
        try:
            module = torch.jit.load(str(path), map_location="cpu")  # type: ignore[no-untyped-call]
        except (RuntimeError, ValueError) as error:
            raise WeightsError(
                f"{path} is no TorchScript file ({str(error).splitlines()[0]}); a state dict goes "
                "with file=torchvision:NAME weights=PATH"
            ) from error
    return _picked(module.eval(), output)


def torchvision_module(name: str, weights: Path, output: str | None) -> torch.nn.Module:
    """Make one of torchvision's networks with the weights of a state dict.

    Parameters
    ----------
    name : str
        Such as ``resnet50``.
    weights : Path
        See `dupeval.representation.weights.read_state_dict`. What comes after the output may be
        missing.
    output : str, optional
        A node of the network, such as ``flatten``; by default what it gives at its end.

    Raises
    ------
    SettingsError
        If there is no such network or output.
    WeightsError
        If the weights are not its.
    """
    import torch  # noqa: PLC0415
    from torchvision.models import get_model, list_models  # noqa: PLC0415
    from torchvision.models.feature_extraction import (  # noqa: PLC0415
        create_feature_extractor,
        get_graph_node_names,
    )

    if name not in list_models():
        near = difflib.get_close_matches(name, list_models(), n=3)
        hint = f"; possible: {', '.join(near)}" if near else ""
        raise SettingsError(f"file=torchvision:{name}: torchvision has no such network{hint}")
    with torch.device("meta"):
        module = get_model(name, weights=None)
    what = f"weights={weights}"
    try:
        module.load_state_dict(dict(read_state_dict(weights, what)), strict=False, assign=True)
    except RuntimeError as error:
        reason = " ".join(str(error).split())[:300]
        raise WeightsError(f"{what} is no state dict of {name}: {reason}") from error
    module.eval()
    if output is not None:
        nodes = get_graph_node_names(module)[1]
        if output not in nodes:
            near = difflib.get_close_matches(output, nodes, n=3) or nodes[-3:]
            raise SettingsError(
                f"output={output}: {name} has no such node; possible: {', '.join(near)}, ..."
            )
        module = create_feature_extractor(module, [output])
    tensors = (*module.named_parameters(), *module.named_buffers())
    missing = [key for key, tensor in tensors if tensor.is_meta]
    if missing:
        raise WeightsError(f"{what} is no state dict of {name}: {missing[0]} is missing")
    return _picked(module, output)


def _picked(module: torch.nn.Module, output: str | None) -> torch.nn.Module:
    """Return a module that gives one tensor of what another gives."""
    import torch  # noqa: PLC0415

    class Picked(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            made = _tensor(self.inner(images), output)
            if made.ndim < 2 or len(made) != len(images):
                raise SettingsError(
                    f"the network gives no vector an image: of {len(images)} images its output "
                    f"has the shape {tuple(made.shape)}"
                )
            return made

    return Picked()


def _tensor(made: Any, output: str | None) -> torch.Tensor:
    import torch  # noqa: PLC0415

    if isinstance(made, torch.Tensor):
        return made
    if isinstance(made, tuple | list):
        made = {str(place): tensor for place, tensor in enumerate(made)}
    if not isinstance(made, Mapping) or not made:
        raise SettingsError(f"the network gives no tensor but a {type(made).__name__}")
    found = made.get(next(iter(made)) if output is None else output)
    if not isinstance(found, torch.Tensor):
        possible = ", ".join(k for k, tensor in made.items() if isinstance(tensor, torch.Tensor))
        raise SettingsError(f"output={output}: there is no such output; possible: {possible}")
    return found
