"""Which images are labelled."""

from pathlib import Path

import pytest

from dupeval.errors import InputError, SettingsError
from dupeval.labelling.source import read_source


def names(source) -> dict[str, list[tuple[str, ...]]]:
    return {
        slug: [shown.names for shown in source.found if shown.query == slug]
        for slug in source.titles
    }


def test_a_folder_is_one_query_without_those_below_it(
    tmp_path: Path, cache: Path, write_query
) -> None:
    write_query(tmp_path / "photos", {"a.png": "a", "b.png": "b"})
    write_query(tmp_path / "photos" / "more", {"c.png": "c"})
    (tmp_path / "photos" / "notes.txt").write_text("hello")
    (tmp_path / "photos" / "copy of a.png").write_bytes(
        (tmp_path / "photos" / "a.png").read_bytes()
    )
    source = read_source(tmp_path / "photos", cache)
    assert names(source) == {"photos": [("a.png", "copy of a.png"), ("b.png",)]}
    assert not source.is_dataset
    assert source.unread == ()


def test_a_dataset_folder_has_a_query_a_folder(made: Path, cache: Path) -> None:
    source = read_source(made, cache)
    assert list(source.titles.items()) == [("second", "<b>Second</b> & last"), ("first", "첫째")]
    assert [len(own) for own in names(source).values()] == [5, 5]
    assert source.is_dataset
    assert not source.has_labels


def test_what_cannot_be_read_or_named_is_told(tmp_path: Path, cache: Path, write_query) -> None:
    write_query(tmp_path / "x", {"a.png": "a", "b.png": "b", " c.png": "c"})
    (tmp_path / "x" / "broken.jpg").write_bytes(b"")
    told = {Path(item.path).name: item.reason for item in read_source(tmp_path / "x", cache).unread}
    assert told == {
        "broken.jpg": "the file has zero bytes",
        " c.png": "has a name that begins or ends with white space",
    }


def test_a_folder_without_two_images_is_refused(tmp_path: Path, cache: Path, write_query) -> None:
    with pytest.raises(SettingsError, match="is no folder"):
        read_source(tmp_path / "nowhere", cache)
    write_query(tmp_path / "images" / "q", {"a.png": "a"})
    (tmp_path / "images" / "q" / "b.png").write_bytes(
        (tmp_path / "images" / "q" / "a.png").read_bytes()
    )
    with pytest.raises(SettingsError, match="no two different images"):
        read_source(tmp_path, cache)


def test_a_table_of_queries_that_cannot_be_read_is_told(
    tmp_path: Path, cache: Path, write_query
) -> None:
    write_query(tmp_path / "images" / "q", {"a.png": "a", "b.png": "b"})
    (tmp_path / "queries.csv").write_text("name\nq\n")
    with pytest.raises(InputError, match="missing column query, title"):
        read_source(tmp_path, cache)
