"""Which of the study's claims hold."""

import numpy as np
import pandas as pd
import pytest
from suite_rows import draw, rows

from dupeval.statistics import mean_interval
from dupeval.suite import Place
from dupeval.suite.claims import above, best_elsewhere, claims_table, level


class TestAbove:
    def test_holds_where_sign_and_interval_are_sure(self) -> None:
        assert above(0.01, 0.2, 0.1, 0.04) == "holds"
        assert above(-0.2, -0.01, -0.1, 0.04) == "the opposite holds"

    def test_does_not_hold_where_an_advantage_that_matters_is_left_out(self) -> None:
        assert above(-0.1, 0.049, -0.02, 0.5) == "does not hold"

    def test_is_open_otherwise(self) -> None:
        assert above(-0.1, 0.05, 0.0, 0.9) == "open"
        assert above(0.01, 0.3, 0.1, 0.05) == "open"
        assert above(-0.01, 0.3, 0.1, 0.01) == "open"


class TestLevel:
    def test_holds_where_the_whole_interval_is_near(self) -> None:
        assert level(-0.049, 0.049, 0.0, 1.0) == "holds"
        assert level(0.01, 0.04, 0.02, 0.01) == "holds"

    def test_does_not_hold_where_a_difference_that_matters_is_sure(self) -> None:
        assert level(0.01, 0.2, 0.1, 0.04) == "does not hold, it is above"
        assert level(-0.2, -0.01, -0.1, 0.04) == "does not hold, it is below"

    def test_is_open_otherwise(self) -> None:
        assert level(-0.2, 0.1, -0.1, 0.2) == "open"
        assert level(0.01, 0.08, 0.04, 0.01) == "open"


def test_the_best_elsewhere_is_chosen_on_the_scopes_other_photograph_sets() -> None:
    scores = pd.DataFrame(
        {"a": [1.0, 0.0, 0.5, 0.5], "b": [0.0, 0.75, 0.25, 0.5]},
        index=pd.MultiIndex.from_product([["s"], range(4)], names=["scope", "query"]),
    )
    # Sums of the others: a 1, 2, 1.5, 1.5; b 1.5, .75, 1.25, 1.
    assert best_elsewhere(scores).tolist() == [0.0, 0.0, 0.5, 0.5]


RAW = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.1, 0.2, 0.3])
VGG = RAW + np.array([0.2, 0.3, 0.2, 0.3, 0.2, 0.3, 0.2, 0.3, 0.2])


def per_query() -> pd.DataFrame:
    # Draws differ by as much as one likes: what counts is their mean.
    f1 = {"raw": RAW, "vgg": VGG, "raw_pca": RAW, "vgg_pca": VGG}
    draws = [
        rows(draw(k), {name: (values + shift).tolist() for name, values in f1.items()})
        for k, shift in enumerate([-0.05, 0.05])
    ]
    tools = {"one": (VGG + 0.01).tolist(), "two": (VGG - 0.3).tolist()}
    return pd.concat(
        [*draws, *(rows(draw(k), tools, p) for k in (0, 1) for p in ("nested", "fixed"))]
    )


def test_a_claim_is_paired_over_photograph_sets_with_draws_averaged_first() -> None:
    table = claims_table(per_query(), "nested", "fixed", {"one", "two"})
    found = table.set_index("comparison")
    own = found.loc["vgg less raw"]
    assert own["difference"] == pytest.approx((VGG - RAW).mean())
    assert (own["low"], own["high"]) == pytest.approx(mean_interval(VGG - RAW, (-1, 1)))
    assert own["n"] == 9
    assert own["p_holm"] == 2 / 2**9
    assert own["verdict"] == "holds"
    assert found.loc["vgg_pca less vgg", "verdict"] == "does not hold"
    of_tools = found[found["claim"] == "VGG + PCA is level with the tools"]
    assert of_tools["difference"].tolist() == pytest.approx([-0.01, -0.01])
    assert of_tools["verdict"].tolist() == ["holds", "holds"]


def test_p_values_are_adjusted_for_the_levels_of_one_comparison() -> None:
    wild = Place("own-wild-0", "own", "wild", "0")
    more = rows(wild, {"raw": RAW.tolist(), "vgg": VGG.tolist()})
    table = claims_table(pd.concat([per_query(), more]), "nested", "fixed", set())
    own = table[table["comparison"] == "vgg less raw"]
    assert own["scope"].tolist() == ["all", "own-news", "own-wild"]
    # On all together the same nine photograph sets are asked once.
    assert own["p_holm"].tolist() == [2 / 2**9, 2 * 2 / 2**9, 2 * 2 / 2**9]
    assert own["n"].tolist() == [9, 9, 9]


def test_all_together_has_each_photograph_set_once_averaged_over_levels() -> None:
    wild = Place("own-wild-0", "own", "wild", "0")
    other = Place("other-news-0", "other", "news", "0")
    more = [
        rows(wild, {"raw": RAW.tolist(), "vgg": RAW.tolist()}),
        rows(other, {"raw": [0.2, 0.4], "vgg": [0.5, 0.9]}),
    ]
    table = claims_table(pd.concat([per_query(), *more]), "nested", "fixed", set())
    own = table[table["comparison"] == "vgg less raw"].set_index("scope").loc["all"]
    expected = [*((VGG - RAW) / 2), 0.3, 0.5]
    assert own["n"] == 11
    assert own["difference"] == pytest.approx(np.mean(expected))


def test_what_was_not_run_is_not_claimed() -> None:
    only_raw = rows(draw(0), {"raw": RAW.tolist()})
    assert claims_table(only_raw, "nested", "fixed", set()).empty
