"""Precision, recall and F1 against the threshold, with what was chosen for each query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.figures import Figure, Picture, layout, style
from dupeval.figures.curves import ScoredMethod, distance_of, has_threshold, mean_curve
from dupeval.figures.inputs import FigureInputs
from dupeval.settings import STRICT

# Told apart by their dashes, too.
LOOKS: Mapping[str, style.Look] = {
    "F1": {"color": style.INK, "lw": 1.6, "zorder": 4},
    "precision": {"color": style.WRONG, "lw": 1.1, "ls": (0, (5, 1.5)), "zorder": 3},
    "recall": {"color": style.MISSED, "lw": 1.1, "ls": (0, (1.5, 1)), "zorder": 3},
}
OF_ONE_QUERY: style.Look = {"color": "#D0D0D0", "lw": 0.6, "zorder": 1}
CHOICE: style.Look = {"color": style.RIGHT, "lw": 0.8, "alpha": 0.8, "zorder": 2}


@dataclass(frozen=True, config=STRICT)
class ScoresByThreshold(Figure):
    """Mean scores at every threshold, one panel a method.

    Attributes
    ----------
    methods : tuple of str, default the study's four
    protocol : str, optional
        Whose choices are marked; see `FigureInputs.one_axis` for the default.
    """

    methods: Annotated[tuple[str, ...], Field(min_length=1)] = ("raw", "raw_pca", "vgg", "vgg_pca")
    protocol: str | None = None

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        protocol = inputs.one_axis(self.protocol, self.methods)
        scored = {name: ScoredMethod.of(inputs, name, protocol) for name in self.methods}
        canvas, panels = layout.panels(scored, columns=2, height=1.9, legend=0.3)
        for name, axes in panels.items():
            layout.remark(axes, f"F1 {np.mean(scored[name].f1):.3f}")
            axes.set_ylim(0, 1.02)
            draw_scores(axes, scored[name])
            if axes.get_xticks().size:
                axes.set_xlabel(distance_of(inputs.methods[name]))
        own = {
            "F1 of one query": {**OF_ONE_QUERY, "lw": 1.5},
            f"chosen for one query ({protocol})": CHOICE,
        }
        layout.legend(canvas, {**LOOKS, **own})
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
            protocol=f"{protocol}; chosen thresholds: {chosen}",
            settings=inputs.described(*scored),
        )


def draw_scores(axes: Axes, scored: ScoredMethod) -> None:
    """Draw the mean scores of one method over its thresholds, or as points if it has none."""
    thresholds, means = mean_curve(scored.curves)
    if not has_threshold(thresholds):
        _draw_points(axes, {name: float(mean[0]) for name, mean in means.items()})
        return
    # A little is seen of "all alone" and of "all together".
    most = max(0.0, *thresholds[1:]) or 1.0
    low, high = -0.03 * most, 1.03 * most
    axes.set_xlim(low, high)
    for curve in scored.curves:
        _draw_steps(axes, curve.thresholds, curve.f1, OF_ONE_QUERY)
    for name, mean in means.items():
        _draw_steps(axes, thresholds, mean, LOOKS[name])
    for threshold in scored.thresholds:
        axes.axvline(max(float(threshold), low), **CHOICE)


def _draw_steps(
    axes: Axes,
    thresholds: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    look: style.Look,
) -> None:
    """Draw a step function, upright at each threshold; the first is minus infinity."""
    low, high = axes.get_xlim()
    axes.step([low, *thresholds[1:], high], [*values, values[-1]], where="post", **look)


def _draw_points(axes: Axes, values: Mapping[str, float]) -> None:
    for place, (name, value) in enumerate(values.items()):
        axes.plot(place, value, "o", color=LOOKS[name]["color"], ms=5, clip_on=False)
        beside = (place, value - 0.1 if value > 0.5 else value + 0.1)
        layout.label(axes, *beside, f"{name} {value:.2f}")
    axes.set_xlim(-0.5, len(values) - 0.5)
    axes.set_xticks([])
    axes.set_xlabel("has no threshold")


def _chosen(thresholds: Sequence[float]) -> str:
    if np.isnan(thresholds).all():
        return "has none"
    least, middle, most = np.quantile(thresholds, (0, 0.5, 1), method="nearest")
    return f"{least:.3f} to {most:.3f}, median {middle:.3f}"
