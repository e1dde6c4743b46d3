"""The pictures of a suite: critical differences, thresholds carried over, recall by strength."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from dupeval.figures import layout, style
from dupeval.figures.texts import one_line, short
from dupeval.suite.ranks import RankTest

# One look a method, in the order in which they are named: told apart by their marks, too.
MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")
COLUMNS = 4


def png(canvas: Canvas) -> bytes:
    """Return a picture's file; to be called in the style that it was drawn in."""
    content = io.BytesIO()
    canvas.savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def ranks_figure(tests: Mapping[str, RankTest]) -> bytes:
    """Return the critical-difference diagrams of all scopes as PNG; see `RankTest`."""
    import scikit_posthocs  # noqa: PLC0415  (seconds)

    with style.style():
        columns = min(2, len(tests))
        rows = -(-len(tests) // columns)
        canvas = layout.canvas_of(1.75 * rows, layout="constrained")
        grid: list[Axes] = canvas.subplots(rows, columns, squeeze=False).ravel().tolist()
        for axes in grid[len(tests) :]:
            axes.remove()
        for axes, test in zip(grid, tests.values(), strict=False):
            ranks = test.mean_ranks.rename(lambda name: short(str(name)))
            pairs = test.pairs.set_axis(ranks.index, axis=0).set_axis(ranks.index, axis=1)
            drawn = scikit_posthocs.critical_difference_diagram(
                ranks,
                pairs,
                ax=axes,
                label_fmt_left="{label} {rank:.1f}",
                label_fmt_right="{rank:.1f} {label}",
                label_props={"fontsize": style.SMALL},
                text_h_margin=0.6,
                marker_props={"s": 8},
                elbow_props={"lw": 0.7},
                crossbar_props={"linewidth": 2.2, "color": style.WRONG, "zorder": 2},
                color_palette=dict.fromkeys(ranks.index, style.INK),
            )
            for (bar,) in drawn["crossbars"]:
                # Its points come in the order of a set, which differs from run to run.
                ends, heights = bar.get_xdata(), bar.get_ydata()
                bar.set_data([min(ends), max(ends)], heights[:2])
            _frame_ranks(axes, test)
        return png(canvas)


def _frame_ranks(axes: Axes, test: RankTest) -> None:
    """Let every rank have its place on the axis, and say what a difference must be."""
    k = len(test.mean_ranks)
    axes.set_xlim(-0.5 * k, 1.5 * k)
    axes.set_xticks(range(1, k + 1))
    axes.spines["top"].set_bounds(1, k)
    axes.tick_params(labelsize=style.SMALL, pad=1)
    high = axes.get_ylim()[1] + 1.2
    axes.set_ylim(top=high)
    start, end = 1, 1 + test.critical_difference
    axes.plot([start, end], [high - 0.2] * 2, color=style.INK, lw=1.2, clip_on=False)
    text = f"critical difference {test.critical_difference:.1f}"
    layout.label(axes, end + 0.15, high - 0.2, text, ha="left", size=style.SMALL)
    axes.set_title(f"{one_line(test.scope, 40)} ({test.n_blocks} blocks)", size=style.TEXT, pad=6)


def transfer_figure(transfer: pd.DataFrame) -> bytes:
    """Return a heat map a method, of what a threshold is worth elsewhere, as PNG.

    Parameters
    ----------
    transfer : DataFrame
        As `dupeval.suite.transfer.transfer_table` makes it, of any number of methods.
    """
    methods = list(dict.fromkeys(transfer["method"]))
    datasets = list(dict.fromkeys(transfer["scored_on"]))
    left, below, above, gap = 0.95, 0.85, 0.24, 0.1
    names = [short(str(name).removeprefix("standin-"), 16) for name in datasets]
    ticks = np.arange(len(names)) + 0.5
    with style.style():
        rows = -(-len(methods) // COLUMNS)
        side = (style.WIDTH - left) / COLUMNS - gap
        canvas = layout.canvas_of(rows * (side + above) + below)
        for i, method in enumerate(methods):
            row, column = divmod(i, COLUMNS)
            bottom = below + (rows - 1 - row) * (side + above)
            axes = layout.axes_at(canvas, left + column * (side + gap), bottom, side, side)
            own = transfer[transfer["method"] == method]
            f1 = own.pivot_table(index="chosen_on", columns="scored_on", values="f1", dropna=False)
            _draw_transfer(axes, f1.reindex(index=datasets, columns=datasets), method)
            axes.set_yticks(ticks, names if column == 0 else [""] * len(names))
            last = i + COLUMNS >= len(methods)
            axes.set_xticks(ticks, names if last else [""] * len(names), rotation=90)
        page = layout.page(canvas)
        middle = below + (canvas.get_size_inches()[1] - below) / 2
        page.text(0.12, middle, "chosen on", rotation=90, va="center", ha="center")
        page.text(left + (style.WIDTH - left) / 2, 0.04, "scored on", ha="center", va="bottom")
        return png(canvas)


def _draw_transfer(axes: Axes, f1: pd.DataFrame, method: str) -> None:
    look: style.Look = {"cmap": "cividis", "vmin": 0, "vmax": 1, "edgecolors": "white", "lw": 0.3}
    axes.pcolormesh(f1.to_numpy(np.float64), **look)
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=5.5, pad=1)
    axes.set_title(short(method), size=style.TEXT, pad=3)
    for (i, j), value in np.ndenumerate(f1.to_numpy(np.float64)):
        if np.isfinite(value):
            colour = "white" if value < 0.55 else style.INK
            text = f"{value:.2f}".replace("0.", ".") if value < 0.995 else "1"
            weight = "bold" if i == j else "normal"
            layout.label(
                axes,
                j + 0.5,
                i + 0.5,
                text,
                size=min(6.0, 45 / len(f1)),
                color=colour,
                weight=weight,
            )


def strengths_figure(strengths: pd.DataFrame, methods: Sequence[str]) -> bytes | None:
    """Return recall against the strength of edits, a panel a family, kind and scope, as PNG.

    None where none has more than one point.

    Parameters
    ----------
    strengths : DataFrame
        As `dupeval.suite.strengths.strengths_table` makes it.
    methods : sequence of str
        At most 8.
    """
    rows = strengths[strengths["method"].isin(methods)]
    rows = rows.assign(panel=panel_of(rows), recall=rows["found"] / rows["pairs"])
    points = rows.drop_duplicates(["panel", "low"])["panel"].tolist()
    panels = [name for name in dict.fromkeys(points) if points.count(name) > 1]
    if not panels:
        return None
    looks = _looks(methods)
    with style.style():
        canvas, made = layout.panels(panels, COLUMNS, 1.3, 0.4, sharey=True)
        for panel, axes in made.items():
            own = rows[rows["panel"] == panel]
            for method, line in own.groupby("method", sort=False):
                axes.plot(line["strength"], line["recall"], **looks[str(method)])
            axes.set(ylim=(-0.03, 1.03), yticks=[0, 0.5, 1], yticklabels=["0", "0.5", "1"])
            axes.set_title(one_line(panel, 26), size=style.TEXT, pad=3)
            axes.tick_params(labelsize=style.SMALL)
            axes.margins(x=0.08)
        layout.legend(canvas, looks, columns=8)
        return png(canvas)


def panel_of(table: pd.DataFrame) -> pd.Series[str]:
    """Return the family of each row, its kind where there are several, and its scope."""
    kind = table["kind"].map(lambda text: f" {text}" if text else "")
    return table["family"] + kind + ", " + table["scope"].str.removeprefix("standin-")


def _looks(methods: Sequence[str]) -> dict[str, style.Look]:
    colours = style.method_colours(methods)
    return {
        name: {
            **{"color": colours[name], "marker": MARKS[place % len(MARKS)]},
            **{"ms": 3, "lw": 0.9, "mew": 0, "alpha": 0.85},
        }
        for place, name in enumerate(methods)
    }
