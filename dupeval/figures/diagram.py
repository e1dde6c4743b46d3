"""Boxes and arrows: a row of stages, each a small drawing with its name and what it does."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from dupeval.figures import style

# Inches.
MARGIN, ARROW, NAME, LINE = 0.06, 0.2, 0.2, 0.125
# Of one letter at the sizes used here, for breaking lines.
LETTER = 0.052


@dataclass(frozen=True)
class Area:
    """Where a stage is drawn, in inches."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def x(self) -> float:
        """The middle."""
        return self.left + self.width / 2

    @property
    def y(self) -> float:
        """The middle."""
        return self.bottom + self.height / 2


@dataclass(frozen=True)
class Stage:
    """One stage of a way.

    Attributes
    ----------
    name : str
    lines : sequence of str
        What is done, and with which settings.
    draw : callable
        Draws it on a page, into an area.
    """

    name: str
    lines: Sequence[str]
    draw: Callable[[Axes, Area], None]


def row_of(stages: Sequence[Stage], height: float, boxes: bool) -> Figure:
    """Draw stages from left to right, arrows between them.

    Parameters
    ----------
    stages : sequence of Stage
    height : float
        Of the drawings, in inches; names and lines come below them.
    boxes : bool
        Draw a frame about each.
    """
    width = (style.WIDTH - 2 * MARGIN + ARROW) / len(stages) - ARROW
    letters = max(8, floor((width + 0.6 * ARROW) / LETTER))
    texts = [
        [line for text in stage.lines for line in textwrap.wrap(style.one_line(text, 120), letters)]
        for stage in stages
    ]
    below = NAME + LINE * max(len(lines) for lines in texts) + MARGIN
    canvas = style.canvas(MARGIN + height + below)
    page = style.page(canvas)
    for i, (stage, lines) in enumerate(zip(stages, texts, strict=True)):
        area = Area(MARGIN + i * (width + ARROW), below, width, height)
        if boxes:
            _frame(page, area)
        stage.draw(page, area)
        name = below - 0.6 * NAME
        page.text(area.x, name, stage.name, weight="bold", ha="center", va="center")
        for j, line in enumerate(lines):
            y = below - NAME - (j + 0.4) * LINE
            page.text(area.x, y, line, size=style.SMALL, ha="center", va="center")
        if i > 0:
            _arrow(page, area.left - ARROW, area.left, area.y)
    return canvas


def _frame(page: Axes, area: Area) -> None:
    page.add_patch(
        FancyBboxPatch(
            (area.left, area.bottom),
            area.width,
            area.height,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="white",
            edgecolor=style.GREY,
            linewidth=0.8,
            zorder=0,
        )
    )


def _arrow(page: Axes, start: float, end: float, y: float) -> None:
    page.add_patch(
        FancyArrowPatch(
            (start + 0.02, y),
            (end - 0.02, y),
            arrowstyle="-|>,head_length=0.35,head_width=0.18",
            mutation_scale=10,
            color=style.INK,
            linewidth=1.0,
            shrinkA=0,
            shrinkB=0,
            zorder=4,
        )
    )
