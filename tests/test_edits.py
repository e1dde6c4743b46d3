"""Which pairs a family of edits has, and how many of them are found."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import Labelled, labelled_query

from dupeval.edits import (
    FoundImage,
    FoundPairs,
    NamedPair,
    families_of,
    found_images,
    found_pairs,
    pairs_by_family,
)
from dupeval.truth import Verdict

IMAGES = st.lists(
    st.builds(
        FoundImage,
        st.tuples(st.sampled_from(["one", "two"]), st.sampled_from("pq")),
        st.sampled_from(["", "", "crop:0.8", "mirror", "crop:0.7+mirror+jpeg:30"]),
        st.integers(0, 2),
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    ("edit", "families"),
    [
        ("mirror", {"mirror"}),
        ("crop:0.79+mirror", {"crop", "mirror"}),
        ("sharpness:sharpen=1.92+jpeg:60", {"sharpness", "jpeg"}),
        ("crop:0.9+crop:0.8", {"crop"}),
        (" by hand ", {"by hand"}),
        ("", set()),
        ("+:", set()),
    ],
)
def test_families_of_a_chain(edit: str, families: set[str]) -> None:
    assert families_of(edit) == families


def test_a_pair_counts_for_every_family_of_its_edited_copys_chain() -> None:
    images = [
        FoundImage("p", "", 0),
        FoundImage("p", "crop:0.79+jpeg:43", 0),
        FoundImage("p", "resize:0.5", 1),
    ]
    assert pairs_by_family(images) == {
        "crop": FoundPairs(1, 1),
        "jpeg": FoundPairs(1, 1),
        "resize": FoundPairs(0, 1),
    }


def test_a_copy_has_a_pair_with_each_unedited_image_of_its_photograph() -> None:
    images = [FoundImage("p", "", 0), FoundImage("p", "crop:0.9", 1), FoundImage("p", "", 1)]
    assert pairs_by_family([*images, FoundImage("q", "", 1)]) == {"crop": FoundPairs(1, 2)}


def test_pairs_of_two_edited_copies_count_for_no_family() -> None:
    assert pairs_by_family([FoundImage("p", "crop", 0), FoundImage("p", "mirror", 0)]) == {}


def test_verdicts_on_pairs_add_some_and_withdraw_others() -> None:
    first, copy, other = (FoundImage("p", edit, i) for i, edit in enumerate(("", "crop:0.9", "")))
    unlabelled = FoundImage("", "crop+mirror", 0)
    named = [NamedPair(first, copy, -1), NamedPair(unlabelled, first, 1)]
    named += [NamedPair(first, other, -1), NamedPair(unlabelled, copy, 1)]
    assert pairs_by_family([first, copy, other], named) == {
        "crop": FoundPairs(1, 2),
        "mirror": FoundPairs(1, 1),
    }


def test_the_pairs_of_a_query_with_verdicts_are_those_of_one_photograph() -> None:
    names = [("p", ""), ("p", "crop:0.9"), ("q", ""), ("", "mirror")]
    images = [Labelled(f"{i}", Path(), name, edit) for i, (name, edit) in enumerate(names)]
    said: list[Verdict] = [Verdict(0, 1, "unsure"), Verdict(0, 2, "unsure"), Verdict(0, 3, "same")]
    query = replace(labelled_query("one", "One", images), verdicts=tuple(said))
    first, copy, _, unlabelled = (
        FoundImage(("one", name), edit, i) for i, (name, edit) in enumerate(names)
    )
    assert found_pairs(query, range(4)) == [
        NamedPair(first, copy, -1),
        NamedPair(first, unlabelled, 1),
    ]


def test_without_edits_no_family_has_pairs() -> None:
    assert pairs_by_family([FoundImage("p", "", 0), FoundImage("p", "", 0)]) == {}


def test_recall_is_the_share_that_is_found() -> None:
    pairs = FoundPairs(1, 4)
    assert (pairs.missed, pairs.recall) == (3, 0.25)


def test_equal_names_in_two_queries_are_two_photographs() -> None:
    edits = {"one": "", "two": "crop"}
    queries = [
        labelled_query(slug, slug, [Labelled("a.png", Path("a.png"), "p", edit)])
        for slug, edit in edits.items()
    ]
    images = [image for query in queries for image in found_images(query, [0])]
    assert images == [FoundImage(("one", "p"), "", 0), FoundImage(("two", "p"), "crop", 0)]
    assert pairs_by_family(images) == {}


@given(IMAGES)
def test_it_is_what_counting_pair_by_pair_gives(images: list[FoundImage]) -> None:
    expected: dict[str, FoundPairs] = {}
    for one, other in combinations(images, 2):
        if one.photograph == other.photograph and not (one.edit and other.edit):
            for family in families_of(one.edit or other.edit):
                before = expected.get(family, FoundPairs(0, 0))
                found = before.found + (one.group == other.group)
                expected[family] = FoundPairs(found, before.pairs + 1)
    made = pairs_by_family(images)
    assert made == expected
    assert list(made) == sorted(made)
