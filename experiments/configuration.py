"""A configuration from the command line: composed, checked, and made into objects.

Whatever the user can put right is a `SettingsError`, with all that is wrong and what is possible.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from inspect import isroutine
from pathlib import Path
from typing import Annotated, Any

from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, Field, ValidationError

from dupeval.dataset import Dataset
from dupeval.errors import DupevalError, SettingsError
from dupeval.method import Method
from dupeval.protocol import Protocol
from dupeval.strict import STRICT

OUTPUT_FOLDERS = ("out_dir", "cache_dir", "report_dir")


def check(config: DictConfig) -> None:
    """Find what is wrong with a configuration by itself, before any work is done.

    Raises
    ------
    SettingsError
        With what is possible instead.
    """
    config = checked(config)
    build_methods(config)
    build_protocols(config)
    if "metrics" in config:
        build_all(config, "metrics")


class Common(BaseModel):
    """The settings that all programs share, with the types they must have."""

    model_config = STRICT

    out_dir: Path
    cache_dir: Path
    seed: Annotated[int, Field(ge=0, strict=True)]
    folds: Annotated[int, Field(ge=2, strict=True)] | None
    progress: Annotated[bool, Field(strict=True)]
    fresh: Annotated[bool, Field(strict=True)]
    own_modules: list[Annotated[str, Field(pattern=r"^\w+(\.\w+)*$")]]
    methods: Annotated[dict[str, Any], Field(min_length=1)]
    protocols: Annotated[dict[str, Any], Field(min_length=1)]


def checked(config: DictConfig) -> DictConfig:
    """Return a configuration whose common settings are complete and of the right types.

    Raises
    ------
    SettingsError
        With every fault.
    """
    missing = sorted(OmegaConf.missing_keys(config))
    if missing:
        raise SettingsError(f"missing: {', '.join(f'{key}=...' for key in missing)}")
    settings = as_json(config)
    try:
        Common(**{name: settings[name] for name in Common.model_fields if name in settings})
        faults = []
    except ValidationError as error:
        faults = _faults(error, "")
    root = settings["dataset"]["root"]
    if not isinstance(root, str) or not root:
        faults.append(f"dataset.root={root}: give the path of a folder")
    elif not faults:
        # One's own photographs too.
        given = [root, settings["dataset"].get("source")]
        untouched = [Path(folder) for folder in given if folder and isinstance(folder, str)]
        faults = not_utf8(f"dataset.root={Path(root).resolve()}") + [
            fault
            for name in OUTPUT_FOLDERS
            if settings.get(name) is not None
            for fault in _faults_of_folder(name, str(settings[name]), untouched)
        ]
    if faults:
        raise SettingsError("; ".join(faults))
    return config


def not_utf8(text: str) -> list[str]:
    """Return a fault if a text of the system has bytes that no file of results can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(text).decode(errors="backslashreplace")
        return [f"{shown} is not valid UTF-8; possible: another name for it"]
    return []


def _faults_of_folder(name: str, text: str, untouched: Sequence[Path]) -> Iterator[str]:
    # Before the work, not after it.
    if not text:
        yield f"{name} is empty; possible: a folder, such as results/mine"
        return
    folder = Path(text)
    for root in untouched:
        if folder.resolve().is_relative_to(root.resolve()):
            place = f"{name}={folder} lies in the dataset {root}"
            yield f"{place}, in which nothing is written; possible: any folder elsewhere"
    nearest = next(x for x in (folder.absolute(), *folder.absolute().parents) if x.exists())
    if not nearest.is_dir():
        yield f"{name}={folder}: {nearest} is a file; possible: a folder"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        yield f"{name}={folder}: {nearest} cannot be written to"


def open_dataset(config: DictConfig) -> Dataset:
    """Read, and where it must be build, the dataset of a configuration."""
    given, modules = as_json(config.dataset), _modules_of(config)
    settings = {name: _made(value, f"dataset.{name}", modules) for name, value in given.items()}
    settings |= {
        "root": Path(settings["root"]),
        "checked_dir": Path(config.cache_dir) / "checked",
        "progress": config.progress,
    }
    target = _resolved(settings.pop("_target_"), "dataset", modules)
    dataset: Dataset = target(**settings)
    return dataset


def build_methods(config: DictConfig) -> dict[str, Method]:
    """Make the methods of a configuration, by name."""
    return build_all(config, "methods")


def build_protocols(config: DictConfig) -> dict[str, Protocol]:
    """Make the protocols of a configuration, by name."""
    return build_all(config, "protocols")


def build_all(config: DictConfig, group: str) -> dict[str, Any]:
    """Make all of a group that a configuration describes, by name; see `build`."""
    built, faults = {}, []
    for name, node in config[group].items():
        try:
            built[str(name)] = build(node, f"{group}.{name}", _modules_of(config))
        except SettingsError as error:
            faults.append(str(error))
    if faults:
        raise SettingsError("; ".join(faults))
    return built


def build(node: DictConfig, where: str, modules: Sequence[str] = ()) -> Any:
    """Make what a configuration node describes.

    Parameters
    ----------
    node : DictConfig
    where : str
        Its setting.
    modules : sequence of str, optional
        Whose classes it may name besides dupeval's.

    Raises
    ------
    SettingsError
        If it cannot be made; the message lists every fault, each with its setting.
    """
    return _made(as_json(node), where, modules)


def _modules_of(config: DictConfig) -> Sequence[str]:
    return list(config.get("own_modules") or ())


def _made(value: Any, where: str, modules: Sequence[str]) -> Any:
    # As `hydra.utils.instantiate`, which wraps errors in texts.
    if isinstance(value, list):
        return [_made(item, f"{where}.{i}", modules) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {
        key: _made(v, f"{where}.{key}", modules) for key, v in value.items() if key != "_target_"
    }
    if "_target_" not in value:
        return made
    target = _resolved(value["_target_"], where, modules)
    try:
        return target(**made)
    except ValidationError as error:
        raise SettingsError("; ".join(_faults(error, where))) from None
    except (DupevalError, TypeError) as error:
        raise SettingsError(f"{where}: {error}") from None


def _resolved(target: Any, where: str, modules: Sequence[str]) -> Any:
    """Return the class, or the function that reads a dataset, that a configuration names."""
    fault = f"{where}._target_={target}"
    known = ("dupeval", *modules)
    # Before it is imported, which runs it.
    if not isinstance(target, str) or not _is_in(target, known):
        raise SettingsError(
            f"{fault} is none of dupeval's classes; possible for one of yours: "
            f"own_modules=[{str(target).rpartition('.')[0]}]"
        )
    try:
        found = pkgutil.resolve_name(target)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(f"{fault}: {error}") from None
    reads = where == "dataset" and isroutine(found)
    if not (reads or isinstance(found, type)) or not _is_in(found.__module__, known):
        # What a module of theirs has imported is not theirs.
        raise SettingsError(f"{fault} is no class of {', '.join(known)}; possible: one that is")
    return found


def _is_in(name: str, modules: Iterable[str]) -> bool:
    return any(
        name == module or name.startswith((f"{module}.", f"{module}:")) for module in modules
    )


def as_json(config: DictConfig) -> dict[str, Any]:
    """Return a configuration as JSON values, interpolations resolved."""
    container: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    return container


def _faults(error: ValidationError, place: str) -> list[str]:
    faults = []
    for fault in error.errors():
        name = ".".join(str(part) for part in (place, *fault["loc"]) if part)
        if fault["type"] == "missing":
            faults.append(f"{name} is missing")
        else:
            faults.append(f"{name}={fault['input']!r}: {fault['msg']}")
    return faults
