"""A plugin of pytest: how many tries of each fault were survived, as a table."""

import csv
import io
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

# The file that the table goes to, besides the screen.
OUT = "DUPEVAL_FAULTS_CSV"
ENDS = ("survived", "known weakness", "lost", "not tried here")
COLUMNS = ("tried", "fault", "of", "tries", *ENDS)
# The parameters of a test that tell its row; others only tell its tries.
_OF = ("program", "kind")
# Reports carry a row to where the table is made, from other processes too.
_ROW = "row of the table of faults"

_rows: dict[str, tuple[str, str, str]] = {}
_ends: dict[str, str] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    module: Any = item.getparent(pytest.Module)
    tried = module.obj.__doc__.partition("\n")[0].rstrip(".")
    inside = [_words(one.name) for one in item.listchain() if isinstance(one, pytest.Class)]
    name = str(getattr(item, "originalname", item.name)).removeprefix("test_").replace("_", " ")
    given = getattr(getattr(item, "callspec", None), "params", {})
    of = next((str(given[name]) for name in _OF if name in given), "")
    item.user_properties.append((_ROW, (tried, " ".join([*inside, name]), of)))


def _words(name: str) -> str:
    """Return ``TestWhoMayAsk`` as "who may ask"."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name.removeprefix("Test")).lower()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    told = dict(report.user_properties)
    tried, fault, of = told[_ROW]
    _rows[report.nodeid] = (tried, fault, of)
    if report.when == "call" or report.outcome != "passed":
        is_known = report.passed and told.get("known")
        now = "known weakness" if is_known else _END_OF[report.outcome]
        before = _ends.get(report.nodeid, "not tried here")
        _ends[report.nodeid] = max(before, now, key=_WORSE.index)


_END_OF = {"passed": "survived", "failed": "lost", "skipped": "not tried here"}
_WORSE = ("not tried here", "survived", "known weakness", "lost")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ends: dict[tuple[str, str, str], Counter[str]] = {}
    for nodeid in sorted(_ends):
        ends.setdefault(_rows[nodeid], Counter())[_ends[nodeid]] += 1
    table = [
        (*row, n.total() - n["not tried here"], *(n[end] for end in ENDS))
        for row, n in ends.items()
    ]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([COLUMNS, *table])
    if os.environ.get(OUT):
        Path(os.environ[OUT]).write_text(written.getvalue(), encoding="utf-8")
    else:
        terminalreporter.write_line(f"\n{written.getvalue()}")
