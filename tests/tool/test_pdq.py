"""PDQ: our distances are the bits in which the package's own hashes differ."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pdqhash
import pytest
from fake_photographs import photograph, write_copies
from fake_tools import told
from PIL import Image, ImageOps

from dupeval.tool import ToolNote
from dupeval.tool.pdq import PDQ


def test_distances_are_the_bits_of_256_that_differ(tmp_path: Path) -> None:
    for seed in (1, 2, 3):
        write_copies(tmp_path, seed)
    paths = sorted(tmp_path.iterdir())
    (distances,) = map(told, PDQ().answers(paths))
    hashes = [pdqhash.compute(np.asarray(Image.open(path).convert("RGB")))[0] for path in paths]
    assert all(len(bits) == 256 and set(bits.tolist()) <= {0, 1} for bits in hashes)
    assert distances == [float(sum(a != b)) for a, b in combinations(hashes, 2)]
    assert len(set(distances)) > 5


def test_copies_are_within_its_makers_threshold_and_photographs_are_not(tmp_path: Path) -> None:
    copies = write_copies(tmp_path, 1) | write_copies(tmp_path, 2)
    paths = [tmp_path / name for name in copies]
    (distances,) = map(told, PDQ().answers(paths))
    for (a, b), distance in zip(combinations(copies, 2), distances, strict=True):
        assert distance is not None
        assert (distance <= 31) == (copies[a] == copies[b])


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "1"])
def test_an_image_of_any_mode_has_a_hash(tmp_path: Path, mode: str) -> None:
    for name in "ab":
        ImageOps.grayscale(photograph(1)).convert(mode).save(tmp_path / f"{name}.png")
    assert list(map(told, PDQ().answers(sorted(tmp_path.iterdir())))) == [[0.0]]


@pytest.mark.parametrize("content", [b"", b"no image", b"\xff\xd8\xff\xe0 cut"])
def test_an_image_that_it_cannot_read_has_no_distance_and_the_others_keep_theirs(
    tmp_path: Path, content: bytes
) -> None:
    paths = [tmp_path / f"{name}.jpg" for name in "abc"]
    for path in paths:
        photograph(1).save(path)
    paths[1].write_bytes(content)
    with pytest.warns(ToolNote, match=r"^cannot read 1 of 3 .* alone: 'b.jpg' \("):
        assert list(map(told, PDQ().answers(paths))) == [[None, 0.0, None]]


def test_says_which_version_it_is() -> None:
    assert set(PDQ().versions()) == {"pdqhash", "numpy", "pillow"}
