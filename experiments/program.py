"""What all programs share: from the command line to objects, and from errors to sentences."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hydra
from configuration import (
    CONF_DIR,
    as_json,
    build_methods,
    build_protocols,
    checked,
    compose,
    open_dataset,
)
from omegaconf import DictConfig
from PIL import Image

from dupeval.dataset import Dataset
from dupeval.errors import DupevalError, SettingsError
from dupeval.evaluation import Evaluation, evaluate
from dupeval.method import Method, Resources
from dupeval.provenance import describe_run

SUCCESS, USER_ERROR, NO_FIGURES = 0, 2, 3


def run(config_name: str, task: Callable[[DictConfig], int]) -> None:
    """Run a program: compose its configuration from the command line and hand it to `task`.

    Ends the process with what `task` returns, or with exit code 2 and one sentence for whatever
    the user can put right.
    """
    warnings.showwarning = _show_warning
    # The reader of images reports it as an error, with the file's name.
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    status = SUCCESS

    def checked_task(config: DictConfig) -> None:
        nonlocal status
        try:
            status = max(status, task(checked(config)))
        except DupevalError as error:
            _end(error)
        except BrokenPipeError:
            # Whoever reads the output has read enough; the results are written before it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            _end(DupevalError(f"{error.filename or 'the system'}: {error.strerror}"))

    arguments = sys.argv[1:]
    if not any(argument.startswith("-") for argument in arguments):
        try:
            compose(config_name, arguments)
        except SettingsError as error:
            _end(error)
    hydra.main(version_base="1.3", config_path=CONF_DIR, config_name=config_name)(checked_task)()
    sys.exit(status)


@dataclass(frozen=True)
class Evaluated:
    """The methods of a configuration, the dataset they were run on, and what came of it."""

    config: DictConfig
    dataset: Dataset
    methods: Mapping[str, Method]
    evaluation: Evaluation

    def run_json(self, contents: Mapping[str, bytes]) -> bytes:
        """Return the file that says what the run was made of and which files it wrote."""
        return run_json(self.config, self.dataset, self.methods, contents)

    def complain(self) -> int:
        """Print why methods have no figures, and return the exit code that says so."""
        nothing = not self.evaluation.results
        # Where there is anything to show, the study's own figures are no failure.
        absences = [a for a in self.evaluation.absences if nothing or a.source != "published"]
        for absence in absences:
            print(f"{absence.source}: {absence.method}: {absence.reason}", file=sys.stderr)
        forgiven = set(self.config.may_be_missing)
        required = [a for a in absences if a.source != "missing" or a.method not in forgiven]
        return NO_FIGURES if required or nothing else SUCCESS


def evaluate_configuration(config: DictConfig) -> Evaluated:
    """Run the methods of a configuration under its protocols on its dataset."""
    methods, protocols = build_methods(config), build_protocols(config)
    dataset = open_dataset(config)
    evaluation = evaluate(methods, protocols, dataset, resources(config))
    return Evaluated(config, dataset, methods, evaluation)


def resources(config: DictConfig) -> Resources:
    """Return what the methods of a configuration may use."""
    return Resources(Path(config.cache_dir), config.progress, config.fresh)


def run_json(
    config: DictConfig,
    dataset: Dataset,
    methods: Mapping[str, Method],
    contents: Mapping[str, bytes],
) -> bytes:
    """Return the file that says what a run was made of and which files it wrote."""
    described = describe_run(
        as_json(config),
        dataset,
        {name: dict(method.description) for name, method in methods.items()},
        {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    )
    return (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode()


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    print(f"warning: {message}", file=sys.stderr)


def _end(error: DupevalError) -> None:
    print(f"error: {error}", file=sys.stderr)
    sys.exit(USER_ERROR)
