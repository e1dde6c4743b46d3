"""What the programs that run methods share: the work, and what they say of it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from configuration import as_json, build_all, build_methods, build_protocols, open_dataset
from console import NO_SCORES, SUCCESS
from omegaconf import DictConfig

from dupeval.dataset import Dataset
from dupeval.engine.folds import folds_of
from dupeval.errors import SettingsError
from dupeval.evaluation import Evaluation, evaluate
from dupeval.method import Method, Resources
from dupeval.metric import Metric
from dupeval.protocol import Protocol
from dupeval.provenance import describe_run


@dataclass(frozen=True)
class Evaluated:
    """The methods of a configuration, the dataset they were run on, and what came of it."""

    config: DictConfig
    dataset: Dataset
    methods: Mapping[str, Method]
    protocols: Mapping[str, Protocol]
    evaluation: Evaluation

    def run_json(self, contents: Mapping[str, bytes]) -> bytes:
        """Return the file that says what the run was made of and which files it wrote."""
        return run_json(self.config, self.dataset, self.methods, self.protocols, contents)

    def complain(self) -> int:
        """Print why methods have no scores, and return the exit code that says so."""
        nothing = not self.evaluation.results
        # Where there is anything to show, the study's own figures are no failure.
        absences = [a for a in self.evaluation.absences if nothing or a.source != "published"]
        for absence in absences:
            how = "left out" if absence.source == "missing" else absence.source
            print(f"{how}: {absence.method}: {absence.reason}", file=sys.stderr)
        # Tools that no one asked for by name are optional.
        failures = [a for a in absences if a.source != "missing"]
        return NO_SCORES if failures or nothing else SUCCESS


def evaluate_configuration(config: DictConfig) -> Evaluated:
    """Run the methods of a configuration under its protocols on its dataset.

    Raises
    ------
    SettingsError
        If a method that was asked for by its name needs a tool that is not installed.
    """
    methods, protocols = build_methods(config), build_protocols(config)
    if config.method_is_named:
        found = {name: method.description.get("missing") for name, method in methods.items()}
        missing = [f"method {name}: {reason}" for name, reason in found.items() if reason]
        if missing:
            raise SettingsError("; ".join(missing))
    dataset = open_dataset(config)
    metrics: Iterable[Metric] = build_all(config, "metrics").values()
    folds = folds_of(dataset, config.folds, config.seed)
    evaluation = evaluate(methods, protocols, dataset, resources(config), list(metrics), folds)
    return Evaluated(config, dataset, methods, protocols, evaluation)


def resources(config: DictConfig) -> Resources:
    """Return what the methods of a configuration may use."""
    return Resources(Path(config.cache_dir), config.progress, config.fresh)


def run_json(
    config: DictConfig,
    dataset: Dataset,
    methods: Mapping[str, Method],
    protocols: Mapping[str, Protocol],
    contents: Mapping[str, bytes],
) -> bytes:
    """Return the file that says what a run was made of and which files it wrote."""
    described = describe_run(
        as_json(config),
        dataset,
        {name: method.description for name, method in methods.items()},
        {name: protocol.description for name, protocol in protocols.items()},
        {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    )
    return (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode()
