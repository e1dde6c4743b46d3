"""What a person reads is short, and holds nothing that a terminal obeys."""

from dupeval.errors import InputError, NoScoresError


def test_of_many_problems_the_first_are_shown_each_in_part() -> None:
    error = InputError("it", ["x" * 2000, *["y"] * 30])
    first, second, *others = str(error).split("\n")
    assert first == "it has 31 problems:"
    assert second == f"  {'x' * 1000}…"
    assert others == [*["  y"] * 19, "  and 11 more"]
    assert error.problems == ("x" * 2000, *["y"] * 30)


def test_what_cannot_be_seen_is_shown() -> None:
    assert str(InputError("i\u202et", ["x\ny"])) == "i\\u202et has 1 problem:\n  x\\ny"
    assert str(NoScoresError("failed", "\x1b[31m, says\nthe tool")) == r"\x1b[31m, says\nthe tool"
