"""What a person reads is short, and holds nothing that a terminal obeys."""

import pytest

from dupeval.errors import DatasetError, DupevalError, InputError, NoScoresError, SettingsError

NAME = "a\nb\x1b[31m\u202e\udce9"
SHOWN = "a\\nb\\x1b[31m\\u202e\\xe9"


@pytest.mark.parametrize("kind", [DupevalError, SettingsError])
def test_a_sentence_has_no_character_that_cannot_be_seen(kind: type[DupevalError]) -> None:
    assert str(kind(f"no folder {NAME}")) == f"no folder {SHOWN}"
    # Nothing is escaped twice.
    assert str(kind(str(kind(NAME)))) == SHOWN


def test_nor_has_what_a_tool_said() -> None:
    assert str(NoScoresError("failed", f"{NAME}, says\nthe tool")) == f"{SHOWN}, says\\nthe tool"


def test_problems_are_a_line_each() -> None:
    error = DatasetError(NAME, [f"{NAME}: x", "y"])
    assert str(error) == f"the dataset {SHOWN} has 2 problems:\n  {SHOWN}: x\n  y"


def test_of_many_problems_the_first_are_shown_each_in_part() -> None:
    error = InputError("it", ["x" * 2000, *["y"] * 30])
    first, second, *others = str(error).split("\n")
    assert first == "it has 31 problems:"
    assert second == f"  {'x' * 1000}…"
    assert others == [*["  y"] * 19, "  and 11 more"]
    assert error.problems == ("x" * 2000, *["y"] * 30)
