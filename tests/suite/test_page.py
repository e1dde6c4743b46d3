"""The short page of a suite."""

import numpy as np
import pandas as pd
from suite_rows import draw, rows

from dupeval.suite.page import listed, sentences_of_tests, signed, suite_markdown
from dupeval.suite.ranks import RankTest, rank_test, ranks_table, table_of_tests


def sentences(f1: pd.DataFrame) -> list[str]:
    test = rank_test("own-news", f1)
    assert isinstance(test, RankTest)
    return sentences_of_tests(table_of_tests({"own-news": test}))


def test_methods_told_apart_are_named_the_better_first() -> None:
    f1 = pd.DataFrame({"c": np.zeros(9), "b": np.full(9, 0.5), "a": np.ones(9)})
    assert sentences(f1) == [
        "Ranks on own-news, 9 blocks and 3 methods: Friedman p below .001; two methods differ from "
        "1.1 mean ranks on (Nemenyi): a before c."
    ]


def test_where_ranks_do_not_differ_no_pair_is_told_apart() -> None:
    f1 = pd.DataFrame({name: np.ones(5) for name in "abc"})
    (sentence,) = sentences(f1)
    assert "Friedman p 1.000" in sentence
    assert sentence.endswith("No two are told apart.")


def test_the_page_has_a_row_a_method_the_best_first() -> None:
    per_query = rows(draw(0), {"a": [0.25, 0.75], "b": [1.0, 1.0]})
    index = ["dataset", "photographs", "level", "draw", "method", "protocol"]
    suite = per_query.groupby(index, sort=False)["f1"].mean().reset_index()
    tables = {
        "suite.csv": suite,
        "per_query.csv": per_query,
        "ranks.csv": ranks_table(suite, "nested"),
        "rank_tests.csv": table_of_tests({}),
    }
    lines = [line.replace(" ", "") for line in suite_markdown(tables, "nested").splitlines()]
    assert lines[0] == "##Suite:1datasetsundernested"
    assert lines[4:6] == ["|b|1.000|1.0|1.0|", "|a|0.500[0.000,1.000]|2.0|0.0|"]


def test_nothing_is_less_than_nothing() -> None:
    assert [signed(x) for x in (-0.0004, 0.0, -0.0006, 0.5)] == [
        *("+0.000", "+0.000", "-0.001", "+0.500"),
    ]


def test_names_are_listed_as_one_says_them() -> None:
    assert [listed("a"), listed("ab"), listed("abc")] == ["a", "a and b", "a, b and c"]
