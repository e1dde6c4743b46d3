"""What datasets of a suite share, and what is averaged."""

import math

import pandas as pd
import pytest
from suite_rows import draw, rows

from dupeval.errors import SettingsError
from dupeval.suite import Place, block_scores, places_of, scope_of, stacked, with_place

MADE = {"_target_": "make", "root": "a"}


class TestPlaces:
    def test_draws_and_levels_of_one_making_share_their_photographs(self) -> None:
        settings = [
            {**MADE, "level": "news", "draw": 0},
            {**MADE, "level": "wild", "draw": 1, "root": "elsewhere"},
        ]
        assert places_of(["my-own-news-0", "my-own-wild-1"], settings) == [
            Place("my-own-news-0", "my-own", "news", "0"),
            Place("my-own-wild-1", "my-own", "wild", "1"),
        ]

    def test_another_source_is_other_photographs(self) -> None:
        settings = [{**MADE, "source": source, "level": "news", "draw": 0} for source in "ab"]
        first, second = places_of(["a-news-0", "b-news-0"], settings)
        assert (first.photographs, second.photographs) == ("a", "b")

    def test_a_dataset_without_a_level_is_independent(self) -> None:
        places = places_of(["one", "two"], [{"root": "x"}, {"root": "x"}])
        assert places == [Place("one", "one"), Place("two", "two")]
        assert [place.scope for place in places] == ["one", "two"]

    def test_two_of_one_name_are_refused(self) -> None:
        with pytest.raises(SettingsError, match="several are called one"):
            places_of(["one", "one", "two"], [{}, {}, {}])


class TestBlocks:
    def test_are_photograph_sets_averaged_over_draws(self) -> None:
        table = pd.concat(
            [
                rows(draw(0), {"b": [0.0, 1.0], "a": [0.5, 0.5]}),
                rows(draw(1), {"b": [1.0, 1.0], "a": [0.0, 0.5]}),
                rows(Place("mine", "mine"), {"b": [0.25], "a": [0.75]}),
                rows(draw(0), {"a": [9.0, 9.0]}, "fixed"),
            ]
        )
        blocks = block_scores(table, "nested")
        assert list(blocks.columns) == ["b", "a"]
        assert blocks.to_dict("index") == {
            ("own-news", "q0"): {"b": 0.5, "a": 0.25},
            ("own-news", "q1"): {"b": 1.0, "a": 0.5},
            ("mine", "q0"): {"b": 0.25, "a": 0.75},
        }

    def test_a_method_without_scores_on_a_draw_has_none_on_the_level(self) -> None:
        table = pd.concat([rows(draw(0), {"a": [1.0], "b": [1.0]}), rows(draw(1), {"a": [0.0]})])
        (own,) = block_scores(table, "nested").to_dict("records")
        assert own["a"] == 0.5
        assert math.isnan(own["b"])


def test_the_place_stands_first_in_a_table() -> None:
    table = with_place(pd.DataFrame({"dataset": ["x"], "f1": [1.0]}), draw(3))
    assert list(table) == ["dataset", "photographs", "level", "draw", "f1"]
    assert table["dataset"].item() == "own-news-3"
    assert scope_of(table).item() == "own-news"


def test_empty_tables_do_not_change_the_types_of_full_ones() -> None:
    empty, full = pd.DataFrame(columns=["n"]), pd.DataFrame({"n": [1, 2]})
    assert stacked([empty, full], ["n"])["n"].tolist() == [1, 2]
    assert stacked([empty, full], ["n"])["n"].dtype == full["n"].dtype
    assert list(stacked([empty], ["n"])) == ["n"]
