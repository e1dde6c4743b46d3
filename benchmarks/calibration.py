"""How hard the stand-in's level `study` is: tools at their own defaults, for some strengths.

python -m benchmarks.calibration [OUT]

In the study VisiPics had precision 1 and recall .892. A strength is taken when of the tools that
anybody can install, at their own default settings, that with the most recall among those precise
enough finds as much. No method of the study is run. docs/standin.md shows the tables.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dupeval.dataset.making.build import build_into
from dupeval.dataset.making.levels import CUT_OFF, Making, study_level
from dupeval.dataset.standin.recipe import Standin
from dupeval.files import write_results
from dupeval.rendering import csv_bytes

ROOT = Path(__file__).resolve().parent.parent
CUTS = (0.14, 0.16, 0.17, 0.18, 0.20)
# Those that nothing else is measured on, and those of the results.
CALIBRATING, SCORED = range(100, 105), range(5)
TOOLS = (
    *("imagededup_phash", "imagededup_dhash", "imagededup_ahash", "imagededup_whash"),
    *("czkawka", "imagehash_phash", "imagehash_dhash", "findimagedupes"),
)
LEAST_PRECISION = 0.97
VISIPICS_RECALL = 0.892
RANGE = (0.85, 0.92)


def measure(makings: Sequence[tuple[float, int]]) -> pd.DataFrame:
    """Return each tool's mean precision and recall, one row a cut-off share, draw and tool."""
    with tempfile.TemporaryDirectory() as folder:
        root, out = Path(folder) / "together", Path(folder) / "out"
        _build_together(makings, root)
        command = [
            *(sys.executable, "experiments/run.py", "dataset=folder", f"dataset.root={root}"),
            *(f"out_dir={out}", f"method=[{','.join(TOOLS)}]", "protocol=fixed_external"),
        ]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        table = pd.read_csv(out / "per_query.csv")
    names = table["query"].str.split("_", n=2, expand=True)
    table["cut_off"], table["draw"] = names[0].astype(float), names[1].astype(int)
    scores = table.groupby(["cut_off", "draw", "method"], sort=False)[["precision", "recall"]]
    return scores.mean().reset_index()


def _build_together(makings: Sequence[tuple[float, int]], root: Path) -> None:
    """Build all as one dataset, so that each tool is started once."""
    labels = []
    for cut_off, draw in makings:
        prefix = f"{cut_off}_{draw}_"
        built = root / prefix
        build_into(built, Standin(Making(study_level(cut_off), draw)))
        table = pd.read_csv(built / "labels.csv", dtype=str, keep_default_na=False)
        labels.append(table.assign(query=prefix + table["query"]))
        (root / "images").mkdir(exist_ok=True)
        for query in (built / "images").iterdir():
            query.rename(root / "images" / f"{prefix}{query.name}")
        shutil.rmtree(built)
    pd.concat(labels).to_csv(root / "labels.csv", index=False)


def best_tool(scores: pd.DataFrame) -> pd.Series:
    """Return that with the most recall of the tools that are precise enough, of a row each."""
    return scores[scores["precision"] >= LEAST_PRECISION].nlargest(1, "recall").iloc[0]


def chosen(table: pd.DataFrame) -> float:
    """Return the share that is taken.

    The best tool's recall is in range, as a mean of the calibrating draws and on draw 0, and of
    such shares the mean is nearest to VisiPics'.
    """
    low, high = RANGE
    distance = {}
    for cut_off, rows in table.groupby("cut_off"):
        mean = best_tool(means(rows))["recall"]
        first = best_tool(rows[rows["draw"] == 0])["recall"]
        if low <= min(mean, first) and max(mean, first) <= high:
            distance[float(str(cut_off))] = abs(mean - VISIPICS_RECALL)
    return min(distance, key=distance.__getitem__)


def means(table: pd.DataFrame) -> pd.DataFrame:
    """Return the means over the calibrating draws, one row a share and tool."""
    calibrating = table[table["draw"].isin(CALIBRATING)]
    scores = calibrating.groupby(["cut_off", "method"], sort=False)[["precision", "recall"]]
    return scores.mean().reset_index()


def markdown(table: pd.DataFrame) -> str:
    """Return two tables: by what a crop takes off, and by draw."""
    taken = chosen(table)
    by_cut = _cells(means(table), "cut_off")
    by_cut.loc["*most recall, draw 0*"] = [
        _named(best_tool(table.query(f"cut_off == {cut_off} and draw == 0"))) for cut_off in by_cut
    ]
    by_cut = by_cut.rename(columns=lambda cut: f"{cut:.2f}{', taken' if cut == taken else ''}")
    scored = table[(table["cut_off"] == taken) & table["draw"].isin(SCORED)]
    by_draw = _cells(scored, "draw").rename(columns=lambda draw: f"draw {draw}")
    return (
        f"By what a crop takes off at the most; means of draws {CALIBRATING[0]}-"
        f"{CALIBRATING[-1]}, precision / recall:\n\n{_table(by_cut)}\n\n"
        f"With what was taken, draws {SCORED[0]}-{SCORED[-1]}:\n\n{_table(by_draw)}\n"
    )


def _cells(scores: pd.DataFrame, column: str) -> pd.DataFrame:
    text = scores.assign(cell=[_figures(row) for _, row in scores.iterrows()])
    cells = text.pivot_table(
        index="method", columns=column, values="cell", aggfunc="first", sort=False
    )
    cells.loc["*most recall*"] = [
        _named(best_tool(scores[scores[column] == name])) for name in cells
    ]
    return cells


def _figures(row: pd.Series) -> str:
    return f"{row['precision']:.3f} / {row['recall']:.3f}"


def _named(row: pd.Series) -> str:
    return f"{row['method'].removeprefix('imagededup_')}: {row['recall']:.3f}"


def _table(cells: pd.DataFrame) -> str:
    return str(cells.rename_axis("tool").reset_index().to_markdown(index=False))


def main(out: Path) -> None:
    """Measure, print and write the tables."""
    makings = [(cut_off, draw) for cut_off in CUTS for draw in (0, *CALIBRATING)]
    makings += [(CUT_OFF, draw) for draw in SCORED if draw != 0]
    table = measure(makings)
    text = markdown(table)
    write_results(out, {"calibration.csv": csv_bytes(table), "calibration.md": text.encode()})
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results/calibration"))
