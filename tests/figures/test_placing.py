"""Thumbnails near their points, none on top of another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupeval.figures.placing import apart

AREA = np.array([[1.0, 2.0], [4.0, 5.0]])
SIZE = np.array([0.5, 0.4])  # 6 x 7 of them fit

positions = st.tuples(st.floats(1, 4), st.floats(2, 5))


@given(st.lists(positions, min_size=1, max_size=42))
def test_no_two_overlap_and_none_leaves_the_area(points: list[tuple[float, float]]) -> None:
    centres = apart(np.array(points), SIZE, AREA)
    between = np.abs(centres[:, None] - centres[None, :]) >= SIZE - 1e-9
    np.fill_diagonal(between[..., 0], True)
    assert between.any(axis=2).all()
    assert (centres - SIZE / 2 >= AREA[0] - 1e-9).all()
    assert (centres + SIZE / 2 <= AREA[1] + 1e-9).all()


@given(positions)
def test_one_alone_lies_over_its_point(point: tuple[float, float]) -> None:
    (centre,) = apart(np.array([point]), SIZE, AREA)
    cells = np.array([3 / 6, 3 / 7])
    assert (np.abs(centre - point) <= cells / 2 + 1e-9).all()


def test_equal_points_share_the_places_around_them() -> None:
    centres = apart(np.full((9, 2), (2.25, 3.5)), SIZE, AREA)
    assert len({tuple(centre) for centre in centres.tolist()}) == 9
    assert np.abs(centres - (2.25, 3.5)).max() <= 0.5


@pytest.mark.parametrize("n", [43, 500])
def test_more_than_there_is_room_for_still_have_a_place_each(n: int) -> None:
    points = np.random.default_rng(0).uniform(AREA[0], AREA[1], (n, 2))
    centres = apart(points, SIZE, AREA)
    assert len(np.unique(centres, axis=0)) == n
