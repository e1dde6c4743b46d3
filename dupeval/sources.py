"""The source of what makes a value, as a digest: other code, another digest.

Read are the files of the classes and of all modules that these import, at the top or inside a
function, as far as they are the project's or the user's own. What is installed or Python's is not
read: what depends on the version of a package has that version in its key. Nor is seen what is
loaded in other ways, such as by a name in a text, or from a file of data. Comments, docstrings and
layout do not count. Nothing is imported.
"""

from __future__ import annotations

import ast
import hashlib
import os
import sys
import time
import uuid
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.machinery import PathFinder
from inspect import isroutine
from pathlib import Path
from typing import Any, NamedTuple

from dupeval.files import canonical_json

# They say things, and keep and name them; no value comes of them.
WITHOUT_VALUES = {f"dupeval.{name}" for name in ("errors", "files", "sources", "store", "text")}

_PYTHONS_OWN = str(Path(os.__file__).parent) + os.sep
_INSTALLED = {"site-packages", "dist-packages"}
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_STARTED = time.time()
# The clock of a server of files is not more ahead: what is younger is of before this one went back.
_AHEAD_S = 60.0
# Stands for source that nobody knows: what it makes is found again by this process alone.
_UNKNOWN = uuid.uuid4().hex


def source_sha256(*values: object, modules: Iterable[str] = ()) -> str:
    """Return the SHA-256 (64 hex digits) of the source of the classes of some values.

    Parameters
    ----------
    *values : object
        Of dataclasses the values of fields count too.
    modules : iterable of str, optional
        What else makes the value, by name.

    Warns
    -----
    UserWarning
        If a file was changed since this process started, which may run what it held before.
    """
    own = frozenset({"dupeval", *(type(value).__module__.split(".")[0] for value in values)})
    roots = frozenset({*modules, *(name for value in values for name in _modules_of(value))})
    return _sha256(roots, own)


def _modules_of(value: Any) -> Iterator[str]:
    """Yield the modules of a value's classes, and of those of what it holds."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _modules_of(item)
        return
    if isroutine(value):
        yield value.__module__ or ""
    kind = value if isinstance(value, type) else type(value)
    yield from (base.__module__ for base in kind.__mro__)
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _modules_of(getattr(value, field.name, None))


@cache
def _sha256(roots: frozenset[str], own: frozenset[str]) -> str:
    """Return the digest of modules and of what they import; `own` is read where installed too."""
    found: dict[str, str] = {}
    seen = set(WITHOUT_VALUES)
    waiting = [part for root in roots for part in _with_packages(root)]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        module = _find(name)
        if module.is_unknown:
            found[name] = _UNKNOWN
        elif module.file and (name.split(".")[0] in own or not _is_installed(module.file)):
            package = name if module.path is not None else name.rpartition(".")[0]
            found[name], imports = _read(module.file, package)
            waiting += imports
    return hashlib.sha256(canonical_json(found).encode()).hexdigest()


class _Module(NamedTuple):
    """Where a module is; of a package, also where its modules are."""

    file: str | None
    path: list[str] | None = None
    is_unknown: bool = False


@cache
def _find(name: str) -> _Module:
    """Find a module as an import would, but without importing the packages that it lies in."""
    loaded = sys.modules.get(name)
    spec = getattr(loaded, "__spec__", None)
    if loaded is None:
        package, _, _ = name.rpartition(".")
        path = _find(package).path if package else None
        spec = PathFinder.find_spec(name, path) if path or not package else None
    elif spec is None:  # Of a script, or of what was typed in.
        file = getattr(loaded, "__file__", None)
        return _Module(file, is_unknown=file is None)
    if spec is None:
        return _Module(None)
    path = spec.submodule_search_locations
    return _Module(spec.origin if spec.has_location else None, None if path is None else list(path))


def _is_installed(file: str) -> bool:
    return file.startswith(_PYTHONS_OWN) or not _INSTALLED.isdisjoint(Path(file).parts)


@cache
def _read(file: str, package: str) -> tuple[str, frozenset[str]]:
    """Return the digest of a file's own source, and the names of all that it may import."""
    path = Path(file)
    if _STARTED < path.stat().st_mtime < time.time() + _AHEAD_S:
        warnings.warn(
            f"{path} was changed after this run began: what it makes is computed anew next time",
            stacklevel=2,
        )
        return _UNKNOWN, frozenset()
    content = path.read_bytes()
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):  # It is compiled, say.
        return hashlib.sha256(content).hexdigest(), frozenset()
    imports = frozenset(_imports(tree, package))
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imports


def _imports(node: Any, package: str) -> Iterator[str]:
    """Yield the names that a statement or one inside it may import, and take out docstrings."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from _with_packages(alias.name)
    elif isinstance(node, ast.ImportFrom):
        parts = package.split(".")
        above = parts[: len(parts) - node.level + 1] if node.level else []
        name = ".".join([*above, *([node.module] if node.module else [])])
        yield from _with_packages(name)
        # Each may be a module, or something in one.
        yield from (f"{name}.{alias.name}" for alias in node.names)
    elif isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
        del node.body[0]
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        inside = getattr(node, part, ())
        for statement in inside if isinstance(inside, list) else ():
            yield from _imports(statement, package)


def _with_packages(name: str) -> Iterator[str]:
    """Yield a module's name and those of the packages around it, which its import runs too."""
    parts = name.split(".")
    return (".".join(parts[: i + 1]) for i in range(len(parts)))
