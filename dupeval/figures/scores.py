"""Table 1 as bars: the mean F1 of every method with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.errors import SettingsError
from dupeval.figures import Figure, Picture, style
from dupeval.figures.curves import protocol_name, short
from dupeval.figures.material import Material
from dupeval.strict import STRICT

# Inches.
LEFT, RIGHT, TOP, BOTTOM = 1.6, 1.3, 0.3, 0.42
BAR, GAP, HEADING = 0.125, 0.07, 0.24
# One for each protocol; told apart by filling, too.
LOOKS: Sequence[Mapping[str, Any]] = [
    {"facecolor": style.COLOURS[4], "edgecolor": style.MISSED},
    {"facecolor": "white", "edgecolor": style.WRONG, "hatch": "//////"},
    {"facecolor": style.LIGHT, "edgecolor": style.GREY},
    {"facecolor": "white", "edgecolor": style.INK},
]
PUBLISHED: Mapping[str, Any] = {"marker": "D", "ms": 4.2, "mfc": "white", "mec": style.INK}


@dataclass(frozen=True, config=STRICT)
class ScoresOfMethods(Figure):
    """Mean F1 of every method, with its 95 % interval and the study's own figure.

    Attributes
    ----------
    protocols : tuple of str, default ("loqo", "fixed")
        One bar each, for the methods that the protocol covers.
    """

    protocols: Annotated[tuple[str, ...], Field(min_length=1, max_length=len(LOOKS))] = (
        *("loqo", "fixed"),
    )

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        rows = rows_of(material.stored.table1, self.protocols)
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(_group(material, row.method), []).append(row)
        looks = dict(zip(self.protocols, LOOKS, strict=False))
        height = sum(HEADING + sum(map(_height, group)) for group in groups.values())
        canvas = style.canvas(TOP + height + BOTTOM)
        axes = style.axes_at(canvas, LEFT, BOTTOM, style.WIDTH - LEFT - RIGHT, height)
        _draw_groups(axes, groups, height, looks)
        published = any(row.published is not None for row in rows)
        drawn = {protocol for row in rows for protocol in row.bars}
        of_name = {protocol_name(material, p): looks[p] for p in looks if p in drawn}
        _draw_legend(canvas, of_name, published)
        absent = [f"{row.method} ({row.source})" for row in rows if not row.bars]
        return Picture(
            canvas,
            title="F1 of every method",
            text=(
                "Means of F1 over queries; whiskers and brackets: 95 % intervals (Student's t over "
                "queries), none where all queries are equal. "
                + (_ON_PUBLISHED if published else "")
                + f"Without scores: {', '.join(absent) or 'none'}."
            ),
            protocol=", ".join(self.protocols),
        )


_ON_PUBLISHED = (
    "Hollow diamonds: what the study printed, of images of its own that cannot be had; they are no "
    "figures of this dataset. "
)


@plain_dataclass(frozen=True)
class Bar:
    """A mean with its interval, NaN where there is none."""

    f1: float
    low: float
    high: float


@plain_dataclass(frozen=True)
class Row:
    """What is drawn of one method.

    Attributes
    ----------
    method : str
    bars : mapping of str to Bar
        By protocol; none where the method has no scores.
    published : float, optional
        The study's F1.
    source : str
        What the bars rest on, or why there are none.
    """

    method: str
    bars: Mapping[str, Bar]
    published: float | None
    source: str


def rows_of(table1: pd.DataFrame, protocols: Sequence[str]) -> list[Row]:
    """Return what is drawn of Table 1, methods in its order.

    Parameters
    ----------
    table1 : DataFrame
        As `dupeval.tables.table1` makes it.
    protocols : sequence of str

    Raises
    ------
    SettingsError
        If none of the protocols has any results.
    """
    rows = []
    for method, part in table1.groupby("method", sort=False):
        bars = {
            str(row["protocol"]): Bar(row["f1"], row["f1_ci_low"], row["f1_ci_high"])
            for _, row in part.iterrows()
            if row["protocol"] in protocols and not np.isnan(row["f1"])
        }
        source, published = str(part["source"].iloc[0]), float(part["f1_published"].iloc[0])
        if not bars and part["f1"].notna().any():
            source = "other protocols"
        rows.append(Row(str(method), bars, None if np.isnan(published) else published, source))
    if not any(row.bars for row in rows):
        possible = ", ".join(table1.loc[table1["f1"].notna(), "protocol"].unique())
        raise SettingsError(
            f"protocols={','.join(protocols)} have no results in Table 1; possible: {possible}"
        )
    return rows


def _group(material: Material, method: str) -> str:
    if method not in material.methods:
        return "Not in this run"
    return "External tools" if material.methods[method].external else "Methods on vectors"


def _height(row: Row) -> float:
    return max(1, len(row.bars)) * BAR + GAP


def _draw_groups(
    axes: Axes,
    groups: Mapping[str, Sequence[Row]],
    height: float,
    looks: Mapping[str, Mapping[str, Any]],
) -> None:
    """Draw the rows below each other; the vertical unit is the inch, from the top."""
    axes.set_xlim(0, 1)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.set_xlabel("F1, mean over queries")
    axes.grid(axis="x", color=style.PALE, lw=0.5)
    axes.set_axisbelow(True)
    y = 0.0
    for heading, rows in groups.items():
        _beside(axes, heading, y + 0.6 * HEADING, weight="bold")
        y += HEADING
        for row in rows:
            _draw_row(axes, row, y, looks)
            y += _height(row)


def _draw_row(axes: Axes, row: Row, top: float, looks: Mapping[str, Mapping[str, Any]]) -> None:
    middle = top + (_height(row) - GAP) / 2
    note = f" ({row.source})" if row.source != "measured" and row.bars else ""
    _beside(axes, short(row.method, 23 - len(note)) + note, middle)
    for place, (protocol, bar) in enumerate(row.bars.items()):
        y = top + (place + 0.5) * BAR
        axes.barh(y, bar.f1, 0.8 * BAR, lw=0.7, zorder=2, **looks[protocol])
        interval = ""
        if np.isfinite([bar.low, bar.high]).all():
            axes.plot([bar.low, bar.high], [y, y], color=style.INK, lw=0.9, zorder=3)
            axes.plot([bar.low, bar.high], [y, y], "|", color=style.INK, ms=3.5, zorder=3)
            interval = f"  [{bar.low:.3f}, {bar.high:.3f}]"
        _beside(axes, f"{bar.f1:.3f}{interval}", y, side=1, size=style.SMALL)
    if row.published is not None:
        axes.plot(row.published, middle, zorder=4, clip_on=False, **PUBLISHED)
    if not row.bars:
        shown = "" if row.published is None else f"{row.published:.3f}  "
        _beside(axes, shown + row.source, middle, side=1, size=style.SMALL, color=style.GREY)


def _beside(axes: Axes, text: str, y: float, side: int = 0, **look: Any) -> None:
    """Write text left of the axes (side 0) or right of them (side 1)."""
    axes.annotate(
        text,
        (side, y),
        xycoords=("axes fraction", "data"),
        xytext=(72 * (0.08 if side else 0.08 - LEFT), 0),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
        **look,
    )


def _draw_legend(canvas: Canvas, looks: Mapping[str, Mapping[str, Any]], published: bool) -> None:
    handles: list[Patch | Line2D] = [
        Patch(label=name, lw=0.7, **look) for name, look in looks.items()
    ]
    handles.append(Line2D([], [], label="95 % interval", color=style.INK, lw=0.9))
    if published:
        handles.append(Line2D([], [], ls="", label="published by the study", **PUBLISHED))
    canvas.legend(handles=handles, loc="upper left", ncols=6, borderaxespad=0.3)
