"""Write committed results anew, and what the README and the docs show of them.

python experiments/reference.py PART
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from blocks import filled

from dupeval.files import OURS, whole_file

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
        Files that are not committed, as patterns.
    """

    command: tuple[str, ...]
    needs: tuple[str, ...] = ("findimagedupes",)
    too_large: tuple[str, ...] = ()


def _draws(level: str, n: int) -> list[tuple[str, int]]:
    return [(level, draw) for draw in range(n)]


def _parts(*overrides: str, makings: Iterable[tuple[str, int]]) -> str:
    """Return the override that makes one table of several of the stand-in's levels and draws."""
    each = [
        ",".join(
            f'"{text}"' for text in (*overrides, f"dataset.level={level}", f"dataset.draw={draw}")
        )
        for level, draw in makings
    ]
    return f"parts=[{','.join(f'[{one}]' for one in each)}]"


_TABLE1 = "experiments/table1.py"
_SWEEP = "experiments/sweep.py"
# In this order, for figures are drawn from others.
PARTS: Mapping[str, Part] = {
    "table1": Part((_TABLE1, "out_dir=OUT")),
    "table1_all": Part((_TABLE1, "experiment=table1_all", "out_dir=OUT")),
    "sweep": Part((_SWEEP, "compute=always", "out_dir=OUT"), needs=()),
    "defaults": Part(("experiments/defaults.py", "out_dir=OUT"), needs=()),
    "figures": Part(
        (
            *("experiments/figures.py", "table1_dir=results/reference/table1"),
            *("sweep_dir=results/reference/sweep", "out_dir=OUT"),
        ),
        too_large=("*.svg",),
    ),
    "figures_study": Part(
        (
            *("experiments/figures.py", "dataset.level=study", "query=streets_signs"),
            "figure=[process,extraction,duplicates,groups,components,dendrogram]",
            *("table1_dir=results/reference/table1", "out_dir=OUT"),
        ),
        too_large=("*.svg",),
    ),
    "today": Part(
        (
            *(_TABLE1, "out_dir=OUT"),
            _parts(
                *("method=[verified,sscd,sift]", "protocol=[nested,fixed]", "reference=verified"),
                makings=[*_draws("news", 5), *_draws("study", 2), *_draws("wild", 7)],
            ),
        ),
        needs=(),
    ),
    "ablation": Part(
        (
            *(_TABLE1, "out_dir=OUT"),
            _parts(
                "experiment=ablation",
                makings=[(level, draw) for level in ("news", "wild") for draw in (3, 4)],
            ),
        ),
        needs=(),
    ),
    "explain": Part(
        (
            *("experiments/explain.py", "query=landmarks", "a=img_02.jpg", "b=img_06.jpg"),
            "out_dir=OUT",
        ),
        needs=(),
    ),
    "suite": Part(("experiments/suite.py", "out_dir=OUT")),
    "gates": Part(("-m", "benchmarks.gates", "OUT"), needs=()),
    "readings": Part(("experiments/readings.py", "out_dir=OUT"), needs=()),
    "intervals": Part(("-m", "benchmarks.intervals", "OUT"), needs=()),
    "calibration": Part(("-m", "benchmarks.calibration", "OUT")),
    "deployment": Part(("-m", "benchmarks.deployment", "OUT"), needs=()),
    "backends": Part(("-m", "benchmarks.backends", "OUT"), needs=()),
    "labelling": Part(("-m", "benchmarks.labelling", "OUT"), needs=()),
    "queries": Part(("-m", "benchmarks.queries", "OUT"), needs=()),
    "growth": Part(("-m", "benchmarks.growth", "OUT"), needs=()),
    "million": Part(("-m", "benchmarks.million", "OUT"), needs=()),
    "faults": Part(("-m", "benchmarks.faults", "OUT"), needs=()),
    "benchmarks": Part(("-m", "benchmarks", "OUT")),
}


def pages() -> list[Path]:
    """Return the README and the docs."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


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
        for path in fresh.glob(name):
            path.unlink()
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
