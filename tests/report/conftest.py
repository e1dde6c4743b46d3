"""A small dataset whose every name is hostile, and what a run of Table 1 stored of it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_pairs import Telling
from hostile_results import Stored, hostile_results
from PIL import Image

from dupeval.figures.saving import FILE_NAME, StoredFigure, record_bytes
from dupeval.files import file_sha256
from dupeval.method.pairs import PairMethod
from dupeval.report import write_report
from dupeval.stored import StoredResults, read_results

if TYPE_CHECKING:
    from selenium import webdriver


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Stored:
    return hostile_results(tmp_path_factory.mktemp("report"), make_dataset)


@pytest.fixture(scope="session")
def results(stored) -> StoredResults:
    return read_results(stored.table1_dir, stored.dataset)


@pytest.fixture(scope="session")
def report(stored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    (folder / "figures").mkdir()
    picture = folder / "figures" / "bars.png"
    Image.new("RGB", (2000, 900), "navy").save(picture)
    drawn = {"bars": StoredFigure(file_sha256(picture), None, "Bars", "Bars", "Of F1.", ())}
    record = record_bytes(picture.parent, stored.dataset.fingerprint, drawn)
    picture.with_name(FILE_NAME).write_bytes(record)
    return write_report(
        *(stored.dataset, stored.table1_dir, folder / "figures", folder, stored.cache_dir),
        methods={"raw": PairMethod(Telling())},
    )


@pytest.fixture
def browser(chromium: "webdriver.Chrome", report: Path) -> Iterator["webdriver.Chrome"]:
    """Open the report, and afterwards look for what went wrong unseen."""
    chromium.get("about:blank")
    for log in ("browser", "performance"):
        chromium.get_log(log)
    chromium.get(report.as_uri())
    yield chromium
    assert chromium.get_log("browser") == []
    messages = [
        json.loads(entry["message"])["message"] for entry in chromium.get_log("performance")
    ]
    asked_for = [
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    ]
    assert report.as_uri() in {url.partition("#")[0] for url in asked_for}
    assert all(url.startswith(("file:", "data:")) for url in asked_for)
