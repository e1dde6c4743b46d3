"""Which photographs are one query: the rule, against its statement."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupeval.dataset.made.queries import Dealt, deal
from dupeval.dataset.made.settings import LEAST_PHOTOGRAPHS, MadeSettings
from dupeval.errors import SettingsError


def dealt(names: Sequence[str], vectors: Any = None, **settings: Any) -> Dealt:
    def given() -> Any:
        assert vectors is not None, "looked at without need"
        return np.asarray(vectors, np.float32)

    return deal(MadeSettings(**settings), names, given)


def numbered(n: int) -> list[str]:
    return [f"{place}.jpg" for place in range(n)]


@given(st.integers(3, 200), st.integers(6, 60), st.none() | st.integers(1, 12), st.integers(0, 3))
def test_photographs_are_spread_evenly_over_the_queries_that_they_need(
    n: int, images: int, wanted: int | None, draw: int
) -> None:
    settings = {"queries": "random", "images_a_query": images, "n_queries": wanted, "draw": draw}
    if n < LEAST_PHOTOGRAPHS * (wanted or 1):
        with pytest.raises(SettingsError):
            dealt(numbered(n), **settings)
        return
    most = max(3, round(images * 11 / 20))
    result = dealt(numbered(n), **settings)
    sizes = [len(places) for places in result.queries.values()]
    placed = [place for places in result.queries.values() for place in places]
    assert len(sizes) == (wanted or -(-n // most))
    assert max(sizes) <= most
    assert max(sizes) - min(sizes) <= 1
    assert len(set(placed)) == len(placed) == min(n, len(sizes) * most)
    assert dealt(numbered(n), **settings) == result
    assert bool(result.told) == (min(sizes) < most or len(placed) < n)


def test_another_draw_puts_others_together() -> None:
    first, second = (dealt(numbered(44), queries="random", draw=draw).queries for draw in (0, 1))
    assert first.keys() == second.keys() == {"query_01", "query_02", "query_03", "query_04"}
    assert first != second


def test_alike_photographs_are_one_query() -> None:
    # Four clouds, far from each other.
    rng = np.random.default_rng(3)
    cloud = np.arange(44) % 4
    vectors = np.eye(4)[cloud] * 10 + rng.normal(size=(44, 4))
    queries = dealt(numbered(44), vectors, queries="alike").queries
    assert sorted(map(len, queries.values())) == [11] * 4
    assert all(len(set(cloud[places])) == 1 for places in queries.values())


def test_sub_folders_are_queries_and_large_ones_are_divided() -> None:
    names = [
        *("at the top 1.jpg", "at the top 2.jpg", "at the top 3.jpg"),
        *(f"holidays/{day}/{n}.jpg" for day in "ab" for n in range(12)),
        *(f"집/{n}.jpg" for n in range(5)),
        *(f" odd /{n}.jpg" for n in range(3)),
        *("few/1.jpg", "few/2.jpg"),
    ]
    result = dealt(names, queries="subfolders")
    folders = {
        slug: {names[place].partition("/")[0] for place in places}
        for slug, places in result.queries.items()
    }
    assert folders == {
        "query": {"at the top 1.jpg", "at the top 2.jpg", "at the top 3.jpg"},
        "holidays_1": {"holidays"},
        "holidays_2": {"holidays"},
        "holidays_3": {"holidays"},
        "집": {"집"},
        "query_": {" odd "},
    }
    assert [len(result.queries[f"holidays_{n}"]) for n in (1, 2, 3)] == [8, 8, 8]
    assert result.told[0] == (
        "1 of 5 folders have fewer than 3 photographs and are left out: 'few'"
    )


def test_folders_named_like_the_parts_of_others_keep_apart() -> None:
    names = [f"a/{n}.jpg" for n in range(12)] + [f"a_1/{n}.jpg" for n in range(3)]
    queries = dealt(names, queries="subfolders").queries
    assert list(queries) == ["a_1", "a_2", "a_1_"]


def test_a_folder_is_divided_the_same_whatever_the_others_are() -> None:
    own = [f"b/{n}.jpg" for n in range(24)]
    alone = dealt(own, queries="subfolders").queries
    with_others = dealt([*own, *(f"c/{n}.jpg" for n in range(9))], queries="subfolders").queries
    assert alone == {slug: with_others[slug] for slug in alone}


@pytest.mark.parametrize(
    ("names", "settings", "message"),
    [
        (numbered(2), {"queries": "random"}, "a query needs 3 photographs, and here are 2"),
        (
            numbered(10),
            {"queries": "alike", "n_queries": 4},
            "a query needs 3 photographs, and here are 10; possible: dataset.n_queries up to 3",
        ),
        (
            ["a/1.jpg", "a/2.jpg"],
            {"queries": "subfolders"},
            "the sub-folders give 0 queries of 3 photographs and more; possible: fewer "
            "dataset.n_queries, or dataset.queries=alike",
        ),
    ],
)
def test_too_few_photographs(names: list[str], settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        dealt(names, **settings)
    assert str(caught.value) == message


def test_what_was_not_to_be_expected_is_told() -> None:
    assert dealt(numbered(22), queries="random").told == ()
    assert dealt(numbered(24), queries="random").told == (
        "3 queries of 14 images, not of 20: 24 photographs are spread over them, and 11 are needed "
        "for so many images",
    )
    assert dealt(numbered(44), queries="random", n_queries=2).told == (
        "22 of 44 photographs are in no query, for dataset.n_queries=2",
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"level": "easy"}, "dataset.level=easy is no level; possible: news, study, wild"),
        ({"queries": "topics"}, "dataset.queries=topics; possible: alike, random, subfolders"),
        ({"near_duplicates": "keep"}, "dataset.near_duplicates=keep; possible: refuse, skip"),
        ({"name": "a/b"}, "dataset.name=a/b; possible: any name of a file"),
        ({"n_queries": 0}, "dataset.n_queries=0; possible: a whole number from 1, or null"),
        (
            {"images_a_query": 5},
            "dataset.images_a_query=5; possible: a whole number from 6 to 1,000",
        ),
        (
            {"embedding": "vgg"},
            "dataset.embedding is no representation; possible: one of conf/representation, as "
            "+representation@dataset.embedding=vgg16",
        ),
    ],
)
def test_settings_that_are_not_possible(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        MadeSettings(**settings)
    assert str(caught.value) == message
