"""What ``dupeval made`` and ``dupeval convert`` do and say."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from dupeval.dataset import Dataset, importers
from dupeval.dataset.writing import refuse_full, write_folder
from dupeval.errors import SettingsError
from dupeval.text import counted, visible


def convert(
    layout: str,
    root: Path,
    out: Path,
    images_a_query: int | None,
    settings: Mapping[str, Any],
    progress: bool,
) -> None:
    """Read a dataset by its importer and write it as a folder.

    Parameters
    ----------
    layout : str
        The importer's name.
    root, out : Path
    images_a_query : int or None
    settings : mapping
        What else was asked for, None where nothing was; an importer must take it.
    progress : bool

    Raises
    ------
    SettingsError
    DatasetError
    """
    read = _importer(layout)
    asked = {name: value for name, value in settings.items() if value is not None}
    takes = inspect.signature(read).parameters
    if strange := [f"--{name}" for name in asked if name not in takes]:
        raise SettingsError(f"{layout} takes no {' and no '.join(strange)}")
    for name, parameter in takes.items():
        if parameter.default is parameter.empty and name not in {"root", *asked}:
            raise SettingsError(f"{layout} needs --{name}")
    if out.resolve().is_relative_to(root.resolve()):
        raise SettingsError(
            f"{out} lies in {root}, in which nothing is written; possible: a folder elsewhere"
        )
    refuse_full(out)
    dataset = read(root, progress=progress, images_a_query=images_a_query, **asked)
    write_folder(dataset, out, progress)
    say_made(dataset, out)


def say_made(dataset: Dataset, out: Path) -> None:
    """Print what a dataset has in it, and what can be done with it."""
    photographs = sum(len({x.photograph for x in query.labels}) for query in dataset.queries)
    true = sum(query.n_true_pairs for query in dataset.queries)
    said = (
        f"{counted(len(dataset.queries), 'query', 'queries')}, "
        f"{counted(len(dataset.images), 'image')}, {counted(photographs, 'photograph')}, "
        f"{counted(true, 'pair')} of copies",
        f"in {visible(str(out))}",
        "next: dupeval experiment table1 dataset=folder "
        f"{visible(shlex.quote(f'dataset.root={out}'))} 'method=[verified]' reference=verified",
    )
    console = Console(highlight=False, soft_wrap=True)
    for line in said:
        console.print(Text(line))


def _importer(layout: str) -> Callable[..., Dataset]:
    names = [module.name for module in pkgutil.iter_modules(importers.__path__)]
    if layout not in names:
        raise SettingsError(f"there is no layout {layout!r}; possible: {', '.join(names)}")
    read: Callable[..., Dataset] = getattr(
        importlib.import_module(f"{importers.__name__}.{layout}"), f"read_{layout}"
    )
    return read
