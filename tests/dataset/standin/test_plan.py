"""The plan alone: no pixel is read."""

from collections import Counter
from random import Random

import pytest

from dupeval.dataset.standin.plan import draw, group_sizes, plan_images
from dupeval.dataset.standin.sources import read_sources


@pytest.mark.parametrize("photographs", range(9, 15))
def test_group_sizes_keep_the_limits(photographs: int) -> None:
    drawn = set()
    for seed in range(200):
        sizes = group_sizes(photographs, Random(seed))
        singles = photographs - len(sizes)
        assert sum(sizes) + singles == 20
        assert singles >= 5
        assert sum(size * (size - 1) // 2 for size in sizes) >= 8
        assert set(sizes) <= {2, 3, 4, 5, 6}
        drawn.add(tuple(sizes))
    assert len(drawn) > 1


def test_the_plan_is_the_same_each_time() -> None:
    assert plan_images(read_sources()) == plan_images(read_sources())


def test_places_are_one_to_twenty() -> None:
    places = Counter((image.source.query, image.place) for image in plan_images(read_sources()))
    assert len(places) == 180
    assert {place for _, place in places} == set(range(1, 21))


def test_groups_of_a_query_do_not_depend_on_the_others() -> None:
    sources = read_sources()
    last = [source for source in sources if source.query == sources[-1].query]

    def groups(images: list) -> list:
        return [(i.source, i.number, i.place) for i in images if i.source.query == last[0].query]

    assert groups(plan_images(last)) == groups(plan_images(sources))


def test_draws_depend_on_their_names_only() -> None:
    assert draw("a", 1).random() == draw("a", 1).random()
    assert draw("a", 1).random() != draw("a", 2).random()
