"""Replies of tools kept on disk, by all that changes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dupeval.files import canonical_json
from dupeval.store import Entry, Store, Tensors
from dupeval.tool import Answer
from dupeval.tool.hashes import Hashes
from dupeval.tool.process import Reply


class ReplyCache:
    """One entry for each tool key and list of images, by their SHA-256 in order.

    Parameters
    ----------
    folder : Path
        Of the store; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)

    def load(self, key: Mapping[str, Any], images: Sequence[str]) -> Reply | None:
        """Return what is kept, or None; see `Store.get`."""
        entry = self.store.get(_key(key, images))
        if entry is None:
            return None
        told = json.loads(entry.tensors["reply"].tobytes())
        answers = [_read(value, entry.tensors) for value in told.pop("answers")]
        return Reply(answers, **told)

    def save(self, key: Mapping[str, Any], images: Sequence[str], reply: Reply) -> None:
        """Keep a reply; see `Store.put`."""
        tensors: dict[str, npt.NDArray[Any]] = {}
        told = {field.name: getattr(reply, field.name) for field in fields(reply)}
        told["answers"] = [_written(x, str(i), tensors) for i, x in enumerate(reply.answers)]
        # As bytes, for that of a large query is longer than the text of an entry may be.
        content = np.frombuffer(canonical_json(told).encode(), np.uint8)
        self.store.put(_key(key, images), Entry({"reply": content, **tensors}))


def _written(answer: Answer, name: str, tensors: dict[str, npt.NDArray[Any]]) -> Any:
    """Put an answer's arrays among the tensors; return their name, or an answer without."""
    if isinstance(answer, Hashes):
        tensors |= {f"{name} packed": answer.packed, f"{name} known": answer.known}
        return {"hashes": name}
    if isinstance(answer, np.ndarray):
        tensors[f"{name} distances"] = answer
        return {"distances": name}
    return answer


def _read(value: Any, tensors: Tensors) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, name),) = value.items()
    if kind == "hashes":
        return Hashes(tensors[f"{name} packed"], tensors[f"{name} known"])
    return tensors[f"{name} distances"]


def _key(key: Mapping[str, Any], images: Sequence[str]) -> Mapping[str, Any]:
    return {"tool": key, "images": list(images)}
