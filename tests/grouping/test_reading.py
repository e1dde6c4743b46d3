"""Contents are decoded once, files read once; what cannot be read is told and stops nothing."""

import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from own_images import write_photograph
from PIL import Image
from rewritten import rewrite, telling, with_array, without

from dupeval.grouping import reading
from dupeval.grouping.finding import Unread
from dupeval.grouping.reading import is_unchanged, read_files
from dupeval.store import Entry


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def an_hour_old(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (time.time() - 3600,) * 2)


def test_what_is_known_of_a_file(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    Image.new("RGB", (300, 200), "red").save(path, exif=exif)
    (file,) = read_files([str(path)], cache).files
    content = file.content
    assert (content.width, content.height, content.format) == (200, 300, "JPEG")
    assert file.n_bytes == path.stat().st_size
    assert file.modified_ns == path.stat().st_mtime_ns
    with Image.open(io.BytesIO(content.thumbnail)) as small:
        assert (small.format, small.size) == ("WEBP", (107, 160))


def test_files_of_one_content_share_what_is_known_of_it(tmp_path: Path, cache: Path) -> None:
    write_photograph(tmp_path / "a.png", "a")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    a, b = read_files([str(tmp_path / name) for name in ("a.png", "b.png")], cache).files
    assert a.content is b.content


def test_a_content_is_decoded_once_and_an_old_file_read_once(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("a.png", "b.png")]
    for path in paths:
        write_photograph(path, path.name)
    an_hour_old(*paths)
    # Not even the index believes a file that was changed, in any way, a moment ago.
    monkeypatch.setattr(reading, "SETTLED_NS", -(10**9))
    decoded, hashed = [], []
    decode, digest = reading._decoded, reading._sha256
    monkeypatch.setattr(reading, "_decoded", lambda path: decoded.append(path) or decode(path))
    monkeypatch.setattr(reading, "_sha256", lambda file: hashed.append(file) or digest(file))
    first = read_files([str(paths[0])], cache)
    both = read_files([str(path) for path in paths], cache)
    assert decoded == [str(path) for path in paths]
    assert len(hashed) == 2
    assert both.files[0] == first.files[0]


def test_a_file_that_was_changed_is_read_again(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "a.png"
    write_photograph(path, "a")
    first = read_files([str(path)], cache).files[0]
    status = path.stat()
    content = bytearray(path.read_bytes())
    write_photograph(path, "b")
    path.write_bytes(path.read_bytes()[: len(content)].ljust(len(content), b"\0"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert is_unchanged(first) is False
    read = read_files([str(path)], cache)
    assert not read.files or read.files[0].content.sha256 != first.content.sha256


FAULTS = {
    "empty.jpg": (b"", "the file has zero bytes"),
    "text.png": (b"hello", "not an image that Pillow can read"),
    "phone.heic": (b"\0\0\0\x18ftypheic", "not an image that Pillow can read"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_should_be_an_image_is_told(tmp_path: Path, cache: Path, name: str) -> None:
    content, reason = FAULTS[name]
    path = tmp_path / name
    path.write_bytes(content)
    read = read_files([str(path)], cache)
    assert (read.files, read.unread) == ((), (Unread(str(path), reason),))


def test_a_truncated_image_and_a_bomb_are_told(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photograph(tmp_path / "whole.jpg", "a")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:-200])
    Image.new("L", (2000, 2000)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    cut, bomb = read_files([str(tmp_path / n) for n in ("cut.jpg", "bomb.png")], cache).unread
    assert "cannot be decoded" in cut.reason
    assert "pixels" in bomb.reason


def test_what_is_no_image_by_name_and_content_is_counted(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"hello")
    (tmp_path / "noname").write_bytes(b"\x89PNG\r\n\x1a\n")
    write_photograph(tmp_path / "x.png", "a")
    (tmp_path / "x.png").rename(tmp_path / "photo")
    names = ("notes.txt", "noname", "photo")
    read = read_files([str(tmp_path / name) for name in names], cache)
    assert [Path(file.path).name for file in read.files] == ["photo"]
    assert read.n_others == 2
    assert read.unread == ()


def test_what_vanishes_is_told_and_not_remembered(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "a.png"
    read = read_files([str(path)], cache)
    assert read.unread == (Unread(str(path), "cannot be read (No such file or directory)"),)
    write_photograph(path, "a")
    assert len(read_files([str(path)], cache).files) == 1


@pytest.mark.parametrize(
    "change",
    [
        with_array("webp", lambda x: x[None]),
        without("webp"),
        telling(size=["1", 2]),
        telling(size=[1, 2, 3]),
        telling(format=None),
    ],
)
def test_what_is_kept_and_is_no_content_is_decoded_again(
    tmp_path: Path, cache: Path, change: Callable[[Entry], Entry]
) -> None:
    write_photograph(tmp_path / "a.png", "a")
    (before,) = read_files([str(tmp_path / "a.png")], cache).files
    assert rewrite(cache / "contents", change) == 1
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        (after,) = read_files([str(tmp_path / "a.png")], cache).files
    assert after.content == before.content
