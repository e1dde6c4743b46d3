"""A pair's explanation as a picture."""

import io

import numpy as np
import pytest
from PIL import Image

from dupeval.distance.explanation import Arrows, Explanation, Panel
from dupeval.figures.explanation import explanation_picture

GREY = np.tile(np.arange(0, 250, 5, np.uint8), (40, 1))
ARROWS = Arrows(np.array([[10.0, 10.0]]), np.array([[20.0, 5.0]]))
WHOLE = Explanation(
    "score 1.00",
    GREY,
    GREY.T,
    (
        Panel("map", np.full((40, 50), np.nan), is_map=True),
        Panel("arrows", GREY, arrows=ARROWS),
    ),
)


@pytest.mark.parametrize("explained", [WHOLE, Explanation("nothing", GREY, GREY)])
def test_is_the_same_bytes_when_drawn_again(explained: Explanation) -> None:
    first, again = (explanation_picture(explained, ("a [1].png", "$b.png")) for _ in range(2))
    assert first == again
    with Image.open(io.BytesIO(first)) as picture:
        assert picture.format == "PNG"
        assert picture.width > 1000


def test_names_and_summary_are_left_out_where_they_stand_beside_it() -> None:
    with_names = explanation_picture(WHOLE, ("a", "b"))
    without = explanation_picture(WHOLE)
    heights = [Image.open(io.BytesIO(content)).height for content in (with_names, without)]
    assert heights[0] > heights[1]


def test_can_be_small() -> None:
    small = explanation_picture(WHOLE, kind="webp", dpi=100)
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.format == "WEBP"
        assert picture.width < 700
    assert len(small) < len(explanation_picture(WHOLE))
