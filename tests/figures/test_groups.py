"""Groups beside each other: where boxes go, what is written, what is asked for in vain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupeval.errors import SettingsError
from dupeval.figures.groups import GroupsOfQuery, packed
from dupeval.figures.material import Material
from dupeval.figures.mistakes import Mistakes


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


@pytest.mark.usefixtures("in_style")
class TestTheFigure:
    def test_every_image_is_shown_once_a_method_and_pairs_are_counted(
        self, material: Material
    ) -> None:
        picture = GroupsOfQuery(query="one", methods=("raw",), tool="raw_pca").draw(material)
        (page,) = picture.canvas.axes
        assert len(page.images) == 2 * 5
        texts = [text.get_text() for text in page.texts]
        for method in ("raw", "raw_pca"):
            partition = material.stored.partition(method, "loqo", "one")
            found = Mistakes.of(material.dataset.queries[0], partition)
            s = found.scores
            assert method in texts
            assert (
                f"{s.tp} right, {s.fp} wrong, {s.fn} missed pairs\n"
                f"precision {s.precision:.3f}, recall {s.recall:.3f}, F1 {s.f1:.3f}"
            ) in texts
            row = material.stored.row(method, "loqo", "one")
            assert (s.tp, s.fp, s.fn) == (row["tp"], row["fp"], row["fn"])

    def test_without_a_tool(self, material: Material) -> None:
        picture = GroupsOfQuery(query="3", methods=("raw",), tool=None).draw(material)
        assert len(picture.canvas.axes[0].images) == 2

    def test_of_many_images_some_are_shown_and_the_caption_says_so(
        self, material: Material
    ) -> None:
        figure = GroupsOfQuery(query="one", methods=("raw",), tool=None, most_images=2)
        picture = figure.draw(material)
        assert len(picture.canvas.axes[0].images) == 2
        assert "Of 5 images at most 2 are shown" in picture.text

    def test_a_tool_without_results_lists_what_has_some(self, material: Material) -> None:
        with pytest.raises(SettingsError, match="the method 'phash'; possible: raw, raw_pca; run"):
            GroupsOfQuery(methods=("raw",), tool="phash").draw(material)

    def test_a_query_that_is_not_there_lists_those_that_are(self, material: Material) -> None:
        with pytest.raises(SettingsError, match=r"no such query; possible: one, 두번째, 3$"):
            GroupsOfQuery(query="two", methods=("raw",), tool=None).draw(material)
