"""ImageHash: our distances are its own, and its matches follow from them."""

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from fake_photographs import photograph, write_copies
from fake_tools import told
from PIL import Image
from pydantic import ValidationError

from dupeval.tool import ToolNote
from dupeval.tool.imagehash import CropResistantHash, ImageHash


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("images")
    for seed in (1, 2):
        write_copies(folder, seed)
    with Image.open(folder / "1 first.jpg") as image:
        image.crop((60, 40, 230, 170)).save(folder / "1 crop.png")
    return sorted(folder.iterdir())


@pytest.mark.parametrize("size", [8, 16])
@pytest.mark.parametrize("name", ["phash", "dhash", "average_hash", "whash"])
def test_distances_are_differences_of_its_hashes(paths: list[Path], name: Any, size: int) -> None:
    import imagehash

    hashes = []
    for path in paths:
        with Image.open(path) as image:
            hashes.append(getattr(imagehash, name)(image, hash_size=size))
    (distances,) = map(told, ImageHash(name, size).answers(paths))
    assert distances == [a - b for a, b in combinations(hashes, 2)]
    assert len(set(distances)) > 2
    assert {type(distance) for distance in distances} == {float}


@pytest.mark.parametrize(("name", "size"), [("crop_resistant_hash", 8), ("phash", 1)])
def test_other_hashes_and_sizes_are_refused(name: Any, size: int) -> None:
    with pytest.raises(ValidationError):
        ImageHash(name, size)


class TestCropResistantHash:
    def test_two_images_match_at_a_cutoff_where_their_distance_is_no_more(
        self, paths: list[Path]
    ) -> None:
        import imagehash

        names = ("1 crop.png", "1 first.jpg", "1 small.jpg", "2 first.jpg")
        paths = [path for path in paths if path.name in names]
        cutoffs = (1, 2, 3, 4, 5, 50)
        tool = CropResistantHash(cutoffs)
        answers = list(map(told, tool.answers(paths)))
        hashes = []
        for path in paths:
            with Image.open(path) as image:
                hashes.append(imagehash.crop_resistant_hash(image))
        assert len({len(h.segment_hashes) for h in hashes}) > 1
        assert [dict(setting) for setting in tool.settings] == [
            {"region_cutoff": k} for k in cutoffs
        ]
        for k, distances in zip(cutoffs, answers, strict=True):
            for (a, b), distance in zip(combinations(hashes, 2), distances, strict=True):
                for bits in (*range(65), 1000):
                    matches = a.matches(b, k, bits) or b.matches(a, k, bits)
                    assert matches == (distance is not None and distance <= bits)
        # No image has as many segments.
        assert answers[-1] == [None] * 6


@pytest.mark.parametrize(
    ("tool", "content"),
    [
        *[(ImageHash("dhash"), content) for content in (b"", b"no image", b"\x89PNG\r\n cut")],
        (CropResistantHash((1, 2)), b"\x89PNG\r\n cut"),
    ],
)
def test_an_image_that_pillow_cannot_read_has_no_distance_and_the_others_keep_theirs(
    tmp_path: Path, tool: Any, content: bytes
) -> None:
    files = [tmp_path / f"{name}.png" for name in "abc"]
    for path in files:
        photograph(1).resize((64, 48)).save(path)
    files[0].write_bytes(content)
    with pytest.warns(ToolNote, match=r"^cannot read 1 of 3 .* alone: 'a.png' \(\w+Error: "):
        assert list(map(told, tool.answers(files))) == [[None, None, 0.0]] * len(tool.settings)


@pytest.mark.parametrize("tool", [ImageHash("phash"), CropResistantHash((1,))])
def test_an_image_whose_colours_it_cannot_convert_has_no_distance_either(
    tmp_path: Path, tool: Any
) -> None:
    files = [tmp_path / "a.jpg", tmp_path / "b.tif", tmp_path / "c.jpg"]
    for path in (files[0], files[2]):
        photograph(1).resize((64, 48)).save(path)
    Image.new("LAB", (64, 48)).save(files[1])
    with pytest.warns(ToolNote, match=r"'b.tif' \(ValueError: conversion from LAB to RGB not"):
        assert list(map(told, tool.answers(files))) == [[None, 0.0, None]]
