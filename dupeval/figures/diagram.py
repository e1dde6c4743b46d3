"""A row of stages with arrows between them: small drawings, each with its name and what it does."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyArrowPatch, Polygon, Rectangle
from PIL import Image

from dupeval.clustering import Dendrogram
from dupeval.figures import layout, style
from dupeval.figures.dendrogram import DrawnTree
from dupeval.figures.layout import Thumbnail, quantized
from dupeval.figures.texts import one_line

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
    """One stage of a way: what is done with which settings, and what draws it.

    That is given a page of its own, in inches around its middle, and its width and height.
    """

    name: str
    lines: Sequence[str]
    draw: Callable[[Axes, float, float], object]


def row_of(stages: Sequence[Stage], height: float, boxes: bool) -> Canvas:
    """Draw stages from left to right with arrows between them, in boxes or not.

    The height, in inches, is that of the drawings; names and lines come below them.
    """
    width = (style.page_width() - 2 * MARGIN + ARROW) / len(stages) - ARROW
    letters = max(8, floor((width + 0.6 * ARROW) / LETTER))
    texts = [
        [part for line in stage.lines for part in textwrap.wrap(one_line(line, 120), letters)]
        for stage in stages
    ]
    below = NAME + LINE * max(map(len, texts)) + MARGIN
    page = layout.page(canvas := layout.canvas_of(MARGIN + height + below))
    for i, (stage, lines) in enumerate(zip(stages, texts, strict=True)):
        left, middle = MARGIN + i * (width + ARROW), below + height / 2
        x = left + width / 2
        if boxes:
            look: style.Look = {"fc": "white", "ec": style.GREY, "lw": 0.8}
            layout.box(page, left, below, width, height, 0.05, **look)
        own = layout.page(canvas, left, below, width, height)
        own.set(xlim=(-width / 2, width / 2), ylim=(-height / 2, height / 2))
        stage.draw(own, width, height)
        layout.label(page, x, below - 0.6 * NAME, stage.name, weight="bold")
        for j, line in enumerate(lines):
            layout.label(page, x, below - NAME - (j + 0.4) * LINE, line, size=style.SMALL)
        if i > 0:
            head = {"arrowstyle": "-|>,head_length=0.35,head_width=0.18", "mutation_scale": 10}
            _arrow(page, (left - ARROW + 0.02, middle), (left - 0.02, middle), **head)
    return canvas


def thumbnail_grid(page: Axes, width: float, height: float, pictures: Sequence[Thumbnail]) -> None:
    """Draw thumbnails row by row, two in each."""
    n_rows = -(-len(pictures) // 2)
    for i, picture in enumerate(pictures):
        y = height * ((n_rows - i // 2 - 0.5) / n_rows - 0.5)
        layout.place(page, picture, width * (i % 2 - 0.5) / 2, y, line=0.8)


def stacks(
    page: Axes, width: float, height: float, groups: Sequence[tuple[Sequence[Thumbnail], str]]
) -> None:
    """Draw groups of thumbnails, each with a colour, those of one thumbnail at the foot."""
    framed = [[(picture, colour) for picture in pictures] for pictures, colour in groups]
    copies, single = [g for g in framed if len(g) > 1], [g[0] for g in framed if len(g) == 1]
    rows = [(group, 0.13, 0.04) for group in copies] + ([(single, 0.42, 0.0)] if single else [])
    for i, (row, right, down) in enumerate(rows):
        y = height * ((len(rows) - i - 0.5) / len(rows) - 0.5)
        for j, (picture, colour) in enumerate(row):
            offset = j - (len(row) - 1) / 2
            layout.place(page, picture, right * offset, y - down * offset, colour, 0.8)


def pixels(page: Axes, width: float, height: float, of: Thumbnail, share: float = 0.95) -> None:
    """Draw a square image; where it has few pixels, each can be seen."""
    half = share * min(width, height) / 2
    most = round(2 * half * style.DPI)
    if len(of) > most:
        of = quantized(Image.fromarray(of), most, most)
    page.imshow(of, extent=(-half, half, -half, half), aspect="auto", interpolation="nearest")
    look: style.Look = {"fill": False, "ec": style.GREY, "lw": 0.5}
    page.add_patch(Rectangle((-half, -half), 2 * half, 2 * half, **look))


def vector(page: Axes, width: float, height: float, n_cells: int = 14) -> None:
    """Draw a vector: a column of cells; their shades have no meaning."""
    shades = np.random.default_rng(0).random((n_cells, 1))
    half, tall = min(0.07, width / 2), min(height, 0.09 * n_cells) / 2
    look: style.Look = {"cmap": "Blues_r", "vmin": -0.8, "vmax": 1.1, "antialiased": True}
    edges = np.linspace(-tall, tall, n_cells + 1)
    page.pcolormesh([-half, half], edges, shades, edgecolors=style.INK, lw=0.4, **look)


def components(page: Axes, width: float, height: float) -> None:
    """Draw a cloud of points and the directions in which it extends."""
    drawn = np.random.default_rng(4).normal(size=(26, 2)) * (0.24, 0.07)
    turn = min(width, height) * np.array([[0.86, 0.5], [-0.5, 0.86]])
    x, y = (np.clip(drawn, -0.45, 0.45) @ turn).T
    page.scatter(x, y, s=5, lw=0, color=style.COLOURS[0])
    for length, direction in zip((0.46, 0.22), turn, strict=True):
        look: style.Look = {"arrowstyle": "-|>", "mutation_scale": 6, "color": style.WRONG}
        _arrow(page, (0, 0), length * direction, **look)


def dendrogram(page: Axes, width: float, height: float, cut: bool) -> None:
    """Draw a tree of six leaves, and where it is cut."""
    size = (width, height)
    merges = (DrawnTree.of(_SIX).merges * (0.72 / 5, 0.7) - (0.36, 0.35)) * size
    below = _SIX.heights <= _THRESHOLD
    for chosen, colour in ((~below, style.LIGHT if cut else style.INK), (below, style.INK)):
        page.add_collection(LineCollection(list(merges[chosen]), colors=colour, linewidths=1.1))
    if cut:
        y = (0.7 * _THRESHOLD - 0.35) * height
        look: style.Look = {"color": style.WRONG, "lw": 1.0, "ls": (0, (4, 2))}
        page.plot((-0.44 * width, 0.44 * width), (y, y), **look)


def program(page: Axes, width: float, height: float) -> None:
    """Draw the window of somebody else's program."""
    left, top, bar = -0.31 * width, 0.25 * height, 0.09 * height
    look: style.Look = {"fc": "white", "ec": style.INK, "lw": 1.0}
    page.add_patch(Rectangle((left, -top), -2 * left, 2 * top, **look))
    page.add_patch(Rectangle((left, top - bar), -2 * left, bar, fc=style.INK, lw=0))
    layout.label(page, 0, -bar / 2, ">_", size=style.TITLE, weight="bold")


def network(page: Axes, width: float, height: float, bars: Sequence[tuple[float, str]]) -> None:
    """Draw a network from left to right, its layers as upright bars of some height and colour."""
    wide = 0.5 * width / len(bars)
    for i, (share, colour) in enumerate(bars):
        x, high = 0.8 * width * ((i + 0.5) / len(bars) - 0.5), 0.75 * height * share
        corner = (x - wide / 2, -high / 2)
        page.add_patch(Rectangle(corner, wide, high, fc=colour, ec=style.INK, lw=0.6))


def block(
    page: Axes, width: float, height: float, share: float, channels: int, n_convolutions: int
) -> None:
    """Draw convolutions and a pool as slabs of a share of the page, as wide as their channels."""
    side, thick = height / (1 + DEPTH) * share, 0.012 * np.log2(channels)
    pool, end = side / 2**0.5, n_convolutions * thick
    left = -(end + 0.02 + thick + DEPTH * side) / 2
    for i in range(n_convolutions):
        _slab(page, left + i * thick, thick, side, CONVOLUTION)
    _slab(page, left + end + 0.02 + DEPTH * (side - pool) / 2, thick, pool, POOL)


def _slab(page: Axes, left: float, width: float, height: float, colour: str) -> None:
    """Draw a box seen a little from above and from the right."""
    bottom, deep = -height * (1 + DEPTH) / 2, DEPTH * height
    across, up, back = np.array([(width, 0), (0, height), (deep, deep)])
    # Of each face a corner, and the ways along its sides.
    faces = (((0, 0), across, up, 1.0), (up, across, back, 1.1), (across, back, up, 0.82))
    for corner, one, other, light in faces:
        start = np.array((left, bottom)) + corner
        corners = [start, start + one, start + one + other, start + other]
        shade = np.minimum(1, light * np.array(to_rgb(colour)))
        page.add_patch(Polygon(corners, fc=shade, ec=style.INK, lw=0.4, clip_on=False))


def _arrow(page: Axes, start: Any, end: Any, **look: Any) -> None:
    shape = {"color": style.INK, "lw": 1.0, "shrinkA": 0, "shrinkB": 0, "zorder": 4, **look}
    page.add_patch(FancyArrowPatch(start, end, **shape))
