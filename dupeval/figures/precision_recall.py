"""Precision against recall of every method, one small panel each, the others behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.errors import NoScoresError, SettingsError
from dupeval.figures import Figure, Picture, style
from dupeval.figures.curves import (
    Scored,
    has_threshold,
    pooled_curve,
    pooled_scores,
    protocol_name,
    settings_of,
    short,
)
from dupeval.figures.material import Material
from dupeval.metrics import PairCurve, PairScores
from dupeval.stored import StoredResults
from dupeval.strict import STRICT

COLUMNS = 4
# Inches.
PANEL, LEGEND = 1.5, 0.3
MOST_POINTS = 20
F1_LINES = (0.2, 0.4, 0.6, 0.8)
OWN: Mapping[str, Any] = {"color": style.MISSED, "lw": 1.4, "zorder": 3}
OF_OTHERS: Mapping[str, Any] = {"color": style.PALE, "lw": 0.6, "zorder": 1}
OF_EQUAL_F1: Mapping[str, Any] = {"color": style.GREY, "lw": 0.5, "ls": (0, (1, 2)), "zorder": 2}
# One for each protocol; told apart by shape and colour.
MARKS: Sequence[Mapping[str, Any]] = [
    {"marker": "o", "ms": 5, "mfc": style.WRONG, "mec": "white", "mew": 0.6},
    {"marker": "D", "ms": 4.2, "mfc": "white", "mec": style.WRONG, "mew": 1.1},
    {"marker": "^", "ms": 5, "mfc": "white", "mec": style.INK, "mew": 1.0},
    {"marker": "s", "ms": 4.2, "mfc": "white", "mec": style.RIGHT, "mew": 1.1},
]


@dataclass(frozen=True, config=STRICT)
class PrecisionAndRecall(Figure):
    """Precision against recall over all thresholds, of pairs pooled over queries.

    Attributes
    ----------
    methods : tuple of str, optional
        By default all of the run that have results.
    protocols : tuple of str, default ("loqo", "fixed")
        Whose choices are marked, where there are results of theirs; the curves are those that
        the first was scored on.
    """

    methods: tuple[str, ...] | None = None
    protocols: Annotated[tuple[str, ...], Field(min_length=1, max_length=len(MARKS))] = (
        *("loqo", "fixed"),
    )

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        curves, absent = self._curves(material)
        marks = {name: self._marks(material.stored, name) for name in curves}
        looks = dict(zip(self.protocols, MARKS, strict=False))
        rows = -(-len(curves) // COLUMNS)
        canvas = style.canvas(rows * PANEL + LEGEND, layout="constrained")
        panels = style.panels(canvas, len(curves), COLUMNS, sharex=True, sharey=True)
        for place, (axes, name) in enumerate(zip(panels, curves, strict=True)):
            last = place == len(curves) - 1 or place % COLUMNS == COLUMNS - 1
            _draw_frame(axes, name, place % COLUMNS == 0, place + COLUMNS >= len(curves), last)
            for other in curves:
                if other != name:
                    axes.plot(*worst_case(curves[other]), **OF_OTHERS)
            _draw_method(axes, curves[name], marks[name], looks)
        _draw_legend(canvas, {protocol_name(material, p): look for p, look in looks.items()})
        return Picture(
            canvas,
            title="Precision and recall of every method over all thresholds",
            text=(
                "Pairs are pooled over queries, at one threshold for all of them, so that the "
                "lines of equal F1 (dotted, labelled on the right) are true and no 0/0 is "
                "averaged; Table 1's means over queries differ. Each panel shows one method, the "
                "others grey. The line passes through every cut there is: images at equal "
                "distances join at once. Between two cuts it is what their pairs give in the worst "
                "order, the wrong ones first: straight down, then up with recall. Marks: what a "
                "protocol chose, for each query by itself, pooled likewise; they may lie beside "
                "the line. F1 is that of the first mark. "
                f"Without scores: {', '.join(absent) or 'none'}."
            ),
            protocol=", ".join(self.protocols),
            settings=settings_of(material, curves),
        )

    def _curves(self, material: Material) -> tuple[dict[str, PairCurve], list[str]]:
        """Return the pooled curves by method, and the methods of which there are none."""
        protocol = self.protocols[0]
        known = material.stored.methods_of(protocol)
        wanted = self.methods or [name for name in material.methods if name in known]
        absent = [name for name in material.methods if not self.methods and name not in known]
        curves: dict[str, PairCurve] = {}
        for name in wanted:
            try:
                curves[name] = pooled_curve(Scored.of(material, name, protocol).curves)
            except NoScoresError as error:
                absent.append(f"{name} ({error})")
        if not curves:
            raise SettingsError(f"no method can be drawn; without scores: {', '.join(absent)}")
        return curves, absent

    def _marks(self, stored: StoredResults, method: str) -> dict[str, PairScores]:
        rows = {
            protocol: [
                row for (p, m, _), row in stored.per_query.items() if (p, m) == (protocol, method)
            ]
            for protocol in self.protocols
        }
        return {
            protocol: pooled_scores(of_queries)
            for protocol, of_queries in rows.items()
            if of_queries
        }


def worst_case(curve: PairCurve) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the points of a precision-recall line that promises nothing between two cuts.

    Pairs that join at one threshold are taken in their worst order, the wrong ones first: from a
    cut precision falls, at its recall, to TP / (TP + FP of the next cut), and then rises with
    every right pair to the next cut. The line begins at the first cut that groups any pair, where
    precision begins to have a meaning.

    Returns
    -------
    recall, precision : ndarray of float64
        Every cut, every corner, and between a corner and the next cut a point for each right
        pair; of many right pairs, `MOST_POINTS` at equal distances.
    """
    grouped = curve.tp + curve.fp > 0
    tp, fp = curve.tp[grouped], curve.fp[grouped]
    if not len(tp):
        return curve.recall[grouped], curve.precision[grouped]
    gained = np.diff(tp)
    n_points = np.minimum(gained, MOST_POINTS)
    step = np.repeat(np.arange(len(gained)), n_points + 1)
    # The corner of each step is its point 0.
    point = np.arange(len(step)) - np.flatnonzero(np.diff(step, prepend=-1))[step]
    rise = gained[step] * point / np.maximum(n_points, 1)[step]
    right, wrong = np.append(tp[0], tp[step] + rise), np.append(fp[0], fp[step + 1])
    return right / (tp[0] + curve.fn[grouped][0]), right / (right + wrong)


def _draw_frame(axes: Axes, name: str, first: bool, lowest: bool, last: bool) -> None:
    axes.set_title(short(name), loc="left", size=style.TEXT, pad=3)
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    if first:
        axes.set_ylabel("precision")
    if lowest:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel("recall")
    for f1 in F1_LINES:
        recall = np.linspace(f1 / (2 - f1), 1, 100)
        axes.plot(recall, f1 * recall / (2 * recall - f1), **OF_EQUAL_F1)
        if last:
            axes.annotate(
                f"{f1:.1f}",
                (1.02, f1 / (2 - f1)),
                (3, 0),
                textcoords="offset points",
                va="center",
                color=style.GREY,
                size=style.SMALL,
                annotation_clip=False,
            )


def _draw_method(
    axes: Axes,
    curve: PairCurve,
    marks: Mapping[str, PairScores],
    looks: Mapping[str, Mapping[str, Any]],
) -> None:
    recall, precision = worst_case(curve)
    if has_threshold(curve):
        axes.plot(recall, precision, **OWN)
    else:
        axes.plot(recall, precision, ".", color=OWN["color"], ms=7, zorder=3)
    for protocol, scores in marks.items():
        if scores.tp + scores.fp:
            look = looks[protocol]
            axes.plot(scores.recall, scores.precision, ls="", zorder=4, clip_on=False, **look)
    first = next(iter(marks.values()))
    axes.annotate(f"F1 {first.f1:.2f}", (0.04, 0.05), xycoords="axes fraction", zorder=5)


def _draw_legend(canvas: Canvas, looks: Mapping[str, Mapping[str, Any]]) -> None:
    lines = [
        Line2D([], [], label="all thresholds", **OWN),
        Line2D([], [], label="other methods", **{**OF_OTHERS, "lw": 1.5}),
        Line2D([], [], label="equal F1", **OF_EQUAL_F1),
    ]
    points = [Line2D([], [], ls="", label=name, **look) for name, look in looks.items()]
    canvas.legend(handles=[*lines, *points], loc="outside upper left", ncols=6)
