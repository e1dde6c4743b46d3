"""Table 1 as bars: the mean F1 of every method with its interval."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dupeval.errors import SettingsError
from dupeval.figures import Figure, Part, Picture, Protocols, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.texts import short

# Inches.
BAR, GAP, HEADING, AROUND = 0.125, 0.07, 0.24, 0.72
# One for each protocol; told apart by filling, too.
LOOKS: Sequence[style.Look] = [
    {"facecolor": style.COLOURS[4], "edgecolor": style.MISSED, "lw": 0.7},
    {"facecolor": "white", "edgecolor": style.WRONG, "hatch": "//////", "lw": 0.7},
    {"facecolor": style.LIGHT, "edgecolor": style.GREY, "lw": 0.7},
    {"facecolor": "white", "edgecolor": style.INK, "lw": 0.7},
]
# Of methods, by whether they are external.
KINDS = {False: "Methods on images", True: "External tools", None: "Not in this configuration"}
INTERVAL: style.Look = {"color": style.INK, "lw": 0.9}
PUBLISHED: style.Look = {"marker": "D", "ms": 4.2, "mfc": "white", "mec": style.INK, "ls": ""}


class ScoresOfMethods(Figure):
    """Mean F1 of every method, its 95 % interval, and the study's own figure where it is."""

    narrow: ClassVar[bool] = True
    part: ClassVar[Part] = "scores"
    rank: ClassVar[int] = 1

    protocols: Protocols = (None, "fixed")

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        table = inputs.stored.table1
        protocols = list(dict.fromkeys(map(inputs.protocol, self.protocols)))
        bars = bars_of(table, protocols)
        looks = {p: look for p, look in zip(protocols, LOOKS, strict=False) if p in bars.index}
        methods = table.drop_duplicates("method").set_index("method")
        of_others = methods.index.isin(table.loc[table["f1"].notna(), "method"])
        why = methods["source"].mask(of_others, "other protocols")
        absent = [f"{name} ({why[name]})" for name in methods.index if name not in set(bars.method)]
        groups: dict[str, list[str]] = {}
        for name in methods.index:
            external = inputs.methods[name].external if name in inputs.methods else None
            groups.setdefault(KINDS[external], []).append(name)

        canvas = layout.canvas_of(1, layout="constrained")
        axes = canvas.add_subplot(xlim=(0, 1), xlabel="F1, mean over queries")
        axes.grid(axis="x")
        left: dict[float, str] = {}
        right: dict[float, str] = {}
        y = 0.0
        for heading, names in groups.items():
            left[y + 0.6 * HEADING] = heading
            y += HEADING
            for name in names:
                own = bars[bars["method"] == name]
                middle = y + max(1, len(own)) * BAR / 2
                published = methods["f1_published"][name]
                axes.plot(published, middle, zorder=4, clip_on=False, **PUBLISHED)
                source = "measured" if own.empty else own["source"].iloc[0]
                note = "" if source == "measured" else f" ({source})"
                left[middle] = short(name, 23 - len(note)) + note
                if own.empty:
                    printed = "" if np.isnan(published) else f"{published:.3f}  "
                    right[middle] = printed + why[name]
                for i, (protocol, bar) in enumerate(own.iterrows()):
                    at = y + (i + 0.5) * BAR
                    right[at] = _draw_bar(axes, at, bar, looks[str(protocol)])
                y += max(1, len(own)) * BAR + GAP
        axes.set_ylim(y, 0)
        canvas.set_figheight(y + AROUND)
        _write_beside(axes, left, right, groups)

        named = {inputs.named(protocol): look for protocol, look in looks.items()}
        of_all = {"95 % interval": INTERVAL}
        of_study = ""
        if methods["f1_published"].notna().any():
            of_all["published by the study"] = PUBLISHED
            of_study = (
                "Hollow diamonds: what the study printed, of images of its own that cannot be had; "
                "they are no figures of this dataset. "
            )
        layout.legend(canvas, {**named, **of_all})
        first = bars[bars.index == protocols[0]]
        means = (f"{name} {f1:.3f}" for name, f1 in zip(first.method, first.f1, strict=True))
        return Picture(
            canvas,
            title="F1 of every method",
            text=(
                "Means of F1 over queries; whiskers and brackets: 95 % intervals (Student's t over "
                f"queries), none where all queries are equal. {of_study}Without scores: "
                f"{', '.join(absent) or 'none'}."
            ),
            protocol=", ".join(looks),
            alt=f"Bars of the mean F1 of every method under {protocols[0]}: {', '.join(means)}",
        )


def bars_of(table1: pd.DataFrame, protocols: Sequence[str]) -> pd.DataFrame:
    """Return the rows of Table 1 that are bars, at least one, by protocol in the order given."""
    scored = table1[table1["f1"].notna()].set_index("protocol")
    there = [protocol for protocol in protocols if protocol in scored.index]
    if not there:
        raise SettingsError(
            f"protocols={','.join(protocols)} have no results in Table 1; possible: "
            f"{', '.join(scored.index.unique())}"
        )
    return scored.loc[there]


def _draw_bar(axes: Axes, y: float, bar: Any, look: style.Look) -> str:
    """Draw one bar with its interval, and return its figures."""
    axes.barh(y, bar["f1"], 0.8 * BAR, zorder=2, **look)
    low, high = bar["f1_ci_low"], bar["f1_ci_high"]
    if not np.isfinite([low, high]).all():
        return f"{bar['f1']:.3f}"
    axes.plot([low, high], [y, y], **INTERVAL, marker="|", ms=3.5, zorder=3)
    return f"{bar['f1']:.3f}  [{low:.3f}, {high:.3f}]"


def _write_beside(
    axes: Axes, left: Mapping[float, str], right: Mapping[float, str], bold: Container[str]
) -> None:
    """Write texts at their heights on both sides of the axes."""
    axes.set_yticks(list(left), list(left.values()))
    axes.tick_params(axis="y", length=0, labelsize=style.TEXT)
    for name in axes.get_yticklabels():
        name.set_fontweight("bold" if name.get_text() in bold else "normal")
    beside = axes.secondary_yaxis("right")
    beside.set_yticks(list(right), list(right.values()))
    beside.tick_params(length=0)
    beside.spines[:].set_visible(False)
