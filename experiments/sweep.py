"""Try many settings of many methods; print the best by what is held out, and with hindsight.

Thresholds are no grid: all of them are always tried.

Examples
--------
python experiments/sweep.py
python experiments/sweep.py method=vgg_pca 'grid.layer=[pool4,pool5,gap]'
python experiments/sweep.py 'method=[raw,vgg]' 'grid.linkage=[single,average]' processes=2
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from configuration import as_json, build_methods, build_protocols, open_dataset
from console import INTERRUPTED, SUCCESS, say
from hydra_app import run
from omegaconf import DictConfig
from program import described, resources, run_json
from pydantic import BaseModel, Field, ValidationError

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.files import refuse_foreign, write_results
from dupeval.method.vectors import VectorMethod
from dupeval.protocol import Protocol
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.shared import Shared
from dupeval.store import Store
from dupeval.strict import STRICT
from dupeval.sweep.grid import Grid, faults, grids_of, read_grid
from dupeval.sweep.outcome import OutcomeCurves
from dupeval.sweep.plan import Planned, Workplace, check_protocols, folds_of_queries, plan
from dupeval.sweep.rendering import best_markdown, parquet_bytes, short_csv_bytes
from dupeval.sweep.tables import (
    Figures,
    Swept,
    best_table,
    curves_table,
    figures_by_protocol,
    sweep_table,
)
from dupeval.sweep.work import Compute, find

FILES = ("sweep.parquet", "sweep.csv", "curves.parquet", "best.csv", "best.md", "run.json")


class SettingsOfGrids(BaseModel):
    """What to try, and how."""

    model_config = STRICT

    compute: Compute
    processes: Annotated[int, Field(gt=0, strict=True)]
    spread: Annotated[int, Field(gt=0, strict=True)]
    grid: dict[str, Any]
    grid_of: dict[str, dict[str, Any]]


class SweepSettings(SettingsOfGrids):
    """The settings that only this program has."""

    query_sets: Annotated[tuple[Literal["all", "each"], ...], Field(min_length=1)]


def main(config: DictConfig) -> int:
    """Compute what is missing, write the tables, print the best settings; return the exit code."""
    refuse_foreign(Path(config.out_dir), FILES)
    settings, dataset = sweep_settings(config, SweepSettings), open_dataset(config)
    try:
        made = sweep(config, settings, dataset)
    except KeyboardInterrupt:
        print("stopped; the same command goes on where it was", file=sys.stderr)
        return INTERRUPTED
    table = sweep_table(made.swept, made.figures, dataset, settings.query_sets)
    best = best_table(made.swept, made.figures)
    markdown = best_markdown(best, dataset)
    contents = {
        "sweep.parquet": parquet_bytes(table),
        "sweep.csv": short_csv_bytes(table),
        "curves.parquet": parquet_bytes(curves_table(made.swept, dataset)),
        "best.csv": short_csv_bytes(best),
        "best.md": markdown.encode(),
    }
    contents["run.json"] = run_json([made.described], contents)
    write_results(Path(config.out_dir), contents)
    for note in made.notes:
        print(note, file=sys.stderr)
    say(
        f"{markdown}\n{len(made.swept)} settings written to {config.out_dir}: {', '.join(contents)}"
    )
    return SUCCESS


@dataclass(frozen=True, eq=False)
class Sweep:
    """What came of a configuration's settings on a dataset.

    Attributes
    ----------
    swept : sequence of Swept
    figures : mapping of str to ndarray
        See `dupeval.sweep.tables.figures_by_protocol`.
    notes : sequence of str
        What was left out, and why.
    described : mapping
        What ``run.json`` says of it.
    """

    swept: Sequence[Swept]
    figures: Mapping[str, Figures]
    notes: Sequence[str]
    described: Mapping[str, Any]


def sweep(config: DictConfig, settings: SettingsOfGrids, dataset: Dataset) -> Sweep:
    """Compute what is missing of a configuration's settings on a dataset."""
    methods = _methods(config)
    protocols, notes = _protocols(config)
    grids = _grids(settings, methods)
    folds = folds_of_queries(dataset, config.folds, config.seed)
    check_protocols(methods, protocols, dataset, folds)
    held_out = any(isinstance(protocol, LeaveOneQueryOut) for protocol in protocols.values())
    store = Store(Path(config.cache_dir) / "sweep")
    place = Workplace(dataset, held_out, store, resources(config), folds, settings.processes)
    planned = plan(methods, grids, place)
    references = plan(methods, {name: {} for name in _references(protocols)}, place)
    found = find([*planned, *references], place, settings.compute)
    swept = [Swept(one, found[one.key]) for one in planned]
    others = {one.method: OutcomeCurves(one.family.method, found[one.key]) for one in references}
    return Sweep(
        swept,
        figures_by_protocol(swept, protocols, others),
        [*notes, *filter(None, [folds.note]), *_left_out(planned)],
        described(config, dataset, methods, protocols),
    )


Settings = TypeVar("Settings", bound=SettingsOfGrids)


def sweep_settings(config: DictConfig, of: type[Settings]) -> Settings:
    """Return a program's own settings.

    Raises
    ------
    SettingsError
        With every fault.
    """
    values = as_json(config)
    if isinstance(values.get("query_sets"), str):
        values["query_sets"] = [values["query_sets"]]
    try:
        return of(**{name: values[name] for name in of.model_fields})
    except ValidationError as error:
        raise SettingsError(faults(error)) from None


def _methods(config: DictConfig) -> dict[str, VectorMethod]:
    methods = build_methods(config)
    possible = {name: m for name, m in methods.items() if isinstance(m, VectorMethod)}
    others = [name for name in methods if name not in possible]
    if others:
        raise SettingsError(
            f"a sweep is over methods on vectors, which {', '.join(others)} is not; possible in "
            f"this run: {', '.join(possible) or 'none'}"
        )
    return possible


def _protocols(config: DictConfig) -> tuple[dict[str, Protocol], list[str]]:
    """Return the protocols that have what they need, and why others, if there are any, have not.

    One that takes the threshold of another method has no part in a sweep without that method.
    """
    protocols = build_protocols(config)
    lacking = {
        name: f"protocol {name} is left out: it takes its threshold from {reference}, which is "
        "not in this run"
        for name, protocol in protocols.items()
        for reference in _references({name: protocol})
        if reference not in config.methods
    }
    if len(lacking) == len(protocols):
        raise SettingsError("; ".join(lacking.values()) + "; possible: protocol=[loqo,oracle]")
    return {n: p for n, p in protocols.items() if n not in lacking}, list(lacking.values())


def _left_out(planned: Sequence[Planned]) -> Iterator[str]:
    """Say which combinations of a grid have no meaning, once a method."""
    for method in dict.fromkeys(one.method for one in planned):
        families = {id(one.family): one.family for one in planned if one.method == method}
        skipped = [reason for family in families.values() for reason in family.skipped]
        if skipped:
            reasons = "; ".join(dict.fromkeys(skipped))
            n = len(skipped) + sum(len(family.settings) for family in families.values())
            yield f"{method}: {len(skipped)} of {n} combinations are left out: {reasons}"


def _references(protocols: Mapping[str, Protocol]) -> list[str]:
    return [p.reference for p in protocols.values() if isinstance(p, Shared)]


def _grids(settings: SettingsOfGrids, methods: Mapping[str, VectorMethod]) -> dict[str, Grid]:
    common = read_grid(settings.grid, "grid", settings.spread)
    own = {
        name: read_grid(grid, f"grid_of.{name}", settings.spread)
        for name, grid in settings.grid_of.items()
    }
    return grids_of(methods, common, own)


if __name__ == "__main__":
    run("sweep", main, __doc__)
