"""Try every setting of some grids, and choose among them with all choices held out."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from configuration import as_json, build, build_methods, build_protocols, open_dataset
from omegaconf import DictConfig, OmegaConf
from program import SUCCESS, run, run_json
from tqdm import tqdm

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.evaluation import score
from dupeval.files import json_sha256, write_whole
from dupeval.method import THRESHOLD, Curves, Setting
from dupeval.method.vectors import TUNABLE, Rehearsal, VectorCurves, VectorMethod
from dupeval.protocol import Protocol
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.reduction import lossless_coordinates
from dupeval.rendering import csv_bytes, sweep_markdown
from dupeval.representation.cache import VectorCache
from dupeval.sweep import AllSettings, OneSetting
from dupeval.tables import sweep_best
from dupeval.timing import one_thread


def main(config: DictConfig) -> int:
    """Score every setting, write the tables, print the best of each grid; return 0."""
    protocols, methods = build_protocols(config), build_methods(config)
    _check(config)
    dataset = open_dataset(config)
    rows: list[dict[str, Any]] = []
    for name, part in config.grids.items():
        tried = list(_variants(config, part.method, as_json(part.grid), dataset))
        bar = tqdm(tried, desc=str(name), unit="setting", disable=not config.progress)
        with one_thread():
            for setting, curves in bar:
                rows += _rows(str(name), setting, curves, protocols, dataset)
            everything = AllSettings([curves for _, curves in tried])
            rows += _rows(str(name), {"n_settings": len(tried)}, everything, protocols, dataset)
    table = pd.DataFrame(rows).convert_dtypes()
    best = sweep_best(table)
    markdown = sweep_markdown(best, dataset)
    contents = {
        "sweep.csv": csv_bytes(table),
        "best.csv": csv_bytes(best),
        "best.md": markdown.encode(),
    }
    contents["run.json"] = run_json(config, dataset, methods, contents)
    write_whole(Path(config.out_dir), contents)
    print(markdown)
    return SUCCESS


def _check(config: DictConfig) -> None:
    missing = {part.method for part in config.grids.values()} - set(config.methods)
    if missing:
        raise SettingsError(f"grids need the methods {', '.join(sorted(missing))} in the run")
    if set(config.protocols) != {"loqo", "oracle"}:
        raise SettingsError("a sweep compares protocol=[loqo,oracle]; no other choice is possible")


def _possible(made: VectorMethod, dataset: Dataset) -> list[Setting]:
    """Leave out settings that need more images than there are."""
    rehearsal = Rehearsal(made, [len(query.images) for query in dataset.queries])
    possible: list[Setting] = []
    for setting in made.settings:
        try:
            LeaveOneQueryOut().choose("it", {"it": OneSetting(rehearsal, setting)})
        except SettingsError as error:
            reason = str(error)
        else:
            possible.append(setting)
    if not possible:
        raise SettingsError(reason)
    return possible


def _variants(
    config: DictConfig, method: str, grid: Mapping[str, list[Any]], dataset: Dataset
) -> Iterator[tuple[dict[str, Any], OneSetting]]:
    """Yield every setting of a grid with its curves; vectors and components are shared."""
    inner = {name: values for name, values in grid.items() if name in TUNABLE}
    outer = {name: values for name, values in grid.items() if name not in TUNABLE}
    cache = VectorCache(Path(config.cache_dir) / "vectors")
    known: dict[str, npt.NDArray[np.floating]] = {}
    for values in product(*outer.values()):
        chosen = dict(zip(outer, values, strict=True))
        changed = copy.deepcopy(config)
        changed.methods[method].tuned = [THRESHOLD, *inner]
        OmegaConf.update(changed, f"methods.{method}.grid", inner, force_add=True)
        for name, value in chosen.items():
            OmegaConf.update(changed, f"methods.{method}.{name}", value)
        made = build(changed.methods[method], f"methods.{method}")
        key = json_sha256(made.representation.key)
        if key not in known:
            vectors = cache.vectors(dataset.images, made.representation, config.progress)
            known = {key: lossless_coordinates(vectors) if made.reduction else vectors}
        curves = VectorCurves.of(made, dataset, known[key])
        named = {name.rpartition(".")[2]: value for name, value in chosen.items()}
        for setting in _possible(made, dataset):
            yield {**named, **setting}, OneSetting(curves, setting)


def _rows(
    grid: str,
    setting: Mapping[str, Any],
    curves: Curves,
    protocols: Mapping[str, Protocol],
    dataset: Dataset,
) -> Iterator[dict[str, Any]]:
    for protocol_name, protocol in protocols.items():
        results = score(grid, protocol_name, protocol, {grid: curves}, dataset)
        scores = pd.DataFrame([result.scores for result in results])
        means = scores[["precision", "recall", "f1"]].mean()
        # As text: n_components may be a number or a share.
        texts = {name: str(value) for name, value in setting.items()}
        yield {"grid": grid, "protocol": protocol_name, **means, **texts}


if __name__ == "__main__":
    run("sweep", main)
