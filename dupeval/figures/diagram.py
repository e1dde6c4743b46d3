"""A row of stages with arrows between them: small drawings, each with its name and what it does."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle
from PIL import Image

from dupeval.clustering import Dendrogram
from dupeval.figures import layout, style
from dupeval.figures.dendrogram import Tree
from dupeval.figures.thumbnails import Thumbnail, quantized

# Inches.
MARGIN, ARROW, NAME, LINE = 0.06, 0.2, 0.2, 0.125
# Of one letter at the sizes used here, for breaking lines.
LETTER = 0.052
CONVOLUTION, POOL, MEAN, CONNECTED = "#BBD7EC", "#E69F00", "#009E73", "#CC79A7"
DEPTH = 0.3  # how far a slab reaches back, of its height

_SIX = Dendrogram(
    np.array([[0, 1], [3, 4], [2, 7], [6, 8], [9, 5]]), np.array([0.18, 0.26, 0.62, 0.85, 1.0])
)
_THRESHOLD = 0.42
# Cells whose shades have no meaning.
CELLS = np.random.default_rng(1).integers(80, 235, (6, 6, 1), np.uint8).repeat(3, axis=2)


@dataclass(frozen=True)
class Stage:
    """One stage of a way.

    Attributes
    ----------
    name : str
    lines : sequence of str
        What is done, and with which settings.
    draw : callable
        Draws it onto a page of its own.
    """

    name: str
    lines: Sequence[str]
    draw: Callable[[Axes], None]


def row_of(stages: Sequence[Stage], height: float, boxes: bool) -> Canvas:
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
    texts = [[part for line in stage.lines for part in _broken(line, letters)] for stage in stages]
    below = NAME + LINE * max(map(len, texts)) + MARGIN
    page = layout.page(canvas := layout.canvas_of(MARGIN + height + below))
    for i, (stage, lines) in enumerate(zip(stages, texts, strict=True)):
        left, middle = MARGIN + i * (width + ARROW), below + height / 2
        x = left + width / 2
        if boxes:
            box = FancyBboxPatch((left, below), width, height, fc="white", ec=style.GREY, lw=0.8)
            box.set_boxstyle("round,pad=0,rounding_size=0.05")
            page.add_patch(box)
        stage.draw(layout.page(canvas, left, below, width, height))
        layout.label(page, x, below - 0.6 * NAME, stage.name, weight="bold")
        for j, line in enumerate(lines):
            layout.label(page, x, below - NAME - (j + 0.4) * LINE, line, size=style.SMALL)
        if i > 0:
            head = {"arrowstyle": "-|>,head_length=0.35,head_width=0.18", "mutation_scale": 10}
            _arrow(page, (left - ARROW + 0.02, middle), (left - 0.02, middle), **head)
    return canvas


def thumbnail_grid(page: Axes, pictures: Sequence[Thumbnail]) -> None:
    """Draw thumbnails row by row, two in each."""
    width, height = _size(page)
    n_rows = -(-len(pictures) // 2)
    for i, picture in enumerate(pictures):
        y = height * (n_rows - i // 2 - 0.5) / n_rows
        layout.place(page, picture, width * (i % 2 + 0.5) / 2, y, line=0.8)


def stacks(page: Axes, groups: Sequence[Sequence[Thumbnail]], colours: Sequence[str]) -> None:
    """Draw groups of thumbnails below each other, those of one thumbnail in one row at the foot."""
    width, height = _size(page)
    framed = [[(picture, c) for picture in g] for g, c in zip(groups, colours, strict=True)]
    copies, single = [g for g in framed if len(g) > 1], [g[0] for g in framed if len(g) == 1]
    rows = [(group, 0.13, 0.04) for group in copies] + ([(single, 0.42, 0.0)] if single else [])
    for i, (row, right, down) in enumerate(rows):
        y = height * (len(rows) - i - 0.5) / len(rows)
        for j, (picture, colour) in enumerate(row):
            offset = j - (len(row) - 1) / 2
            layout.place(page, picture, width / 2 + right * offset, y - down * offset, colour, 0.8)


def thumbnail(page: Axes, of: Thumbnail) -> None:
    """Draw an image."""
    width, height = _size(page)
    layout.place(page, of, width / 2, height / 2, line=0.5)


def pixels(page: Axes, of: npt.NDArray[np.uint8], share: float = 0.95) -> None:
    """Draw a square image; where it has few pixels, each can be seen."""
    width, height = _size(page)
    side = share * min(width, height)
    left, bottom = (width - side) / 2, (height - side) / 2
    most = round(side * style.DPI)
    if len(of) > most:
        of = quantized(Image.fromarray(of), most, most)
    extent = (left, left + side, bottom, bottom + side)
    page.imshow(of, extent=extent, aspect="auto", interpolation="nearest")
    page.add_patch(Rectangle((left, bottom), side, side, fill=False, ec=style.GREY, lw=0.5))


def vector(page: Axes, n_cells: int = 14) -> None:
    """Draw a vector: a column of cells; their shades have no meaning."""
    width, height = _size(page)
    shades = np.random.default_rng(0).random((n_cells, 1))
    half, tall = min(0.07, width / 2), min(height, 0.09 * n_cells) / 2
    edges = np.linspace(height / 2 - tall, height / 2 + tall, n_cells + 1)
    look: style.Look = {"vmin": -0.8, "vmax": 1.1, "edgecolors": style.INK, "lw": 0.4}
    sides = [width / 2 - half, width / 2 + half]
    page.pcolormesh(sides, edges, shades, cmap="Blues_r", antialiased=True, **look)


def components(page: Axes) -> None:
    """Draw a cloud of points and the directions in which it extends."""
    width, height = _size(page)
    drawn = np.random.default_rng(4).normal(size=(26, 2)) * (0.24, 0.07)
    turn, middle = np.array([[0.86, 0.5], [-0.5, 0.86]]), np.array([width / 2, height / 2])
    size = min(width, height)
    x, y = (np.clip(drawn, -0.45, 0.45) @ turn * size + middle).T
    page.scatter(x, y, s=5, lw=0, color=style.COLOURS[0])
    for length, direction in zip((0.46, 0.22), turn, strict=True):
        end = middle + length * size * direction
        look: style.Look = {"arrowstyle": "-|>", "mutation_scale": 6, "color": style.WRONG}
        _arrow(page, middle, end, **look)


def dendrogram(page: Axes, cut: bool) -> None:
    """Draw a tree of six leaves, and where it is cut."""
    merges = Tree.of(_SIX).merges * (0.72 / 5, 0.7) + (0.14, 0.15)
    below = _SIX.heights <= _THRESHOLD
    for chosen, colour in ((~below, style.LIGHT if cut else style.INK), (below, style.INK)):
        look: style.Look = {"colors": colour, "lw": 1.1, "transform": page.transAxes}
        page.add_collection(LineCollection(list(merges[chosen]), **look))
    if cut:
        y = 0.15 + 0.7 * _THRESHOLD
        look = {"color": style.WRONG, "lw": 1.0, "ls": (0, (4, 2)), "transform": page.transAxes}
        page.plot((0.06, 0.94), (y, y), **look)


def program(page: Axes) -> None:
    """Draw the window of somebody else's program."""
    (x, y), (width, height) = np.array(_size(page)) / 2, _size(page) * np.array([0.62, 0.5])
    left, bottom, bar = x - width / 2, y - height / 2, 0.18 * height
    page.add_patch(Rectangle((left, bottom), width, height, fc="white", ec=style.INK, lw=1.0))
    page.add_patch(Rectangle((left, bottom + height - bar), width, bar, fc=style.INK, lw=0))
    layout.label(page, x, y - bar / 2, ">_", size=style.TITLE, weight="bold")


def bars(page: Axes, heights: Sequence[float], colours: Sequence[str]) -> None:
    """Draw a network from left to right, its layers as upright bars."""
    width, height = _size(page)
    for i, (share, colour) in enumerate(zip(heights, colours, strict=True)):
        x, wide = width * (0.1 + 0.8 * (i + 0.5) / len(heights)), 0.5 * width / len(heights)
        high = 0.75 * height * share
        corner = (x - wide / 2, (height - high) / 2)
        page.add_patch(Rectangle(corner, wide, high, fc=colour, ec=style.INK, lw=0.6))


def block(page: Axes, share: float, channels: int, n_convolutions: int) -> None:
    """Draw convolutions and a pool as slabs of a share of the page, as wide as their channels."""
    width, height = _size(page)
    side, thick = height / (1 + DEPTH) * share, 0.012 * np.log2(channels)
    pool = side / 2**0.5
    left = (width - n_convolutions * thick - 0.02 - thick - DEPTH * side) / 2
    for i in range(n_convolutions):
        _slab(page, left + i * thick, thick, side, CONVOLUTION)
    after = left + n_convolutions * thick + 0.02 + DEPTH * (side - pool) / 2
    _slab(page, after, thick, pool, POOL)


def _slab(page: Axes, left: float, width: float, height: float, colour: str) -> None:
    """Draw a box seen a little from above and from the right."""
    bottom = (_size(page)[1] - height * (1 + DEPTH)) / 2
    across, up, back = np.array([(width, 0), (0, height), (DEPTH * height, DEPTH * height)])
    # Of each face a corner, and the ways along its sides.
    faces = (((0, 0), across, up, 1.0), (up, across, back, 1.1), (across, back, up, 0.82))
    for corner, one, other, light in faces:
        start = np.array((left, bottom)) + corner
        corners = [start, start + one, start + one + other, start + other]
        shade = np.minimum(1, light * np.array(to_rgb(colour)))
        page.add_patch(Polygon(corners, fc=shade, ec=style.INK, lw=0.4, clip_on=False))


def _size(page: Axes) -> tuple[float, float]:
    return page.get_xlim()[1], page.get_ylim()[1]


def _broken(line: str, letters: int) -> list[str]:
    return textwrap.wrap(" ".join(line.split())[:120], letters)


def _arrow(page: Axes, start: Any, end: Any, **look: Any) -> None:
    shape = {"color": style.INK, "lw": 1.0, "shrinkA": 0, "shrinkB": 0, "zorder": 4, **look}
    page.add_patch(FancyArrowPatch(start, end, **shape))
