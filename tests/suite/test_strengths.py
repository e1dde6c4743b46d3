"""Recall by kind of edit and by its strength."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupeval.edits import FoundImage, pairs_by_family
from dupeval.suite import Place
from dupeval.suite.strengths import (
    FEWEST_PAIRS,
    MOST_POINTS,
    Edit,
    copies_table,
    edges_of,
    edits_of,
    families_table,
    strengths_table,
    summed,
)

PLACE = Place("own-news-0", "own", "news", "0")


class TestEdits:
    @pytest.mark.parametrize(
        ("text", "edit"),
        [
            ("crop:0.79", Edit("crop", "", 0.79)),
            ("rotate:-4.10", Edit("rotate", "", 4.1)),
            ("jpeg:43", Edit("jpeg", "", 43.0)),
            ("colour:brightness=1.31", Edit("colour", "brightness", 1.31)),
        ],
    )
    def test_have_a_strength_without_its_sign(self, text: str, edit: Edit) -> None:
        assert edits_of(text) == [edit]

    @pytest.mark.parametrize(
        ("text", "kind"), [("mirror", ""), ("filter:emboss", "emboss"), ("aspect:16x9", "16x9")]
    )
    def test_may_have_none(self, text: str, kind: str) -> None:
        (edit,) = edits_of(text)
        assert (edit.kind, math.isnan(edit.strength)) == (kind, True)

    def test_of_a_chain_are_in_its_order(self) -> None:
        assert [edit.family for edit in edits_of("border:frame=0.08+inset:0.36")] == [
            "border",
            "inset",
        ]
        assert edits_of("") == []


IMAGES = [
    FoundImage("a", "", 1),
    FoundImage("a", "", 2),
    FoundImage("a", "crop:0.8+jpeg:40", 1),
    FoundImage("b", "", 3),
    FoundImage("b", "crop:0.6", 4),
    FoundImage("c", "crop:0.5", 5),  # without an unedited image
]


class TestCopies:
    def test_count_the_pairs_with_unedited_images(self) -> None:
        table = copies_table(PLACE, "m", IMAGES)
        crops = table[table["family"] == "crop"]
        assert crops[["strength", "pairs", "found"]].to_numpy().tolist() == [
            [0.8, 2, 1],
            [0.6, 1, 0],
        ]
        assert set(table["scope"]) == {"own-news"}

    def test_add_up_to_the_families(self) -> None:
        families = families_table(PLACE, "m", IMAGES)
        assert families.set_index("family")["pairs"].to_dict() == {"crop": 3, "jpeg": 2}
        copies = copies_table(PLACE, "m", IMAGES).groupby("family")[["pairs", "found"]].sum()
        for family, of in pairs_by_family(IMAGES).items():
            assert copies.loc[family].to_dict() == {"pairs": of.pairs, "found": of.found}

    def test_of_several_datasets_are_summed(self) -> None:
        twice = pd.concat([families_table(PLACE, "m", IMAGES)] * 2)
        assert summed(twice).set_index("family")["found"].to_dict() == {"crop": 2, "jpeg": 2}


class TestBins:
    @given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), min_size=1, max_size=80))
    def test_are_in_order_and_none_is_small(self, given: list[tuple[int, int]]) -> None:
        strengths, pairs = np.array(given, float).T
        edges = edges_of(strengths, pairs)
        assert (np.diff(edges) > 0).all()
        assert len(edges) < max(1, 2 * MOST_POINTS)
        bins = np.searchsorted(edges, strengths, side="left")
        held = np.bincount(bins, weights=pairs)
        assert len(held) == len(edges) + 1
        assert len(held) == 1 or held.min() >= FEWEST_PAIRS

    def test_have_about_as_many_pairs_each(self) -> None:
        strengths = np.arange(60, dtype=float)
        assert edges_of(strengths, np.ones(60)).tolist() == [11, 23, 35, 47]

    def test_equal_strengths_are_in_one(self) -> None:
        strengths = np.repeat([4.0, 6.0], 20)
        assert edges_of(strengths, np.ones(40)).tolist() == [4.0]


def copies(method: str, recall: float, n: int = 40) -> pd.DataFrame:
    images = []
    for i in range(n):
        found = i if i < recall * n else -1 - i
        images += [FoundImage(i, "", i), FoundImage(i, f"crop:{i / 100:.2f}", found)]
    return copies_table(PLACE, method, images)


def test_a_curve_has_its_bins_bounds_and_what_is_found_in_each() -> None:
    table = strengths_table(pd.concat([copies("b", 0.5), copies("a", 1.0)]))
    assert list(dict.fromkeys(table["method"])) == ["b", "a"]
    own = table[table["method"] == "b"]
    assert own["pairs"].tolist() == [10, 10, 10, 10]
    assert own["found"].tolist() == [10, 10, 0, 0]
    assert own["low"].tolist() == [0.0, 0.1, 0.2, 0.3]
    assert own["high"].tolist() == [0.09, 0.19, 0.29, 0.39]
    assert own["strength"].tolist() == pytest.approx([0.045, 0.145, 0.245, 0.345])


def test_few_pairs_and_edits_without_a_strength_make_none() -> None:
    few = copies("a", 1.0, FEWEST_PAIRS - 1)
    mirrored = few.assign(family="mirror", strength=math.nan)
    assert strengths_table(pd.concat([few, mirrored])).empty
