"""Precision against recall of every method, one small panel each, the others behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.errors import NoScoresError, SettingsError
from dupeval.figures import Figure, Picture, layout, style
from dupeval.figures.curves import ScoredMethod, has_threshold, pooled_curve, pooled_scores
from dupeval.figures.inputs import FigureInputs
from dupeval.metrics import PairCurve, PairScores
from dupeval.settings import STRICT

COLUMNS = 4
MOST_POINTS = 20
F1_LINES = (0.2, 0.4, 0.6, 0.8)
OWN: style.Look = {"color": style.MISSED, "lw": 1.4, "zorder": 3}
OF_OTHERS: style.Look = {"color": style.PALE, "lw": 0.6, "zorder": 1}
OF_EQUAL_F1: style.Look = {"color": style.GREY, "lw": 0.5, "ls": (0, (1, 2)), "zorder": 2}
# One for each protocol; told apart by shape and colour.
MARKS: Sequence[style.Look] = [
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
        By default all that have results under the first protocol.
    protocols : tuple of (str or None), default (None, "fixed")
        Whose choices are marked, where there are results of theirs; the curves are those that
        the first was scored on. See `FigureInputs.one_axis` for what None is.
    """

    methods: tuple[str, ...] | None = None
    protocols: Annotated[tuple[str | None, ...], Field(min_length=1, max_length=len(MARKS))] = (
        *(None, "fixed"),
    )

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        stored = inputs.stored
        of_curves = inputs.one_axis(self.protocols[0], self.methods or stored.methods)
        curves, absent = self._curves(inputs, of_curves)
        scores = {
            protocol: {
                name: pooled_scores(rows)
                for name in curves
                if (rows := stored.rows(name, protocol))
            }
            for protocol in dict.fromkeys([of_curves, *filter(None, self.protocols)])
        }
        looks = {p: look for p, look in zip(scores, MARKS, strict=False) if scores[p]}
        lines = {name: worst_case(curve) for name, curve in curves.items()}
        canvas, panels = layout.panels(lines, COLUMNS, 1.5, 0.3, sharex=True, sharey=True)
        for place, (name, axes) in enumerate(panels.items()):
            _draw_frame(axes, (place + 1) % COLUMNS == 0 or place + 1 == len(panels))
            axes.label_outer()
            for other, line in lines.items():
                if other != name:
                    axes.plot(*line, **OF_OTHERS)
            marks = {p: scores[p][name] for p in looks if name in scores[p]}
            _draw_method(axes, curves[name], marks, looks)
        own = {
            "all thresholds": OWN,
            "other methods": {**OF_OTHERS, "lw": 1.5},
            "equal F1": OF_EQUAL_F1,
        }
        marked = {inputs.named(p): {"ls": "", **look} for p, look in looks.items()}
        layout.legend(canvas, {**own, **marked})
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
            protocol=", ".join(looks),
            settings=inputs.described(*curves),
        )

    def _curves(
        self, inputs: FigureInputs, protocol: str
    ) -> tuple[dict[str, PairCurve], list[str]]:
        """Return the pooled curves by method, and the methods of which there are none."""
        known = inputs.stored.methods_of(protocol)
        absent = [] if self.methods else [name for name in inputs.methods if name not in known]
        curves: dict[str, PairCurve] = {}
        for name in self.methods or known:
            try:
                curves[name] = pooled_curve(ScoredMethod.of(inputs, name, protocol).curves)
            except NoScoresError as error:
                absent.append(f"{name} ({error})")
        if not curves:
            raise SettingsError(f"no method can be drawn; without scores: {', '.join(absent)}")
        return curves, absent


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
    right, wrong = [tp[:1]], [fp[:1]]
    for before, after, false in zip(tp[:-1], tp[1:], fp[1:], strict=True):
        n_points = min(after - before, MOST_POINTS) + 1
        right.append(np.linspace(before, after, n_points))
        wrong.append(np.full(n_points, false))
    of_line = np.concatenate(right), np.concatenate(wrong)
    return of_line[0] / (tp[0] + curve.fn[grouped][0]), of_line[0] / sum(of_line)


def _draw_frame(axes: Axes, last: bool) -> None:
    axes.set_title(axes.get_title(loc="left"), size=style.TEXT, pad=3)
    ends = {"lim": (0, 1.02), "ticks": [0, 0.5, 1], "ticklabels": ["0", "0.5", "1"]}
    axes.set(**{f"{way}{name}": end for way in "xy" for name, end in ends.items()})
    axes.set(xlabel="recall", ylabel="precision")
    for f1 in F1_LINES:
        recall = np.linspace(f1 / (2 - f1), 1, 100)
        axes.plot(recall, f1 * recall / (2 * recall - f1), **OF_EQUAL_F1)
        if last:
            look: style.Look = {"color": style.GREY, "size": style.SMALL}
            layout.label(axes, 1.04, f1 / (2 - f1), f"{f1:.1f}", ha="left", **look)


def _draw_method(
    axes: Axes,
    curve: PairCurve,
    marks: Mapping[str, PairScores],
    looks: Mapping[str, style.Look],
) -> None:
    own = OWN if has_threshold(curve.thresholds) else {**OWN, "marker": ".", "ms": 7}
    axes.plot(*worst_case(curve), **own)
    for protocol, scores in marks.items():
        if scores.tp + scores.fp:
            look = looks[protocol]
            axes.plot(scores.recall, scores.precision, ls="", zorder=4, clip_on=False, **look)
    first = next(iter(marks.values()))
    axes.text(0.04, 0.05, f"F1 {first.f1:.2f}", transform=axes.transAxes, zorder=5)
