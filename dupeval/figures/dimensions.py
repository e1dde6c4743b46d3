"""F1 against the number of principal components, from a stored sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.ticker import NullLocator

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.figures import Figure, Names, Part, Picture, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.texts import one_line
from dupeval.statistics import mean_interval
from dupeval.stored_run import honest_first, read_run

OWN: style.Look = {"color": style.INK, "lw": 1.7, "marker": "o", "ms": 2.5, "zorder": 4}
BAND: style.Look = {"facecolor": "#E4E4E4", "lw": 0, "zorder": 1}
# Of the other series: told apart by colour, and by dashes too, as long as there are so many.
OTHERS: Sequence[style.Look] = [
    {"color": colour, "ls": dashes, "lw": 1.0, "zorder": 3}
    for colour, dashes in zip(style.COLOURS, cycle(("-", (0, (4, 1.5)), (0, (1, 1)))), strict=False)
]
UNTOLD: style.Look = {"color": style.LIGHT, "lw": 0.6, "zorder": 2}
TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)

N_COMPONENTS = "n_components"
# The query set of a row; any other is one query.
ALL = "all"
_NUMBERS = (N_COMPONENTS, "f1")
_NEEDED = ("method", "protocol", "query_set", *_NUMBERS)
# Columns that are no parameters of a setting.
_OTHERS = (*_NEEDED, "setting", "variance_share", "precision", "recall", "threshold")


class F1ByDimensions(Figure):
    """Mean F1 over the number of principal components, one panel a method."""

    narrow: ClassVar[bool] = True
    part: ClassVar[Part] = "settings"
    rank: ClassVar[int] = 2

    sweep_dir: Path
    methods: Names = ("raw_pca", "vgg_pca")
    protocol: str | None = None

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        table, first_honest = read_sweep(self.sweep_dir, inputs.dataset)
        protocol = self.protocol or first_honest
        found = {name: series_of(table, name, protocol) for name in self.methods}
        own = {
            name: chosen(series, inputs.described(name) if name in inputs.methods else {})
            for name, series in found.items()
        }
        others = dict.fromkeys(
            name_of(one, series)
            for name, series in found.items()
            for one in series
            if one is not own[name]
        )
        told = len(others) <= len(OTHERS)
        looks = dict(zip(others, OTHERS, strict=False)) if told else {}
        canvas, panels = layout.panels(found, columns=2, height=2.2, legend=0.4, sharey=True)
        for name, axes in panels.items():
            series, black = found[name], own[name]
            most = max(int(one.n_components[-1]) for one in series)
            ticks = [tick for tick in TICKS if tick <= most]
            axes.set(xscale="log", xlim=(0.9, most * 1.1), ylim=(0, 1))
            axes.set(xlabel="principal components", ylabel="F1, mean over queries")
            axes.set_xticks(ticks, [str(tick) for tick in ticks])
            axes.xaxis.set_minor_locator(NullLocator())
            axes.label_outer(remove_inner_ticks=False)
            axes.grid(axis="y")
            for one in series:
                if one is not black:
                    axes.plot(one.n_components, one.f1, **looks.get(name_of(one, series), UNTOLD))
            if np.isfinite(black.low).all():
                axes.fill_between(black.n_components, black.low, black.high, **BAND)
            axes.plot(black.n_components, black.f1, **OWN)
            best = int(black.f1.argmax())
            n, f1 = black.n_components[best], black.f1[best]
            axes.text(n, f1 + 0.045, f"{f1:.3f} at {n}", ha="right", weight="bold", zorder=5)
            layout.remark(axes, name_of(black, series))
        of_others = {one_line(name, 24): look for name, look in looks.items()}
        layout.legend(canvas, {"in force": OWN, "its 95 % interval": BAND, **of_others}, columns=4)
        return Picture(
            canvas,
            title="F1 against the number of principal components",
            text=(
                "Means of F1 over queries; thresholds are chosen anew at every number. Black: the "
                "linkage, distance and other parameters in force, or where the sweep has not tried "
                "these, those with the highest point; the grey band is its 95 % interval "
                "over queries. Its highest point is labelled, which is chosen with hindsight."
                + ("" if told else " Grey lines: all other combinations that were tried.")
            ),
            protocol=protocol,
            settings={
                f"black in {name}": ", ".join(f"{p}={v}" for p, v in one.parameters.items() if v)
                for name, one in own.items()
            },
        )


class ComponentSeries(NamedTuple):
    """Means of F1 at growing numbers of components, all other parameters being the same.

    The 95 % intervals over queries, `low` to `high`, are NaN where the sweep has no rows of them.
    """

    parameters: Mapping[str, str]
    n_components: npt.NDArray[np.int64]
    f1: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


def read_sweep(folder: Path, dataset: Dataset) -> tuple[pd.DataFrame, str]:
    """Return the table of a stored sweep, and its first honest protocol; see `read_run`."""
    run = read_run(
        folder, "sweep", ["sweep.csv"], dataset, lambda about: honest_first(about["protocols"])[0]
    )
    return run.table("sweep.csv", _NEEDED, _NUMBERS), honest_first(run.about["protocols"])[0]


def series_of(table: pd.DataFrame, method: str, protocol: str) -> list[ComponentSeries]:
    """Return one series for each combination of a method's other parameters, of a sweep's table.

    Raises
    ------
    SettingsError
        If the sweep has no numbers of components of the method; the message says what it has.
    """
    numbered = table[table[N_COMPONENTS].notna()]
    for name, value in (("method", method), ("protocol", protocol)):
        possible = numbered[name].unique()
        if value not in possible:
            raise SettingsError(
                f"the stored sweep has no numbers of components of the {name} {value!r}; possible: "
                f"{', '.join(possible) or 'none'}, or run it first: python experiments/sweep.py"
            )
    rows = numbered[(numbered["method"] == method) & (numbered["protocol"] == protocol)]
    parameters = [name for name in table.columns if name not in _OTHERS]
    found = []
    for values, part in rows.groupby(parameters, sort=False):
        points = []
        for n, at in part.groupby(N_COMPONENTS):
            is_all = at["query_set"] == ALL
            of_all, of_queries = at.loc[is_all, "f1"], at.loc[~is_all, "f1"]
            mean = (of_all if len(of_all) else of_queries).mean()
            points.append((n, mean, *mean_interval(of_queries)))
        numbers, f1, low, high = np.array(points, np.float64).T
        known = dict(zip(parameters, map(str, values), strict=True))
        found.append(ComponentSeries(known, numbers.astype(np.int64), f1, low, high))
    return found


def chosen(series: Sequence[ComponentSeries], in_force: Mapping[str, Any]) -> ComponentSeries:
    """Return the series with the parameters in force, else the one with the highest point.

    Those are a method's settings by dotted names; the last part of each is the parameter.
    """
    values = {name.rpartition(".")[2]: str(value) for name, value in in_force.items()}
    for one in series:
        known = {name: value for name, value in one.parameters.items() if value}
        if known and all(values.get(name) == value for name, value in known.items()):
            return one
    return max(series, key=lambda one: float(one.f1.max()))


def name_of(one: ComponentSeries, series: Sequence[ComponentSeries]) -> str:
    """Return the values that tell one series from the others."""
    return ", ".join(
        value
        for name, value in one.parameters.items()
        if any(other.parameters[name] != value for other in series)
    )
