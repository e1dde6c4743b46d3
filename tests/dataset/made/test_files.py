"""Finding photographs: all there are, by name, and everything that is wrong at once."""

import hashlib
import os
from pathlib import Path

import pytest
from own_photographs import write_photographs

from dupeval.dataset.made.files import find_files
from dupeval.errors import InputError


def problems(source: Path) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        find_files(source)
    return caught.value.problems


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(path.name.encode())


def test_photographs_are_found_in_all_sub_folders_in_order_of_their_paths(tmp_path: Path) -> None:
    touch(*(tmp_path / name for name in ("b.JPG", "z/y/c.webp", "a/e.png", "a/d.tiff")))
    found = find_files(tmp_path)
    assert [image.name for image in found.images] == ["b.JPG", "a/d.tiff", "a/e.png", "z/y/c.webp"]
    assert found.images[0].sha256 == hashlib.sha256(b"b.JPG").hexdigest()
    with found.images[3].open() as file:
        assert file.read() == b"c.webp"


def test_what_is_no_image_by_name_is_counted_and_what_systems_leave_is_not(tmp_path: Path) -> None:
    names = ("a.jpg", "a.xmp", "b.XMP", "film.mov", "notes", "Thumbs.db", ".DS_Store")
    touch(*(tmp_path / name for name in names), tmp_path / "@eaDir" / "a.jpg")
    found = find_files(tmp_path)
    assert [image.name for image in found.images] == ["a.jpg"]
    assert found.passed_over == ((".mov", 1), (".xmp", 2), ("no ending", 1))


def test_a_link_inside_the_folder_is_a_photograph(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    assert [image.name for image in find_files(tmp_path).images] == ["a.jpg", "b.jpg"]


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    source, outside = tmp_path / "source", tmp_path / "outside"
    touch(source / "good.jpg", outside / "secret.jpg")
    (source / "out.jpg").symlink_to(outside / "secret.jpg")
    (source / "nowhere.jpg").symlink_to("missing.jpg")
    (source / "album").symlink_to(outside)
    (source / "folder.jpg").mkdir()
    os.mkfifo(source / "pipe.png")
    (source / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"")
    assert problems(source) == (
        "album: a link to a folder; have the folder itself there",
        r"caf\xe9.jpg: the name is not UTF-8; rename it",
        "nowhere.jpg: is a link to nothing",
        f"out.jpg: leads out of {source}",
        "pipe.png: is not a file",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg", tmp_path / "locked" / "b.jpg")
    (tmp_path / "a.jpg").chmod(0)
    (tmp_path / "locked").chmod(0)
    try:
        assert problems(tmp_path) == (
            "locked: cannot be read (Permission denied)",
            "a.jpg: cannot be read (Permission denied)",
        )
    finally:
        (tmp_path / "locked").chmod(0o700)


def test_no_folder_and_a_folder_without_an_image(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert problems(missing) == (f"{missing}: cannot be read (No such file or directory)",)
    touch(tmp_path / "a.txt")
    assert problems(tmp_path) == ("there is no image in it",)


def test_nothing_is_written(tmp_path: Path) -> None:
    paths = write_photographs(tmp_path, range(3))
    before = {path: path.stat() for path in [tmp_path, *paths]}
    find_files(tmp_path)
    assert {path: path.stat() for path in before} == before
    assert sorted(tmp_path.iterdir()) == paths
