"""Table 1 as bars: which rows, which bars, what is said of what is not there."""

import math

import pandas as pd
import pytest

from dupeval.errors import SettingsError
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.scores import ScoresOfMethods, bars_of

NAN = math.nan
STUDY = ("vgg", "vgg_pca", "visipics")
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


def test_bars_are_the_scored_rows_of_the_protocols_in_their_order() -> None:
    bars = bars_of(TABLE, ("fixed", "loqo", "shared"))
    assert [*zip(bars.index, bars["method"], bars["f1"], strict=True)] == [
        ("fixed", "czkawka", 0.3),
        ("loqo", "raw", 0.5),
        ("loqo", "czkawka", 0.7),
    ]


def test_protocols_without_any_result_list_those_with_some() -> None:
    with pytest.raises(
        SettingsError, match="shared have no results in Table 1; possible: loqo, fi"
    ):
        bars_of(TABLE, ("shared",))


@pytest.mark.usefixtures("in_style")
def test_figures_intervals_and_published_figures_are_drawn(inputs: FigureInputs) -> None:
    picture = ScoresOfMethods().draw(inputs)
    (axes,) = picture.canvas.axes
    table = inputs.stored.table1.set_index("method")
    assert [bar.get_width() for bar in axes.patches] == table["f1"].dropna().tolist()
    (beside,) = axes.child_axes
    names, figures = ([text.get_text() for text in of.get_yticklabels()] for of in (axes, beside))
    assert names == ["Methods on images", "raw", "raw_pca", "Not in this configuration", *STUDY]
    # All queries of raw have the same score: there is no interval.
    own = table.loc["raw_pca"]
    ends = [own["f1_ci_low"], own["f1_ci_high"]]
    interval = f"{own['f1']:.3f}  [{ends[0]:.3f}, {ends[1]:.3f}]"
    assert figures[:3] == ["1.000", interval, "0.070  published"]
    whiskers = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "|"]
    assert whiskers == [ends]
    marks = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    assert marks == [0.052, 0.101, 0.070, 0.907, 0.922]
    # No bar is drawn of fixed, so that the legend does not have it either.
    (legend,) = picture.canvas.legends
    assert [text.get_text() for text in legend.texts] == [
        *("held-out threshold (loqo)", "95 % interval", "published by the study"),
    ]
    assert "Without scores: vgg (published), vgg_pca (published), visipics" in picture.text
