"""Scores over thresholds as they are drawn: upright steps, choices, points."""

import math

import pytest
from given import perfect_between

from dupeval.figures import layout
from dupeval.figures.curves import ScoresByThreshold, draw_scores
from dupeval.figures.inputs import FigureInputs
from dupeval.metrics import PairCurve, pair_scores

pytestmark = pytest.mark.usefixtures("in_style")


def test_the_mean_the_queries_and_the_choices_are_drawn() -> None:
    _, panels = layout.panels(["raw"], columns=1, height=2, legend=0)
    axes = panels["raw"]
    draw_scores(axes, [perfect_between(1, 3), perfect_between(2, 4)], [2, -math.inf])
    first, second, f1, precision, recall, *choices = axes.lines
    # Upright at each threshold.
    assert {line.get_drawstyle() for line in axes.lines[:5]} == {"steps-post"}
    assert first.get_xdata().tolist()[1:3] == [1, 3]
    assert second.get_ydata().tolist() == [0, 1, 0, 0]
    assert f1.get_ydata().tolist() == [0, 0.5, 1, 0.5, 0, 0]
    assert f1.get_ydata().tolist() == precision.get_ydata().tolist() == recall.get_ydata().tolist()
    # "Nothing together" is chosen at minus infinity, drawn where the axis begins.
    assert [line.get_xdata()[0] for line in choices] == [2, axes.get_xlim()[0]]


def test_a_tool_without_a_threshold_is_three_points() -> None:
    _, panels = layout.panels(["tool"], columns=1, height=2, legend=0)
    axes = panels["tool"]
    curve = PairCurve.of_partition(pair_scores([0, 0, 0, 1], [0, 0, 1, 1]))
    draw_scores(axes, [curve], [math.nan])
    assert [line.get_ydata()[0] for line in axes.lines] == pytest.approx([0.4, 0.5, 1 / 3])
    assert [text.get_text() for text in axes.texts] == ["F1 0.40", "precision 0.50", "recall 0.33"]


def test_a_panel_a_method_with_the_f1_of_table_1(inputs: FigureInputs) -> None:
    picture = ScoresByThreshold(methods=("raw_pca", "raw")).draw(inputs)
    f1 = inputs.stored.table1.set_index("method")["f1"]
    panels = [(a.get_title(loc="left"), a.get_title(loc="right")) for a in picture.canvas.axes]
    assert panels == [(name, f"F1 {f1[name]:.3f}") for name in ("raw_pca", "raw")]
    assert picture.protocol.startswith("loqo; chosen thresholds: raw_pca ")
    assert picture.settings["raw_pca.reduction.n_components"] == 1
