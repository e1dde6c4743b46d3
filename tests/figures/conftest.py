"""A small dataset of tiny images, its Table 1, and what figures are drawn from."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dupeval.dataset import Dataset
from dupeval.dataset.folder import read_folder
from dupeval.evaluation import evaluate
from dupeval.figures import style
from dupeval.figures.inputs import FigureInputs
from dupeval.files import write_whole
from dupeval.method import Method, Resources
from dupeval.method.vectors import VectorMethod
from dupeval.protocol import Protocol
from dupeval.protocol.fixed import Fixed
from dupeval.protocol.loqo import LeaveOneQueryOut
from dupeval.protocol.nested import Nested
from dupeval.provenance import describe_part, describe_run
from dupeval.reduction import PCA
from dupeval.rendering import csv_bytes
from dupeval.representation.raw import RawPixels
from dupeval.scored import Group
from dupeval.statistics import Comparison
from dupeval.tables import of_dataset, per_query_table, plain_table, table1

METHODS: Mapping[str, Method] = {
    "raw": VectorMethod(RawPixels(size=4)),
    "raw_pca": VectorMethod(RawPixels(size=4), PCA(n_components=1), linkage="complete"),
}
PROTOCOLS: Mapping[str, Protocol] = {"loqo": LeaveOneQueryOut()}
SETTINGS: Mapping[str, Any] = {
    "raw": {"_target_": "x", "representation": {"size": 4}, "linkage": "average"},
    "raw_pca": {"representation": {"size": 4}, "reduction": {"n_components": 1}},
}
QUERIES = {
    "one": {"a.png": "p", "b.jpg": "p", "c.png": "q", "d.png": "r", "e.png": "p"},
    "두번째": {"a.png": "p", "b.jpg": "p", "c.png": "q", "d.png": "q"},
    "3": {"a.png": "p", "b.png": "q"},
}
EDITS = {"b.jpg": "crop:0.79+mirror", "e.png": "colour:brightness=1.30"}


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Dataset:
    root = make_dataset(tmp_path_factory.mktemp("figures") / "small", QUERIES, EDITS)
    return read_folder(root)


def store(
    folder: Path,
    dataset: Dataset,
    cache_dir: Path,
    methods: Mapping[str, Method] = METHODS,
    protocols: Mapping[str, Protocol] = PROTOCOLS,
) -> None:
    """Write Table 1 of a dataset, as the program does."""
    evaluation = evaluate(methods, protocols, dataset, Resources(cache_dir))
    per_query = per_query_table(evaluation.results)
    comparison = Comparison("vgg_pca", {}, 0)
    tables = {
        "per_query": per_query,
        "table1": table1(per_query, comparison, dataset.name, evaluation.sources, published=True),
        "groups": plain_table(Group, evaluation.groups),
    }
    tables |= {name: of_dataset(tables[name], dataset.name) for name in ("per_query", "groups")}
    contents = {f"{name}.csv": csv_bytes(table) for name, table in tables.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    described = {name: protocol.description for name, protocol in protocols.items()}
    part = describe_part({"methods": SETTINGS, "seed": 0}, dataset, {}, described)
    run = describe_run([part], hashes)
    write_whole(folder, {**contents, "run.json": json.dumps(run).encode()})


@pytest.fixture(scope="session")
def inputs(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> FigureInputs:
    folder = tmp_path_factory.mktemp("stored")
    store(folder / "table1", dataset, folder / "cache")
    resources = Resources(folder / "cache")
    return FigureInputs(dataset, METHODS, PROTOCOLS, SETTINGS, resources, folder / "table1", seed=0)


@pytest.fixture(scope="session")
def chosen(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> FigureInputs:
    """Give the same with parameters chosen: none of them is as configured."""
    folder = tmp_path_factory.mktemp("chosen")
    grid = {"metric": ["cityblock"], "linkage": ["single"], "size": [6]}
    # All is together at the configured threshold.
    method = replace(METHODS["raw_pca"], grid=grid, threshold=9.0)  # type: ignore[type-var]
    methods = {"raw_pca": method}
    protocols = {"fixed": Fixed(), "nested": Nested()}
    store(folder / "table1", dataset, folder / "cache", methods, protocols)
    resources = Resources(folder / "cache")
    return FigureInputs(dataset, methods, protocols, SETTINGS, resources, folder / "table1", seed=0)


@pytest.fixture
def in_style() -> Iterator[None]:
    with style.style():
        yield
