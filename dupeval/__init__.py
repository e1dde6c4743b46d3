"""An evaluation harness: which method best groups re-published copies of one photograph."""

from importlib import import_module as _import_module

__version__ = "0.1.0"
__all__ = ["__version__", "group"]


def __getattr__(name: str) -> object:
    # By name: what is kept depends on this file and on what it imports, but not on what follows.
    if name == "group":
        return _import_module("dupeval.grouping.library").group
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
