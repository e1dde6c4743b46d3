"""How many faults programs survive: ended, filled, damaged, fed with what is hostile.

python -m benchmarks.faults [OUT]

Runs the tests of `SUITE`, the seeded tries among them ``DUPEVAL_FAULTS`` times (50) each, and makes
a table of them: a try is survived if the program does what its test says, which is never a wrong
figure, a lost answer or a program that runs on. docs/faults.md shows the table. Ends with 1 if
anything was lost.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from dupeval.files import write_results
from dupeval.rendering import csv_bytes
from dupeval.tool.isolation import ISOLATIONS

ROOT = Path(__file__).resolve().parent.parent
SUITE = (
    *("tests/faults", "tests/tool/test_hostile.py", "tests/labelling/test_server.py"),
    *("tests/test_workers.py", "tests/test_files.py::TestAKilledRun", "tests/fuzz"),
)
SUMS = ["tries", "survived", "known weakness", "lost", "not tried here"]


def run(table: Path) -> int:
    """Run the suite, which writes the table; return the exit code of pytest."""
    helpers = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "helpers")))
    own = {"PYTHONPATH": helpers, "DUPEVAL_FAULTS_CSV": str(table), "OMP_NUM_THREADS": "1"}
    arguments = ("-q", "-p", "faults_table", "-m", "not slow", "-n", "auto", "--maxprocesses=8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, *SUITE],
        cwd=ROOT,
        env=os.environ | own,
        check=False,
    ).returncode


def markdown(table: pd.DataFrame) -> str:
    """Return what the faults were, summed up by what was tried, and each known weakness."""
    return "\n\n".join(_parts(table))


def _parts(table: pd.DataFrame) -> Iterator[str]:
    total = table[SUMS].sum()
    yield (
        f"**{total['tries']:,} tries, {total['lost']} lost.** {_machine()}.\n"
        "A row for each kind of fault is in `results/reference/faults/faults.csv`."
    )
    kinds = table.groupby("tried", sort=False).size().rename("kinds of fault")
    summed = table.groupby("tried", sort=False)[SUMS].sum()
    summed.insert(0, kinds.name, kinds)
    summed.loc["all"] = [len(table), *total]
    yield summed.reset_index().to_markdown(index=False, disable_numparse=True)
    weak: dict[str, dict[str, None]] = {}
    for fault, of in table.loc[table["known weakness"] > 0, ["fault", "of"]].to_numpy():
        weak.setdefault(str(fault).removeprefix("a tool does not "), {})[str(of)] = None
    if weak:
        yield (
            "What is known to get through, where a machine has no better isolation of tools: a "
            "warning says so, and `run.json` names it."
        )
        rows = [f"| {fault} | {', '.join(of)} |" for fault, of in weak.items()]
        yield "\n".join(["| a tool does | with the isolation |", "|---|---|", *rows])


def _machine() -> str:
    """Return what tells the machine of a table from others."""
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        system = platform.platform(terse=True)
    there = [name for name, isolation in ISOLATIONS.items() if isolation.works()]
    return (
        f"{system}, {platform.system()} {platform.release().partition('-')[0]}, Python "
        f"{platform.python_version()}; isolations of tools: {', '.join(there)}"
    )


def main(arguments: list[str]) -> int:
    """Run the suite; write its table and return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "faults.csv")
        code = run(path)
        if not path.exists():
            return code or 2
        table = pd.read_csv(path, keep_default_na=False)
    page = markdown(table)
    print(f"\n{page}")
    if arguments:
        out = Path(arguments[0])
        out.mkdir(parents=True, exist_ok=True)
        write_results(out, {"faults.csv": csv_bytes(table), "faults.md": f"{page}\n".encode()})
    return int(code != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
