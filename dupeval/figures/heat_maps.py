"""A stored sweep as heat maps: linkage against the number of components, a panel a distance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

from dupeval.figures import Figure, Names, Part, Picture, layout, style
from dupeval.figures.dimensions import ComponentSeries, chosen, name_of, read_sweep, series_of
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.texts import one_line, short

# Inches.
LEFT, RIGHT, TOP, BOTTOM, LAST, HEADING = 0.95, 0.1, 0.2, 0.2, 0.2, 0.24
ROW = 0.24
# The half interval that has a dot as wide as its cell.
WIDEST = 0.5
MARK: style.Look = {"fill": False, "ec": style.WRONG, "lw": 1.8, "zorder": 4}
CELLS: style.Look = {"cmap": "Blues", "edgecolors": "white", "lw": 0.3}
DOTS: style.Look = {"color": style.COLOURS[1], "ec": "white", "lw": 0.3, "zorder": 3}


class SweepAsHeatMaps(Figure):
    """Mean F1 of every setting of a sweep over numbers of components, a block a method."""

    narrow: ClassVar[bool] = True
    part: ClassVar[Part] = "settings"
    rank: ClassVar[int] = 1

    sweep_dir: Path
    methods: Names = ("raw_pca", "vgg_pca")
    protocol: str | None = None

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        table, first_honest = read_sweep(self.sweep_dir, inputs.dataset)
        protocol = self.protocol or first_honest
        found = {name: series_of(table, name, protocol) for name in self.methods}
        maps = [(name, metric, own) for name in found for metric, own in _by_metric(found[name])]
        heights = [HEADING + ROW * len(own) + BOTTOM for _, _, own in maps]
        most = max(float(one.f1.max()) for series in found.values() for one in series)
        colours = Normalize(0, math.ceil(10 * most) / 10 or 1)
        canvas = layout.canvas_of(LAST + sum(heights) + TOP)
        _draw_scale(canvas, colours)
        top, told = LAST + sum(heights), {}
        for (name, metric, own), height in zip(maps, heights, strict=True):
            width = style.page_width() - LEFT - RIGHT
            axes = layout.axes_at(canvas, LEFT, top - height + BOTTOM, width, ROW * len(own))
            title = f"{short(name)}, {one_line(metric, 24)} distance"
            axes.set_title(title, size=style.TEXT, pad=3)
            settings = inputs.described(name) if name in inputs.methods else {}
            in_force = chosen(found[name], settings)
            best = max(found[name], key=lambda one: float(one.f1.max()))
            _draw_map(axes, own, found[name], (in_force, best), colours)
            top -= height
            if own is maps[-1][2]:
                axes.set_xlabel("principal components")
            told[name] = f"{name_of(best, found[name])}, {int(best.n_components[best.f1.argmax()])}"
        return Picture(
            canvas,
            title="F1 over linkages and numbers of principal components",
            text=(
                "Means of F1 over queries, thresholds chosen anew for every setting. The wider a "
                "dot, the wider the 95 % interval over queries: as wide as its cell where that is "
                f" F1 \N{PLUS-MINUS SIGN} {WIDEST}. Frame: the highest F1 of a "
                "method, which is chosen with hindsight, with its value. Bold: the linkage and "
                "distance in force, or where the sweep has not tried these, those with the "
                "highest F1."
            ),
            protocol=protocol,
            settings={f"highest of {name}": text for name, text in told.items()},
            alt="Heat maps of F1: a row a linkage, a column a number of principal components",
        )


def _by_metric(
    series: Sequence[ComponentSeries],
) -> list[tuple[str, list[ComponentSeries]]]:
    metrics = dict.fromkeys(one.parameters.get("metric", "") for one in series)
    return [
        (metric, [one for one in series if one.parameters.get("metric", "") == metric])
        for metric in metrics
    ]


def row_names(own: Sequence[ComponentSeries], series: Sequence[ComponentSeries]) -> list[str]:
    """Return what tells the rows of a panel apart: a linkage, and whatever else differs."""
    return [name_of(_without_metric(one), [_without_metric(x) for x in series]) for one in own]


def grid_of(
    own: Sequence[ComponentSeries],
) -> tuple[list[int], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the numbers of components of a panel's columns, and of each cell F1 and half interval.

    Of cells that the sweep has not, NaN; both have the shape (n_rows, n_columns).
    """
    numbers = sorted({int(n) for one in own for n in one.n_components})
    f1, half = np.full((2, len(own), len(numbers)), np.nan)
    for row, one in enumerate(own):
        columns = [numbers.index(int(n)) for n in one.n_components]
        f1[row, columns] = one.f1
        half[row, columns] = (one.high - one.low) / 2
    return numbers, f1, half


def _draw_map(
    axes: Axes,
    own: Sequence[ComponentSeries],
    series: Sequence[ComponentSeries],
    marked: tuple[ComponentSeries, ComponentSeries],
    colours: Normalize,
) -> None:
    in_force, best = marked
    numbers, f1, half = grid_of(own)
    axes.pcolormesh(np.ma.masked_invalid(f1), norm=colours, **CELLS)
    axes.set(xlim=(0, len(numbers)), ylim=(len(own), 0))
    step = -(-len(numbers) // 15) if style.page_width() > style.WIDTHS["single"] else 4
    shown = range(0, len(numbers), step)
    axes.set_xticks([i + 0.5 for i in shown], [str(numbers[i]) for i in shown])
    names = [one_line(name, 18) or "all" for name in row_names(own, series)]
    axes.set_yticks([i + 0.5 for i in range(len(own))], names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    cell = (style.page_width() - LEFT - RIGHT) / len(numbers)
    rows, columns = np.nonzero(np.isfinite(half))
    widths = 72 * min(cell, ROW) * np.clip(half[rows, columns] / WIDEST, 0, 1)
    axes.scatter(columns + 0.5, rows + 0.5, s=widths**2, **DOTS)
    for row, one in enumerate(own):
        if one is in_force:
            axes.get_yticklabels()[row].set_fontweight("bold")
        if one is best:
            column = numbers.index(int(one.n_components[one.f1.argmax()]))
            axes.add_patch(Rectangle((column, row), 1, 1, clip_on=False, **MARK))
            axes.set_title(f"{one.f1.max():.3f}", loc="right", size=style.TEXT, pad=3)


def _draw_scale(canvas: Canvas, colours: Normalize) -> None:
    """Draw on top what the colours mean."""
    _, height = canvas.get_size_inches()
    axes = layout.axes_at(canvas, style.page_width() - RIGHT - 1.3, height - 0.13, 1.0, 0.07)
    axes.pcolormesh(np.linspace(0, colours.vmax or 1, 41)[None, :-1], norm=colours, cmap="Blues")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    for x, text, side in ((-1, "F1 0", "right"), (41, f"{colours.vmax:.1f}", "left")):
        layout.label(axes, x, 0.45, text, ha=side, size=style.SMALL, clip_on=False)


def _without_metric(one: ComponentSeries) -> ComponentSeries:
    return one._replace(parameters={k: v for k, v in one.parameters.items() if k != "metric"})
