"""Replies of tools kept on disk."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dupeval.store import Entry
from dupeval.tool import cache as cache_module
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


def kept(cache: ReplyCache, told: Any, **tensors: Any) -> None:
    """Keep whatever a reply is said to be, with the checksum of it."""
    content = np.frombuffer(json.dumps(told).encode(), np.uint8)
    arrays = {name.replace("_", " "): values for name, values in tensors.items()}
    cache.store.put({"tool": KEY, "images": IMAGES}, Entry({"reply": content, **arrays}))


TOLD = asdict(REPLY)


def test_an_entry_as_a_reply_is_kept_is_one(cache: ReplyCache) -> None:
    kept(cache, TOLD)
    assert cache.load(KEY, IMAGES) == REPLY
    kept(cache, TOLD | {"answers": [{"distances": "d"}]}, d_distances=np.ones(3))
    found = cache.load(KEY, IMAGES)
    assert found is not None
    assert np.asarray(found.answers[0]).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "told",
    [
        *([], None, "reply", {}, TOLD | {"more": 1}),
        {name: value for name, value in TOLD.items() if name != "notes"},
        *(TOLD | {"answers": answers} for answers in (None, {}, "x", [{}], [{"hashes": "0"}])),
        TOLD | {"answers": [{"hashes": "0", "distances": "0"}]},
        TOLD | {"answers": [{"hashes": ["0"]}]},
        *(TOLD | {"wall_s": value} for value in (-1.0, "1", None, 1e300, float("nan"))),
        *(TOLD | {"notes": notes} for notes in ("x", [1], ["x" * 10_001], ["x"] * 101)),
    ],
)
def test_an_entry_that_is_whole_and_no_reply_counts_as_damaged(
    cache: ReplyCache, told: Any
) -> None:
    kept(cache, told)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert cache.load(KEY, IMAGES) is None


@pytest.mark.parametrize(
    ("kind", "tensors"),
    [
        ("distances", {"x_distances": np.ones((3, 1))}),
        ("distances", {"x_distances": np.ones(3, np.float32)}),
        ("distances", {"x_packed": np.ones(3)}),
        ("packed", {"x_packed": np.ones(3)}),
        ("hashes", {"x_packed": np.ones((3, 1), np.uint8)}),
        ("hashes", {"x_packed": np.ones((3, 1), np.uint8), "x_known": np.ones(3, np.uint8)}),
        ("hashes", {"x_packed": np.ones((3, 1), np.int8), "x_known": np.ones(3, np.bool_)}),
        ("hashes", {"x_packed": np.ones(3, np.uint8), "x_known": np.ones(3, np.bool_)}),
        ("hashes", {"x_packed": np.ones((3, 0), np.uint8), "x_known": np.ones(3, np.bool_)}),
        ("hashes", {"x_packed": np.ones((3, 4097), np.uint8), "x_known": np.ones(3, np.bool_)}),
    ],
)
def test_so_does_one_whose_arrays_are_others(
    cache: ReplyCache, kind: str, tensors: dict[str, Any]
) -> None:
    kept(cache, TOLD | {"answers": [{kind: "x"}]}, **tensors)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert cache.load(KEY, IMAGES) is None


def test_so_does_one_without_a_reply_or_with_a_text_too_deep_or_too_long(
    cache: ReplyCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tensors in ({}, {"reply": np.ones(3)}, {"reply": np.full(20_000, ord("["), np.uint8)}):
        cache.store.put({"tool": KEY, "images": IMAGES}, Entry(tensors))
        with pytest.warns(UserWarning, match="is damaged and is computed again"):
            assert cache.load(KEY, IMAGES) is None
    cache.save(KEY, IMAGES, REPLY)
    monkeypatch.setattr(cache_module, "MOST_BYTES", 10)
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert cache.load(KEY, IMAGES) is None


def test_so_does_a_reply_of_which_something_is_wrong(cache: ReplyCache) -> None:
    def problem(reply: Reply) -> str | None:
        return "too slow" if reply.wall_s > 2 else None

    cache.save(KEY, IMAGES, REPLY)
    assert cache.load(KEY, IMAGES, problem) == REPLY
    cache.save(KEY, IMAGES, replace(REPLY, wall_s=2.5))
    with pytest.warns(UserWarning, match="is damaged and is computed again"):
        assert cache.load(KEY, IMAGES, problem) is None
