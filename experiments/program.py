"""What all programs share: from the command line to objects, and from errors to sentences."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import hydra
from configuration import (
    CONF_DIR,
    as_json,
    build_methods,
    build_protocols,
    check,
    compose,
    is_multirun,
    jobs,
    open_dataset,
)
from job import (
    INTERRUPTED,
    NO_SCORES,
    SUCCESS,
    USER_ERROR,
    Outcome,
    Task,
    complain,
    perform,
    show_warnings_as_sentences,
)
from omegaconf import DictConfig

from dupeval.dataset import Dataset
from dupeval.errors import DupevalError
from dupeval.evaluation import Evaluation, evaluate
from dupeval.method import Method, Resources
from dupeval.provenance import describe_run


def run(config_name: str, task: Task) -> None:
    """Run a program: compose its configuration from the command line and hand it to `task`.

    Ends the process with what `task` returns, or with exit code 2 and one sentence for whatever
    the user can put right, or 130 when it is interrupted. All jobs of a multirun are checked
    before the first one starts.
    """
    show_warnings_as_sentences()
    try:
        _run(config_name, task, sys.argv[1:])
    except DupevalError as error:
        complain(error)
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        print("stopped; nothing of this run is written", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _run(config_name: str, task: Task, arguments: list[str]) -> None:
    todo = jobs(arguments)
    if len(todo) == 1 and not is_multirun(arguments):
        # Hydra itself would only compose the same once more.
        sys.exit(perform(task, compose(config_name, todo[0])).status)
    for overrides in todo:
        check(compose(config_name, overrides))

    def job(config: DictConfig) -> Outcome:
        return perform(task, config)

    # A multirun ends in `hydra_plugins.telling_sweeper`, which sees the outcomes of all jobs.
    hydra.main(version_base="1.3", config_path=CONF_DIR, config_name=config_name)(job)()


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
        """Print why methods have no scores, and return the exit code that says so."""
        nothing = not self.evaluation.results
        # Where there is anything to show, the study's own figures are no failure.
        absences = [a for a in self.evaluation.absences if nothing or a.source != "published"]
        for absence in absences:
            print(f"{absence.source}: {absence.method}: {absence.reason}", file=sys.stderr)
        forgiven = set(self.config.may_be_missing)
        required = [a for a in absences if a.source != "missing" or a.method not in forgiven]
        return NO_SCORES if required or nothing else SUCCESS


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
