"""Ranks over datasets, and tests of them over photograph sets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from suite_rows import draw, rows

from dupeval.suite import ALL, Place
from dupeval.suite.ranks import (
    blocks_of_scopes,
    rank_test,
    rank_tests,
    ranks_table,
    table_of_tests,
)

MINE = Place("mine", "mine")


def suite_of(*tables: pd.DataFrame) -> pd.DataFrame:
    table = pd.concat(tables)
    index = ["dataset", "photographs", "level", "draw", "method", "protocol"]
    return table.groupby(index, sort=False)["f1"].mean().reset_index()


class TestRanks:
    def test_ties_share_a_rank_and_the_points(self) -> None:
        suite = suite_of(rows(MINE, {"a": [0.5], "b": [0.9], "c": [0.5]}))
        table = ranks_table(suite, "nested")
        own = table[table["dataset"] == "mine"].set_index("method")
        assert own["rank"].to_dict() == {"a": 2.5, "b": 1.0, "c": 2.5}
        assert own["points"].to_dict() == {"a": 0.5, "b": 2.0, "c": 0.5}

    def test_levels_weigh_the_same_whatever_their_draws(self) -> None:
        worse = {"a": [0.1], "b": [0.2]}
        suite = suite_of(
            *(rows(draw(k), worse) for k in range(3)), rows(MINE, {"a": [1], "b": [0]})
        )
        table = ranks_table(suite, "nested")
        over_all = table[table["dataset"] == ALL].set_index("method")
        assert over_all["rank"].to_dict() == {"a": 1.5, "b": 1.5}
        assert over_all["points"].to_dict() == {"a": 1.0, "b": 3.0}
        assert over_all["f1"].to_dict() == pytest.approx({"a": 0.55, "b": 0.1})

    def test_a_method_missing_somewhere_has_no_rank_over_all(self) -> None:
        suite = suite_of(rows(draw(0), {"a": [1], "b": [0]}), rows(MINE, {"a": [1]}))
        over_all = ranks_table(suite, "nested").query("dataset == 'all'").set_index("method")
        assert over_all["rank"].isna().to_dict() == {"a": False, "b": True}


class TestBlocks:
    def test_draws_of_the_same_photographs_are_never_blocks_of_their_own(self) -> None:
        table = pd.concat([rows(draw(k), {"a": [0.0, k / 4]}) for k in range(5)])
        (own,) = blocks_of_scopes(table, "nested").values()
        assert own["a"].to_dict() == {"q0": 0.0, "q1": 0.5}

    def test_over_all_levels_are_averaged_and_an_independent_dataset_is_one(self) -> None:
        wild = Place("own-wild-0", "own", "wild", "0")
        table = pd.concat(
            [
                rows(draw(0), {"a": [0.0, 1.0]}),
                rows(wild, {"a": [0.5, 0.5]}),
                rows(MINE, {"a": [0.25, 0.75, 0.5]}),
            ]
        )
        scopes = blocks_of_scopes(table, "nested")
        assert list(scopes) == ["own-news", "own-wild", "mine", ALL]
        assert len(scopes["mine"]) == 3
        assert scopes[ALL]["a"].to_dict() == {
            ("own", "q0"): 0.25,
            ("own", "q1"): 0.75,
            ("mine", ""): 0.5,
        }


def scores(seed: int, n: int = 9, k: int = 4) -> pd.DataFrame:
    values = np.random.default_rng(seed).random((n, k)) + np.arange(k) / 3
    return pd.DataFrame(values, columns=list("abcd")[:k])


class TestTest:
    def test_the_critical_difference_is_demsars(self) -> None:
        # Demsar (2006), table 5: q is 2.569 for four classifiers, 3.031 for eight.
        for k, q in ((4, 2.569), (8, 3.031)):
            f1 = pd.DataFrame(np.random.default_rng(0).random((9, k)))
            test = rank_test("own", f1)
            assert test is not None
            assert test.critical_difference == pytest.approx(
                q * (k * (k + 1) / 54) ** 0.5, rel=1e-3
            )

    def test_two_methods_at_the_critical_difference_have_a_p_value_of_five_percent(self) -> None:
        test = rank_test("own", scores(1))
        assert test is not None
        ranks = test.mean_ranks
        for row in test.rows:
            apart = abs(ranks[row["a"]] - ranks[row["b"]])
            assert (row["p_nemenyi"] < 0.05) == (apart > test.critical_difference)

    @given(st.integers(0, 50))
    def test_it_is_friedmans_of_mean_ranks_with_the_best_first(self, seed: int) -> None:
        f1 = scores(seed)
        test = rank_test("own", f1)
        assert test is not None
        expected = stats.friedmanchisquare(*f1.to_numpy().T)
        assert (test.statistic, test.p_value) == pytest.approx(tuple(expected))
        assert test.mean_ranks.to_dict() == f1.rank(axis=1, ascending=False).mean().to_dict()
        assert all(row["mean_rank_a"] <= row["mean_rank_b"] for row in test.rows)

    def test_all_equal_tells_nothing_apart(self) -> None:
        test = rank_test("own", pd.DataFrame(np.ones((6, 3)), columns=list("abc")))
        assert test is not None
        assert (test.statistic, test.p_value) == (0.0, 1.0)
        assert all(row["p_nemenyi"] == 1 for row in test.rows)

    @pytest.mark.parametrize(("n", "k"), [(4, 4), (9, 2)])
    def test_there_is_none_of_few_blocks_or_methods(self, n: int, k: int) -> None:
        assert rank_test("own", scores(0, n, k)) is None

    def test_methods_without_scores_are_left_out(self) -> None:
        f1 = scores(0).assign(d=np.nan)
        test = rank_test("own", f1)
        assert test is not None
        assert list(test.mean_ranks.index) == ["a", "b", "c"]

    def test_the_table_has_a_row_two_methods_of_those_named(self) -> None:
        values = scores(3).to_dict("list")
        tests = rank_tests(rows(MINE, values), "nested", ["d", "a", "c", "absent"])
        table = table_of_tests(tests)
        assert table["scope"].tolist() == ["mine"] * 3
        assert {*table["a"], *table["b"]} == {"a", "c", "d"}
        assert set(table["n_blocks"]) == {9}
