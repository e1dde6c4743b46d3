"""Replies of tools kept on disk."""

import json
from pathlib import Path
from typing import Any

import pytest

from dupeval.tool.cache import ReplyCache
from dupeval.tool.process import Reply

KEY = {"tool": "a", "parameters": {"level": 1}, "versions": {"a": "1.0"}}
IMAGES = ["00" * 32, "11" * 32]
REPLY = Reply([[0.0, None, 1.5], [[0, 2], []]], wall_s=1.5, cpu_s=0.25, peak_memory_mb=12.5)


@pytest.fixture
def cache(tmp_path: Path) -> ReplyCache:
    return ReplyCache(tmp_path / "made" / "when needed")


def file_of(cache: ReplyCache) -> Path:
    (path,) = (path for path in cache.folder.rglob("*") if path.is_file())
    return path


def test_what_was_stored_comes_back_as_it_was(cache: ReplyCache) -> None:
    assert cache.load(KEY, IMAGES) is None
    cache.save(KEY, IMAGES, REPLY)
    assert cache.load(KEY, IMAGES) == REPLY
    assert ReplyCache(cache.folder).load(KEY, IMAGES) == REPLY


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
    assert file_of(cache).suffix == ".json"


def test_a_file_says_what_it_is_of(cache: ReplyCache) -> None:
    cache.save(KEY, IMAGES, REPLY)
    stored = json.loads(file_of(cache).read_text(encoding="utf-8"))
    assert (stored["key"], stored["images"]) == (KEY, IMAGES)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("1.5", "2.5", 1),
        lambda text: "[]",
        lambda text: "null",
        lambda text: '{"reply": {}}',
        lambda text: '{"reply": {}, "sha256": 7}',
        lambda text: "garbage",
    ],
)
def test_a_damaged_file_counts_as_missing_and_a_warning_says_so(
    cache: ReplyCache, damage: Any
) -> None:
    cache.save(KEY, IMAGES, REPLY)
    path = file_of(cache)
    path.write_text(damage(path.read_text()))
    with pytest.warns(UserWarning, match="is damaged; the tool is run again") as caught:
        assert cache.load(KEY, IMAGES) is None
    assert str(path) in str(caught[0].message)


def test_bytes_that_are_no_text_are_damage_too(cache: ReplyCache) -> None:
    cache.save(KEY, IMAGES, REPLY)
    file_of(cache).write_bytes(b"\xff\xfe\x00")
    with pytest.warns(UserWarning, match="is damaged"):
        assert cache.load(KEY, IMAGES) is None
