"""A small dataset whose every name is hostile, and what a run of Table 1 stored of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_results import Stored, hostile_results


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory, make_dataset: Callable[..., Path]) -> Stored:
    return hostile_results(tmp_path_factory.mktemp("report"), make_dataset)
