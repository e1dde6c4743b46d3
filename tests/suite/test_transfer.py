"""Thresholds chosen on one dataset and scored on another."""

from collections.abc import Sequence

import pandas as pd
import pytest
from given import perfect_between

from dupeval.metrics import PairCurve
from dupeval.protocol import Decision
from dupeval.suite import Place
from dupeval.suite.carriers import Carrier
from dupeval.suite.transfer import DRAW, LEVEL, OTHERS, losses, transfer_table

NEWS_0, NEWS_1 = (Place(f"own-news-{k}", "own", "news", str(k)) for k in (0, 1))
WILD, MINE = Place("own-wild-0", "own", "wild", "0"), Place("mine", "mine")


def carrier(curves: Sequence[PairCurve], held_out: Sequence[float] = ()) -> Carrier:
    slugs = [f"q{i}" for i in range(len(curves))]
    decisions = {slug: Decision({}, t) for slug, t in zip(slugs, held_out, strict=False)}
    return Carrier(({},), {s: (c,) for s, c in zip(slugs, curves, strict=True)}, decisions)


def table_of(*carriers: tuple[Place, Carrier]) -> pd.DataFrame:
    table = transfer_table("m", carriers)
    assert set(table["method"]) == {"m"}
    return table.set_index(["chosen_on", "scored_on"])


def test_a_threshold_from_other_photographs_is_the_best_on_all_of_them() -> None:
    source = carrier([perfect_between(1, 4), perfect_between(2, 3)])
    target = carrier([perfect_between(2, 3), perfect_between(2.75, 3), perfect_between(0, 2.5)])
    table = table_of((NEWS_0, source), (MINE, target))
    cell = table.loc["own-news-0", "mine"]
    assert cell["threshold"] == 2.5
    assert cell["f1"] == pytest.approx(1 / 3)
    assert cell["n_queries"] == 3


def test_the_same_photographs_have_no_part_in_their_own_threshold() -> None:
    # What is best on all of the first is 2.5; held out it is 9 for q0 and 1.5 for q1.
    first = carrier([perfect_between(1, 4), perfect_between(2, 3)], [9.0, 1.5])
    second = carrier([perfect_between(8, 10), perfect_between(1, 2)], [8.5, 1.0])
    table = table_of((NEWS_0, first), (NEWS_1, second))
    assert table.loc["own-news-0", "own-news-1"]["f1"] == 1.0
    assert table.loc["own-news-0", "own-news-0"]["f1"] == 0.0
    assert table.loc["own-news-1", "own-news-1"]["f1"] == 1.0
    assert table.loc["own-news-0", "own-news-1"]["threshold"] == 5.25


def test_without_a_query_to_choose_on_there_are_no_scores() -> None:
    table = table_of((MINE, carrier([perfect_between(1, 2)])))
    assert table["f1"].isna().all()
    assert table["n_queries"].tolist() == [0]


def test_a_loss_is_against_a_threshold_of_the_datasets_own() -> None:
    places = {place.dataset: place for place in (NEWS_0, NEWS_1, WILD, MINE)}
    f1 = {
        ("own-news-0", "own-news-0"): 0.9,
        ("own-news-1", "own-news-0"): 0.8,
        ("own-wild-0", "own-news-0"): 0.5,
        ("mine", "own-news-0"): 0.4,
        ("own-news-0", "mine"): 0.7,  # which has none of its own
    }
    transfer = pd.DataFrame(
        [("m", source, target, value) for (source, target), value in f1.items()],
        columns=["method", "chosen_on", "scored_on", "f1"],
    )
    lost = losses(transfer, places)
    assert lost["loss"].tolist() == pytest.approx([0.1, 0.4, 0.5])
    assert lost["from"].tolist() == [DRAW, LEVEL, OTHERS]
