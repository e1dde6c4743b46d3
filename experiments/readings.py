"""Score readings of the study's Table 1 against its figures, on datasets as easy as its own.

Examples
--------
python experiments/readings.py
python experiments/readings.py 'judge_on=[0,3]' processes=1
python experiments/readings.py dataset=standin2 out_dir=results/readings2
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from configuration import as_json, open_dataset
from console import SUCCESS, say
from hydra_app import run
from joblib import delayed
from omegaconf import DictConfig, OmegaConf
from program import described, run_json
from pydantic import BaseModel, Field, ValidationError
from tqdm import tqdm

from dupeval.dataset import Dataset
from dupeval.engine.rows import LIBRARIES
from dupeval.errors import SettingsError
from dupeval.files import refuse_foreign, write_results
from dupeval.readings.cuts import Truth, trees_of
from dupeval.readings.drawing import readings_figure
from dupeval.readings.evidence import Evidence
from dupeval.readings.page import readings_csv, readings_markdown
from dupeval.readings.scoring import METHODS, Scored, Trees, score_readings
from dupeval.readings.space import Reduction, Space
from dupeval.rendering import csv_bytes
from dupeval.representation import Representation
from dupeval.representation.cache import VectorCache
from dupeval.representation.raw import RawPixels
from dupeval.representation.vgg import VGG16
from dupeval.sources import source_sha256
from dupeval.store import Entry, Store
from dupeval.strict import STRICT
from dupeval.sweep.grid import faults
from dupeval.tables import SCORES, published_table1
from dupeval.timing import one_thread
from dupeval.workers import in_processes

FILES = ("readings.md", "readings.csv", "readings.png", "run.json")
Draws = Annotated[tuple[Annotated[int, Field(ge=0, strict=True)], ...], Field(min_length=1)]


class ReadingsSettings(BaseModel):
    """The settings that only this program has."""

    model_config = STRICT

    choose_on: Draws
    judge_on: Draws
    contrast_on: Draws
    processes: Annotated[int, Field(gt=0, strict=True)]
    most: Annotated[int, Field(gt=0, strict=True)]
    space: Space


def main(config: DictConfig) -> int:
    """Score every reading on every draw, write what comes of it; return the exit code."""
    refuse_foreign(Path(config.out_dir), FILES)
    settings = _settings(config)
    draws = [("study", draw) for draw in (*settings.choose_on, *settings.judge_on)]
    draws += [("news", draw) for draw in settings.contrast_on]
    datasets = {draw: _dataset(config, *draw) for draw in draws}
    scored = dict(zip(draws, _scored(config, settings, list(datasets.values())), strict=True))
    chosen_on, judged_on, contrast_on = (
        [scored[level, draw] for draw in numbers]
        for level, numbers in (
            ("study", settings.choose_on),
            ("study", settings.judge_on),
            ("news", settings.contrast_on),
        )
    )
    truths = [_truth(datasets["study", draw]) for draw in settings.judge_on]
    share = float(np.mean([truth.n_true.sum() / truth.n_pairs.sum() for truth in truths]))
    evidence = Evidence(settings.space, _published(), chosen_on, judged_on, share)
    contrast = Evidence(settings.space, _published(), chosen_on, contrast_on, share)
    numbers = {
        "choose": settings.choose_on,
        "judge": settings.judge_on,
        "contrast": settings.contrast_on,
    }
    markdown = readings_markdown(evidence, contrast, numbers) + "\n"
    contents = {
        "readings.md": markdown.encode(),
        "readings.csv": csv_bytes(readings_csv(evidence, settings.most)),
        "readings.png": readings_figure(evidence),
    }
    contents["run.json"] = run_json([described(config, datasets[draws[-1]], {}, {})], contents)
    write_results(Path(config.out_dir), contents)
    say(f"{markdown}\nwritten to {config.out_dir}: {', '.join(contents)}")
    return SUCCESS


def _settings(config: DictConfig) -> ReadingsSettings:
    values = as_json(config)
    try:
        settings = ReadingsSettings(**{x: values[x] for x in ReadingsSettings.model_fields})
    except ValidationError as error:
        raise SettingsError(faults(error)) from None
    if both := set(settings.choose_on) & set(settings.judge_on):
        raise SettingsError(
            f"choose_on and judge_on share the draws {sorted(both)}; possible: draws of one only"
        )
    return settings


def _dataset(config: DictConfig, level: str, draw: int) -> Dataset:
    if "level" not in config.dataset:
        raise SettingsError(
            "readings are scored on draws of a made dataset; possible: dataset=standin, "
            "dataset=standin2"
        )
    # Not merged into what the user has given: one dataset is many here.
    own = OmegaConf.merge(config, {"dataset": {"level": level, "draw": draw}})
    return open_dataset(own)  # type: ignore[arg-type]


def _scored(
    config: DictConfig, settings: ReadingsSettings, datasets: Sequence[Dataset]
) -> list[Scored]:
    representations = _representations(config, settings.space)
    store = Store(Path(config.cache_dir) / "readings")
    keys = [_key(dataset, settings.space, representations) for dataset in datasets]
    known = [None if config.fresh else store.get(key) for key in keys]
    missing = [i for i, entry in enumerate(known) if entry is None]
    cache = VectorCache(Path(config.cache_dir) / "vectors")
    # Not in the processes: a network has threads of its own for every core.
    for i in missing:
        for representation in representations.values():
            cache.vectors(datasets[i].images, representation, config.progress)
    jobs = (delayed(_score)(datasets[i], settings.space, representations, cache) for i in missing)
    made = in_processes(settings.processes, jobs)
    bar = tqdm(
        made, total=len(missing), desc="readings", unit="dataset", disable=not config.progress
    )
    for i, entry in zip(missing, bar, strict=True):
        store.put(keys[i], entry)
        known[i] = entry
    return [Scored(**entry.tensors) for entry in known if entry is not None]


def _score(
    dataset: Dataset,
    space: Space,
    representations: dict[str, Representation],
    cache: VectorCache,
) -> Entry:
    truth = _truth(dataset)
    forest: dict[tuple[str, str, Reduction | None], Trees] = {}
    with one_thread():
        for name, representation in representations.items():
            vectors = cache.vectors(dataset.images, representation)
            for features in space.features:
                for reduction, trees in trees_of(vectors, truth, features, space.reductions):
                    forest[name, features, reduction] = trees
        scored = score_readings(space, forest, truth, _published())
    return Entry(vars(scored))


def _representations(config: DictConfig, space: Space) -> dict[str, Representation]:
    shared = as_json(config)["vgg"]
    networks = {
        name: VGG16(**{**shared, **own, "weights_dir": Path(shared["weights_dir"])})
        for name, own in space.networks.items()
    }
    return {**{str(size): RawPixels(size=size) for size in space.sizes}, **networks}


def _key(
    dataset: Dataset, space: Space, representations: dict[str, Representation]
) -> dict[str, Any]:
    own = list(representations.values())
    return {
        "source": source_sha256(*own, modules=["dupeval.readings.scoring"]),
        "dataset": dataset.fingerprint,
        "representations": {name: dict(x.key) for name, x in representations.items()},
        "features": list(space.features),
        "components": {fit: list(ks) for fit, ks in space.components.items()},
        "published": _published().tolist(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _truth(dataset: Dataset) -> Truth:
    known = [query.truth for query in dataset.queries]
    n_true, n_pairs = (np.array([own.counts[i] for own in known]) for i in (1, 0))
    return Truth(known, n_true, n_pairs)


def _published() -> Any:
    table = published_table1().set_index("method")
    return table.loc[list(METHODS), SCORES].to_numpy(np.float64)


if __name__ == "__main__":
    run("readings", main, __doc__)
