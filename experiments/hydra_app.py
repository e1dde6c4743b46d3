"""Programs on Hydra's public interface: from the command line to a task's exit code.

Overrides are taken as people mean them, and what cannot be followed is told in sentences; a
multirun is checked before its first job starts, and ends with what its jobs said. What is of Hydra
stays here and in `hydra_plugins`.
"""

from __future__ import annotations

import difflib
import gc
import hashlib
import itertools
import os
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import hydra
from configuration import check, checked, not_utf8
from console import (
    INTERRUPTED,
    SUCCESS,
    Outcome,
    exit_code,
    prepare_output,
    say,
)
from help_page import ASKED, help_page
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from dupeval.errors import SettingsError
from dupeval.terminal import show_warnings_as_sentences
from dupeval.workers import end_with

CONF_DIR = str(Path(__file__).resolve().parent.parent / "conf")
# From 1.4 on Hydra knows one behaviour only, and warns where one is asked for.
VERSION = {"version_base": "1.3"} if hydra.__version__.startswith("1.3") else {}
# Settings that are a path or a name.
TEXT = re.compile(r"\+{0,2}(?:.+\.)?(?:root|file|name|weights|\w+_dir)")
# Settings that are a list of overrides, and where one of these ends.
OVERRIDES, NEXT = re.compile(r"\+{0,2}datasets\.[\w-]+"), re.compile(r",\s*(?=[+~\w./@]+=)")
# Of a configuration, what nobody sets by these names.
HIDDEN = {"_target_", "hydra", "methods", "protocols", "representation"}
# What Hydra raises for overrides that it cannot follow.
FAULTS = (HydraException, OmegaConfBaseException, ValueError)
# The variable in which a multirun tells its workers which process it is.
STARTED_BY = "DUPEVAL_STARTED_BY"
RUN, MULTIRUN = {"--run", "-r"}, {"--multirun", "-m"}

Task = Callable[[DictConfig], int]


def run(config_name: str, task: Task, about: str | None = None) -> None:
    """Run a program: compose its configuration from the command line and hand it to `task`.

    `about` is what the program does, with examples, which ``--help`` prints with what is possible.

    Ends the process with what `task` returns, or with exit code 2 and one sentence for whatever
    the user can put right, or 130 when it is interrupted. All jobs of a multirun are checked
    before the first one starts.
    """
    # What is imported stays: whoever looks for garbage need not look at it.
    gc.freeze()
    try:
        sys.exit(exit_code(lambda: _run(config_name, task, sys.argv[1:], about)))
    except KeyboardInterrupt:
        print("stopped; nothing of this run is written", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _run(config_name: str, task: Task, arguments: Sequence[str], about: str | None) -> int:
    prepare_output()
    if about and ASKED & set(arguments):
        say(help_page(config_name, about))
        return SUCCESS
    _check_readable(arguments)
    multirun = bool(MULTIRUN & set(arguments))
    todo = jobs(arguments)
    if todo and not multirun:
        return perform(task, compose(config_name, todo[0])).status
    for overrides in todo:
        check(compose(config_name, overrides))

    def job(config: DictConfig) -> Outcome:
        return perform(task, config)

    # A multirun ends in `hydra_plugins.jobs_sweeper`, which sees the outcomes of all jobs.
    sys.argv[1:] = as_meant(arguments, multirun)
    hydra.main(config_path=CONF_DIR, config_name=config_name, **VERSION)(job)()
    return SUCCESS


def _check_readable(arguments: Sequence[str]) -> None:
    faults = [fault for text in arguments for fault in not_utf8(text)]
    if faults:
        raise SettingsError("; ".join(faults))


def perform(task: Task, config: DictConfig) -> Outcome:
    """Do a task on a configuration, which Hydra made if it is a job of a multirun."""
    name = job_name()
    if name is None:
        return Outcome(exit_code(lambda: task(checked(config))))
    about = HydraConfig.get()
    _tell_overrides(config, about.overrides.task)
    config.out_dir = str(Path(config.out_dir) / file_name(name))
    if about.runtime.choices["hydra/launcher"] == "basic":
        return Outcome(exit_code(lambda: task(checked(config)), name))
    if about.runtime.choices["hydra/launcher"] == "joblib":
        end_with(int(os.environ.get(STARTED_BY, os.getppid())))
    # Launchers start workers where they like; paths are relative to where the user stands.
    os.chdir(about.runtime.cwd)
    show_warnings_as_sentences()
    config.progress = False  # Bars of several jobs would overwrite each other.
    start = time.monotonic()
    with redirect_stdout(StringIO()) as stdout, redirect_stderr(StringIO()) as stderr:
        status = exit_code(lambda: task(checked(config)), name)
    print(f"finished: {name} ({time.monotonic() - start:.1f} s)", file=sys.stderr, flush=True)
    return Outcome(status, stdout.getvalue(), stderr.getvalue())


def job_name() -> str | None:
    """Return what tells this job from the others of a multirun; None if there are no others."""
    if not HydraConfig.initialized() or HydraConfig.get().mode != RunMode.MULTIRUN:
        return None
    return HydraConfig.get().job.override_dirname or "default"


def file_name(text: str) -> str:
    """Return a text as the name of a file; different texts have different names."""
    name = text.replace("%", "%25").replace("/", "%2F")
    if len(name.encode()) <= 200:  # File systems allow 255.
        return name
    return f"{name[:30]}...{name[-30:]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def compose(config_name: str, overrides: Sequence[str]) -> DictConfig:
    """Compose a configuration as the command line would.

    Raises
    ------
    SettingsError
        With every override that cannot be followed, and what is possible.
    """
    meant = as_meant(overrides)
    parsed = _parsed(meant)
    with hydra.initialize_config_dir(config_dir=CONF_DIR, **VERSION):
        try:
            config = hydra.compose(config_name, meant)
        except FAULTS as error:
            faults = _faults(parsed, config_name) or [" ".join(str(error).split())]
            if any("hydra/launcher" in fault for fault in faults):
                faults.append("docs/clusters.md says what each launcher needs")
            raise SettingsError("; ".join(faults)) from None
    _tell_overrides(config, overrides)
    return config


def _tell_overrides(config: DictConfig, overrides: Sequence[str]) -> None:
    """Let a configuration say what was asked for, and whether methods were, by their names."""
    with open_dict(config):
        config.overrides = list(overrides)
        config.method_is_named = any(text.startswith("method=") for text in overrides)


def as_meant(overrides: Sequence[str], multirun: bool = False) -> list[str]:
    """Return overrides in the form in which Hydra takes them as people mean them.

    A path is a path, whatever it is made of: ``a(1)``, ``2021`` and ``null`` are names of folders.
    A method's own grid is new to the configuration. What chooses a dataset of several is a list of
    overrides.
    """
    return [
        f"++{text}" if text.startswith("grid_of.") else _text_as_meant(text, multirun)
        for text in overrides
    ]


def _text_as_meant(text: str, multirun: bool) -> str:
    name, equals, value = text.partition("=")
    if OVERRIDES.fullmatch(name) and re.fullmatch(r"\[[^'\"].*\]", value):
        return f"{name}=[{','.join(map(_in_quotes, NEXT.split(value[1:-1])))}]"
    if not equals or not TEXT.fullmatch(name):
        return text
    try:
        read = OverridesParser.create().parse_override(text)
    except HydraException:
        return quoted(name, value)
    if read.is_sweep_override():
        return text if multirun else quoted(name, value)
    meaning = read.value()
    nothing = meaning is None and name != "dataset.root"
    as_it_is = nothing or (isinstance(meaning, str) and value == value.strip())
    return text if as_it_is else quoted(name, value)


def quoted(name: str, value: str) -> str:
    """Return the override that gives a setting just this text."""
    return f"{name}={_in_quotes(value)}"


def _in_quotes(text: str) -> str:
    # Of backslashes only those before a quotation mark mean anything to Hydra.
    escaped = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + found[2].replace("'", "\\'"), text)
    return f"'{escaped}'"


def _parsed(overrides: Sequence[str], loader: ConfigLoader | None = None) -> list[Override]:
    parser = OverridesParser.create(loader)
    parsed, faults = [], []
    for text in overrides:
        try:
            parsed += parser.parse_overrides([text])
        except HydraException:
            name, equals, value = text.partition("=")
            fault = f"cannot read the override {text!r}; the form is NAME=VALUE"
            if equals:
                fault += f"; for just this text, type {shlex.quote(quoted(name, value))}"
            faults.append(f"{fault}; lists with a comma need quotes: 'method=[raw,vgg]'")
    if faults:
        raise SettingsError("; ".join(faults))
    return parsed


def jobs(arguments: Sequence[str]) -> list[list[str]]:
    """Return the overrides of each job that a command line, without the program's name, asks for.

    None where it asks Hydra for something else (``--help``).

    Raises
    ------
    SettingsError
        If an argument cannot be read.
    """
    overrides = [text for text in arguments if text not in RUN | MULTIRUN]
    if any(text.startswith("-") for text in overrides):
        return []
    if not MULTIRUN & set(arguments):
        return [overrides]
    with hydra.initialize_config_dir(config_dir=CONF_DIR, **VERSION):
        return combinations(overrides, GlobalHydra.instance().config_loader())


def combinations(overrides: Sequence[str], loader: ConfigLoader) -> list[list[str]]:
    """Return the overrides of each job of a multirun: every combination of the listed values."""
    choices: list[list[str]] = []
    for override in _parsed(as_meant(overrides, multirun=True), loader):
        if not override.is_sweep_override():
            choices.append([str(override.input_line)])
        elif override.is_discrete_sweep():
            values = override.sweep_string_iterator()
            choices.append([f"{override.get_key_element()}={value}" for value in values])
        else:
            raise SettingsError(f"{override.input_line}: an interval has no values to list")
    return [list(job) for job in itertools.product(*choices)]


def _faults(overrides: Sequence[Override], config_name: str) -> list[str]:
    """Find every override that names what does not exist: a choice of a group, or a setting.

    Hydra itself tells the first.
    """
    loader = GlobalHydra.instance().config_loader()
    faults: list[str] = []
    choices: list[str] = []
    settings: list[str] = []
    for override in overrides:
        key, text, value = override.key_or_group, str(override.input_line), override.value()
        options = sorted(loader.get_group_options(key))
        named = value if isinstance(value, list) else [value]
        unknown = [x for x in named if isinstance(x, str) and x not in options]
        if not options:
            settings += [] if text.startswith(("+", "~")) else [key]
        elif unknown:
            names = ", ".join(options)
            faults += [f"{key}={x}: there is no {key} {x!r}; possible: {names}" for x in unknown]
        elif not override.is_sweep_override():
            choices.append(text)
    try:
        # What would have been possible depends on the choices.
        config = hydra.compose(config_name, choices, return_hydra_config=True)
    except FAULTS:
        return faults
    return [*faults, *(fault for key in settings for fault in _unknown_key(config, key, loader))]


def _unknown_key(config: DictConfig, key: str, loader: ConfigLoader) -> Iterator[str]:
    node: Any = config
    parts, depth = key.split("."), 0
    while depth < len(parts) and isinstance(node, DictConfig) and parts[depth] in node.keys():  # noqa: SIM118
        node = None if OmegaConf.is_missing(node, parts[depth]) else node[parts[depth]]
        depth += 1
    if depth == len(parts):
        return
    possible = {str(name) for name in node} if isinstance(node, DictConfig) else set()
    if depth == 0:
        possible |= set(loader.list_groups(""))
    names = sorted(possible - HIDDEN)
    place = f"in {'.'.join(parts[:depth])}" if depth else "here"
    near = difflib.get_close_matches(parts[depth], names, n=1)
    nearest = ".".join([*parts[:depth], *near])
    hint = f"did you mean {nearest}? Possible {place}" if near else f"possible {place}"
    yield f"there is no setting {key!r}; {hint}: {', '.join(names)}"
