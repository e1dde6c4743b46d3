"""A report of many images: it opens at once."""

import csv
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hostile_results import Stored, run_table1
from in_chromium import in_a_browser
from in_pages import go, shown
from selenium import webdriver
from selenium.webdriver.common.by import By

from dupeval.report import write_report
from dupeval.report.page import address

pytestmark = [in_a_browser, pytest.mark.slow]

N_QUERIES, N_IMAGES, N_PHOTOGRAPHS = 100, 100, 40
MOST_SECONDS, MOST_BYTES = 3.0, 15e6


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Stored:
    """Store results on 10,000 images whose labels are not what they show: all goes wrong."""
    folder = tmp_path_factory.mktemp("large")
    random = np.random.default_rng(0)
    of_queries = {f"q{q}": random.integers(0, N_PHOTOGRAPHS, N_IMAGES) for q in range(N_QUERIES)}
    queries = {
        slug: {f"{i}.png": f"{slug} p{photograph}" for i, photograph in enumerate(photographs)}
        for slug, photographs in of_queries.items()
    }
    root = make_dataset(folder / "data", queries)
    labels = [
        (slug, f"{i}.png", f"{photograph // 2}{'ab'[i % 2]}")
        for slug, photographs in of_queries.items()
        for i, photograph in enumerate(photographs)
    ]
    with (root / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("query", "image", "photograph"), *labels])
    with pytest.warns(UserWarning, match="100 queries are left out in 10 folds"):
        return run_table1(folder, root, "raw")


@pytest.fixture(scope="module")
def page(large: Stored, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    return write_report(large.dataset, large.table1_dir, out, out, large.cache_dir)


def seconds(browser: webdriver.Chrome, url: str) -> float:
    """Return how long it takes until a page can be used."""
    browser.get("about:blank")
    start = time.perf_counter()
    browser.get(url)
    browser.execute_async_script("requestAnimationFrame(() => setTimeout(arguments[0]))")
    return time.perf_counter() - start


def test_it_opens_in_less_than_three_seconds(chromium: webdriver.Chrome, page: Path) -> None:
    assert page.stat().st_size < MOST_BYTES
    # The first is the browser's own start.
    taken = min(seconds(chromium, page.as_uri()) for _ in range(2))
    assert taken < MOST_SECONDS
    assert chromium.find_elements(By.CSS_SELECTOR, ".card")
    assert len(shown(chromium, ".card")) <= 24


def test_so_does_a_gallery_and_what_is_left_out_is_said(
    chromium: webdriver.Chrome, page: Path
) -> None:
    chromium.get(page.as_uri())
    start = time.perf_counter()
    go(chromium, address(["oracle", "raw", "q7"]))
    assert time.perf_counter() - start < MOST_SECONDS
    notes = [note.text for note in shown(chromium, ".note")]
    assert any(note.startswith("Galleries show 1500 of 10000 images") for note in notes)
    assert any("mistakes are listed" in note for note in notes)


def test_scores_query_by_query_are_of_the_worst(chromium: webdriver.Chrome, page: Path) -> None:
    chromium.get(page.as_uri())
    assert "The 20 of 100 queries in which most goes wrong" in chromium.page_source
    headings = shown(chromium, "#queries thead th")
    assert len(headings) == 2 + 20
