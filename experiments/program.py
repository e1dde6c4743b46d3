"""What the programs that run methods share: the work, and what they say of it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

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
from dupeval.provenance import describe_part, describe_run


@dataclass(frozen=True)
class Evaluated:
    """The methods of a configuration, the dataset they were run on, and what came of it."""

    config: DictConfig
    dataset: Dataset
    methods: Mapping[str, Method]
    protocols: Mapping[str, Protocol]
    evaluation: Evaluation

    @cached_property
    def described(self) -> dict[str, Any]:
        """What ``run.json`` says of it."""
        return described(self.config, self.dataset, self.methods, self.protocols)


def complain(parts: Sequence[Evaluated]) -> int:
    """Print why methods have no scores, each reason once, and return the exit code that says so."""
    nothing = not any(part.evaluation.results for part in parts)
    absences = dict.fromkeys(
        absence
        for part in parts
        for absence in part.evaluation.absences
        # Where there is anything to show, the study's own figures are no failure.
        if nothing or absence.source != "published"
    )
    for absence in absences:
        how = "left out" if absence.source == "missing" else absence.source
        print(f"{how}: {absence.method}: {absence.reason}", file=sys.stderr)
    # Tools that no one asked for by name are optional.
    failures = [absence for absence in absences if absence.source != "missing"]
    return NO_SCORES if failures or nothing else SUCCESS


def evaluate_configuration(config: DictConfig, dataset: Dataset | None = None) -> Evaluated:
    """Run the methods of a configuration under its protocols on its dataset.

    Parameters
    ----------
    config : DictConfig
    dataset : Dataset, optional
        The configuration's, where it was read before.

    Raises
    ------
    SettingsError
        If a method that was asked for by its name needs a tool that is not installed.
    """
    methods, protocols = build_methods(config), build_protocols(config)
    refuse_missing(config, methods)
    dataset = dataset or open_dataset(config)
    metrics: Iterable[Metric] = build_all(config, "metrics").values()
    folds = folds_of(dataset, config.folds, config.seed)
    evaluation = evaluate(methods, protocols, dataset, resources(config), list(metrics), folds)
    return Evaluated(config, dataset, methods, protocols, evaluation)


def refuse_missing(config: DictConfig, methods: Mapping[str, Method]) -> None:
    """Make sure that the methods that were asked for by their names can be run here.

    Raises
    ------
    SettingsError
        With all that are missing.
    """
    if config.method_is_named:
        found = {name: method.description.get("missing") for name, method in methods.items()}
        missing = [f"method {name}: {reason}" for name, reason in found.items() if reason]
        if missing:
            raise SettingsError("; ".join(missing))


def resources(config: DictConfig) -> Resources:
    """Return what the methods of a configuration may use."""
    return Resources(Path(config.cache_dir), config.progress, config.fresh)


def described(
    config: DictConfig,
    dataset: Dataset,
    methods: Mapping[str, Method],
    protocols: Mapping[str, Protocol],
) -> dict[str, Any]:
    """Return what ``run.json`` says of methods and protocols on a dataset."""
    return describe_part(
        as_json(config),
        dataset,
        {name: method.description for name, method in methods.items()},
        {name: protocol.description for name, protocol in protocols.items()},
    )


def run_json(parts: Sequence[Mapping[str, Any]], contents: Mapping[str, bytes]) -> bytes:
    """Return the file that says what a run was made of (`described`) and which files it wrote."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    text = json.dumps(describe_run(parts, hashes), indent=2, ensure_ascii=False)
    return f"{text}\n".encode()
