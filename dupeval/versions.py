"""Versions of installed packages: they are in the keys of what is kept."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def version(package: str) -> str:
    """Return the version of a package, found once: reading it takes about a millisecond.

    Raises
    ------
    PackageNotFoundError
        If it is not installed.
    """
    return metadata.version(package)
