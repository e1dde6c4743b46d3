"""The pictures of a suite are drawn whatever there is of them."""

import io
from itertools import product

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from suite_rows import draw, rows

from dupeval.figures import style
from dupeval.suite.drawing import panel_of, ranks_figure, strengths_figure, transfer_figure
from dupeval.suite.ranks import rank_tests

METHODS = [f"method_{i}" for i in range(8)]


def width_of(content: bytes) -> int:
    with Image.open(io.BytesIO(content)) as picture:
        return picture.width


def test_every_scope_has_its_diagram_at_the_width_of_a_page() -> None:
    rng = np.random.default_rng(0)
    f1 = {name: (rng.random(9) + i / 4).tolist() for i, name in enumerate(METHODS)}
    picture = ranks_figure(rank_tests(rows(draw(0), f1), "nested", METHODS))
    assert width_of(picture) == pytest.approx(style.DPI * style.WIDTH, abs=2)


def test_the_map_of_thresholds_has_room_for_cells_without_scores() -> None:
    names = ["standin-news-0", "mine"]
    cells = product(METHODS[:5], names, names)
    values = [(m, a, b, np.nan if a == b else 0.5) for m, a, b in cells]
    table = pd.DataFrame(values, columns=["method", "chosen_on", "scored_on", "f1"])
    picture = transfer_figure(table)
    assert width_of(picture) == pytest.approx(style.DPI * style.WIDTH, abs=2)
    assert transfer_figure(table) == picture


def strengths(*points: float) -> pd.DataFrame:
    return pd.DataFrame(
        [("s", m, "crop", "", x, x, x, 10, 5) for m in METHODS for x in points],
        columns=["scope", "method", "family", "kind", "low", "high", "strength", "pairs", "found"],
    )


def test_a_panel_is_a_family_with_more_than_one_point() -> None:
    assert strengths_figure(strengths(0.5), METHODS) is None
    picture = strengths_figure(strengths(0.5, 0.8), METHODS)
    assert picture is not None
    assert width_of(picture) == pytest.approx(style.DPI * style.WIDTH, abs=2)


def test_a_panel_names_family_kind_and_scope() -> None:
    table = pd.DataFrame({"family": ["crop", "colour"], "kind": ["", "brightness"]})
    table["scope"] = ["mine", "standin-news"]
    assert panel_of(table).tolist() == ["crop, mine", "colour brightness, news"]
