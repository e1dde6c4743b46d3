"""Inputs that fuzzing has kept: each is read, or it is said what is wrong.

The heads of ``corpora`` say how they came about.
"""

import pytest
from fuzzed import NAMES, DupevalError, check, corpora, target

INPUTS = [(name, content) for name in NAMES for content in corpora.read(name)]


@pytest.mark.parametrize(("name", "content"), INPUTS, ids=lambda value: repr(value)[:40])
def test_an_input_is_read_or_it_is_said_what_is_wrong(name: str, content: bytes) -> None:
    target(name)(content)


@pytest.mark.parametrize("name", NAMES)
def test_a_corpus_has_short_inputs_for_each_part_none_twice(name: str) -> None:
    inputs = corpora.read(name)
    parts = {content.partition(b"\n")[0].decode() for content in inputs}
    assert parts == set(target(name).parts)
    assert len(set(inputs)) == len(inputs) <= 200
    assert max(map(len, inputs)) <= 1200


@pytest.mark.parametrize("text", ["", "x" * 2000, "x\n" * 20_000])
def test_an_error_that_nobody_can_read_is_a_finding(text: str) -> None:
    with pytest.raises(AssertionError):
        check(DupevalError(text))


def test_what_names_no_part_is_not_asked() -> None:
    for name in NAMES:
        target(name)(b"")
        target(name)(b"nothing\nof this")
