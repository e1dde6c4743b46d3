"""Where things go: none on top of another, none beyond the page."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupeval.figures import layout, style
from dupeval.figures.layout import apart, packed, passed, spread

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


class TestWhereBoxesGo:
    def test_each_where_it_first_fits(self) -> None:
        places, rows = packed([4, 3, 2, 1, 1], 5)
        assert places == [(0, 0), (1, 0), (1, 3), (0, 4), (2, 0)]
        assert rows == 3

    def test_a_large_one_takes_whole_rows(self) -> None:
        assert packed([7, 1], 5) == ([(0, 0), (2, 0)], 3)

    def test_none(self) -> None:
        assert packed([], 5) == ([], 0)

    @given(st.lists(st.integers(1, 12), max_size=12), st.integers(1, 6))
    def test_no_two_share_a_tile(self, sizes: list[int], columns: int) -> None:
        places, rows = packed(sizes, columns)
        taken = [
            (row + (column + k) // columns, (column + k) % columns)
            for size, (row, column) in zip(sizes, places, strict=True)
            for k in range(size)
        ]
        assert len(set(taken)) == len(taken) == sum(sizes)
        assert all(row < rows for row, _ in taken)


@given(st.integers(1, 3000), st.integers(1, 50))
def test_of_many_some_are_shown_evenly_spread(n: int, most: int) -> None:
    places = spread(n, most)
    assert len(places) == min(n, most)
    assert places == sorted(set(places))
    assert places[0] == 0
    if len(places) > 1:
        assert places[-1] == n - 1
        steps = np.diff(places)
        assert steps.max() - steps.min() <= 1


@pytest.mark.usefixtures("in_style")
class TestTextFromOutside:
    @pytest.mark.parametrize("text", ["title " * 60, "금융당국이 신용대출 " * 30, "W" * 500])
    @pytest.mark.parametrize("weight", ["normal", "bold"])
    def test_is_shortened_to_the_page(self, text: str, weight: str) -> None:
        canvas = layout.canvas_of(0.5, 4.0)
        page = layout.page(canvas)
        layout.write(page, 0.1, 0.2, text, room=0.5, weight=weight)
        (written,) = page.texts
        assert written.get_text().endswith("…")
        width = written.get_window_extent().width / style.DPI
        assert 3.0 < width <= 3.4

    def test_that_fits_stays_as_it_is(self) -> None:
        page = layout.page(layout.canvas_of(0.5, 4.0))
        layout.write(page, 0.1, 0.2, "flowers: spring")
        assert page.texts[0].get_text() == "flowers: spring"


@pytest.mark.usefixtures("in_style")
@pytest.mark.parametrize("n", [1, 4, 9])
def test_a_legend_has_as_many_columns_as_the_page_has_room_for(n: int) -> None:
    canvas, _ = layout.panels(["raw"], columns=1, height=2, legend=1)
    layout.legend(canvas, {f"a long name of what is drawn {i}": {"lw": 1} for i in range(n)})
    (legend,) = canvas.legends
    assert len(legend.texts) == n
    assert legend.get_window_extent().width <= style.DPI * style.WIDTH


class TestLinesToPoints:
    def test_one_that_runs_through_a_point_passes_it(self) -> None:
        points = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]])
        centres = np.array([[3.5, 1.0], [2.0, 2.0], [3.0, 0.0]])
        sizes = np.full((3, 2), 0.2)
        # From the right over the other two to the left.
        assert passed(points, centres, sizes).tolist() == [2, 0, 0]

    def test_one_whose_box_hides_it_passes_nothing(self) -> None:
        points = np.array([[1.0, 1.0], [1.1, 1.0]])
        assert not passed(points, points, np.full((2, 2), 0.5)).any()

    def test_points_in_one_place_cannot_be_told_apart(self) -> None:
        points = np.array([[1.0, 1.0], [1.01, 1.0]])
        assert not passed(points, np.array([[2.0, 1.0], [0.0, 1.0]]), np.full((2, 2), 0.2)).any()

    def test_boxes_are_moved_until_no_line_passes_a_point(self) -> None:
        # Three points above each other with room on all sides.
        points = np.array([[2.5, 3.2], [2.5, 3.5], [2.5, 3.8], [2.5, 4.1]])
        sizes = np.tile(SIZE * 0.8, (4, 1))
        tangled = passed(points, apart(points, SIZE, AREA), sizes).sum()
        moved = apart(points, SIZE, AREA, sizes)
        assert passed(points, moved, sizes).sum() == 0 <= tangled

    @given(st.lists(positions, min_size=2, max_size=20))
    @settings(max_examples=20)
    def test_no_more_of_them_pass_points_than_before(
        self, places: list[tuple[float, float]]
    ) -> None:
        points = np.array(places)
        sizes = np.tile(SIZE * 0.8, (len(points), 1))
        before, after = (
            passed(points, centres, sizes).sum()
            for centres in (apart(points, SIZE, AREA), apart(points, SIZE, AREA, sizes))
        )
        assert after <= before
