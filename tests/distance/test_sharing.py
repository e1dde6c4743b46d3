"""Pairs that share words are found once; what is kept and says something else is found again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from photographs import handle, photograph
from rewritten import rewrite, with_array

from dupeval.dataset import ImageHandle
from dupeval.distance.local.sift import SiftInliers
from dupeval.distance.pairs import PairCache
from dupeval.distance.sharing import pairs_sharing_words
from dupeval.store import Entry


@pytest.fixture(scope="module")
def images() -> list[ImageHandle]:
    own = [photograph(name) for name in ("astronaut", "chelsea", "coffee")]
    return [handle(image) for image in (*own, *(image.rotate(9) for image in own))]


def found(images: list[ImageHandle], folder: Path) -> list[list[int]]:
    pairs = pairs_sharing_words(images, SiftInliers(), 1, None, PairCache(folder))
    assert pairs.dtype == np.int64
    return [list(pair) for pair in pairs.tolist()]


def flat(entry: Entry) -> Entry:
    return Entry({name: words[None] for name, words in entry.tensors.items()})


@pytest.mark.parametrize(
    ("folder", "change"),
    [
        ("votes", with_array("pairs", lambda pairs: pairs + 2)),
        ("votes", with_array("pairs", lambda pairs: pairs - 1)),
        ("votes", with_array("pairs", lambda pairs: pairs.astype(float))),
        ("votes", with_array("pairs", np.ravel)),
        ("words", flat),
        ("words", lambda entry: Entry(dict(list(entry.tensors.items())[:1]))),
    ],
)
def test_they_are_found_again_where_others_are_kept(
    images: list[ImageHandle], tmp_path: Path, folder: str, change: Callable[[Entry], Entry]
) -> None:
    assert found(images, tmp_path) == found(images, tmp_path) == [[0, 3], [1, 4], [2, 5]]
    assert rewrite(tmp_path / folder, change) == {"votes": 1, "words": 6}[folder]
    if folder == "words":
        shutil.rmtree(tmp_path / "votes")
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert found(images, tmp_path) == [[0, 3], [1, 4], [2, 5]]
