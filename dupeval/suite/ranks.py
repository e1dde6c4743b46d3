"""Which method is better than which over datasets: ranks, and what can be said of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from dupeval.statistics import ALPHA
from dupeval.suite import ALL, block_scores, over_all, scope_of

# Of more methods a critical difference says next to nothing with so few photographs.
MOST_NAMED = 8
FEWEST_METHODS, FEWEST_BLOCKS = 3, 5
RANKS_COLUMNS = ["dataset", "method", "f1", "rank", "points"]
TESTS_COLUMNS = [
    *("scope", "n_blocks", "n_methods", "statistic", "p_value", "critical_difference"),
    *("a", "b", "mean_rank_a", "mean_rank_b", "p_nemenyi"),
]


def ranks_table(suite: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """Return the rank of each method on each dataset and over all: a description, no test.

    Parameters
    ----------
    suite : DataFrame
        One row a dataset, method and protocol, with `f1`; see `dupeval.suite.tables.suite_table`.
    protocol : str

    Returns
    -------
    DataFrame
        ``rank`` by F1, 1 the best, ties sharing their mean; ``points``: how many methods are
        below, a tie counting half (Borda's count). The rows of the dataset "all" have the mean
        rank, every level of some photographs weighing the same whatever its number of draws, and
        the sum of points; empty for a method that has no scores on some dataset.
    """
    rows = suite[suite["protocol"] == protocol].dropna(subset="f1").copy()
    rows["scope"] = scope_of(rows)
    of_dataset = rows.groupby("dataset", sort=False)["f1"]
    rows["rank"] = of_dataset.rank(ascending=False)
    rows["points"] = of_dataset.transform("size") - rows["rank"]
    of_scope = rows.groupby(["method", "scope"], sort=False)[["f1", "rank"]].mean()
    by_method = rows.groupby("method", sort=False)
    together = of_scope.groupby(level="method", sort=False).mean()
    together["points"] = by_method["points"].sum()
    together[by_method.size() < rows["dataset"].nunique()] = np.nan
    together = together.reset_index().assign(dataset=ALL)
    return pd.concat([rows, together])[RANKS_COLUMNS].reset_index(drop=True)


def blocks_of_scopes(per_query: pd.DataFrame, protocol: str) -> dict[str, pd.DataFrame]:
    """Return what each test of ranks rests on: F1 by block and method.

    A scope's blocks are its photograph sets (`block_scores`). Those of "all", which is there where
    there are several scopes, are averaged over levels (`over_all`).
    """
    of_blocks = block_scores(per_query, protocol)
    scopes = {
        str(scope): own.droplevel("scope")
        for scope, own in of_blocks.groupby(level="scope", sort=False)
    }
    together = over_all(of_blocks, per_query)
    if not together.empty:
        scopes[ALL] = together
    return scopes


@dataclass(frozen=True, eq=False)
class RankTest:
    """Friedman's test of mean ranks over blocks, and Nemenyi's of every pair of methods.

    Demsar, Statistical comparisons of classifiers over multiple data sets, JMLR 7 (2006).

    Attributes
    ----------
    scope : str
    n_blocks : int
    mean_ranks : Series
        By method; 1 is the best.
    statistic, p_value : float
        Friedman's chi square.
    critical_difference : float
        The difference of mean ranks from which two methods differ at the level .05.
    pairs : DataFrame
        Nemenyi's p-value of each two methods.
    """

    scope: str
    n_blocks: int
    mean_ranks: pd.Series[float]
    statistic: float
    p_value: float
    critical_difference: float
    pairs: pd.DataFrame

    @property
    def rows(self) -> list[dict[str, object]]:
        """One row two methods, the better first, in the columns `TESTS_COLUMNS`."""
        own = {
            "scope": self.scope,
            "n_blocks": self.n_blocks,
            "n_methods": len(self.mean_ranks),
            "statistic": self.statistic,
            "p_value": self.p_value,
            "critical_difference": self.critical_difference,
        }
        ranks = self.mean_ranks.sort_values(kind="stable")
        return [
            {
                **own,
                **{"a": a, "b": b, "mean_rank_a": ranks[a], "mean_rank_b": ranks[b]},
                "p_nemenyi": self.pairs.loc[a, b],
            }
            for a, b in combinations(ranks.index, 2)
        ]


def rank_test(scope: str, f1: pd.DataFrame) -> RankTest | None:
    """Test whether methods differ in rank.

    Parameters
    ----------
    scope : str
    f1 : DataFrame, shape (n_blocks, n_methods)
        A method with a NaN is left out.

    Returns
    -------
    RankTest or None
        None with fewer than `FEWEST_METHODS` methods or `FEWEST_BLOCKS` blocks.
    """
    from scipy import stats  # noqa: PLC0415

    f1 = f1.dropna(axis="columns")
    n, k = f1.shape
    if n < FEWEST_BLOCKS or k < FEWEST_METHODS:
        return None
    ranks = f1.rank(axis="columns", ascending=False)
    tied = bool((ranks.nunique(axis="columns") == 1).all())  # The statistic is 0 / 0.
    statistic, p_value = (0.0, 1.0) if tied else stats.friedmanchisquare(*ranks.to_numpy().T)
    critical = float(stats.studentized_range.ppf(1 - ALPHA, k, np.inf)) / math.sqrt(2)
    return RankTest(
        scope,
        n,
        ranks.mean(),
        float(statistic),
        float(p_value),
        critical * math.sqrt(k * (k + 1) / (6 * n)),
        nemenyi(ranks),
    )


def nemenyi(ranks: pd.DataFrame) -> pd.DataFrame:
    """Return Nemenyi's p-value of each two methods, by scikit-posthocs."""
    import scikit_posthocs  # noqa: PLC0415  (seconds)

    pairs: pd.DataFrame = scikit_posthocs.posthoc_nemenyi_friedman(ranks.to_numpy())
    return pairs.set_axis(ranks.columns, axis=0).set_axis(ranks.columns, axis=1)


def rank_tests(per_query: pd.DataFrame, protocol: str, named: list[str]) -> dict[str, RankTest]:
    """Test the ranks of named methods in every scope in which that can be done."""
    found = {}
    for scope, f1 in blocks_of_scopes(per_query, protocol).items():
        test = rank_test(scope, f1[[name for name in named if name in f1]])
        if test is not None:
            found[scope] = test
    return found


def table_of_tests(tests: dict[str, RankTest]) -> pd.DataFrame:
    """Return the tests, one row a scope and two methods."""
    rows = [row for test in tests.values() for row in test.rows]
    return pd.DataFrame(rows, columns=TESTS_COLUMNS)
