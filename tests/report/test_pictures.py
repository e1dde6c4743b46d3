"""Pictures within a number of bytes, kept by content."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dupeval.errors import DupevalError
from dupeval.files import file_sha256
from dupeval.report import pictures as module
from dupeval.report.pictures import EncodedPicture, Format, picture_of, pictures_within
from dupeval.store import Entry

FORMATS = (Format(64, 80), Format(32, 60), Format(8, 30))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Give thirty noisy images of 90 x 60 pixels, by the hash of their bytes."""
    found = {}
    for i in range(30):
        pixels = np.random.default_rng(i).integers(0, 256, (60, 90, 3)).astype(np.uint8)
        path = tmp_path / f"{i}.png"
        Image.fromarray(pixels).save(path)
        found[file_sha256(path)] = path
    return found


def test_where_there_is_room_the_first_format_is_taken(
    files: dict[str, Path], tmp_path: Path
) -> None:
    made, form = pictures_within(files, 10**6, FORMATS, tmp_path / "cache")
    assert form == FORMATS[0]
    assert list(made) == list(files)
    for picture in made.values():
        assert (picture.width, picture.height) == (64, 43)
        content = base64.b64decode(picture.uri.removeprefix("data:image/webp;base64,"))
        with Image.open(io.BytesIO(content)) as image:
            assert (image.format, image.size) == ("WEBP", (64, 43))


def test_an_image_is_never_made_larger_than_it_is(files: dict[str, Path], tmp_path: Path) -> None:
    made, _ = pictures_within(files, 10**7, [Format(500, 80)], tmp_path / "cache")
    assert {(picture.width, picture.height) for picture in made.values()} == {(90, 60)}


def test_otherwise_the_first_in_which_all_fit(files: dict[str, Path], tmp_path: Path) -> None:
    whole, _ = pictures_within(files, 10**7, FORMATS, tmp_path / "cache")
    most = sum(len(picture.uri) for picture in whole.values()) - 1
    made, form = pictures_within(files, most, FORMATS, tmp_path / "cache")
    assert form == FORMATS[1]
    assert list(made) == list(files)
    assert sum(len(picture.uri) for picture in made.values()) <= most


def test_where_not_even_the_last_format_does_the_most_important_are_kept(
    files: dict[str, Path], tmp_path: Path
) -> None:
    made, form = pictures_within(files, 1000, FORMATS, tmp_path / "cache")
    assert form == FORMATS[-1]
    assert 0 < len(made) < len(files)
    assert list(made) == list(files)[: len(made)]
    assert sum(len(picture.uri) for picture in made.values()) <= 1000


def test_no_pictures_are_no_problem(tmp_path: Path) -> None:
    assert pictures_within({}, 1000, FORMATS, tmp_path) == ({}, FORMATS[0])


def test_what_was_encoded_is_not_decoded_again(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pictures_within(files, 10**6, FORMATS, tmp_path / "cache")
    monkeypatch.setattr(module, "open_rgb", lambda path: pytest.fail(f"{path} is decoded again"))
    assert pictures_within(files, 10**6, FORMATS, tmp_path / "cache") == first


def test_a_damaged_file_in_the_cache_is_made_anew(files: dict[str, Path], tmp_path: Path) -> None:
    first = pictures_within(files, 10**6, FORMATS, tmp_path / "cache")
    (damaged, *_) = (tmp_path / "cache").rglob("*.safetensors")
    damaged.write_bytes(b"")
    with pytest.warns(UserWarning, match=f"{damaged} is damaged and is computed again"):
        assert pictures_within(files, 10**6, FORMATS, tmp_path / "cache") == first


def test_a_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    path = tmp_path / "figure.png"
    path.write_text("<svg>")
    with pytest.raises(DupevalError, match=r"figure\.png: not an image that Pillow can read"):
        pictures_within({"sha": path}, 1000, FORMATS, tmp_path / "cache")


@pytest.mark.parametrize(
    ("webp", "size"),
    [
        (np.ones(2, np.uint8), [3]),
        (np.ones(2, np.uint8), ['3"><script>', 2]),
        (np.ones(2, np.uint8), [3.0, 2]),
        (np.ones(2), [3, 2]),
    ],
)
def test_an_entry_of_no_picture_is_told(webp: Any, size: list[Any]) -> None:
    assert picture_of(Entry({"webp": np.ones(2, np.uint8)}, {"size": [3, 2]})) == EncodedPicture(
        "data:image/webp;base64,AQE=", 3, 2
    )
    with pytest.raises((ValueError, TypeError)):
        picture_of(Entry({"webp": webp}, {"size": size}))
