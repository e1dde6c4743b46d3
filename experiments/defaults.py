"""Choose the methods' settings and thresholds on some datasets; confirm them on others.

.venv/bin/python experiments/defaults.py
.venv/bin/python experiments/defaults.py method=vgg_pca 'grid_of.vgg_pca.layer=[pool4,gap]'
.venv/bin/python experiments/defaults.py 'method=[raw,vgg]' out_dir=results/defaults_of_two
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from configuration import build_methods, checked, open_dataset
from console import INTERRUPTED, SUCCESS, say
from hydra_app import compose, run
from omegaconf import DictConfig
from program import run_json
from pydantic import Field
from sweep import SettingsOfGrids, Sweep, sweep, sweep_settings

from dupeval.errors import SettingsError
from dupeval.files import refuse_foreign, write_results
from dupeval.method.vectors import VectorMethod
from dupeval.sweep.across import ROLES, OnDataset, Role, across_markdown, across_table
from dupeval.sweep.rendering import parquet_bytes, short_csv_bytes

FILES = ("defaults.csv", "defaults.md", "settings.parquet", "run.json")
# Of each kind of datasets, the overrides that give each.
Kinds = Annotated[tuple[tuple[tuple[str, ...], ...], ...], Field(min_length=1)]


class DefaultsSettings(SettingsOfGrids):
    """The settings that only this program has."""

    chosen_on: Kinds
    confirmed_on: Kinds


def main(config: DictConfig) -> int:
    """Try all settings on every dataset, write and print the best; return the exit code."""
    refuse_foreign(Path(config.out_dir), FILES)
    settings = sweep_settings(config, DefaultsSettings)
    # Grids are an experiment's, whichever of its methods are asked for.
    grid_of = {name: grid for name, grid in settings.grid_of.items() if name in config.methods}
    settings = settings.model_copy(update={"grid_of": grid_of})
    made: dict[str, tuple[OnDataset, Sweep]] = {}
    try:
        for role, kind, own in _configurations(config, settings):
            part = _on_dataset(role, kind, own, settings)
            made[part[0].name] = part
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it was", file=sys.stderr)
        return INTERRUPTED
    parts = [part for part, _ in made.values()]
    table = across_table(parts, _configured(config))
    markdown = across_markdown(table, parts)
    contents = {
        "defaults.csv": short_csv_bytes(table),
        "defaults.md": markdown.encode(),
        "settings.parquet": parquet_bytes(_every_setting(parts)),
    }
    contents["run.json"] = run_json([one.described for _, one in made.values()], contents)
    write_results(Path(config.out_dir), contents)
    for note in dict.fromkeys(note for _, one in made.values() for note in one.notes):
        print(note, file=sys.stderr)
    say(f"{markdown}\nwritten to {config.out_dir}: {', '.join(contents)}")
    return SUCCESS


def _configurations(
    config: DictConfig, settings: DefaultsSettings
) -> Iterator[tuple[Role, int, DictConfig]]:
    """Yield the configuration of each dataset: what was asked for overrides what chooses it."""
    for role in ROLES:
        kinds: Kinds = getattr(settings, role)
        for kind, datasets in enumerate(kinds):
            for own in datasets:
                yield role, kind, checked(compose("defaults", [*own, *config.overrides]))


def _on_dataset(
    role: Role, kind: int, config: DictConfig, settings: SettingsOfGrids
) -> tuple[OnDataset, Sweep]:
    dataset = open_dataset(config)
    print(f"{role.replace('_', ' ')} {dataset.name}", file=sys.stderr)
    made = sweep(config, settings, dataset)
    if "loqo" not in made.figures:
        raise SettingsError("settings are compared by loqo, which is left out; possible: loqo")
    f1 = np.nanmean(made.figures["loqo"][:, :, 2], axis=1)
    return OnDataset(dataset.name, role, kind, made.swept, f1), made


def _configured(config: DictConfig) -> dict[str, dict[str, Any]]:
    methods = build_methods(config)
    return {
        name: dict(method.parameters)
        for name, method in methods.items()
        if isinstance(method, VectorMethod)
    }


def _every_setting(parts: list[OnDataset]) -> pd.DataFrame:
    """Return the F1 of every setting on every dataset."""
    planned = [one.planned for one in parts[0].swept]
    return pd.DataFrame(
        {
            "method": [one.method for one in planned],
            "parameters": [
                " ".join(f"{name}={value}" for name, value in one.parameters.items())
                for one in planned
            ],
            **{part.name: part.f1 for part in parts},
        }
    )


if __name__ == "__main__":
    run("defaults", main, __doc__)
