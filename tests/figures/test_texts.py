"""Names and text from outside, cut to what has room."""

from dataclasses import replace

import pytest
from labelled import dataset_of

from dupeval.figures.texts import grey_ones, letters, one_line, query_name, short


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


def test_a_query_without_a_title_of_its_own_is_named_once() -> None:
    (query,) = dataset_of("aab").queries
    named = replace(query, slug="flowers", title="flowers")
    assert query_name(named) == "flowers"
    assert query_name(replace(named, title="spring flowers")) == "flowers (spring flowers)"


def test_grey_is_said_of_unlabelled_images_where_there_are_some() -> None:
    (query,) = dataset_of("aab").queries
    assert grey_ones(query) == "those shown once"
    labels = [replace(label, photograph="") for label in query.labels[:1]]
    partly = replace(query, labels=(*labels, *query.labels[1:]))
    assert grey_ones(partly) == "those shown once and for unlabelled images"
