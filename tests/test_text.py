"""Text of others: nothing hidden, nothing run, and all of it given back."""

import csv
import io

import pytest

from dupeval.text import counted, csv_cell, from_csv_cell, shortened, visible

PLAIN = [
    *(
        "",
        "a photograph",
        "촛불 집회",
        "café",
        "👩‍👩‍👧",
        "می‌خواهم",
        "C:\\new",
        "it's",
        "1-2",
        "a=b",
        " =1",
    ),
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
]
HIDDEN = [
    ("\x1b[31mred", "\\x1b[31mred"),
    ("a\rb", "a\\rb"),
    ("two\nlines", "two\\nlines"),
    ("a\tb", "a\\tb"),
    ("gpj.\u202efdp", "gpj.\\u202efdp"),
    ("\u2066a\u2069\u200f", "\\u2066a\\u2069\\u200f"),
    ("a\0", "a\\x00"),
    ("\x9b1m", "\\x9b1m"),
    ("a\u2028b", "a\\u2028b"),
    ("zero\u200bwidth", "zero\\u200bwidth"),
    ("\U000e0001", "\\U000e0001"),
]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", PLAIN)
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    assert visible(text) == text
    assert csv_cell(text) == text


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_what_cannot_be_seen_is_written_as_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_byte_of_a_file_name_that_is_not_utf_8_is_shown_as_that_byte() -> None:
    assert visible(b"caf\xe9".decode(errors="surrogateescape")) == "caf\\xe9"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_runs_no_cell(text: str) -> None:
    assert csv_cell(text).startswith("'")


@pytest.mark.parametrize(
    "text",
    [*PLAIN, *(text for text, _ in HIDDEN), *FORMULAS, "'", "''=", "'\\n", "\\\0n", "=\\u202e"],
)
def test_a_cell_is_read_back_exactly(text: str) -> None:
    assert from_csv_cell(csv_cell(text)) == text
    written = io.StringIO(newline="")
    csv.writer(written).writerow([csv_cell(text), "after"])
    assert "\0" not in written.getvalue()
    (row,) = csv.reader(io.StringIO(written.getvalue(), newline=""))
    assert from_csv_cell(row[0]) == text


def test_texts_that_differ_have_cells_that_differ() -> None:
    texts = ["a\nb", "a\\nb", "'a\\nb", "'a\nb"]
    assert len(set(map(csv_cell, texts))) == len(texts)


def test_one_thing_is_told_as_one() -> None:
    assert [counted(n, "query", "queries") for n in (0, 1, 2)] == [
        "0 queries",
        "1 query",
        "2 queries",
    ]
    assert [counted(n, "image") for n in (1, 9)] == ["1 image", "9 images"]


def test_a_long_text_is_shown_in_part() -> None:
    assert shortened("x" * 1000) == "x" * 1000
    assert shortened("x" * 1001) == "x" * 1000 + "…"
