"""What calibrations promise, and what comes of them on datasets that they never saw.

python -m benchmarks.deployment [OUT]

Methods are calibrated on draws of the stand-in, put together. By the file that is written the
images of each query of another draw are grouped, as `dupeval group --calibration` does, and what
comes of it is compared with the labels. docs/calibrate.md shows the table.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from dupeval.cli.methods import method_named
from dupeval.dataset import Dataset, Query
from dupeval.dataset.standin import read_standin
from dupeval.deployment.calibrating import Calibrated, calibrate, in_file
from dupeval.deployment.claims import claimed_groups
from dupeval.deployment.file import Calibration, write
from dupeval.deployment.using import chosen_by
from dupeval.deployment.wish import Wish
from dupeval.files import write_results
from dupeval.grouping.finding import find
from dupeval.grouping.running import Chosen, group_images
from dupeval.method import Method, Resources
from dupeval.metrics import pair_scores
from dupeval.rendering import csv_bytes

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
RESOURCES = Resources(CACHE)
# Photographs, level, draw.
Making = tuple[str, str, int]

# What is calibrated on, and then grouped: other edits of the same photographs, other photographs,
# and images that are harder than those of the sample.
PLAN: Mapping[tuple[Making, ...], Sequence[Making]] = {
    (("standin", "news", 1),): (("standin", "news", 0), ("standin2", "news", 0)),
    (("standin", "study", 1),): (("standin", "study", 0), ("standin2", "study", 0)),
    tuple(("standin", "news", draw) for draw in (1, 2, 3, 4)): (
        ("standin", "news", 0),
        ("standin2", "news", 0),
        ("standin", "wild", 5),
    ),
    tuple(("standin", "wild", draw) for draw in (0, 1, 2, 3)): (
        ("standin", "wild", 5),
        ("standin", "wild", 6),
    ),
}
METHODS = ("imagehash_phash", "raw", "vgg", "vgg_pca", "verified")
WISHES = (Wish(), Wish(precision=0.95))


@dataclass(frozen=True)
class Reached:
    """What came of a calibration on a dataset: precision where anything is claimed, and recall."""

    precision: float
    recall: float
    n_claimed: int
    n_faultless: int


@cache
def standin(making: Making) -> Dataset:
    """Return a draw of the stand-in."""
    photographs, level, draw = making
    root = ROOT / "data" / f"{photographs}-{level}-{draw}"
    checked = CACHE / "checked"
    return read_standin(root, checked, level=level, draw=draw, photographs=photographs)


def put_together(makings: Sequence[Making]) -> Dataset:
    """Return the queries of several draws as one dataset."""
    if len(makings) == 1:
        return standin(makings[0])
    queries = [
        replace(query, slug=f"{draw} {query.slug}")
        for photographs, level, draw in makings
        for query in standin((photographs, level, draw)).queries
    ]
    return Dataset(named(makings), tuple(queries))


def named(makings: Sequence[Making]) -> str:
    """Return what tables call some draws of one level."""
    photographs, level, draw = makings[0]
    last = f" to {makings[-1][2]}" if len(makings) > 1 else ""
    return f"{photographs} {level} {draw}{last}"


def followed(found: Calibrated, dataset: Dataset, wish: Wish) -> tuple[Calibration, Chosen]:
    """Write a calibration, and read it as `dupeval group` does."""
    calibration = in_file(found, dataset, wish, {}, {})

    def known(name: str) -> Method:
        return method_named(name, CACHE)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calibration.json"
        write(file, calibration, found.fit)
        return calibration, chosen_by(file, known)


def reached(chosen: Chosen, making: Making) -> Reached:
    """Group each query's folder, and compare the groups with the labels."""
    photographs, level, draw = making
    images = ROOT / "data" / f"{photographs}-{level}-{draw}" / "images"
    precisions, recalls, claimed = [], [], np.zeros(2, int)
    for query in standin(making).queries:
        labels = _grouped(chosen, images / query.slug, query)
        scores = pair_scores(query.truth, labels)
        precisions.append(scores.precision if scores.tp + scores.fp else np.nan)
        recalls.append(scores.recall)
        claimed += claimed_groups(labels, query.truth)
    precision = float(np.nanmean(precisions)) if claimed[0] else 1.0
    return Reached(precision, float(np.mean(recalls)), int(claimed[0]), int(claimed[1]))


def _grouped(chosen: Chosen, folder: Path, query: Query) -> list[int]:
    grouping = group_images(find([folder]), None, chosen, RESOURCES)
    group_of = {
        Path(grouping.files[place].path).name: group.number
        for group in grouping.groups
        for place in group.members
    }
    return [group_of[image.name] for image in query.images]


def measure(plan: Mapping[tuple[Making, ...], Sequence[Making]]) -> pd.DataFrame:
    """Calibrate each method for each wish, and group; a row each."""
    rows = []
    for sample, others in plan.items():
        dataset = put_together(sample)
        for name in METHODS:
            methods = {name: method_named(name, CACHE)}
            for wish in WISHES:
                found = calibrate(methods, dataset, wish, RESOURCES)
                calibration, chosen = followed(found, dataset, wish)
                for making in others:
                    came = reached(chosen, making)
                    rows.append(_row(named(sample), calibration, named([making]), came))
                    print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def _row(sample: str, promised: Calibration, grouped: str, came: Reached) -> dict[str, object]:
    return {
        "calibrated on": sample,
        "method": promised.method,
        "wish": str(promised.wish),
        "shown": {True: "yes", False: "no", None: ""}[promised.shown],
        "threshold": promised.threshold,
        "expected_precision": promised.precision.value,
        "expected_recall": promised.recall.value,
        "least_precision": promised.least_precision,
        "grouped": grouped,
        "precision": came.precision,
        "recall": came.recall,
        "n_claimed": came.n_claimed,
        "n_faultless": came.n_faultless,
        "kept": "yes" if came.precision >= promised.least_precision else "no",
    }


def markdown(table: pd.DataFrame) -> str:
    """Return what was promised and what came of it, a row a method and wish, with all kept counted.

    Images are like the sample's where the level is the same; else they are harder.
    """
    level = {name: table[name].str.split().str[1] for name in ("calibrated on", "grouped")}
    judged = table.assign(alike=level["calibrated on"] == level["grouped"])
    rows = []
    for (method, wish), own in judged.groupby(["method", "wish"], sort=False):
        like, harder = own[own["alike"]], own[~own["alike"]]
        shown = like[like["shown"] == "yes"]
        rows.append(
            {
                "method": method,
                "wish": wish,
                "P at least": f"{like['least_precision'].mean():.3f}",
                "P came to": f"{like['precision'].mean():.3f}",
                "R expected": f"{like['expected_recall'].mean():.3f}",
                "R came to": f"{like['recall'].mean():.3f}",
                "kept": _kept(like),
                "kept of those shown": _kept(shown),
                "kept on harder images": _kept(harder),
            }
        )
    text = pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)
    return f"{text}\n\nKept in all: {_kept(table)}.\n"


def _kept(rows: pd.DataFrame) -> str:
    return f"{int(rows['kept'].eq('yes').sum())} of {len(rows)}" if len(rows) else ""


def main(out: Path) -> None:
    """Measure, print and write the tables."""
    table = measure(PLAN)
    text = markdown(table)
    write_results(out, {"deployment.csv": csv_bytes(table), "deployment.md": text.encode()})
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/deployment"))
