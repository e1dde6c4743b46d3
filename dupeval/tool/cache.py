"""Replies of tools kept on disk, by all that changes them."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dupeval.files import canonical_json, check_regular, json_sha256, whole_file
from dupeval.tool.process import Reply


class ReplyCache:
    """One file for each tool key and set of images.

    Runs at the same time may share it: files appear whole, and equal names mean equal content.

    Parameters
    ----------
    folder : Path
        Made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, key: Mapping[str, Any], images: Sequence[str]) -> Reply | None:
        """Return what is stored of images, by their SHA-256 in order, or None.

        Warns
        -----
        UserWarning
            If a stored file is damaged; it counts as missing.
        """
        path = self._file_of(key, images)
        if not path.exists():
            return None
        try:
            check_regular(path)
            stored = json.loads(path.read_text(encoding="utf-8"))
            reply = stored["reply"]
            # Of the key too: a reply that is moved to another key is not that key's.
            whole = stored["sha256"] == _sha256(key, images, reply)
        except (OSError, ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            warnings.warn(f"{path} is damaged; the tool is run again", stacklevel=2)
            return None
        return Reply(**reply)

    def save(self, key: Mapping[str, Any], images: Sequence[str], reply: Reply) -> None:
        """Store a reply."""
        content = asdict(reply)
        sha256 = _sha256(key, images, content)
        stored = {"key": key, "images": images, "reply": content, "sha256": sha256}
        with whole_file(self._file_of(key, images)) as path:
            path.write_text(canonical_json(stored), encoding="utf-8")

    def _file_of(self, key: Mapping[str, Any], images: Sequence[str]) -> Path:
        of_images = hashlib.sha256("".join(images).encode()).hexdigest()
        return self.folder / json_sha256(key)[:24] / f"{of_images}.json"


def _sha256(key: Mapping[str, Any], images: Sequence[str], reply: Mapping[str, Any]) -> str:
    return json_sha256([key, list(images), reply])
