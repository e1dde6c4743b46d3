"""A configuration from the command line: composed, checked, and made into objects.

Hydra stays in this folder. Whatever the user can put right is a `SettingsError`.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import hydra
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import (
    ConfigCompositionException,
    HydraException,
    InstantiationException,
    MissingConfigException,
    OverrideParseException,
)
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException
from pydantic import BaseModel, Field, ValidationError

from dupeval.dataset import Dataset
from dupeval.errors import DupevalError, SettingsError
from dupeval.method import Method
from dupeval.protocol import Protocol
from dupeval.settings import STRICT

CONF_DIR = str(Path(__file__).resolve().parent.parent / "conf")
# Hydra's launchers that come with a plugin, and the extra that installs it.
EXTRAS = {"joblib": "joblib", "ray": "ray", "submitit_local": "slurm", "submitit_slurm": "slurm"}
RUN, MULTIRUN = ("--run", "-r"), ("--multirun", "-m")


def compose(config_name: str, overrides: list[str]) -> DictConfig:
    """Compose a configuration as the command line would.

    Raises
    ------
    SettingsError
        If an override cannot be followed; the message lists what is possible.
    """
    try:
        config = _compose(config_name, overrides)
    except OverrideParseException as error:
        raise _unreadable(error) from None
    except MissingConfigException as error:
        raise _no_choice(error) from None
    except (ConfigCompositionException, OmegaConfBaseException) as error:
        message = str(error).splitlines()[0]
        if message.startswith("Ambiguous value "):
            raise SettingsError(
                f"{message}; possible: a list, 'NAME=[A,B]', or a job for each, with --multirun"
            ) from None
        if message.startswith("Could not override '"):
            key = message.split("'")[1]
            raise SettingsError(_unknown_key(config_name, overrides, key)) from None
        raise SettingsError(message) from None
    except (HydraException, ValueError) as error:
        # Hydra raises ValueError for a group that is set to null.
        raise SettingsError(str(error).splitlines()[0]) from None
    with open_dict(config):
        del config["hydra"]
    return config


def is_multirun(arguments: Sequence[str]) -> bool:
    """Say whether a command line asks for a job for each combination of listed values."""
    return bool(set(arguments) & set(MULTIRUN))


def jobs(arguments: Sequence[str]) -> list[list[str]]:
    """Return the overrides of each job that a command line asks for.

    Parameters
    ----------
    arguments : sequence of str
        The command line, without the program's name.

    Returns
    -------
    list of list of str
        One, or those of a multirun; none where Hydra is asked for something else (``--help``).

    Raises
    ------
    SettingsError
        If an argument cannot be read.
    """
    overrides = [text for text in arguments if text not in (*RUN, *MULTIRUN)]
    if any(text.startswith("-") for text in overrides):
        return []
    if not is_multirun(arguments):
        return [overrides]
    try:
        with hydra.initialize_config_dir(version_base="1.3", config_dir=CONF_DIR):
            parser = OverridesParser.create(GlobalHydra.instance().config_loader())
            batches = BasicSweeper.split_arguments(parser.parse_overrides(overrides), None)
    except OverrideParseException as error:
        raise _unreadable(error) from None
    except HydraException as error:
        raise SettingsError(str(error).splitlines()[0]) from None
    return batches[0]


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


class Common(BaseModel):
    """The settings that all programs share, with the types they must have."""

    model_config = STRICT

    out_dir: Path
    cache_dir: Path
    seed: Annotated[int, Field(ge=0, strict=True)]
    progress: Annotated[bool, Field(strict=True)]
    fresh: Annotated[bool, Field(strict=True)]
    may_be_missing: tuple[str, ...]
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
    # Folders named by digits alone come as numbers.
    for node, key in ((config, "out_dir"), (config, "cache_dir"), (config.dataset, "root")):
        if isinstance(node[key], int | float) and not isinstance(node[key], bool):
            node[key] = str(node[key])
    values = {name: as_json(config)[name] for name in Common.model_fields if name in config}
    try:
        common = Common(**values)
    except ValidationError as error:
        raise SettingsError("; ".join(_faults(error, ""))) from None
    for name in ("out_dir", "cache_dir", "report_dir"):
        if config.get(name) is not None:
            _check_writable(name, Path(str(config[name])))
    known = {path.stem for path in (Path(CONF_DIR) / "method").glob("*.yaml")}
    unknown = sorted(set(common.may_be_missing) - known)
    if unknown:
        raise SettingsError(
            f"may_be_missing: there is no method {', '.join(map(repr, unknown))}; possible: "
            f"{', '.join(sorted(known))}"
        )
    if not isinstance(config.dataset.root, str):
        raise SettingsError(f"dataset.root={config.dataset.root}: give the path of a folder")
    return config


def _check_writable(name: str, folder: Path) -> None:
    # Before the work, not after it.
    nearest = next(
        path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()
    )
    if not nearest.is_dir():
        raise SettingsError(f"{name}={folder}: {nearest} is a file; possible: a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise SettingsError(f"{name}={folder}: {nearest} cannot be written to")


def open_dataset(config: DictConfig) -> Dataset:
    """Read, and where it must be build, the dataset of a configuration."""
    try:
        dataset: Dataset = instantiate(
            config.dataset,
            root=Path(config.dataset.root),
            checked_dir=Path(config.cache_dir) / "checked",
            progress=config.progress,
        )
    except InstantiationException as error:
        if isinstance(error.__cause__, DupevalError):
            raise error.__cause__ from None
        raise
    return dataset


def build_methods(config: DictConfig) -> dict[str, Method]:
    """Make the methods of a configuration, by name."""
    return {name: build(config.methods[name], f"methods.{name}") for name in config.methods}


def build_protocols(config: DictConfig) -> dict[str, Protocol]:
    """Make the protocols of a configuration, by name."""
    return {name: build(config.protocols[name], f"protocols.{name}") for name in config.protocols}


def build(node: DictConfig, where: str) -> Any:
    """Make what a configuration node describes.

    Raises
    ------
    SettingsError
        If it cannot be made; the message lists every fault, each with its setting.
    """
    try:
        return instantiate(node, _convert_="all")
    except InstantiationException as error:
        lines = str(error).splitlines()
        place = next((x.split(": ", 1)[1] for x in lines if x.startswith("full_key: ")), where)
        cause = error.__cause__
        if isinstance(cause, ValidationError):
            raise SettingsError("; ".join(_faults(cause, place))) from None
        if isinstance(cause, DupevalError):
            raise SettingsError(f"{place}: {cause}") from None
        raise SettingsError(f"{place}: {lines[0]}") from None


def as_json(config: DictConfig) -> dict[str, Any]:
    """Return a configuration as JSON values, interpolations resolved."""
    container: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    return container


def _compose(config_name: str, overrides: list[str]) -> DictConfig:
    with hydra.initialize_config_dir(version_base="1.3", config_dir=CONF_DIR):
        return hydra.compose(config_name, overrides, return_hydra_config=True)


def _unreadable(error: OverrideParseException) -> SettingsError:
    return SettingsError(
        f"cannot read the override {error.override!r}; the form is NAME=VALUE, and lists with "
        "a comma need quotes: 'method=[raw,vgg]'"
    )


def _no_choice(error: MissingConfigException) -> SettingsError:
    group, _, name = (error.missing_cfg_file or "").rpartition("/")
    # Of a list of choices Hydra does not tell them.
    possible = set(error.options or (path.stem for path in (Path(CONF_DIR) / group).glob("*.yaml")))
    if group == "hydra/launcher":
        if name in EXTRAS:
            return SettingsError(
                f"{group}={name} needs the extra {EXTRAS[name]!r}, which is not installed; "
                "docs/clusters.md says how"
            )
        possible |= set(EXTRAS)
    return SettingsError(
        f"{group}={name}: there is no {group} {name!r}; possible: {', '.join(sorted(possible))}"
    )


def _unknown_key(config_name: str, overrides: list[str], key: str) -> str:
    # What would have been possible depends on the groups chosen by the other overrides.
    others = [text for text in overrides if text.lstrip("+~").split("=")[0].split("@")[0] != key]
    node: Any = _compose(config_name, others)
    parts, depth = key.split("."), 0
    while isinstance(node, DictConfig) and parts[depth] in node and depth < len(parts) - 1:
        node, depth = node[parts[depth]], depth + 1
    possible = {str(name) for name in node} if isinstance(node, DictConfig) else set()
    if depth == 0:
        possible |= {path.name for path in Path(CONF_DIR).iterdir() if path.is_dir()}
    names = sorted(possible - {"_target_", "hydra", "methods", "protocols", "representation"})
    place = f"in {'.'.join(parts[:depth])}" if depth else "here"
    near = difflib.get_close_matches(parts[depth], names, n=1)
    if near:
        hint = f"did you mean {'.'.join([*parts[:depth], *near])}? Possible {place}"
    else:
        hint = f"possible {place}"
    return f"there is no setting {key!r}; {hint}: {', '.join(names)}"


def _faults(error: ValidationError, place: str) -> list[str]:
    faults = []
    for fault in error.errors():
        name = ".".join(str(part) for part in (place, *fault["loc"]) if part)
        if fault["type"] == "missing":
            faults.append(f"{name} is missing")
        else:
            faults.append(f"{name}={fault['input']!r}: {fault['msg']}")
    return faults
