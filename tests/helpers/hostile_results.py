"""What a run of Table 1 stored of a dataset folder, and of one whose every name is hostile."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import table1
from hostile import IMAGE, PHOTOGRAPH, QUERY, TITLE
from hydra_app import compose

from dupeval.dataset import Dataset
from dupeval.dataset.folder import read_folder


@dataclass(frozen=True)
class Stored:
    """Where things are."""

    dataset: Dataset
    root: Path
    table1_dir: Path
    cache_dir: Path


def run_table1(folder: Path, root: Path, methods: str) -> Stored:
    """Run some methods on a dataset folder and store the results, the study's beside them."""
    cache_dir = folder / "cache"
    overrides = [
        *(f"method={methods}", "protocol=[loqo,oracle]", "dataset=folder"),
        *(f"dataset.root={root}", f"out_dir={folder / 'table1'}", f"cache_dir={cache_dir}"),
        *("progress=false", "published=show"),
    ]
    table1.main(compose("table1", overrides))
    return Stored(read_folder(root), root, folder / "table1", cache_dir)


def hostile_results(folder: Path, make_dataset: Callable[..., Path]) -> Stored:
    """Store results of two methods under two protocols, of four queries of six images."""
    names = (IMAGE, "b.png", "c.png", "d.png", "e.png", "f.png")
    photographs = dict(zip(names, (PHOTOGRAPH,) * 3 + ("q", "q", "NA"), strict=True))
    queries = {QUERY: photographs, **dict.fromkeys(("two", "three", "four"), photographs)}
    edits = {IMAGE: "crop:0.5+<script>", "b.png": "crop:0.7", "e.png": "mirror"}
    root = make_dataset(folder / "data", queries, edits)
    with (root / "queries.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("query", "title"), *((query, TITLE) for query in queries)])
    # What no method can tell apart: wrong and missed pairs.
    for query, copy, original in (("two", "c.png", "d.png"), ("three", "b.png", "f.png")):
        shutil.copy(root / "images" / query / original, root / "images" / query / copy)
    return run_table1(folder, root, "[raw,raw_pca]")
