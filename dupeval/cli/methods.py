"""Methods by the names of their YAML files."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

from dupeval.cli.programs import programs_dir
from dupeval.errors import SettingsError
from dupeval.grouping.default import NAME, default_method
from dupeval.method import Method


def method_named(name: str, cache_dir: Path) -> Method:
    """Return a method as the experiments configure it.

    Hydra is imported for any but the default.

    Parameters
    ----------
    name : str
        Of a YAML file in ``conf/method``.
    cache_dir : Path
        Where networks that it needs are kept. One in a wheel is fetched, since it was asked for.

    Raises
    ------
    SettingsError
        If there is none of that name, or it needs settings.
    """
    if name == NAME:
        return default_method()
    if not re.fullmatch(r"\w+", name):
        raise SettingsError(f"{name!r} is no name of a method; possible: {NAME}, sscd, pdq, ...")
    hydra_app, configuration = _programs_modules()
    cache = hydra_app.quoted("cache_dir", str(cache_dir))
    config = hydra_app.compose("config", [f"method={name}", "program=group", cache])
    method: Method = configuration.build(config.methods[name], f"methods.{name}")
    return method


def _programs_modules() -> tuple[Any, Any]:
    folder = str(programs_dir())
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module("hydra_app"), importlib.import_module("configuration")
