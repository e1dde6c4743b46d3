"""A finished folder is told by its stamp; one that says too little is unfinished, or changed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_dataset import byte_copies

from dupeval.dataset.making.stamp import is_as_it_was_made, is_up_to_date, read_stamp, write_stamp


class Stamped:
    """What stamps need of a recipe."""

    what = "data"
    stamp_file = "stamp.json"

    def made_from(self) -> Mapping[str, Any]:
        return {"level": "study"}

    def remarks(self, _: Any) -> Mapping[str, Any]:
        return {}


def test_a_finished_folder_is_as_it_was_made_until_a_table_is_changed(tmp_path: Path) -> None:
    recipe: Any = Stamped()
    dataset = byte_copies(tmp_path, {"one": {"img_a.png": "p", "img_b.png": "p"}})
    write_stamp(tmp_path, recipe, [])
    assert is_up_to_date(tmp_path, recipe)
    assert is_as_it_was_made(tmp_path, dataset, read_stamp(tmp_path, recipe))
    (tmp_path / "queries.csv").write_text("query,title\none,Another\n")
    assert is_up_to_date(tmp_path, recipe)
    assert not is_as_it_was_made(tmp_path, dataset, read_stamp(tmp_path, recipe))


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '{"what": "other"}', "[" * 20_000])
def test_what_is_no_stamp_of_the_recipe_is_none(tmp_path: Path, content: str) -> None:
    recipe: Any = Stamped()
    (tmp_path / "stamp.json").write_text(content)
    assert read_stamp(tmp_path, recipe) == {}
    assert not is_up_to_date(tmp_path, recipe)


def test_a_stamp_without_the_files_hash_is_of_other_files(tmp_path: Path) -> None:
    recipe: Any = Stamped()
    dataset = byte_copies(tmp_path, {"one": {"img_a.png": "p", "img_b.png": "p"}})
    write_stamp(tmp_path, recipe, [])
    stamp = dict(read_stamp(tmp_path, recipe))
    del stamp["files_sha256"]
    (tmp_path / "stamp.json").write_text(json.dumps(stamp))
    assert is_up_to_date(tmp_path, recipe)
    assert not is_as_it_was_made(tmp_path, dataset, read_stamp(tmp_path, recipe))
