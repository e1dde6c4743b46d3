"""Table 1 on one screen."""

import functools
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import pandas as pd
import pytest
from labelled import dataset_of
from scores import COMPARISON, per_query

from dupeval import tables
from dupeval.cost import Cost
from dupeval.look import Look
from dupeval.metrics import PairScores
from dupeval.protocol import Decision
from dupeval.rendering import TablePart
from dupeval.scored import QueryResult
from dupeval.summary import MOST_LINES, summary
from dupeval.tables import comparisons_table, per_query_table
from dupeval.verdict import judge, stand

# With the study's figures, as of the stand-in's level `study`.
table1 = partial(tables.table1, published=True)

DATASET = dataset_of("aab", "bcc")
STUDYS = tuple((name, "loqo") for name in ("raw", "raw_pca", "vgg", "vgg_pca"))
HEADINGS = MappingProxyType({"loqo": "Chosen on the other queries"})


def part(scores: pd.DataFrame, title: str = "Table 1", **costs: float) -> TablePart:
    standing, verdict = stand(scores, "loqo"), judge(scores, "loqo", "vgg_pca", 0)
    table = table1(scores, COMPARISON, "test", {("loqo", m): "measured" for m in methods(scores)})
    return TablePart(
        *(title, DATASET, table, comparisons_table(scores, COMPARISON), HEADINGS),
        verdict=verdict.sentences if verdict else (),
        standings={"loqo": standing} if standing else {},
        costs={name: Cost(name, seconds, stored=True) for name, seconds in costs.items()},
        named=[answer.other for answer in verdict.answers] if verdict else (),
    )


def methods(scores: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(scores["method"]))


def many(n: int) -> pd.DataFrame:
    """Give n methods, the later the worse, of two queries."""
    return per_query_table(
        [
            QueryResult(f"m{i:02}", "loqo", query, scores, Decision({}, 0.5))
            for i in range(n)
            for query, scores in (
                ("q0", PairScores.from_counts(n - i, i, i, 9)),
                ("q1", PairScores.from_counts(n - i, i, 0, 9)),
            )
        ]
    )


@functools.cache
def part_of(n: int) -> TablePart:
    return part(many(n))


def rows_of(text: str) -> list[str]:
    """Return the first word of all lines of rows, which have three decimals one after the other."""
    lines = [line.split() for line in text.splitlines()]
    return [line[0] for line in lines if len(line) > 3 and line[1][:2] in ("0.", "1.")]


def test_begins_with_the_verdict_and_shows_the_rows_best_first() -> None:
    text = summary([part(per_query(*STUDYS), vgg_pca=436.4)], ["That is all."])
    lines = text.splitlines()
    assert lines[0].startswith("Best under loqo: vgg_pca, F1 1.000; from the next, vgg, +0.111 [")
    assert "Cost: vgg_pca 436 s per 1,000 images (as stored, from when it was computed)." in lines
    assert "Table 1 on by hand (loqo): 2 queries, 6 images, 2 true pairs" in lines
    assert rows_of(text) == ["vgg_pca", "vgg", "raw", "raw_pca"]
    assert lines[-1] == "That is all."
    assert lines[-2] == (
        "*: best; ~: not clearly worse; diff: of F1 from vgg_pca, Holm: its p; s/1000: images; "
        "study: its F1."
    )


def test_without_the_studys_figures_their_column_is_not_there() -> None:
    one = part(per_query(*STUDYS))
    own = one.table.assign(f1_published=float("nan"))
    text = summary([replace(one, table=own)], [])
    assert "study: its F1" not in text
    assert rows_of(text) == rows_of(summary([one], []))
    both = summary([replace(one, table=own), one], [])
    assert "study: its F1" in both


def test_the_interval_is_a_bar_from_0_to_1_with_the_mean_in_it() -> None:
    text = summary([part(per_query(*STUDYS))], [])
    header = next(line for line in text.splitlines() if line.startswith("method"))
    zero, one = header.index("F1 0") + 3, header.index("1   diff")
    raw = next(line for line in text.splitlines() if line.startswith("raw   "))
    bar = raw[zero : one + 1]
    assert len(bar) == one + 1 - zero
    # F1 1/3, 0, 1: 0.444 [0, 1].
    assert set(bar) == {"\u2500", "\u25cf"}
    assert bar.index("\u25cf") == round(4 / 9 * (len(bar) - 1))
    best = next(line for line in text.splitlines() if line.startswith("vgg_pca "))
    # Equal scores have no interval.
    assert best[zero : one + 1] == " " * (len(bar) - 1) + "\u25cf"


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("n_parts", [1, 2, 3, 5, 20])
@pytest.mark.parametrize("n_methods", [1, 4, 40])
def test_has_at_most_30_lines_that_fit(width: int, n_parts: int, n_methods: int) -> None:
    parts = [part_of(n_methods)] * n_parts
    text = summary(parts, ["rows are equal", "written"], Look(width))
    lines = text.splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= width
    assert "m00" in rows_of(text)
    shown = sum(" on by hand " in line for line in lines)
    more = f"{n_parts - shown} more part"
    assert (more in text) == (shown < n_parts)


def test_the_last_part_comes_first_and_the_others_have_their_place() -> None:
    parts = [replace(part_of(40), title=title) for title in ("One", "Two", "Three")]
    text = summary(parts, ["written"])
    titles = [line.split()[0] for line in text.splitlines() if " on by hand " in line]
    assert titles == ["Three", "One", "Two"]
    assert len(text.splitlines()) == MOST_LINES


def test_says_how_many_rows_are_left_out_and_keeps_those_that_matter() -> None:
    scores = pd.concat([many(40), per_query(("vgg_pca", "loqo"), ("raw", "loqo"))])
    scores = scores[scores["query"] != "q2"]
    text = summary([part(scores), part(scores)], ["written"])
    assert " on by hand (loqo, 4 of 42 methods): " in text
    assert [name for name in rows_of(text) if name in ("vgg_pca", "raw")] == ["vgg_pca", "raw"] * 2


def test_ascii_is_enough() -> None:
    text = summary([part(per_query(*STUDYS))], [], Look(unicode=False))
    assert text.isascii()
    assert "---o---" in text


def test_colour_changes_nothing_but_codes() -> None:
    plain, bold = (
        summary([part(per_query(*STUDYS))], ["x"], Look(colour=colour)) for colour in (False, True)
    )
    assert "\x1b" not in plain
    assert "\x1b[1m" in bold
    for code in ("\x1b[1m", "\x1b[0m"):
        bold = bold.replace(code, "")
    assert [line.rstrip() for line in bold.splitlines()] == plain.splitlines()


def test_where_no_method_has_scores_it_says_so() -> None:
    text = summary([part(many(0))], ["written"])
    assert text.splitlines()[0] == "by hand: no method has scores"
    assert "\nmethod" not in text


def test_names_of_others_are_shown_as_they_are() -> None:
    scores = per_query(("raw", "loqo")).replace("raw", "[bold]x\u202e")
    text = summary([part(scores)], [])
    assert "[bold]x\\u202e" in text
