"""Entries of a store written anew as they should not be, with checksums that are right."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from dupeval.store import Entry, Store

Array = npt.NDArray[Any]


def rewrite(folder: Path, change: Callable[[Entry], Entry]) -> int:
    """Change all entries of a store; return how many there are."""
    store, paths = Store(folder), sorted(folder.rglob("*.safetensors"))
    for path in paths:
        content = path.read_bytes()
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        key = json.loads(header["__metadata__"]["entry"])["key"]
        entry = store.get(key)
        assert entry is not None
        store.put(key, change(entry))
    return len(paths)


def with_array(name: str, change: Callable[[Array], Array]) -> Callable[[Entry], Entry]:
    """Return what changes one tensor of an entry."""

    def do(entry: Entry) -> Entry:
        return replace(entry, tensors={**entry.tensors, name: change(entry.tensors[name])})

    return do


def telling(**about: object) -> Callable[[Entry], Entry]:
    """Return what changes what is told of an entry."""
    return lambda entry: replace(entry, about={**entry.about, **about})


def without(name: str) -> Callable[[Entry], Entry]:
    """Return what takes one tensor out of an entry."""
    return lambda entry: replace(
        entry, tensors={key: value for key, value in entry.tensors.items() if key != name}
    )
