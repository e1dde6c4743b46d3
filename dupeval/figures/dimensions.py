"""F1 against the number of principal components, from a stored sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullLocator
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.figures import Figure, Picture, style
from dupeval.figures.curves import short
from dupeval.figures.material import Material
from dupeval.figures.swept import Series, read_sweep, series_of
from dupeval.strict import STRICT

# Inches.
PANEL, LEGEND = 2.2, 0.4
OWN: Mapping[str, Any] = {"color": style.INK, "lw": 1.7, "marker": "o", "ms": 2.5, "zorder": 4}
BAND: Mapping[str, Any] = {"facecolor": "#E4E4E4", "lw": 0, "zorder": 1}
# Of the other series: told apart by colour and dashes, as long as there are so many.
OTHERS: Sequence[Mapping[str, Any]] = [
    {"color": colour, "ls": dashes, "lw": 1.0, "zorder": 3}
    for dashes, colour in product(("-", (0, (4, 1.5))), style.COLOURS[:4])
]
UNTOLD: Mapping[str, Any] = {"color": style.LIGHT, "lw": 0.6, "zorder": 2}
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, config=STRICT)
class F1ByDimensions(Figure):
    """Mean F1 over the number of principal components, one panel a method.

    Attributes
    ----------
    sweep_dir : Path
        Where a sweep is stored.
    methods : tuple of str, default ("raw_pca", "vgg_pca")
    protocol : str, default "loqo"
    """

    sweep_dir: Path
    methods: Annotated[tuple[str, ...], Field(min_length=1)] = ("raw_pca", "vgg_pca")
    protocol: str = "loqo"

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        table = read_sweep(self.sweep_dir, material.dataset)
        found = {name: series_of(table, name, self.protocol) for name in self.methods}
        own = {
            name: chosen(series, material.described(name) if name in material.methods else {})
            for name, series in found.items()
        }
        looks = _looks(
            [
                name_of(one, series)
                for name, series in found.items()
                for one in series
                if one is not own[name]
            ]
        )
        rows = -(-len(found) // 2)
        canvas = style.canvas(rows * PANEL + LEGEND, layout="constrained")
        panels = style.panels(canvas, len(found), 2, sharey=True)
        for axes, (name, series) in zip(panels, found.items(), strict=True):
            axes.set_title(short(name), loc="left")
            _draw(axes, series, own[name], looks)
        _draw_legend(canvas, looks)
        described = {
            name: ", ".join(f"{p}={v}" for p, v in one.parameters.items() if v)
            for name, one in own.items()
        }
        return Picture(
            canvas,
            title="F1 against the number of principal components",
            text=(
                "Means of F1 over queries; thresholds are chosen anew at every number. Black: the "
                "linkage, distance and other parameters in force, or where the sweep has not tried "
                "these, those with the highest point; the grey band is its 95 % interval "
                "over queries. Its highest point is labelled, which is chosen with hindsight."
                + ("" if looks else " Grey lines: all other combinations that were tried.")
            ),
            protocol=self.protocol,
            settings={f"black in {name}": text for name, text in described.items()},
        )


def chosen(series: Sequence[Series], in_force: Mapping[str, Any]) -> Series:
    """Return the series with the parameters in force, else the one with the highest point.

    Parameters
    ----------
    series : sequence of Series
    in_force : mapping
        A method's settings by dotted names; the last part of each is the parameter.
    """
    values = {name.rpartition(".")[2]: str(value) for name, value in in_force.items()}
    for one in series:
        known = {name: value for name, value in one.parameters.items() if value}
        if known and all(values.get(name) == value for name, value in known.items()):
            return one
    return max(series, key=lambda one: float(one.f1.max()))


def name_of(one: Series, series: Sequence[Series]) -> str:
    """Return the values that tell one series from the others."""
    return ", ".join(
        value
        for name, value in one.parameters.items()
        if any(other.parameters[name] != value for other in series)
    )


def _looks(names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Return how each series is drawn where it is not the chosen one; nothing if too many."""
    different = list(dict.fromkeys(names))
    return dict(zip(different, OTHERS, strict=False)) if len(different) <= len(OTHERS) else {}


def _draw(
    axes: Axes, series: Sequence[Series], own: Series, looks: Mapping[str, Mapping[str, Any]]
) -> None:
    axes.set_xscale("log")
    most = max(int(one.n_components[-1]) for one in series)
    axes.set_xlim(0.9, most * 1.1)
    ticks = [tick for tick in TICKS if tick <= most]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_ylim(0, 1)
    axes.set_xlabel("principal components")
    axes.set_ylabel("F1, mean over queries")
    axes.label_outer(remove_inner_ticks=False)
    axes.grid(axis="y", color=style.PALE, lw=0.5)
    axes.set_axisbelow(True)
    for one in series:
        if one is not own:
            axes.plot(one.n_components, one.f1, **looks.get(name_of(one, series), UNTOLD))
    if np.isfinite(own.low).all():
        axes.fill_between(own.n_components, own.low, own.high, **BAND)
    axes.plot(own.n_components, own.f1, **OWN)
    best = int(own.f1.argmax())
    axes.annotate(
        f"{own.f1[best]:.3f} at {own.n_components[best]}",
        (own.n_components[best], own.f1[best]),
        (0, 7),
        textcoords="offset points",
        ha="right",
        weight="bold",
        zorder=5,
    )
    axes.set_title(name_of(own, series), loc="right", size=style.TEXT, weight="normal")


def _draw_legend(canvas: Canvas, looks: Mapping[str, Mapping[str, Any]]) -> None:
    handles: list[Line2D | Patch] = [
        Line2D([], [], label="in force", **OWN),
        Patch(label="its 95 % interval", **BAND),
        *(Line2D([], [], label=style.one_line(name, 24), **look) for name, look in looks.items()),
    ]
    canvas.legend(handles=handles, loc="outside upper left", ncols=4)
