"""What is shown of committed results."""

from pathlib import Path

import pytest
from blocks import filled


def test_a_block_is_filled_and_the_rest_of_a_page_stays(tmp_path: Path) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "benchmarks.md").write_text("| new |\n")
    page = "before\n<!-- benchmarks -->\n| old |\n<!-- /benchmarks -->\nafter\n"
    assert filled(page, tmp_path) == page.replace("old", "new")


def test_a_page_may_name_no_block_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="tabel1"):
        filled("<!-- tabel1 -->\n<!-- /tabel1 -->", tmp_path)
