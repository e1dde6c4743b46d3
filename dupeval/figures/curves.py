"""Scores over all thresholds: against the threshold, and precision against recall."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from dupeval.engine.curves import ScoredAnswers
from dupeval.errors import NoScoresError, SettingsError
from dupeval.figures import Figure, Names, Picture, Protocols, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.metrics import PairCurve, PairScores
from dupeval.timing import one_thread

COUNTS = ("tp", "fp", "fn", "tn")
# Means over queries, told apart by their dashes, too.
MEANS: Mapping[str, style.Look] = {
    "F1": {"color": style.INK, "lw": 1.6, "zorder": 4},
    "precision": {"color": style.WRONG, "lw": 1.1, "ls": (0, (5, 1.5)), "zorder": 3},
    "recall": {"color": style.MISSED, "lw": 1.1, "ls": (0, (1.5, 1)), "zorder": 3},
}
OF_ONE_QUERY: style.Look = {"color": "#D0D0D0", "lw": 0.6, "zorder": 1}
CHOICE: style.Look = {"color": style.RIGHT, "lw": 0.8, "alpha": 0.8, "zorder": 2}

COLUMNS = 4
MOST_POINTS = 20
F1_LINES = (0.2, 0.4, 0.6, 0.8)
OWN: style.Look = {"color": style.MISSED, "lw": 1.4, "zorder": 3}
OF_OTHERS: style.Look = {"color": style.PALE, "lw": 0.6, "zorder": 1}
OF_EQUAL_F1: style.Look = {"color": style.GREY, "lw": 0.5, "ls": (0, (1, 2)), "zorder": 2}
# One for each protocol; told apart by shape and colour.
MARKS: Sequence[style.Look] = [
    {"ls": "", "marker": "o", "ms": 5, "mfc": style.WRONG, "mec": "white", "mew": 0.6},
    {"ls": "", "marker": "D", "ms": 4.2, "mfc": "white", "mec": style.WRONG, "mew": 1.1},
    {"ls": "", "marker": "^", "ms": 5, "mfc": "white", "mec": style.INK, "mew": 1.0},
    {"ls": "", "marker": "s", "ms": 4.2, "mfc": "white", "mec": style.RIGHT, "mew": 1.1},
]


class ScoresByThreshold(Figure):
    """Mean scores at every threshold, one panel a method."""

    narrow: ClassVar[bool] = True
    rank: ClassVar[int] = 2

    methods: Names = ("raw", "raw_pca", "vgg", "vgg_pca")
    protocol: str | None = None

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        protocol = inputs.one_axis(self.protocol, self.methods)
        canvas, panels = layout.panels(self.methods, columns=2, height=1.9, legend=0.3)
        chosen = []
        for name, axes in panels.items():
            curves, thresholds = scored(inputs, name, protocol)
            f1 = [row["f1"] for row in inputs.stored.rows(name, protocol)]
            layout.remark(axes, f"F1 {np.mean(f1):.3f}")
            axes.set_ylim(0, 1.02)
            draw_scores(axes, curves, thresholds)
            if np.isnan(thresholds).all():
                axes.set(xticks=[], xlabel="has no threshold")
                chosen.append(f"{name} has none")
            else:
                axes.set_xlabel(inputs.distance_of(name))
                ends = np.quantile(thresholds, (0, 1, 0.5), method="nearest")
                chosen.append("{} {:.3f} to {:.3f}, median {:.3f}".format(name, *ends))
        of_queries = {
            "F1 of one query": {**OF_ONE_QUERY, "lw": 1.5},
            f"chosen for one query ({protocol})": CHOICE,
        }
        layout.legend(canvas, {**MEANS, **of_queries})
        return Picture(
            canvas,
            title="Precision, recall and F1 against the threshold",
            text=(
                "Means over queries of each query's own scores, exact at every threshold; a query "
                "in which nothing is grouped yet has precision 0. Grey: the F1 of each query. "
                "Green lines: the threshold chosen for each query; F1 at the top: the mean that "
                "these choices reach. Left of 0 every image is alone."
            ),
            protocol=f"{protocol}; chosen thresholds: {'; '.join(chosen)}",
            settings=inputs.described(*self.methods),
        )


class PrecisionAndRecall(Figure):
    """Precision against recall over all thresholds, of pairs pooled over queries."""

    narrow: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    methods: tuple[str, ...] | None = None
    protocols: Protocols = (None, "fixed")

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        stored = inputs.stored
        of_curves = inputs.one_axis(self.protocols[0], self.methods or stored.methods)
        curves, absent = self._curves(inputs, of_curves)
        scores = {}
        for protocol in dict.fromkeys([of_curves, *filter(None, self.protocols)]):
            rows = {name: stored.rows(name, protocol) for name in curves}
            scores[protocol] = {name: pooled_scores(own) for name, own in rows.items() if own}
        looks = {p: look for p, look in zip(scores, MARKS, strict=False) if scores[p]}
        lines = {name: worst_case(curve) for name, curve in curves.items()}
        canvas, panels = layout.panels(lines, COLUMNS, 1.5, 0.3, sharex=True, sharey=True)
        columns = layout.in_a_row(COLUMNS)
        for place, (name, axes) in enumerate(panels.items(), start=1):
            _draw_frame(axes, last=place % columns == 0 or place == len(panels))
            for other, line in lines.items():
                if other != name:
                    axes.plot(*line, **OF_OTHERS)
            own: style.Look = (
                {} if has_threshold(curves[name].thresholds) else {"marker": ".", "ms": 7}
            )
            axes.plot(*lines[name], **OWN, **own)
            for protocol, look in looks.items():
                of_mark = scores[protocol].get(name)
                if of_mark and of_mark.tp + of_mark.fp:
                    point = (of_mark.recall, of_mark.precision)
                    axes.plot(*point, zorder=4, clip_on=False, **look)
            f1 = scores[of_curves][name].f1
            axes.text(0.04, 0.05, f"F1 {f1:.2f}", transform=axes.transAxes, zorder=5)
        others = {"other methods": {**OF_OTHERS, "lw": 1.5}, "equal F1": OF_EQUAL_F1}
        of_marks = {inputs.named(protocol): look for protocol, look in looks.items()}
        layout.legend(canvas, {"all thresholds": OWN, **others, **of_marks})
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
            if name in inputs.methods or self.methods:
                try:
                    curves[name] = pooled_curve(scored(inputs, name, protocol)[0])
                except NoScoresError as error:
                    absent.append(f"{name} ({error})")
            else:
                absent.append(f"{name} (not in this configuration)")
        if not curves:
            raise SettingsError(f"no method can be drawn; without scores: {', '.join(absent)}")
        return curves, absent


def scored(inputs: FigureInputs, method: str, protocol: str) -> tuple[list[PairCurve], list[float]]:
    """Return the curve that each stored decision of a protocol was scored on, and its threshold.

    That is rounded, so that it may fall on the other side of a merge that it is equal to.

    Raises
    ------
    SettingsError
        If there is no such method or no such stored result.
    NoScoresError
        If an external tool cannot be run here.
    """
    truths = [query.truth for query in inputs.dataset.queries]
    answers = ScoredAnswers(inputs.answers(method), truths)
    stored = inputs.stored_for(method)
    places = [i for i, query in enumerate(inputs.dataset.queries) if query.is_scored]
    decisions = [stored.decision(method, protocol, inputs.slugs[place]) for place in places]
    with one_thread():
        curves = [
            answers.curves(place, [decision.params], decision.hidden)[0]
            for place, decision in zip(places, decisions, strict=True)
        ]
    return curves, [decision.threshold for decision in decisions]


def mean_curve(
    curves: Sequence[PairCurve],
) -> tuple[npt.NDArray[np.float64], dict[str, npt.NDArray[np.float64]]]:
    """Return the means of the queries' F1, precision and recall at every threshold, exactly.

    And first the thresholds: like those of `PairCurve` these are step functions, shape (n_cuts,).
    """
    starts = np.unique([start for curve in curves for start in curve.thresholds])
    steps = [curve.steps_at(starts) for curve in curves]
    of_queries = {
        name: [getattr(c, name.lower())[step] for c, step in zip(curves, steps, strict=True)]
        for name in MEANS
    }
    return starts, {name: np.mean(values, axis=0) for name, values in of_queries.items()}


def pooled_curve(curves: Sequence[PairCurve]) -> PairCurve:
    """Return the scores of all queries' pairs counted together, at one threshold for all."""
    starts = np.unique([start for curve in curves for start in curve.thresholds])
    counts = (sum(getattr(c, name)[c.steps_at(starts)] for c in curves) for name in COUNTS)
    return PairCurve(starts, *counts)


def pooled_scores(rows: Iterable[Mapping[str, Any]]) -> PairScores:
    """Return the scores of all pairs counted together, of rows with tp, fp, fn and tn."""
    counts = np.sum([[int(row[name]) for name in COUNTS] for row in rows], axis=0)
    return PairScores.from_counts(*counts.tolist())


def has_threshold(thresholds: npt.NDArray[np.float64]) -> bool:
    """Whether a curve with these thresholds is of cuts, and not of one finished partition."""
    return not np.isnan(thresholds[0])


def draw_scores(axes: Axes, curves: Sequence[PairCurve], chosen: Sequence[float]) -> None:
    """Draw the mean scores of one method over its thresholds, or as points if it has none."""
    thresholds, means = mean_curve(curves)
    if not has_threshold(thresholds):
        for place, (name, (value,)) in enumerate(means.items()):
            axes.plot(place, value, "o", color=MEANS[name]["color"], ms=5, clip_on=False)
            y = value - 0.1 if value > 0.5 else value + 0.1
            layout.label(axes, place, y, f"{name} {value:.2f}")
        axes.set_xlim(-0.5, len(means) - 0.5)
        return
    # A little is seen of "all alone" and of "all together".
    most = max(0.0, *thresholds[1:]) or 1.0
    low, high = -0.03 * most, 1.03 * most
    axes.set_xlim(low, high)
    of_queries = [(curve.thresholds, curve.f1, OF_ONE_QUERY) for curve in curves]
    of_means = [(thresholds, mean, MEANS[name]) for name, mean in means.items()]
    for starts, values, look in of_queries + of_means:
        # The first begins at minus infinity.
        axes.step([low, *starts[1:], high], [*values, values[-1]], where="post", **look)
    for threshold in chosen:
        axes.axvline(max(threshold, low), **CHOICE)


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
    of_right, of_wrong = np.concatenate(right), np.concatenate(wrong)
    return of_right / (tp[0] + curve.fn[grouped][0]), of_right / (of_right + of_wrong)


def _draw_frame(axes: Axes, last: bool) -> None:
    axes.set_title(axes.get_title(loc="left"), size=style.TEXT, pad=3)
    ends = {"lim": (0, 1.02), "ticks": [0, 0.5, 1], "ticklabels": ["0", "0.5", "1"]}
    axes.set(**{f"{way}{name}": end for way in "xy" for name, end in ends.items()})
    axes.set(xlabel="recall", ylabel="precision")
    axes.label_outer()
    for f1 in F1_LINES:
        recall = np.linspace(f1 / (2 - f1), 1, 100)
        axes.plot(recall, f1 * recall / (2 * recall - f1), **OF_EQUAL_F1)
        if last:
            look: style.Look = {"color": style.GREY, "size": style.SMALL}
            layout.label(axes, 1.04, f1 / (2 - f1), f"{f1:.1f}", ha="left", **look)
