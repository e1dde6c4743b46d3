"""Answers on their way out of a tool's process, and what is not believed of them."""

import json
import math
from typing import Any

import numpy as np
import pytest

from dupeval.tool.hashes import Hashes
from dupeval.tool.wire import MANY, decoded, encoded


def sent(answer: Any) -> Any:
    return decoded(json.loads(json.dumps(encoded(answer))))


@pytest.mark.parametrize("answer", [[], [[0, 2], []], [0.0, None, 1.5], "garbage", {"0": 1}])
def test_small_ones_and_groups_go_over_as_they_are(answer: Any) -> None:
    assert encoded(answer) is answer
    assert sent(answer) == answer


def test_many_distances_go_over_as_an_array_with_nan_for_none() -> None:
    answer = [None, *(i / 7 for i in range(MANY)), 3]
    found = sent(answer)
    assert found.dtype == np.float64
    assert math.isnan(found[0])
    assert found[1:].tolist() == answer[1:]


@pytest.mark.parametrize("wrong", ["1", True, math.nan, [1.0]])
def test_many_with_one_that_is_none_stay_as_they_are_to_be_refused(wrong: Any) -> None:
    answer = [0.5] * MANY + [wrong]
    assert encoded(answer) is answer


@pytest.mark.parametrize("n", [0, 1, 8, 9])
def test_hashes_go_over_as_bytes(n: int) -> None:
    rng = np.random.default_rng(n)
    hashes = Hashes(rng.integers(0, 256, (n, 5), np.uint8), rng.random(n) < 0.5)
    found = sent(hashes)
    assert found.packed.tolist() == hashes.packed.tolist()
    assert found.known.tolist() == hashes.known.tolist()


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"distances": 3}, "an array is no text"),
        ({"distances": "%%%"}, "an array is not as agreed"),
        ({"distances": "AAAA"}, "multiple of element size"),
        ({"hashes": "AAAA", "known": "AAAA", "shape": [3]}, "no pair of numbers"),
        ({"hashes": "AAAA", "known": "AAAA", "shape": [3, True]}, "no pair of numbers"),
        ({"hashes": "AAAA", "known": "AAAA", "shape": [-3, -1]}, "-3 hashes of -1 bytes"),
        ({"hashes": "AAAA", "known": "AAAA", "shape": [3, 10**9]}, "3 hashes of 1000000000"),
        ({"hashes": "AAAA", "known": "AAAA", "shape": [4, 1]}, "cannot reshape"),
        ({"hashes": "AAAA", "known": "AAAA", "shape": [3, 1]}, "not said which of 3 images"),
    ],
)
def test_what_is_said_to_be_an_array_and_is_none_is_refused(value: Any, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        decoded(value)


class TestHashes:
    def test_of_bits_are_packed_and_say_which_are_missing(self) -> None:
        hashes = Hashes.of_bits([[True, False] * 5, None, np.ones((2, 5))])
        assert hashes.packed.tolist() == [[0b10101010, 0b10000000], [0, 0], [0xFF, 0b11000000]]
        assert hashes.known.tolist() == [True, False, True]
        assert len(hashes) == 3

    def test_of_bytes_are_those_bytes(self) -> None:
        hashes = Hashes.of_bytes([b"ab", None, b"\x00\xff"])
        assert hashes.packed.tolist() == [[97, 98], [0, 0], [0, 255]]
        assert hashes.known.tolist() == [True, False, True]

    def test_of_nothing_readable_are_none(self) -> None:
        assert Hashes.of_bits([None, None]).known.tolist() == [False, False]

    def test_of_different_lengths_are_refused(self) -> None:
        with pytest.raises(ValueError, match="same shape"):
            Hashes.of_bytes([b"ab", b"abc"])
