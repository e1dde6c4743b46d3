"""What gates before a pair score cost: true pairs that they lose, pairs that they leave to look at.

python -m benchmarks.gates [OUT]

All images of a draw of the stand-in are put together as one query, and all images of two draws as
a larger one, in which copies from different draws are true pairs as well. Gates that need
no network are asked which pairs they let through.
docs/methods/verified.md shows the table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import pandas as pd

from dupeval.dataset import Dataset, Query
from dupeval.dataset.standin import read_standin
from dupeval.distance.gates import Gate, Near, SharedWords, condensed_mask, gate_cost
from dupeval.distance.local.verified import Verified
from dupeval.engine.workshop import Workshop
from dupeval.files import write_results
from dupeval.method import Resources
from dupeval.rendering import csv_bytes
from dupeval.representation.raw import RawPixels
from dupeval.timing import Stopwatch

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
# Draws of each level; those of `wild` are the ones on which the gate was set.
DRAWS: Mapping[str, int] = {"news": 5, "study": 2, "wild": 3}
# So many draws make the larger query.
TOGETHER = 2

GATES: Mapping[str, Gate] = {
    **{f"words, nearest {n}": SharedWords(nearest=n) for n in (6, 10, 20, 50)},
    **{
        f"thumbnail, nearest {n}": Near(
            representation=RawPixels(size=16, colour="grey"), metric="correlation", nearest=n
        )
        for n in (20, 50)
    },
}


def put_together(draws: Iterable[Dataset]) -> Query:
    """Return all images as one query; what was said of single pairs is left out."""
    queries = list(chain.from_iterable(draw.queries for draw in draws))
    images = chain.from_iterable(query.images for query in queries)
    labels = chain.from_iterable(query.labels for query in queries)
    return Query("together", "Together", tuple(images), tuple(labels))


def queries(level: str, n_draws: int) -> Iterator[tuple[str, Query]]:
    """Yield each draw as one query, and the first draws together, with a name."""
    draws = [
        read_standin(
            ROOT / "data" / f"standin-{level}-{draw}", CACHE / "checked", level=level, draw=draw
        )
        for draw in range(n_draws)
    ]
    for i, draw in enumerate(draws):
        yield f"{level} {i}", put_together([draw])
    yield f"{level} 0 to {TOGETHER - 1}", put_together(draws[:TOGETHER])


def measure(draws: Mapping[str, int]) -> pd.DataFrame:
    """Ask every gate about every query; a row each."""
    rows = []
    for name, query in chain.from_iterable(queries(*of) for of in draws.items()):
        workshop = Workshop(Dataset(name, (query,)), Resources(CACHE, True), Stopwatch(name))
        (shown,) = workshop.queries()
        for gate_name, gate in GATES.items():
            cost = gate_cost(
                [query],
                [condensed_mask(gate.looked_at(shown, Verified()), len(query.images))],
            )
            rows.append(
                {
                    "images": name,
                    "n_images": len(query.images),
                    "gate": gate_name,
                    "n_true": cost.n_true,
                    "true_kept": 1 - cost.n_true_left_out / cost.n_true,
                    "looked_at": 1 - cost.n_left_out / cost.n_pairs,
                }
            )
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame) -> str:
    """Return a table: a row a gate, a column a level and size, with the mean of its queries."""
    level = table["images"].str.partition(" ")[0]
    columns = level + ", " + table["n_images"].astype(str) + " images"
    scores = table.groupby(["gate", columns], sort=False)[["true_kept", "looked_at"]].mean()
    cells = scores.apply(lambda x: f"{x['true_kept']:.3f} / {x['looked_at']:.3f}", axis=1)
    wide = cells.unstack(sort=False)
    return str(wide.rename_axis("gate").reset_index().to_markdown(index=False)) + "\n"


def main(out: Path) -> None:
    """Measure, print and write the tables."""
    table = measure(DRAWS)
    text = markdown(table)
    write_results(out, {"gates.csv": csv_bytes(table), "gates.md": text.encode()})
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/gates"))
