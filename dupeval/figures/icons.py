"""Small drawings of what the stages of a way do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch, Polygon, Rectangle
from PIL import Image

from dupeval.clustering import Dendrogram
from dupeval.figures import style
from dupeval.figures.dendrogram import Tree
from dupeval.figures.diagram import Area
from dupeval.figures.thumbnails import Thumbnail, place
from dupeval.figures.vgg_blocks import Step

CONVOLUTION, POOL, MEAN, CONNECTED = "#BBD7EC", "#E69F00", "#009E73", "#CC79A7"

_SIX = Dendrogram(
    np.array([[0, 1], [3, 4], [2, 7], [6, 8], [9, 5]]), np.array([0.18, 0.26, 0.62, 0.85, 1.0])
)
_THRESHOLD = 0.42


def thumbnail_grid(
    page: Axes, area: Area, pictures: Sequence[Thumbnail], frames: Sequence[str], columns: int
) -> None:
    """Draw thumbnails row by row."""
    n_rows = -(-len(pictures) // columns)
    for i, (picture, frame) in enumerate(zip(pictures, frames, strict=True)):
        x = area.left + area.width * (i % columns + 0.5) / columns
        y = area.bottom + area.height * (n_rows - i // columns - 0.5) / n_rows
        place(page, picture, x, y, frame, 0.8)


def stacks(
    page: Axes, area: Area, groups: Sequence[Sequence[Thumbnail]], frames: Sequence[str]
) -> None:
    """Draw groups of thumbnails below each other, those of one thumbnail in one row at the foot."""
    framed = [[(picture, frame) for picture in g] for g, frame in zip(groups, frames, strict=True)]
    copies, single = [g for g in framed if len(g) > 1], [g[0] for g in framed if len(g) == 1]
    rows = [(group, 0.13, 0.04) for group in copies] + ([(single, 0.42, 0.0)] if single else [])
    for i, (row, right, down) in enumerate(rows):
        y = area.bottom + area.height * (len(rows) - i - 0.5) / len(rows)
        for j, (picture, frame) in enumerate(row):
            offset = j - (len(row) - 1) / 2
            place(page, picture, area.x + right * offset, y - down * offset, frame, 0.8)


def picture(page: Axes, area: Area, of: Thumbnail) -> None:
    """Draw an image."""
    place(page, of, area.x, area.y, style.GREY, 0.5)


def pixels(page: Axes, area: Area, of: Thumbnail) -> None:
    """Draw a square image; where it has few pixels, each can be seen."""
    side = 0.95 * min(area.width, area.height)
    left, bottom = area.x - side / 2, area.y - side / 2
    most = round(side * style.DPI)
    if len(of) > most:
        small = Image.fromarray(of).resize((most, most), Image.Resampling.LANCZOS)
        of = np.asarray(small.quantize(128).convert("RGB"))
    extent = (left, left + side, bottom, bottom + side)
    page.imshow(of, extent=extent, aspect="auto", interpolation="nearest")
    page.add_patch(Rectangle((left, bottom), side, side, fill=False, ec=style.GREY, lw=0.5))


def grid(page: Axes, area: Area) -> None:
    """Draw a square of cells, such as an image's pixels; their shades have no meaning."""
    shades = np.random.default_rng(1).integers(80, 235, (6, 6, 1), np.uint8).repeat(3, axis=2)
    side = 0.7 * min(area.width, area.height)
    pixels(page, Area(area.x - side / 2, area.y - side / 2, side, side), shades)


def vector(page: Axes, area: Area, n_cells: int = 14) -> None:
    """Draw a vector: a column of cells; their shades have no meaning."""
    shades = np.random.default_rng(0).random(n_cells)
    height = min(area.height, 0.09 * n_cells)
    cell, width = height / n_cells, min(0.14, area.width)
    for i, shade in enumerate(shades):
        corner = (area.x - width / 2, area.y - height / 2 + i * cell)
        blue = 0.35 + 0.6 * shade
        page.add_patch(Rectangle(corner, width, cell, fc=(blue, blue, 1), ec=style.INK, lw=0.4))


def components(page: Axes, area: Area) -> None:
    """Draw a cloud of points and the directions in which it extends."""
    drawn = np.random.default_rng(4).normal(size=(26, 2)) * (0.24, 0.07)
    turn = np.array([[0.86, 0.5], [-0.5, 0.86]])
    size = min(area.width, area.height)
    points = np.clip(drawn, -0.45, 0.45) @ turn * size + (area.x, area.y)
    page.scatter(points[:, 0], points[:, 1], s=5, color=style.COLOURS[0], lw=0)
    for length, direction in ((0.46, turn[0]), (0.22, turn[1])):
        end = np.array([area.x, area.y]) + length * size * direction
        page.add_patch(
            FancyArrowPatch(
                (area.x, area.y), tuple(end), arrowstyle="-|>", mutation_scale=6, lw=1,
                color=style.WRONG, shrinkA=0, shrinkB=0, zorder=3,
            )
        )  # fmt: skip


def dendrogram(page: Axes, area: Area, cut: bool) -> None:
    """Draw a tree of six leaves, and where it is cut."""
    merges = Tree.of(_SIX).merges * (1 / 5, 1)
    scale = np.array([0.72 * area.width, 0.7 * area.height])
    corner = np.array([area.left + 0.14 * area.width, area.bottom + 0.15 * area.height])
    below = merges[:, 1, 1] <= _THRESHOLD
    for chosen, colour in ((~below, style.LIGHT if cut else style.INK), (below, style.INK)):
        lines = list(merges[chosen] * scale + corner)
        page.add_collection(LineCollection(lines, colors=colour, linewidths=1.1))
    if cut:
        y = corner[1] + _THRESHOLD * scale[1]
        ends = (area.left + 0.06 * area.width, area.left + 0.94 * area.width)
        page.plot(ends, (y, y), color=style.WRONG, lw=1.0, ls=(0, (4, 2)))


def program(page: Axes, area: Area) -> None:
    """Draw the window of somebody else's program."""
    width, height = 0.62 * area.width, 0.5 * area.height
    left, bottom = area.x - width / 2, area.y - height / 2
    page.add_patch(Rectangle((left, bottom), width, height, fc="white", ec=style.INK, lw=1.0))
    bar = 0.18 * height
    page.add_patch(Rectangle((left, bottom + height - bar), width, bar, fc=style.INK, lw=0))
    page.text(area.x, area.y - bar / 2, ">_", size=style.TITLE, weight="bold", ha="center",
              va="center")  # fmt: skip


def network(page: Axes, area: Area, steps: Sequence[Step]) -> None:
    """Draw a network from left to right, its layers as upright bars."""
    n = len(steps)
    for i, step in enumerate(steps):
        height = 0.75 * area.height * _relative(step)
        x, width = area.left + area.width * (0.1 + 0.8 * (i + 0.5) / n), 0.5 * area.width / n
        corner = (x - width / 2, area.y - height / 2)
        page.add_patch(Rectangle(corner, width, height, fc=_colour(step), ec=style.INK, lw=0.6))


def step(page: Axes, area: Area, of: Step) -> None:
    """Draw one step of a network: its layers as slabs, as wide as they have channels."""
    side = area.height / (1 + _DEPTH) * _relative(of)
    if of.kind == "block":
        thick = 0.012 * np.log2(of.channels)
        pool = side / 2**0.5
        width = of.n_convolutions * thick + 0.02 + thick + _DEPTH * side
        left = area.x - width / 2
        for i in range(of.n_convolutions):
            _slab(page, left + i * thick, area.y, thick, side, CONVOLUTION)
        after = left + of.n_convolutions * thick + 0.02 + _DEPTH * (side - pool) / 2
        _slab(page, after, area.y, thick, pool, POOL)
    else:
        vector(page, area)


_DEPTH = 0.3  # how far a slab reaches back, of its height


def _relative(of: Step) -> float:
    """Return a height that grows with the image, slowly, so that the last blocks can be seen."""
    if of.kind == "connected":
        return 0.8
    return float((of.side / 224) ** 0.5) if of.side <= 224 else 1.0


def _colour(of: Step) -> str:
    return {"block": CONVOLUTION, "mean": MEAN, "connected": CONNECTED}[of.kind]


def _slab(page: Axes, left: float, y: float, width: float, height: float, colour: str) -> None:
    """Draw a box seen a little from above and from the right."""
    bottom, back = y - height * (1 + _DEPTH) / 2, _DEPTH * height
    top, right = bottom + height, left + width
    faces = (
        ([(left, bottom), (right, bottom), (right, top), (left, top)], 1.0),
        ([(left, top), (right, top), (right + back, top + back), (left + back, top + back)], 1.1),
        (
            [(right, bottom), (right + back, bottom + back), (right + back, top + back),
             (right, top)],
            0.82,
        ),
    )  # fmt: skip
    for corners, light in faces:
        page.add_patch(
            Polygon(corners, closed=True, fc=style.lighter(colour, light), ec=style.INK, lw=0.4)
        )
