"""Precision, recall and F1 against the threshold, with what was chosen for each query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.figures import Figure, Picture, style
from dupeval.figures.curves import (
    MeanCurve,
    Scored,
    distance_of,
    has_threshold,
    settings_of,
    short,
)
from dupeval.figures.material import Material
from dupeval.strict import STRICT

# Inches.
PANEL, LEGEND = 1.9, 0.3
# Told apart by their dashes, too.
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "F1": {"color": style.INK, "lw": 1.6, "zorder": 4},
    "precision": {"color": style.WRONG, "lw": 1.1, "ls": (0, (5, 1.5)), "zorder": 3},
    "recall": {"color": style.MISSED, "lw": 1.1, "ls": (0, (1.5, 1)), "zorder": 3},
}
OF_ONE_QUERY: Mapping[str, Any] = {"color": "#D0D0D0", "lw": 0.6, "zorder": 1}
CHOICE: Mapping[str, Any] = {"color": style.RIGHT, "lw": 0.8, "alpha": 0.8, "zorder": 2}


@dataclass(frozen=True, config=STRICT)
class ScoresByThreshold(Figure):
    """Mean scores at every threshold, one panel a method.

    Attributes
    ----------
    methods : tuple of str, default the study's four
    protocol : str, default "loqo"
        Whose choices are marked.
    """

    methods: Annotated[tuple[str, ...], Field(min_length=1)] = ("raw", "raw_pca", "vgg", "vgg_pca")
    protocol: str = "loqo"

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        scored = {name: Scored.of(material, name, self.protocol) for name in self.methods}
        rows = -(-len(scored) // 2)
        canvas = style.canvas(rows * PANEL + LEGEND, layout="constrained")
        for axes, name in zip(style.panels(canvas, len(scored), 2), scored, strict=True):
            axes.set_title(short(name), loc="left")
            f1 = np.mean([step.f1 for step in scored[name].scores])
            axes.set_title(f"F1 {f1:.3f}", loc="right", size=style.TEXT, weight="normal")
            axes.set_ylim(0, 1.02)
            draw_scores(axes, scored[name])
            if axes.get_xticks().size:
                axes.set_xlabel(distance_of(material.methods[name]))
        _draw_legend(canvas, self.protocol)
        chosen = "; ".join(f"{name} {_chosen(one.thresholds)}" for name, one in scored.items())
        return Picture(
            canvas,
            title="Precision, recall and F1 against the threshold",
            text=(
                "Means over queries of each query's own scores, exact at every threshold; a query "
                "in which nothing is grouped yet has precision 0. Grey: the F1 of each query. "
                "Green lines: the threshold chosen for each query; F1 at the top: the mean that "
                "these choices reach. Left of 0 every image is alone."
            ),
            protocol=f"{self.protocol}; chosen thresholds: {chosen}",
            settings=settings_of(material, scored),
        )


def draw_scores(axes: Axes, scored: Scored) -> None:
    """Draw the mean scores of one method over its thresholds, or as points if it has none."""
    mean = MeanCurve.of(scored.curves)
    values = {"F1": mean.f1, "precision": mean.precision, "recall": mean.recall}
    if not has_threshold(mean):
        _draw_points(axes, {name: float(value[0]) for name, value in values.items()})
        return
    ends = _ends(mean.thresholds)
    axes.set_xlim(*ends)
    for curve in scored.curves:
        axes.plot(*steps(curve.thresholds, curve.f1, ends), **OF_ONE_QUERY)
    for name, value in values.items():
        axes.plot(*steps(mean.thresholds, value, ends), **LOOKS[name])
    for threshold in scored.thresholds:
        axes.axvline(max(float(threshold), ends[0]), **CHOICE)


def steps(
    thresholds: npt.NDArray[np.float64], values: npt.NDArray[np.float64], ends: tuple[float, float]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the corners of a step function between two ends, upright at each threshold.

    Parameters
    ----------
    thresholds, values : ndarray of float64, shape (n,)
        ``values[k]`` holds from ``thresholds[k]`` on, the first from minus infinity.
    ends : tuple of float
        Where the drawing begins, below the second threshold, and where it ends, above the last.

    Returns
    -------
    x, y : ndarray of float64, shape (2 n,)
    """
    x = np.repeat([ends[0], *thresholds[1:], ends[1]], 2)[1:-1]
    return x, np.repeat(values, 2)


def _ends(thresholds: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return where the axis begins and ends: a little is seen of "all alone" and "all together"."""
    most = float(thresholds[-1]) if len(thresholds) > 1 else 1.0
    most = most if most > 0 else 1.0
    return -0.03 * most, 1.03 * most


def _draw_points(axes: Axes, values: Mapping[str, float]) -> None:
    for place, (name, value) in enumerate(values.items()):
        axes.plot(place, value, "o", color=LOOKS[name]["color"], ms=5, clip_on=False)
        axes.annotate(
            f"{name} {value:.2f}",
            (place, value),
            (0, -8 if value > 0.5 else 8),
            textcoords="offset points",
            ha="center",
            va="center",
        )
    axes.set_xlim(-0.5, len(values) - 0.5)
    axes.set_xticks([])
    axes.set_xlabel("has no threshold")


def _draw_legend(canvas: Canvas, protocol: str) -> None:
    entries = {
        **LOOKS,
        "F1 of one query": {**OF_ONE_QUERY, "lw": 1.5},
        f"chosen for one query ({protocol})": CHOICE,
    }
    canvas.legend(
        handles=[Line2D([], [], label=name, **look) for name, look in entries.items()],
        loc="outside upper left",
        ncols=len(entries),
    )


def _chosen(thresholds: npt.NDArray[np.float64]) -> str:
    if np.isnan(thresholds).all():
        return "has none"
    least, middle, most = np.quantile(thresholds, (0, 0.5, 1), method="nearest")
    return f"{least:.3f} to {most:.3f}, median {middle:.3f}"
