"""Of methods that explain pairs the report shows the mistakes, the least sure first."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest
from fake_pairs import Sums, Telling, of_sum

from dupeval.dataset import Dataset, Label, Query
from dupeval.method import Method, Resources
from dupeval.method.pairs import PairMethod
from dupeval.report.explained import ExplainedPair, explained_pairs
from dupeval.stored import StoredResults
from dupeval.truth import Said, Verdict


def query_of(slug: str, photographs: Mapping[int, str], *verdicts: tuple[int, int, Said]) -> Query:
    """Images by the sums of their bytes, which are their distances; verdicts by these sums."""
    images = tuple(of_sum(n, f"{n}.png") for n in photographs)
    place = {n: i for i, n in enumerate(photographs)}
    said = tuple(Verdict(place[a], place[b], what) for a, b, what in verdicts)
    return Query(slug, slug, images, tuple(map(Label, photographs.values())), said)


def results_of(
    queries: Sequence[Query], found: Mapping[str, Mapping[str, Sequence[int]]], threshold: float
) -> StoredResults:
    """Groups by protocol and query, of a method called ``it``."""
    places = [(p, slug) for p, of_query in found.items() for slug in of_query]
    rows = {
        (p, "it", slug): {"params": "{}", "threshold": threshold, "hidden": json.dumps([])}
        for p, slug in places
    }
    names = {query.slug: [image.name for image in query.images] for query in queries}
    partitions = {
        (p, "it", slug): dict(zip(names[slug], found[p][slug], strict=True)) for p, slug in places
    }
    table = pd.DataFrame({"protocol": list(found)})
    return StoredResults(Path(), table, rows, partitions, {}, list(names))


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return Resources(tmp_path)


# 3 is far from its copies 10 and 11, and 20 was put to them.
ONE = query_of("one", {3: "p", 10: "p", 11: "p", 20: "q", 40: "r", 41: ""})
FOUND = {"nested": {"one": [0, 1, 1, 1, 2, 2]}, "fixed": {"one": [0, 0, 0, 1, 2, 2]}}


def shown(
    resources: Resources,
    score: Sums | None = None,
    most: int = 12,
    queries: Any = (ONE,),
    **given: Any,
) -> list[ExplainedPair]:
    method: Method = PairMethod(score or Telling(), threshold=8.0)
    results = results_of(queries, given.get("found", FOUND), 8.0)
    return explained_pairs(Dataset("d", tuple(queries)), results, {"it": method}, resources, most)


def test_mistakes_come_first_the_nearest_to_the_threshold_before_others(
    resources: Resources,
) -> None:
    pairs = shown(resources)
    assert [(pair.kind, pair.a, pair.b) for pair in pairs] == [
        ("missed", "3.png", "11.png"),
        ("missed", "3.png", "10.png"),
        ("wrong", "11.png", "20.png"),
        ("wrong", "10.png", "20.png"),
    ]
    assert {(pair.method, pair.query, pair.protocol) for pair in pairs} == {("it", "one", "nested")}
    assert pairs[0].summary == "3 and 11"


def test_each_protocol_says_what_became_of_the_pair(resources: Resources) -> None:
    texts = [[verdict.text for verdict in pair.verdicts] for pair in shown(resources)]
    assert texts[0] == [
        "missed under nested: distance 8.000, threshold 8.000; kept apart by others of its group",
        "rightly together under fixed: distance 8.000, threshold 8.000",
    ]
    assert texts[2] == [
        "wrong under nested: distance 9.000, threshold 8.000; together by way of others",
        "rightly apart under fixed: distance 9.000, threshold 8.000",
    ]


def test_protocols_that_agree_say_so_together(resources: Resources) -> None:
    found = {"nested": FOUND["nested"], "loqo": FOUND["nested"]}
    first, *_ = shown(resources, found=found)
    (verdict,) = first.verdicts
    assert verdict.text.startswith("missed under nested, loqo: distance 8.000")


def test_where_mistakes_are_few_right_pairs_near_the_threshold_are_shown(
    resources: Resources,
) -> None:
    pairs = shown(resources, found={"fixed": FOUND["fixed"]})
    # Unlabelled images are neither right nor wrong.
    assert [(pair.kind, pair.a, pair.b) for pair in pairs] == [
        ("right", "3.png", "11.png"),
        ("right", "3.png", "10.png"),
        ("right", "11.png", "20.png"),
        ("right", "10.png", "20.png"),
    ]


def test_of_the_same_photographs_two_are_enough(resources: Resources) -> None:
    of_one = query_of("one", dict.fromkeys(range(10, 20), "p") | {90: "q"})
    alone = {"nested": {"one": list(range(11))}}
    pairs = shown(resources, queries=(of_one,), found=alone)
    assert [pair.kind for pair in pairs] == ["missed", "missed", "right", "right"]


def test_no_more_are_shown_than_wanted(resources: Resources) -> None:
    assert [pair.a for pair in shown(resources, most=1)] == ["3.png"]
    assert shown(resources, most=0) == []


def test_what_was_drawn_is_kept(resources: Resources) -> None:
    score = Telling()
    first = shown(resources, score)
    assert score.asked == 4
    assert shown(resources, score) == first
    assert score.asked == 4
    picture = first[0].picture
    assert picture.uri.startswith("data:image/webp;base64,")
    assert picture.width > 900
    assert shown(resources, Telling("other")) == first


def test_methods_that_do_not_explain_show_nothing_and_compare_nothing(
    resources: Resources,
) -> None:
    score = Sums()
    assert shown(resources, score) == []
    assert score.compared == []


class TestVerdictsOnPairs:
    PHOTOGRAPHS: ClassVar = {3: "p", 10: "p", 11: "p", 20: "q", 40: "r", 41: "", 42: ""}
    GROUPS: ClassVar = {"nested": {"one": [0, 1, 1, 1, 2, 2, 3]}}

    def explained(self, resources: Resources, *verdicts: tuple[int, int, Said]) -> set:
        query = query_of("one", self.PHOTOGRAPHS, *verdicts)
        pairs = shown(resources, queries=(query,), found=self.GROUPS)
        return {(pair.kind, pair.a, pair.b) for pair in pairs if pair.kind != "right"}

    def test_a_withdrawn_pair_is_no_mistake(self, resources: Resources) -> None:
        assert ("missed", "3.png", "11.png") in self.explained(resources)
        found = self.explained(resources, (3, 11, "unsure"), (11, 20, "unsure"))
        assert found == {("missed", "3.png", "10.png"), ("wrong", "10.png", "20.png")}

    def test_a_decided_pair_with_an_unlabelled_image_is_one(self, resources: Resources) -> None:
        found = self.explained(resources, (40, 41, "different"), (41, 42, "same"))
        assert {("wrong", "40.png", "41.png"), ("missed", "41.png", "42.png")} <= found

    def test_unlabelled_images_are_not_alike_for_having_no_label(
        self, resources: Resources
    ) -> None:
        # As they would be if what is unlabelled were one photograph.
        apart = dict.fromkeys(range(10, 18), "")
        verdicts = [(n, n + 1, "same") for n in (10, 12, 14, 16)]
        query = query_of("one", apart, *verdicts)
        pairs = shown(resources, queries=(query,), found={"nested": {"one": list(range(8))}})
        assert [(p.kind, p.a, p.b) for p in pairs] == [
            ("missed", f"{a}.png", f"{b}.png") for a, b, _ in verdicts
        ]
