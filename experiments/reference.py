"""Write committed results anew, and what the README and the docs show of them.

python experiments/reference.py PART
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dupeval.files import OURS, whole_file
from dupeval.tables import SCORES

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "results" / "reference"
# Programs that pip does not bring and without which results would be incomplete.
OPTIONAL = {"findimagedupes": "on Debian and Ubuntu: apt install findimagedupes"}


@dataclass(frozen=True)
class Part:
    """Committed results that one command writes into a folder of the same name.

    Attributes
    ----------
    command : tuple of str
        Arguments of Python, with ``OUT`` for the folder.
    needs : tuple of str
        Of `OPTIONAL`.
    too_large : tuple of str
        Files that are not committed.
    """

    command: tuple[str, ...]
    needs: tuple[str, ...] = ("findimagedupes",)
    too_large: tuple[str, ...] = ()


_TABLE1 = "experiments/table1.py"
_SWEEP = "experiments/sweep.py"
# In this order, for figures are drawn from others.
PARTS: Mapping[str, Part] = {
    "table1": Part((_TABLE1, "out_dir=OUT")),
    "table1_all": Part((_TABLE1, "experiment=table1_all", "out_dir=OUT")),
    "sweep": Part((_SWEEP, "compute=always", "out_dir=OUT"), needs=()),
    "sweep_defaults": Part(
        (_SWEEP, "experiment=defaults", "compute=always", "out_dir=OUT"),
        needs=(),
        too_large=("sweep.csv", "curves.parquet"),
    ),
    "figures": Part(
        (
            *("experiments/figures.py", "table1_dir=results/reference/table1"),
            *("sweep_dir=results/reference/sweep", "out_dir=OUT"),
        ),
    ),
    "figures_study": Part(
        (
            *("experiments/figures.py", "dataset.level=study", "query=streets_signs"),
            "figure=[process,extraction,duplicates,groups,components,dendrogram]",
            *("table1_dir=results/reference/table1", "out_dir=OUT"),
        ),
    ),
    "readings": Part(("experiments/readings.py", "out_dir=OUT"), needs=()),
    "intervals": Part(("-m", "benchmarks.intervals", "OUT"), needs=()),
    "calibration": Part(("-m", "benchmarks.calibration", "OUT")),
    "benchmarks": Part(("-m", "benchmarks", "OUT")),
}


STUDY, NEWS = "standin-study-0", "standin-news-0"


def _table1_part(protocol: str) -> Callable[[Path], str]:
    """Return what gives one protocol's part of Table 1 on the default dataset, and the note."""

    def block(results: Path) -> str:
        text = (results / "table1" / "table1.md").read_text(encoding="utf-8")
        parts, _, note = text.strip().rpartition("\n\n")
        of_news = next(part for part in f"\n{parts}".split("\n## ") if f" on {NEWS}: " in part)
        heading, *tables = of_news.split("\n### ")
        table = next(part for part in tables if part.partition("\n")[0].endswith(f"({protocol})"))
        return "\n\n".join((heading.strip(), f"### {table.strip()}", note))

    return block


def _study(results: Path) -> str:
    """Return the study's figures beside those with one threshold, and with one for each method."""
    table = pd.read_csv(results / "table1" / "table1.csv")
    table = table[table["dataset"] == STUDY].set_index(["protocol", "method"])
    rows = []
    for method in table.loc["shared"].index:
        shared, own = table.loc["shared", method], table.loc["loqo", method]
        columns = [f"{score}_published" for score in SCORES]
        rows.append(
            {
                "P / R / F1": method,
                "the study": _triple(shared, columns),
                "one threshold for all, as it reads": _triple(shared, SCORES),
                "each its own, from other queries": _triple(own, SCORES),
            }
        )
    return pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)


def _triple(row: pd.Series, columns: Sequence[str]) -> str:
    return " / ".join(f"{row[name]:.3f}" for name in columns)


def _sweep(results: Path) -> str:
    about, _, by_loqo = (
        (results / "sweep_defaults" / "best.md").read_text(encoding="utf-8").split("\n\n")[:3]
    )
    return f"{about}\n\n{by_loqo}"


def _readings(results: Path) -> str:
    return (results / "readings" / "readings.md").read_text(encoding="utf-8")


def _intervals(results: Path) -> str:
    return (results / "intervals" / "intervals.md").read_text(encoding="utf-8")


def _calibration(results: Path) -> str:
    return (results / "calibration" / "calibration.md").read_text(encoding="utf-8")


def _benchmarks(results: Path) -> str:
    return (results / "benchmarks" / "benchmarks.md").read_text(encoding="utf-8")


BLOCKS: Mapping[str, Callable[[Path], str]] = {
    "study": _study,
    "table1": _table1_part("nested"),
    "table1_fixed": _table1_part("fixed"),
    "sweep": _sweep,
    "readings": _readings,
    "intervals": _intervals,
    "calibration": _calibration,
    "benchmarks": _benchmarks,
}
_MARKED = re.compile(r"(<!-- (\w+) -->\n).*?(<!-- /\2 -->)", re.DOTALL)


def pages() -> list[Path]:
    """Return the README and the docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def filled(text: str, results: Path) -> str:
    """Return a page's text with every block between ``<!-- NAME -->`` as the results have it."""
    return _MARKED.sub(
        lambda found: f"{found[1]}{BLOCKS[found[2]](results).strip()}\n{found[3]}", text
    )


def refusal(part: str) -> str | None:
    """Say why a part cannot be written here; None if it can."""
    if part not in {*PARTS, "all"}:
        return f"no part {part!r}; possible: {', '.join(PARTS)}, all"
    parts = PARTS.values() if part == "all" else [PARTS[part]]
    absent = {name for one in parts for name in one.needs if shutil.which(name) is None}
    if absent:
        how = "; ".join(f"{name} ({OPTIONAL[name]})" for name in sorted(absent))
        return f"the committed results need what is not on the PATH: {how}"
    return None


def write(part: Part, folder: Path) -> None:
    """Run a part's command, and when it has ended well let its results replace the folder."""
    fresh = ROOT / "results" / "new_reference"
    shutil.rmtree(fresh, ignore_errors=True)
    out = str(fresh.relative_to(ROOT))
    command = [argument.replace("OUT", out) for argument in part.command]
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True)
    for name in part.too_large:
        (fresh / name).unlink()
    # Without it no program takes the folder for one that it may write to.
    (fresh / OURS).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def main(arguments: list[str]) -> int:
    """Write a part, or all, and fill the pages; return the exit code."""
    part = " ".join(arguments)
    if (reason := refusal(part)) is not None:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    for name in PARTS if part == "all" else [part]:
        write(PARTS[name], REFERENCE / name)
    for page in pages():
        text = page.read_text(encoding="utf-8")
        with whole_file(page) as path:
            path.write_text(filled(text, REFERENCE), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
