"""Scores over thresholds as they are drawn: upright steps, choices, points."""

import math

import numpy as np
import pytest
from given import perfect_between

from dupeval.figures import style
from dupeval.figures.curves import Scored
from dupeval.figures.material import Material
from dupeval.figures.thresholds import ScoresByThreshold, draw_scores, steps
from dupeval.metrics import PairCurve, pair_scores
from dupeval.protocol import Decision

pytestmark = pytest.mark.usefixtures("in_style")


def scored(*curves: PairCurve, thresholds: tuple[float, ...]) -> Scored:
    decisions = tuple(Decision({}, threshold) for threshold in thresholds)
    scores = tuple(c.at(t) for c, t in zip(curves, thresholds, strict=True))
    return Scored(curves, decisions, scores)


def test_a_step_is_drawn_upright() -> None:
    x, y = steps(np.array([-math.inf, 1, 3]), np.array([0.0, 1, 0.5]), (-0.1, 4))
    assert x.tolist() == [-0.1, 1, 1, 3, 3, 4]
    assert y.tolist() == [0, 0, 1, 1, 0.5, 0.5]


def test_the_mean_the_queries_and_the_choices_are_drawn() -> None:
    (axes,) = style.panels(style.canvas(2), 1, 1)
    draw_scores(
        axes, scored(perfect_between(1, 3), perfect_between(2, 4), thresholds=(2, -math.inf))
    )
    first, second, f1, precision, recall, *choices = axes.lines
    assert first.get_xdata().tolist()[1:5] == [1, 1, 3, 3]
    assert second.get_ydata().tolist() == [0, 0, 1, 1, 0, 0]
    assert f1.get_ydata().tolist() == [0, 0, 0.5, 0.5, 1, 1, 0.5, 0.5, 0, 0]
    assert f1.get_ydata().tolist() == precision.get_ydata().tolist() == recall.get_ydata().tolist()
    # "Nothing together" is chosen at minus infinity, drawn where the axis begins.
    assert [line.get_xdata()[0] for line in choices] == [2, axes.get_xlim()[0]]


def test_a_tool_without_a_threshold_is_three_points() -> None:
    (axes,) = style.panels(style.canvas(2), 1, 1)
    curve = PairCurve.of_partition(pair_scores([0, 0, 0, 1], [0, 0, 1, 1]))
    draw_scores(axes, scored(curve, thresholds=(math.nan,)))
    assert [line.get_ydata()[0] for line in axes.lines] == pytest.approx([0.4, 0.5, 1 / 3])
    assert [text.get_text() for text in axes.texts] == ["F1 0.40", "precision 0.50", "recall 0.33"]
    assert axes.get_xlabel() == "has no threshold"


def test_a_panel_a_method_with_the_f1_of_table_1(material: Material) -> None:
    picture = ScoresByThreshold(("raw_pca", "raw")).draw(material)
    f1 = material.stored.table1.set_index("method")["f1"]
    panels = [(a.get_title(loc="left"), a.get_title(loc="right")) for a in picture.canvas.axes]
    assert panels == [(name, f"F1 {f1[name]:.3f}") for name in ("raw_pca", "raw")]
    assert picture.protocol.startswith("loqo; chosen thresholds: raw_pca ")
    assert picture.settings["raw_pca.reduction.n_components"] == 1
