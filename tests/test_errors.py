"""Errors are sentences for a terminal, whatever names are in them."""

import pytest

from dupeval.errors import DatasetError, DupevalError, SettingsError

NAME = "a\nb\x1b[31m\u202e\udce9"
SHOWN = "a\\nb\\x1b[31m\\u202e\\xe9"


@pytest.mark.parametrize("kind", [DupevalError, SettingsError])
def test_a_sentence_has_no_character_that_cannot_be_seen(kind: type[DupevalError]) -> None:
    assert str(kind(f"no folder {NAME}")) == f"no folder {SHOWN}"
    # Nothing is escaped twice.
    assert str(kind(str(kind(NAME)))) == SHOWN


def test_problems_are_a_line_each() -> None:
    error = DatasetError(NAME, [f"{NAME}: x", "y"])
    assert str(error) == f"the dataset {SHOWN} has 2 problems:\n  {SHOWN}: x\n  y"
