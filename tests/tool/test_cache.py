"""Replies of tools kept on disk."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dupeval.tool.cache import ReplyCache
from dupeval.tool.hashes import Hashes
from dupeval.tool.process import Reply

KEY = {"tool": "a", "parameters": {"level": 1}, "versions": {"a": "1.0"}}
IMAGES = ["00" * 32, "11" * 32]
REPLY = Reply([[0.0, None, 1.5], [[0, 2], []]], wall_s=1.5, cpu_s=0.25, peak_memory_mb=12.5)


@pytest.fixture
def cache(tmp_path: Path) -> ReplyCache:
    return ReplyCache(tmp_path / "made" / "when needed")


def file_of(cache: ReplyCache) -> Path:
    (path,) = (path for path in cache.store.folder.rglob("*") if path.is_file())
    return path


def test_what_was_stored_comes_back_as_it_was(cache: ReplyCache) -> None:
    assert cache.load(KEY, IMAGES) is None
    cache.save(KEY, IMAGES, REPLY)
    assert cache.load(KEY, IMAGES) == REPLY
    assert ReplyCache(cache.store.folder).load(KEY, IMAGES) == REPLY


@pytest.mark.parametrize(
    ("key", "images"),
    [
        ({**KEY, "tool": "b"}, IMAGES),
        ({**KEY, "parameters": {"level": 2}}, IMAGES),
        ({**KEY, "versions": {"a": "1.1"}}, IMAGES),
        ({**KEY, "run": 1}, IMAGES),
        (KEY, IMAGES[::-1]),
        (KEY, IMAGES[:1]),
        (KEY, [*IMAGES, IMAGES[0]]),
    ],
)
def test_all_that_changes_a_reply_tells_it_from_others(
    cache: ReplyCache, key: dict[str, Any], images: list[str]
) -> None:
    cache.save(KEY, IMAGES, REPLY)
    assert cache.load(key, images) is None


def test_the_order_of_a_keys_parts_is_no_part_of_it(cache: ReplyCache) -> None:
    cache.save(KEY, IMAGES, REPLY)
    assert cache.load(dict(reversed(KEY.items())), IMAGES) == REPLY


def test_a_later_reply_takes_the_place_of_an_earlier_one(cache: ReplyCache) -> None:
    cache.save(KEY, IMAGES, REPLY)
    cache.save(KEY, IMAGES, Reply([], 0.0, 0.0, 0.0))
    assert cache.load(KEY, IMAGES) == Reply([], 0.0, 0.0, 0.0)


def test_arrays_and_hashes_come_back_as_they_were(cache: ReplyCache) -> None:
    hashes = Hashes.of_bytes([b"ab", None, b"cd"])
    reply = Reply([hashes, np.array([0.0, np.nan, 1.5]), [[0], []]], 1.5, 0.25, 12.5, ["a note"])
    cache.save(KEY, IMAGES, reply)
    found = cache.load(KEY, IMAGES)
    assert found is not None
    again, apart, groups = found.answers
    assert isinstance(again, Hashes)
    assert again.packed.tolist() == hashes.packed.tolist()
    assert again.known.tolist() == [True, False, True]
    assert np.asarray(apart)[[0, 2]].tolist() == [0.0, 1.5]
    assert np.isnan(np.asarray(apart, float)[1])
    assert (groups, found.wall_s, found.notes) == ([[0], []], 1.5, ["a note"])
