"""The plan alone: no pixel is read."""

from collections import Counter
from itertools import combinations, product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupeval.dataset.making.levels import LEVELS, NEWS, STUDY, WILD, Level, Making
from dupeval.dataset.making.photographs import Photograph
from dupeval.dataset.making.plan import PlannedImage, group_sizes, parts, plan_images
from dupeval.dataset.standin.recipe import standin_of
from dupeval.dataset.standin.sources import read_sources
from dupeval.errors import SettingsError

DRAWS = range(5)
MAKINGS = [Making(level, draw) for level, draw in product(LEVELS.values(), DRAWS)]


def plan(making: Making) -> list[PlannedImage]:
    return plan_images(read_sources(), making)


def groups(making: Making) -> dict[tuple[str, str], int]:
    """Return how many images each photograph has."""
    return Counter((image.source.query, image.source.photograph) for image in plan(making))


@pytest.mark.parametrize("photographs", range(9, 15))
@pytest.mark.parametrize(
    ("level", "possible", "fewest_pairs", "most_pairs", "singles"),
    [
        (NEWS, {2, 3, 4, 5, 6}, 8, 190, 5),
        (STUDY, {2, 3, 4, 5}, 8, 16, 2),
        (WILD, {2, 3, 4, 5, 6}, 8, 190, 5),
    ],
)
def test_group_sizes_keep_the_limits(
    photographs: int,
    level: Level,
    possible: set[int],
    fewest_pairs: int,
    most_pairs: int,
    singles: int,
) -> None:
    drawn = set()
    for seed in range(200):
        sizes = group_sizes(photographs, 20, Random(seed), level)
        alone = photographs - len(sizes)
        assert sum(sizes) + alone == 20
        assert alone >= singles
        assert fewest_pairs <= sum(size * (size - 1) // 2 for size in sizes) <= most_pairs
        assert set(sizes) <= possible
        drawn.add(tuple(sizes))
    assert len(drawn) > 1


@pytest.mark.parametrize("making", MAKINGS, ids=lambda making: making.name)
class TestEveryMaking:
    def test_is_the_same_each_time(self, making: Making) -> None:
        assert plan(making) == plan(making)

    def test_has_every_photograph_and_twenty_places_a_query(self, making: Making) -> None:
        assert set(groups(making)) == {(one.query, one.photograph) for one in read_sources()}
        places = Counter((image.source.query, image.stem) for image in plan(making))
        assert len(places) == 180
        assert {stem for _, stem in places} == {f"img_{place:02d}" for place in range(1, 21)}

    def test_uses_its_families_evenly(self, making: Making) -> None:
        used = (family for image in plan(making) for family in image.families)
        counts = Counter(family for family in used if family not in making.level.afterwards)
        assert set(counts) == set(making.level.edits)
        assert max(counts.values()) - min(counts.values()) <= 3


@pytest.mark.parametrize("draw", DRAWS)
class TestTheLevelStudy:
    def test_has_about_7_percent_true_pairs_in_groups_of_2_to_5(self, draw: int) -> None:
        sizes = groups(Making(STUDY, draw)).values()
        true_pairs = sum(size * (size - 1) // 2 for size in sizes)
        assert true_pairs / 1710 == pytest.approx(0.07, abs=0.01)
        assert {1, 2, 3, 4} <= set(sizes) <= {1, 2, 3, 4, 5}

    def test_has_one_edit_a_copy(self, draw: int) -> None:
        edits = [(image.number > 0, len(image.families)) for image in plan(Making(STUDY, draw))]
        assert Counter(edits) == {(False, 0): 99, (True, 1): 81}


@pytest.mark.parametrize("draw", DRAWS)
class TestTheLevelWild:
    def test_has_one_hard_edit_a_copy_and_some_are_saved_as_jpeg_after_it(self, draw: int) -> None:
        copies = [image for image in plan(Making(WILD, draw)) if image.number > 0]
        assert len(copies) == 81
        for image in copies:
            hard, *after = image.families
            assert hard in WILD.edits
            assert after in ([], ["jpeg"])
        # Half of 81, within three standard deviations of a fair coin.
        assert 27 <= sum("jpeg" in image.families for image in copies) <= 54

    def test_has_every_family_five_or_six_times(self, draw: int) -> None:
        counts = Counter(image.families[0] for image in plan(Making(WILD, draw)) if image.number)
        assert counts.keys() == WILD.edits.keys()
        assert set(counts.values()) <= {5, 6, 7}
        assert sum(count == 7 for count in counts.values()) <= 1

    def test_sets_another_photograph_of_the_query_beside_that_of_a_collage(self, draw: int) -> None:
        for image in plan(Making(WILD, draw)):
            assert (image.beside is not None) == ("collage" in image.families)
            if image.beside:
                assert image.beside != image.source
                assert image.beside.query == image.source.query
                # All of one query, tiles of one photograph, are of one scene.
                if image.source.scene and image.source.query != "aerial_city":
                    assert image.beside.scene != image.source.scene

    def test_leaves_uncropped_what_is_not_to_be_cropped(self, draw: int) -> None:
        for image in plan(Making(WILD, draw)):
            assert image.source.avoid.isdisjoint(image.families)


@pytest.mark.parametrize("level", LEVELS.values(), ids=LEVELS)
class TestQueriesOfAnySize:
    def numbered(self, level: Level, photographs: int, images: int) -> list[PlannedImage]:
        own = [
            Photograph("q", "q", str(number), "", frozenset(), "") for number in range(photographs)
        ]
        return plan_images(own, Making(level, 0, "made", images, round(images * 11 / 20)))

    @pytest.mark.parametrize(
        ("photographs", "images", "n"),
        [
            (3, 6, 6),
            (3, 20, 5),
            (4, 20, 7),
            (7, 20, 12),
            (11, 20, 20),
            (60, 109, 109),
            (500, 1000, 909),
        ],
    )
    def test_have_all_photographs_and_as_many_copies_as_they_can_hold(
        self, level: Level, photographs: int, images: int, n: int
    ) -> None:
        planned = self.numbered(level, photographs, images)
        width = max(2, len(str(n)))
        assert [image.stem for image in planned] == [f"img_{k:0{width}d}" for k in range(1, n + 1)]
        sizes = Counter(image.source.photograph for image in planned)
        assert len(sizes) == photographs
        assert max(sizes.values()) <= level.largest_group
        assert sum(not image.families for image in planned) == photographs

    @given(st.integers(3, 60), st.integers(6, 110), st.integers(0, 3))
    def test_large_ones_keep_the_limits_in_proportion(
        self, level: Level, photographs: int, images: int, draw: int
    ) -> None:
        making = Making(level, draw, "made", images, max(3, round(images * 11 / 20)))
        drawn = [
            group_sizes(part, of, Random(draw), level)
            for part, of in parts(photographs, making.images_of(photographs))
        ]
        copies = sum(size - 1 for sizes in drawn for size in sizes)
        assert copies == making.images_of(photographs) - photographs > 0
        assert all(2 <= size <= level.largest_group for sizes in drawn for size in sizes)


def test_makings_differ_in_groups_edits_and_places() -> None:
    sources = read_sources()
    planned = [
        {(image.source.photograph, image.number): image for image in plan(making)}
        for making in MAKINGS
    ]
    for ours, theirs in combinations(planned, 2):
        both = ours.keys() & theirs.keys()
        assert len(sources) <= len(both) < len(ours)
        for what in ("stem", "families"):
            alike = sum(getattr(ours[i], what) == getattr(theirs[i], what) for i in both if i[1])
            assert alike < len(both) / 4


def test_groups_of_a_query_do_not_depend_on_the_others() -> None:
    sources = read_sources()
    last = [source for source in sources if source.query == sources[-1].query]

    def placed(images: list[PlannedImage]) -> list[tuple[object, ...]]:
        return [(i.source, i.number, i.stem) for i in images if i.source.query == last[0].query]

    assert placed(plan_images(last, Making())) == placed(plan_images(sources, Making()))


def test_random_numbers_depend_on_the_making_and_their_names_only() -> None:
    making = Making(STUDY, 1)
    assert making.random("a", 1).random() == making.random("a", 1).random()
    others = [(making, "a", 2), (Making(STUDY, 2), "a", 1), (Making(NEWS, 1), "a", 1)]
    for other, *names in others:
        assert making.random("a", 1).random() != other.random(*names).random()


def test_the_name_says_photographs_level_and_draw() -> None:
    assert standin_of("news", 0, "standin").making == Making()
    assert standin_of("study", 3, "standin2").making == Making(STUDY, 3, "standin2")
    assert standin_of("study", 3, "standin2").name == "standin2-study-3"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("easy", 0, "standin"), "dataset.level=easy is no level; possible: news, study, wild"),
        (("study", -1, "standin"), "dataset.draw=-1 is no draw; possible: a whole number from 0"),
        (("study", 1.5, "standin"), "dataset.draw=1.5 is no draw; possible: a whole number from 0"),
        (
            ("study", True, "standin"),
            "dataset.draw=True is no draw; possible: a whole number from 0",
        ),
        (("study", 0, "mine"), "dataset.photographs=mine is no list; possible: standin, standin2"),
    ],
)
def test_what_is_not_possible_is_one_sentence(settings: tuple[Any, ...], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        standin_of(*settings)
    assert str(caught.value) == message
