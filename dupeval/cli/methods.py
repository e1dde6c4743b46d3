"""Methods by the names of their YAML files."""

from __future__ import annotations

from pathlib import Path

from dupeval.errors import SettingsError
from dupeval.grouping.default import NAME, default_method
from dupeval.method import Method


def method_named(name: str, cache_dir: Path) -> Method:
    """Return a method as the experiments configure it.

    Parameters
    ----------
    name : str
        Of a YAML file in ``conf/method``.
    cache_dir : Path
        Where networks that it needs are kept.

    Raises
    ------
    SettingsError
        If there is none of that name, or a package is missing that it needs.
    """
    if name == NAME:
        return default_method()
    raise SettingsError(f"method {name!r}: possible: {NAME}")
