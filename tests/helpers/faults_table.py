"""A plugin of pytest: how many tries of each fault were survived, as a table."""

import csv
import io
import os
from collections import Counter
from pathlib import Path

import pytest

# Where the table goes besides the screen.
OUT = "DUPEVAL_FAULTS_OUT"
COLUMNS = (
    *("where", "fault", "of", "tries", "survived", "known weakness", "lost", "not tried here"),
)
_OF = ("program", "kind")

# Reports carry a row to where the table is made, from other processes too.
_ROW = "row of the table of faults"

_rows: dict[str, tuple[str, str, str]] = {}
_ends: dict[str, str] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    where = Path(item.path).stem.removeprefix("test_").replace("_", " ")
    name = str(getattr(item, "originalname", item.name)).removeprefix("test_")
    given = getattr(getattr(item, "callspec", None), "params", {})
    of = next((str(given[name]) for name in _OF if name in given), "")
    item.user_properties.append((_ROW, (where, name.replace("_", " "), of)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    told = dict(report.user_properties)
    where, fault, of = told[_ROW]
    _rows[report.nodeid] = (where, fault, of)
    if report.when == "call" or report.outcome != "passed":
        is_known = report.passed and told.get("known")
        worst = {"failed": 3, "known": 2, "passed": 1, "skipped": 0}
        before = _ends.get(report.nodeid, "skipped")
        end = "known" if is_known else report.outcome
        _ends[report.nodeid] = max(before, end, key=worst.__getitem__)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ends: dict[tuple[str, str, str], Counter[str]] = {}
    for nodeid, row in sorted(_rows.items()):
        if nodeid in _ends:
            ends.setdefault(row, Counter())[_ends[nodeid]] += 1
    table = [
        (*row, n.total() - n["skipped"], n["passed"], n["known"], n["failed"], n["skipped"])
        for row, n in ends.items()
    ]
    sums = [sum(int(row[i]) for row in table) for i in range(3, 8)]
    lines = [*table, ("all", "", "", *sums)]
    text = "\n".join(
        ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
        + ["| " + " | ".join(map(str, line)) + " |" for line in lines]
    )
    terminalreporter.write_line(f"\n{text}")
    if os.environ.get(OUT):
        folder = Path(os.environ[OUT])
        folder.mkdir(parents=True, exist_ok=True)
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows([COLUMNS, *table])
        (folder / "faults.csv").write_text(written.getvalue(), encoding="utf-8")
        (folder / "faults.md").write_text(f"{text}\n", encoding="utf-8")
