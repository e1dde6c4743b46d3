"""Files are found in folders, lists and tables; what is none is told, and no link is followed."""

import os
from pathlib import Path

import pandas as pd
import pytest

from dupeval.errors import InputError, SettingsError
from dupeval.grouping.finding import Unread, find, find_listed, paths_of_table


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_folders_in_folders_are_looked_into_by_name(tmp_path: Path) -> None:
    touch(tmp_path / "b.jpg", tmp_path / "a.jpg", tmp_path / "c" / "d" / "e.jpg")
    names = [os.path.relpath(path, tmp_path) for path in find([tmp_path]).paths]
    assert names == ["a.jpg", "b.jpg", "c/d/e.jpg"]
    flat = [os.path.relpath(path, tmp_path) for path in find([tmp_path], recursive=False).paths]
    assert flat == ["a.jpg", "b.jpg"]


def test_a_file_that_is_reached_twice_is_there_once(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "a.jpg")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "in")
    found = find([tmp_path / "in", tmp_path, tmp_path / "in" / "a.jpg", link])
    assert found.paths == [str(tmp_path / "in" / "a.jpg")]


def test_links_in_folders_are_counted_and_not_followed(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "a.jpg", tmp_path / "out" / "b.jpg")
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "b.jpg").symlink_to(tmp_path / "out" / "b.jpg")
    (tmp_path / "in" / "nothing.jpg").symlink_to(tmp_path / "nothing")
    found = find([tmp_path / "in"])
    assert [Path(path).name for path in found.paths] == ["a.jpg"]
    assert (found.n_links, found.unread) == (3, [])


def test_what_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    touch(tmp_path / "._a.jpg", tmp_path / "Thumbs.db", tmp_path / ".cache" / "a.jpg")
    found = find([tmp_path])
    assert (found.paths, found.n_hidden) == ([], 3)


def test_a_pipe_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    found = find([tmp_path])
    assert found.unread == [Unread(str(tmp_path / "a.jpg"), "is not a file")]
    assert find_listed(["/dev/null"]).unread == [Unread("/dev/null", "is not a file")]


def test_a_folder_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "a.jpg", tmp_path / "shut" / "b.jpg")
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = find([tmp_path])
    assert [Path(path).name for path in found.paths] == ["a.jpg"]
    assert found.unread == [Unread(str(tmp_path / "shut"), "cannot be read (Permission denied)")]


def test_names_are_bytes(tmp_path: Path) -> None:
    names = [b"-rf.jpg", b"a\nb.jpg", b"caf\xe9.jpg", b"q'\"`$(x).jpg"]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    found = find([tmp_path]).paths
    assert sorted(os.fsencode(path).rpartition(b"/")[2] for path in found) == names


def test_what_is_not_there_is_an_error_where_it_was_named_and_noted_in_a_list(
    tmp_path: Path,
) -> None:
    with pytest.raises(SettingsError, match=r"no such file or folder: .*nowhere"):
        find([tmp_path / "nowhere"])
    found = find_listed([str(tmp_path / "nowhere"), "nul\0"])
    assert [item.reason for item in found.unread] == [
        "cannot be read (No such file or directory)",
        "cannot be read (embedded null byte)",
    ]


def test_tables_have_a_column_of_paths(tmp_path: Path) -> None:
    touch(tmp_path / "a, b.jpg", tmp_path / "c.jpg")
    paths = [str(tmp_path / "a, b.jpg"), str(tmp_path / "c.jpg")]
    frame = pd.DataFrame({"path": paths, "title": ["x", "y"], "File": paths[::-1]})
    frame.to_csv(tmp_path / "t.csv", sep=";", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    assert find([tmp_path / "t.csv"]).paths == paths
    assert find([tmp_path / "t.parquet"]).paths == paths
    assert paths_of_table(tmp_path / "t.csv", "File") == paths[::-1]
    assert paths_of_table(tmp_path / "t.parquet", "File") == paths[::-1]


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_table_without_the_column_is_an_error(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame({"title": ["x"]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="path"):
        find([tmp_path / name])


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_table_that_is_none_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe\xfd\x00")
    with pytest.raises(InputError):
        find([tmp_path / name])
