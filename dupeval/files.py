"""Writing files whole or not at all, and naming content by its hash."""

from __future__ import annotations

import hashlib
import json
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path that becomes `path` when the block ends well, and vanishes otherwise.

    The temporary file lies in the same folder, so the final rename is atomic: other processes
    see the old file or the new one, never a part.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile's: its files are for their owner's eyes only.
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    temporary.touch(exist_ok=False)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write several files into `folder`: all are on disk before the first takes its name.

    Parameters
    ----------
    folder : Path
        Made when missing; its other files stay as they are.
    contents : mapping of str to bytes
        File name to content, renamed into place in this order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished.") as name:
        staged = Path(name)
        for file_name, content in contents.items():
            (staged / file_name).write_bytes(content)
        for file_name in contents:
            (staged / file_name).replace(folder / file_name)


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: keys sorted, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def json_sha256(value: Any) -> str:
    """Return the SHA-256 (64 hex digits) of a value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (64 hex digits) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
