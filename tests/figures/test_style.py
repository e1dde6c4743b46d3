"""One style: letters and colours for photographs, text of any script, nothing left behind."""

import logging
from itertools import combinations

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from dupeval.figures import layout, style
from dupeval.figures.dimensions import OTHERS, OWN


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
        assert style.ALONE not in {mark.colour for mark in marks}

    def test_the_letter_can_be_read_on_its_colour(self) -> None:
        for mark in style.marks([str(i) for i in range(10)] * 2):
            assert style.contrast(mark.text_colour, mark.colour) > 4.5

    def test_contrast_is_that_of_the_web(self) -> None:
        assert style.contrast("white", "black") == pytest.approx(21)
        assert style.contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)


# Machado, Oliveira and Fernandes 2009, severity 1: linear RGB as others see it.
SEEN = {
    "most people": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def lab(colour: str, seen: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a colour in CIELAB (D65), as it is seen."""
    c = np.array(to_rgb(colour))
    linear = np.clip(seen @ np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4), 0, 1)
    white = TO_XYZ @ np.ones(3)
    ratios = TO_XYZ @ linear / white
    x, y, z = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("who", SEEN)
class TestColours:
    def difference(self, one: str, other: str, who: str) -> float:
        return float(np.linalg.norm(lab(one, SEEN[who]) - lab(other, SEEN[who])))

    def test_of_photographs_are_told_apart_whoever_sees_them(self, who: str) -> None:
        for one, other in combinations((*style.COLOURS, style.ALONE), 2):
            assert self.difference(one, other, who) >= 15, (one, other)

    def test_of_right_wrong_and_missed_are_told_apart(self, who: str) -> None:
        for one, other in combinations((style.RIGHT, style.WRONG, style.MISSED), 2):
            assert self.difference(one, other, who) >= 25, (one, other)

    def test_of_lines_of_a_sweep_are_told_apart_by_colour_alone(self, who: str) -> None:
        looks = [look["color"] for look in (*OTHERS, OWN)]
        for one, other in combinations(looks, 2):
            assert self.difference(one, other, who) >= 15, (one, other)


def test_a_method_has_one_colour_whatever_it_is_drawn_with() -> None:
    alone = {name: style.method_colours([name])[name] for name in style.METHODS}
    together = style.method_colours(["mine", *reversed(style.METHODS)])
    assert {name: together[name] for name in style.METHODS} == alone
    assert len(set(alone.values())) == len(alone)


def test_other_methods_have_in_turn_what_those_leave() -> None:
    colours = style.method_colours(["a", "raw", "b", "c"])
    assert (colours["a"], colours["b"]) == style.OTHERS
    assert colours["c"] == colours["a"]


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
