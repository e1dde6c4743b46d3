"""Photographs that are there twice: the same bytes, or copies of one another."""

from collections.abc import Callable

import numpy as np
import pytest
from fake_photographs import photograph
from photographs import handle
from photographs import photograph as real
from PIL import Image, ImageOps

from dupeval.dataset import ImageHandle
from dupeval.dataset.made.looks import Look, look_at
from dupeval.dataset.made.twice import (
    Twice,
    find_twice,
    neighbours,
    squared_distances,
    together,
)


def looked_at(*handles: ImageHandle) -> list[tuple[ImageHandle, Look]]:
    return [(one, look_at(one)) for one in handles]


def test_the_same_bytes_are_told_apart_from_nearly_the_same_picture() -> None:
    first = handle(photograph(1))
    smaller = handle(photograph(1).resize((200, 150)), "JPEG", quality=60)
    others = [handle(photograph(seed)) for seed in (2, 3)]
    assert find_twice(looked_at(first, others[0], first, smaller, others[1])) == [
        Twice(0, 2, True),
        Twice(0, 3, False),
    ]


@pytest.mark.parametrize(
    "edit",
    [
        lambda image: image.crop((20, 10, 500, 330)),
        ImageOps.mirror,
        lambda image: image.convert("L"),
        lambda image: ImageOps.expand(image, 12, "white"),
        lambda image: image.resize((150, 100)),
    ],
    ids=["cropped", "mirrored", "grey", "framed", "small"],
)
def test_copies_are_found(edit: Callable[[Image.Image], Image.Image]) -> None:
    photographs = [real(name) for name in ("chelsea", "coffee", "rocket", "astronaut")]
    photographs = [image.resize((512, 340)) for image in photographs]
    found = looked_at(*map(handle, [*photographs, edit(photographs[1])]))
    assert find_twice(found) == [Twice(1, 4, False)]


def test_different_photographs_and_none_at_all() -> None:
    assert find_twice([]) == []
    assert find_twice(looked_at(handle(photograph(1)))) == []
    assert find_twice(looked_at(*(handle(photograph(seed)) for seed in range(12)))) == []


def test_neighbours_are_the_three_nearest_of_one_or_the_other() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(40, 6)).astype(np.float32) * 0.3
    looks = [Look((64, 64), False, False, vector, vector + 9) for vector in vectors]
    distances = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    expected = set()
    for place, row in enumerate(distances):
        for other in [int(one) for one in np.argsort(row) if one != place][:3]:
            if row[other] < 0.8:
                expected.add((min(place, other), max(place, other)))
    assert neighbours(looks) == sorted(expected)


def test_squared_distances_are_those_of_all_rows() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(7, 3))
    a, b = a.astype(np.float32), b.astype(np.float32)
    expected = ((a[:, None] - b[None]) ** 2).sum(axis=2)
    np.testing.assert_allclose(squared_distances(a, b), expected, atol=1e-5)


def test_photographs_that_a_third_one_links_are_together() -> None:
    pairs = [Twice(0, 5, True), Twice(2, 3, False), Twice(5, 7, False), Twice(0, 7, False)]
    assert together(pairs) == [[0, 5, 7], [2, 3]]
    assert together([]) == []
