"""Answers on their way out of a tool's process: arrays as text, and back.

Groups, and distances of a few images, are JSON as they are. Of what has the size of all pairs, or
of all images, the bytes go over, in base64.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.tool.hashes import Hashes

# Lists of so many distances become arrays.
MANY = 10_000
# Bytes of a hash.
MOST_BYTES = 4_096


def encoded(answer: Any) -> Any:
    """Return an answer as JSON values."""
    if isinstance(answer, Hashes):
        known = np.packbits(answer.known)
        n, n_bytes = answer.packed.shape
        return {"hashes": _text(answer.packed), "known": _text(known), "shape": [n, n_bytes]}
    if isinstance(answer, list) and len(answer) >= MANY and _are_numbers(answer):
        answer = np.array(answer, np.float64)
    if isinstance(answer, np.ndarray):
        return {"distances": _text(answer.astype("<f8"))}
    return answer


def decoded(value: Any) -> Any:
    """Return the answer that came as JSON values; what is none is returned as it is.

    Raises
    ------
    ValueError
        If it is said to be an array, and is none.
    """
    if not isinstance(value, dict):
        return value
    if value.keys() == {"distances"}:
        return np.frombuffer(_bytes(value["distances"]), "<f8").astype(np.float64)
    if value.keys() != {"hashes", "known", "shape"}:
        return value
    shape = value["shape"]
    if not (isinstance(shape, list) and len(shape) == 2 and all(type(x) is int for x in shape)):
        raise ValueError("the shape of hashes is no pair of numbers")
    n, n_bytes = shape
    if n < 0 or not 0 < n_bytes <= MOST_BYTES:
        raise ValueError(f"{n} hashes of {n_bytes} bytes")
    packed = np.frombuffer(_bytes(value["hashes"]), np.uint8).reshape(n, n_bytes)
    known = np.frombuffer(_bytes(value["known"]), np.uint8)
    if len(known) != -(-n // 8):
        raise ValueError(f"it is not said which of {n} images have a hash")
    return Hashes(packed, np.unpackbits(known, count=n).astype(np.bool_))


def _are_numbers(answer: list[Any]) -> bool:
    # What is no distance stays as it is, to be shown by who refuses it.
    kinds = set(map(type, answer))
    return kinds <= {float, int, type(None)} and all(x == x for x in answer)  # noqa: PLR0124


def _text(values: npt.NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).data).decode("ascii")


def _bytes(text: Any) -> bytes:
    if not isinstance(text, str):
        raise ValueError("an array is no text")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"an array is not as agreed: {error}") from None
