"""How many answers a labelling takes to the page's own stopping point, and what is wrong then.

python -m benchmarks.labelling [OUT]

The images of draws of the stand-in are labelled from nothing by somebody who answers by the true
labels, for several orders of what is drawn at random. docs/labelling.md shows the table.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from dupeval.cli.methods import method_named
from dupeval.dataset import Dataset
from dupeval.dataset.standin import read_standin
from dupeval.files import write_results
from dupeval.grouping.comparing import distances_of
from dupeval.grouping.running import Chosen
from dupeval.labelling.images import Images, Shown
from dupeval.labelling.labels import Labels
from dupeval.labelling.proposals import Proposals, query_proposals
from dupeval.labelling.questions import Plan
from dupeval.labelling.simulation import Known, simulate
from dupeval.method import Resources
from dupeval.rendering import csv_bytes

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
DRAWS: Sequence[tuple[str, int]] = (("news", 0), ("wild", 0))
METHODS = ("verified", "pdq", "raw")
# Of those who label: the share of their answers that are wrong, with the first method.
SLIPS = (0.02, 0.05)
# So many orders of drawing.
SEEDS = 20


def images_of(dataset: Dataset) -> tuple[Images, list[Known]]:
    """Return the images of a dataset, and what is true of them."""
    truth = {
        (query.slug, image.sha256): Known(label.photograph, label.scene)
        for query in dataset.queries
        for image, label in query.with_labels
    }
    names = {
        (query.slug, image.sha256): image.name
        for query in dataset.queries
        for image in query.images
    }
    found = [Shown(*key, (name,)) for key, name in names.items()]
    images = Images.of([], found, {query.slug: query.title for query in dataset.queries})
    return images, [truth[shown.key] for shown in images.all]


def proposals_of(name: str, dataset: Dataset, images: Images) -> Proposals:
    """Return what a method proposes."""
    chosen = Chosen(name, method_named(name, CACHE))
    linkage = chosen.method.linkage_of(chosen.method.default)
    handle = {(q.slug, image.sha256): image for q in dataset.queries for image in q.images}
    of_query = {
        query: query_proposals(
            distances_of(
                *(chosen.method, [handle[images.all[i].key] for i in own], None),
                *(chosen.cut, Resources(CACHE, True)),
            ),
            *(own, chosen.cut, linkage),
        )
        for query, own in images.of_query.items()
    }
    return Proposals(name, chosen.cut, of_query)


def measure(draws: Sequence[tuple[str, int]], methods: Sequence[str], seeds: int) -> pd.DataFrame:
    """Label each draw with each method; a row each time."""
    rows = []
    for level, draw in draws:
        folder = ROOT / "data" / f"standin-{level}-{draw}"
        dataset = read_standin(folder, CACHE / "checked", level=level, draw=draw)
        images, truth = images_of(dataset)
        for name in methods:
            proposals = proposals_of(name, dataset, images)
            for slips in (0.0, *(SLIPS if name == methods[0] else ())):
                for seed in range(seeds):
                    rows.append(row(f"{level} {draw}", images, truth, proposals, seed, slips))
    return pd.DataFrame(rows)


def row(
    name: str,
    images: Images,
    truth: Sequence[Known],
    proposals: Proposals,
    seed: int,
    slips: float = 0.0,
) -> Mapping[str, object]:
    """Label images once; return what it took, what is wrong, and what the page says of it."""
    labels = Labels(images, str(seed))
    result = simulate(labels, proposals, truth, slips, seed)
    told = Plan(labels, proposals).estimate
    kinds = {kind: result.by_kind.get(kind, 0) for kind in ("group", "pair", "look", "check")}
    return {
        **{"images": name, "method": proposals.method, "slips": slips, "seed": seed},
        "answers": result.n_answers,
        **kinds,
        **{"all_pairs": result.n_pairs, "true": result.n_true},
        **{"wrong": result.n_wrong, "missed": result.n_missed},
        **{"told_recall": told.recall, "recall_at_least": told.recall_at_least},
        **{"told_precision": told.precision, "precision_at_least": told.precision_at_least},
    }


def markdown(table: pd.DataFrame) -> str:
    """Return a table: a row a draw and method, mean and range over the orders of drawing."""

    def spread(values: pd.Series[float]) -> str:
        low, high = int(values.min()), int(values.max())
        return f"{values.mean():.1f}" + (f" ({low} to {high})" if high > low else "")

    def told(own: pd.DataFrame, what: str) -> str:
        least = own[f"{what}_at_least"].mean()
        return f"{own[f'told_{what}'].mean():.3f}, at least {least:.2f}"

    rows = []
    for (images, method, slips), own in table.groupby(["images", "method", "slips"], sort=False):
        rows.append(
            {
                "images": images,
                "method": method,
                "slips": f"{slips:.0%}",
                "answers": spread(own["answers"]),
                **{kind: f"{own[kind].mean():.1f}" for kind in ("group", "pair", "look", "check")},
                "all pairs": own["all_pairs"].iloc[0],
                "wrong": spread(own["wrong"]),
                "missed": f"{spread(own['missed'])} of {own['true'].iloc[0]}",
                **{f"{what} told": told(own, what) for what in ("precision", "recall")},
            }
        )
    return str(pd.DataFrame(rows).to_markdown(index=False)) + "\n"


def main(out: Path) -> None:
    """Measure, print and write the tables."""
    table = measure(DRAWS, METHODS, SEEDS)
    text = markdown(table)
    write_results(out, {"labelling.csv": csv_bytes(table), "labelling.md": text.encode()})
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/labelling"))
