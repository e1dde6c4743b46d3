"""One style: letters and colours for photographs, text of any script, nothing left behind."""

import logging

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.figure import Figure

from dupeval.figures import layout, style


def drawn(canvas: Figure) -> npt.NDArray[np.uint8]:
    canvas.canvas.draw()
    return np.asarray(canvas.canvas.buffer_rgba())[..., :3].copy()  # type: ignore[attr-defined]


class TestMarks:
    def test_photographs_with_copies_have_letters_in_the_order_in_which_they_appear(self) -> None:
        marks = style.marks(["x", "single", "y", "x", "y", "y"])
        assert [mark.letter for mark in marks] == ["A", "", "B", "A", "B", "B"]

    def test_neighbouring_letters_have_different_colours(self) -> None:
        marks = style.marks([str(i) for i in range(60)] * 2)[:60]
        assert len({mark.letter for mark in marks}) == 60
        assert marks[26].letter == "AA"
        assert marks[0].colour != marks[1].colour
        assert style.GREY not in {mark.colour for mark in marks}

    def test_the_letter_can_be_read_on_its_colour(self) -> None:
        for mark in style.marks([str(i) for i in range(10)] * 2):
            assert style.contrast(mark.text_colour, mark.colour) > 4.5

    def test_contrast_is_that_of_the_web(self) -> None:
        assert style.contrast("white", "black") == pytest.approx(21)
        assert style.contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)


class TestTheStyle:
    def test_leaves_matplotlibs_settings_as_they_were(self) -> None:
        before, level = dict(mpl.rcParams), logging.getLogger("fontTools.subset").level
        with style.style():
            assert mpl.rcParams["pdf.fonttype"] == 42
        assert dict(mpl.rcParams) == before
        assert logging.getLogger("fontTools.subset").level == level

    def test_does_not_depend_on_the_users_settings(self) -> None:
        with mpl.rc_context({"font.size": 30, "axes.facecolor": "red"}), style.style():
            assert mpl.rcParams["font.size"] == style.TEXT
            assert mpl.rcParams["axes.facecolor"] == "white"

    @pytest.mark.usefixtures("in_style")
    @pytest.mark.parametrize("weight", ["normal", "bold"])
    def test_korean_is_drawn(self, weight: str) -> None:
        pictures = []
        for text in ("금융", "한진"):
            canvas = layout.canvas_of(0.5, 1.0)
            # A letter that no font has is a warning, and warnings are errors here.
            layout.page(canvas).text(0.1, 0.2, text, weight=weight)
            pictures.append(drawn(canvas))
        assert (pictures[0] != pictures[1]).any()

    @pytest.mark.usefixtures("in_style")
    def test_a_letter_that_no_font_has_is_a_warning(self) -> None:
        canvas = layout.canvas_of(0.5, 1.0)
        layout.page(canvas).text(0.1, 0.2, "\ue123")
        with pytest.warns(UserWarning, match="Glyph"):
            drawn(canvas)

    @pytest.mark.usefixtures("in_style")
    def test_a_dollar_is_a_dollar(self) -> None:
        canvas = layout.canvas_of(0.5, 3.0)
        layout.write(layout.page(canvas), 0.1, 0.2, r"$\frac{$ from $5 to $9")
        drawn(canvas)
