"""Replies of tools kept on disk, by all that changes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from dupeval.files import canonical_json
from dupeval.store import Entry, Store
from dupeval.tool import Answer
from dupeval.tool.hashes import Hashes
from dupeval.tool.process import MOST_ANSWERS, Amount, Notes, Reply
from dupeval.tool.wire import MOST_BYTES as MOST_HASH_BYTES

# JSON of replies; what is longer is none. Arrays are tensors beside it.
MOST_BYTES = 2**30


class _Told(BaseModel):
    """A reply as it is kept; answers are looked at one by one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answers: Annotated[list[Any], Field(max_length=MOST_ANSWERS)]
    wall_s: Amount
    cpu_s: Amount
    peak_memory_mb: Amount
    notes: Notes


class ReplyCache:
    """One entry for each tool key and list of images, by their SHA-256 in order.

    Parameters
    ----------
    folder : Path
        Of the store; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)

    def load(
        self,
        key: Mapping[str, Any],
        images: Sequence[str],
        problem: Callable[[Reply], str | None] = lambda reply: None,
    ) -> Reply | None:
        """Return what is kept, or None; see `Store.read`.

        Parameters
        ----------
        key : mapping
        images : sequence of str
        problem : callable, optional
            Says what is wrong with a reply, None if nothing is; one that is wrong counts as
            damaged.
        """

        def made_of(entry: Entry) -> Reply:
            reply = _reply(entry)
            wrong = problem(reply)
            if wrong is not None:
                raise ValueError(wrong)
            return reply

        return self.store.read(_key(key, images), made_of)

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


def _reply(entry: Entry) -> Reply:
    """Return the reply that an entry holds; ValueError, LookupError, ... if it holds none."""
    content = entry.array("reply", np.uint8, None)
    if content.size > MOST_BYTES:
        raise ValueError("no text of a reply")
    # Not as pydantic reads JSON: each number is the one that was written.
    told = _Told.model_validate(json.loads(content.tobytes()))
    answers = [_read(value, entry) for value in told.answers]
    return Reply(answers, told.wall_s, told.cpu_s, told.peak_memory_mb, told.notes)


def _read(value: Any, entry: Entry) -> Any:
    if not isinstance(value, dict):
        return value
    ((kind, name),) = value.items()
    if kind == "hashes":
        packed = entry.array(f"{name} packed", np.uint8, None, None)
        if not 0 < packed.shape[1] <= MOST_HASH_BYTES:
            raise ValueError("no hashes")
        return Hashes(packed, entry.array(f"{name} known", np.bool_, None))
    if kind != "distances":
        raise ValueError("no distances")
    return entry.array(f"{name} distances", np.float64, None)


def _key(key: Mapping[str, Any], images: Sequence[str]) -> Mapping[str, Any]:
    return {"tool": key, "images": list(images)}
