"""The stand-in dataset: built on the user's machine from photographs inside pinned packages."""

from __future__ import annotations

from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.dataset.folder import read_folder
from dupeval.dataset.standin.build import ensure_standin

__all__ = ["ensure_standin", "read_standin"]


def read_standin(root: Path, checked_dir: Path | None = None, progress: bool = False) -> Dataset:
    """Build the stand-in at `root` unless it is there, and read it.

    See `ensure_standin` and `dupeval.dataset.folder.read_folder`.
    """
    return read_folder(ensure_standin(root, progress=progress), checked_dir, "the stand-in")
