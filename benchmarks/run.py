"""Measure speed and memory on this machine; print and write the figures.

python benchmarks/run.py [RUNS]
"""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path

import extraction
import pandas as pd
import scoring
import sweep
import whole_program

from dupeval.dataset.standin import read_standin
from dupeval.files import write_whole
from dupeval.rendering import csv_bytes
from dupeval.representation.cache import VectorCache
from dupeval.representation.vgg import VGG16

ROOT = Path(__file__).resolve().parent.parent


def main(runs: int) -> None:
    """Run all benchmarks on the stand-in."""
    cache_dir = ROOT / ".cache"
    dataset = read_standin(ROOT / "data" / "standin", cache_dir / "checked", progress=True)
    network = VGG16(weights_dir=cache_dir / "weights")
    vectors = VectorCache(cache_dir / "vectors").vectors(dataset.images, network, progress=True)
    figures = scoring.measure(dataset, vectors, runs)
    gap = replace(network, layer="gap")
    figures += sweep.measure(dataset, gap, gap.from_source(vectors), cache_dir, runs)
    figures += whole_program.measure(cache_dir, runs)
    figures += extraction.measure([image.path for image in dataset.images], network, runs)
    table = pd.DataFrame([asdict(one) for one in figures])
    markdown = table.to_markdown(index=False, floatfmt=".3g") + "\n"
    contents = {"benchmarks.csv": csv_bytes(table), "benchmarks.md": markdown.encode()}
    write_whole(ROOT / "results" / "benchmarks", contents)
    print(markdown)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
