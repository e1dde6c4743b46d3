"""Table 1 as bars: which rows, which bars, what is said of what is not there."""

import math

import numpy as np
import pandas as pd
import pytest

from dupeval.errors import SettingsError
from dupeval.figures.material import Material
from dupeval.figures.scores import Bar, Row, ScoresOfMethods, rows_of

NAN = math.nan
TABLE = pd.DataFrame(
    [
        ("raw", "loqo", 0.5, 0.4, 0.6, "measured", 0.052),
        ("czkawka", "loqo", 0.7, NAN, NAN, "measured", NAN),
        ("findimagedupes", "loqo", NAN, NAN, NAN, "missing", NAN),
        ("czkawka", "fixed", 0.3, 0.2, 0.4, "measured", NAN),
        ("only_oracle", "oracle", 0.9, 0.8, 1.0, "measured", NAN),
        ("visipics", "", NAN, NAN, NAN, "published", 0.922),
    ],
    columns=["method", "protocol", "f1", "f1_ci_low", "f1_ci_high", "source", "f1_published"],
)


def test_a_row_a_method_and_a_bar_a_protocol() -> None:
    raw, czkawka, *_ = rows_of(TABLE, ("loqo", "fixed"))
    assert raw == Row("raw", {"loqo": Bar(0.5, 0.4, 0.6)}, 0.052, "measured")
    assert list(czkawka.bars) == ["loqo", "fixed"]
    assert czkawka.bars["fixed"] == Bar(0.3, 0.2, 0.4)
    assert np.isnan(czkawka.bars["loqo"].low)


def test_what_has_no_bars_says_why() -> None:
    rows = rows_of(TABLE, ("loqo", "fixed"))
    assert {row.method: row.source for row in rows if not row.bars} == {
        "findimagedupes": "missing",
        "only_oracle": "other protocols",
        "visipics": "published",
    }


def test_protocols_without_any_result_list_those_with_some() -> None:
    with pytest.raises(
        SettingsError, match="shared have no results in Table 1; possible: loqo, fi"
    ):
        rows_of(TABLE, ("shared",))


@pytest.mark.usefixtures("in_style")
def test_figures_intervals_and_published_figures_are_drawn(material: Material) -> None:
    picture = ScoresOfMethods().draw(material)
    (axes,) = picture.canvas.axes
    table = material.stored.table1.set_index("method")
    assert [bar.get_width() for bar in axes.patches] == table["f1"].dropna().tolist()
    texts = [text.get_text() for text in axes.texts]
    # All queries have the same score: there is no interval.
    assert "1.000" in texts
    raw_pca = table.loc["raw_pca"]
    ends = [raw_pca["f1_ci_low"], raw_pca["f1_ci_high"]]
    assert f"{raw_pca['f1']:.3f}  [{ends[0]:.3f}, {ends[1]:.3f}]" in texts
    whiskers = [list(line.get_xdata()) for line in axes.lines if line.get_linestyle() == "-"]
    assert ends in whiskers
    assert texts[0] == "Methods on vectors"
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    assert marks == [0.052, 0.101, 0.070, 0.907, 0.922]
    # No bar is drawn of fixed, so that the legend does not have it either.
    (legend,) = picture.canvas.legends
    assert [text.get_text() for text in legend.texts] == [
        *("held-out threshold (loqo)", "95 % interval", "published by the study"),
    ]
    assert "Without scores: vgg (published), vgg_pca (published), visipics" in picture.text
