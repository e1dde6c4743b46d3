"""Names and text from outside, cut to what has room."""

import pytest

from dupeval.figures.texts import letters, one_line, short


def test_a_long_name_keeps_its_end_which_tells_it_from_others() -> None:
    assert short("vgg_pca_transductive") == "vgg_pca_transductive"
    assert short("a_method_with_a_long_name_2") == "a_method_w…ng_name_2"
    assert short("two\nlines") == "two lines"


def test_text_from_outside_has_no_lines_of_its_own() -> None:
    assert one_line("a\nb\t\r\n c") == "a b c"
    assert one_line("x" * 100, most=10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("place", "expected"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA")]
)
def test_letters_go_on_after_z(place: int, expected: str) -> None:
    assert letters(place) == expected
