"""The stand-in dataset: built on the user's machine from photographs inside pinned packages."""

from dupeval.dataset.standin.build import ensure_standin

__all__ = ["ensure_standin"]
