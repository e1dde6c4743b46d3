"""Measure speed and memory on this machine; print and write the figures."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path

import pandas as pd

from benchmarks import extraction, scoring, sweep, whole_program
from dupeval.dataset.standin import read_standin
from dupeval.files import write_whole
from dupeval.rendering import csv_bytes
from dupeval.representation.cache import VectorCache
from dupeval.representation.vgg import VGG16

ROOT = Path(__file__).resolve().parent.parent


def main(out_dir: Path, runs: int) -> None:
    """Run all benchmarks on the stand-in, print and write the figures."""
    cache_dir = ROOT / ".cache"
    dataset = read_standin(ROOT / "data" / "standin-news-0", cache_dir / "checked", progress=True)
    network = VGG16(weights_dir=cache_dir / "weights")
    vectors = VectorCache(cache_dir / "vectors").vectors(dataset.images, network, progress=True)
    figures = scoring.measure(dataset, vectors, runs)
    gap = replace(network, layer="gap")
    figures += sweep.measure(dataset, gap, gap.from_source(vectors), cache_dir, runs)
    figures += whole_program.measure(cache_dir, runs)
    figures += extraction.measure(dataset.images, network, runs)
    table = pd.DataFrame([asdict(one) for one in figures])
    markdown = table.to_markdown(index=False, floatfmt=".3g") + "\n"
    contents = {"benchmarks.csv": csv_bytes(table), "benchmarks.md": markdown.encode()}
    write_whole(out_dir, contents)
    print(markdown)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure speed and memory on this machine.")
    parser.add_argument("out_dir", nargs="?", type=Path, default=ROOT / "results" / "benchmarks")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    main(given.out_dir, given.runs)
