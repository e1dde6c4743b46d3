"""Replies of tools kept on disk, by all that changes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from dupeval.files import canonical_json
from dupeval.store import Entry, Store
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
        return None if entry is None else Reply(**json.loads(entry.tensors["reply"].tobytes()))

    def save(self, key: Mapping[str, Any], images: Sequence[str], reply: Reply) -> None:
        """Keep a reply; see `Store.put`."""
        # As bytes, for that of a large query is longer than the text of an entry may be.
        content = np.frombuffer(canonical_json(asdict(reply)).encode(), np.uint8)
        self.store.put(_key(key, images), Entry({"reply": content}))


def _key(key: Mapping[str, Any], images: Sequence[str]) -> Mapping[str, Any]:
    return {"tool": key, "images": list(images)}
