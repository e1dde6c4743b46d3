"""What a person may wish for."""

import pytest

from dupeval.deployment.wish import Wish
from dupeval.errors import SettingsError


def test_the_best_f1_or_a_precision() -> None:
    assert Wish.of("f1") == Wish()
    assert Wish.of("precision=0.95") == Wish(precision=0.95)
    assert [str(Wish.of(text)) for text in ("f1", "precision=.99")] == ["f1", "precision=0.99"]


@pytest.mark.parametrize(
    "text",
    ["", "best", "f1=1", "precision", "precision=", "precision=1", "precision=x", "recall=1"],
)
def test_anything_else_is_told_what_is_possible(text: str) -> None:
    with pytest.raises(SettingsError, match="possible: f1, or precision=P with P between 0 and 1"):
        Wish.of(text)
