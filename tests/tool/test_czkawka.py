"""Czkawka: our distances are its own."""

from itertools import combinations
from pathlib import Path

import pytest
from fake_photographs import photograph, write_copies
from fake_tools import told

from dupeval.tool import ToolNote
from dupeval.tool.czkawka import Czkawka


def test_distances_are_those_that_it_computes_itself(tmp_path: Path) -> None:
    from czkawka import ImageSimilarity

    for seed in (1, 2, 3):
        write_copies(tmp_path, seed)
    paths = sorted(tmp_path.iterdir())
    (distances,) = map(told, Czkawka().answers(paths))
    own = {frozenset((a, b)): d for a, b, d in ImageSimilarity().compute_distances(paths)}
    assert distances == [own[frozenset(pair)] for pair in combinations(paths, 2)]
    assert len(set(distances)) > 5


@pytest.mark.parametrize("content", [b"", b"no image", b"\xff\xd8\xff\xe0 cut"])
def test_an_image_that_it_cannot_read_has_no_distance_and_the_others_keep_theirs(
    tmp_path: Path, content: bytes
) -> None:
    paths = [tmp_path / f"{name}.jpg" for name in "abc"]
    for path in paths:
        photograph(1).save(path)
    paths[1].write_bytes(content)
    with pytest.warns(ToolNote, match=r"^cannot read 1 of 3 .* alone: 'b.jpg' \(OSError: "):
        assert list(map(told, Czkawka().answers(paths))) == [[None, 0.0, None]]
