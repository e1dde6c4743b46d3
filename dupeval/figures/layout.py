"""Where things go: pages in inches, panels, legends, text, and thumbnails that hide none other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle
from PIL import Image
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from dupeval.dataset import ImageHandle, Query
from dupeval.dataset.images import MOST_DECODERS, ImageError, open_rgb
from dupeval.errors import DupevalError
from dupeval.figures.style import DPI, GREY, SMALL, TEXT, TITLE, WIDTHS, Look, Mark, page_width
from dupeval.figures.texts import one_line, short

Points = npt.NDArray[np.float64]
Thumbnail = npt.NDArray[np.uint8]

# Inches between a line and a point that it passes; and how long places are looked for.
CLEARANCE, NEAREST, MOST_ROUNDS = 0.04, 24, 40
# Of one thumbnail: few enough for a small PDF, too many to see the difference at this size.
_COLOURS = 128


def canvas_of(height: float, width: float | None = None, **options: Any) -> Canvas:
    """Return an empty figure; sizes in inches, `options` are those of matplotlib's Figure."""
    made = Canvas(figsize=(width or page_width(), height), **options)
    FigureCanvasAgg(made)  # which can measure text before anything is saved
    return made


def axes_at(of: Canvas, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at a place of the canvas, in inches."""
    across, up = of.get_size_inches()
    return of.add_axes((left / across, bottom / up, width / across, height / up))


def page(of: Canvas, left: float = 0, bottom: float = 0, *size: float) -> Axes:
    """Return axes without axes whose unit is the inch: over the whole canvas, or a part of it."""
    width, height = size or of.get_size_inches()
    axes = axes_at(of, left, bottom, width, height)
    axes.set(xlim=(0, width), ylim=(0, height), autoscale_on=False)
    axes.set_axis_off()
    return axes


def in_a_row(most: int) -> int:
    """Return how many panels have room in a row, of those that have on the width of a page."""
    return most if page_width() == WIDTHS["double"] else max(1, most // 2)


def panels(
    methods: Iterable[str], columns: int, height: float, legend: float, **options: Any
) -> tuple[Canvas, dict[str, Axes]]:
    """Return a canvas and on it a titled panel for each method, at most so many in a row.

    See `in_a_row`. A panel and the legend above all have their heights in inches; `options` are
    those of matplotlib's Figure.subplots.
    """
    names = list(methods)
    columns = min(len(names), in_a_row(columns))
    rows = -(-len(names) // columns)
    canvas = canvas_of(rows * height + legend, layout="constrained")
    grid: list[Axes] = canvas.subplots(rows, columns, squeeze=False, **options).ravel().tolist()
    for axes in grid[len(names) :]:
        axes.remove()
    made = dict(zip(names, grid, strict=False))
    for name, axes in made.items():
        axes.set_title(short(name))
    return canvas, made


def remark(of: Axes, text: str) -> None:
    """Write a few words above a panel, on the right."""
    of.set_title(text, loc="right", size=TEXT, weight="normal")


def legend(of: Canvas, looks: Mapping[str, Look], columns: int = 6) -> None:
    """Write on top of a canvas what each look means; one with a face colour is an area."""
    handles: list[Artist] = [
        Patch(label=name, **look) if "facecolor" in look else Line2D([], [], label=name, **look)
        for name, look in looks.items()
    ]
    for n in range(columns, 0, -1):
        made = of.legend(handles=handles, ncols=n, loc="outside upper left")
        if n == 1 or made.get_window_extent().width <= DPI * page_width():
            return
        made.remove()


def heading(of: Axes, query: Query, below: str) -> None:
    """Write a query's name on top of a page, and in small what is shown of it."""
    left, top = 0.08, of.get_ylim()[1]
    name = query.slug if query.title == query.slug else f"{query.slug}: {query.title}"
    write(of, left, top - 0.14, name, size=TITLE, weight="bold")
    write(of, left, top - 0.33, below, color=GREY)


def write(of: Axes, left: float, y: float, text: str, room: float = 0.0, **options: Any) -> None:
    """Write text from outside on one line of a page, cut to its width less some room, in inches."""
    line = one_line(text, 400)
    written = of.text(left, y, line, va="center", **options)
    most = DPI * (of.get_xlim()[1] - left - room - 0.05)
    while len(line) > 1 and written.get_window_extent().width > most:
        line = line[:-1]
        written.set_text(f"{line.rstrip()}…")


def label(of: Axes, x: float, y: float, text: str, **options: Any) -> None:
    """Write text around a point."""
    of.text(x, y, text, **{"ha": "center", "va": "center", **options})


def thumbnails(images: Sequence[ImageHandle], width: float, height: float) -> list[Thumbnail]:
    """Return each image as large as fits into a box in inches, shape (rows, columns, 3).

    Raises
    ------
    DupevalError
        If an image cannot be decoded; the message names its file.
    """

    def small(image: ImageHandle) -> Thumbnail:
        try:
            picture = open_rgb(image)
        except ImageError as error:
            raise DupevalError(f"{image.name}: {error}") from None
        scale = DPI * min(width / picture.width, height / picture.height)
        # At least a pixel, however long and thin the image is.
        columns, rows = (max(1, round(scale * side)) for side in picture.size)
        return quantized(picture, columns, rows)

    with ThreadPoolExecutor(MOST_DECODERS) as pool:
        return list(pool.map(small, images))


def quantized(picture: Image.Image, columns: int, rows: int) -> Thumbnail:
    """Return an image of so many pixels, with few enough colours for a small PDF."""
    resized = picture.resize((columns, rows), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(resized.quantize(_COLOURS).convert("RGB"))


def box(
    of: Axes, left: float, bottom: float, width: float, height: float, radius: float, **look: Any
) -> None:
    """Draw a box with round corners behind all else."""
    shape = f"round,pad=0,rounding_size={radius}"
    of.add_patch(FancyBboxPatch((left, bottom), width, height, boxstyle=shape, zorder=0, **look))


def frame(of: Axes, thumbnail: Thumbnail, x: float, y: float, mark: Mark) -> None:
    """Draw a thumbnail in a frame of its photograph's colour, with its letter; see `place`."""
    width, height = place(of, thumbnail, x, y, mark.colour)
    if mark.letter:
        left, top, wide, high = x - width / 2, y + height / 2, 0.03 + 0.075 * len(mark.letter), 0.12
        corner = Rectangle((left, top - high), wide, high, color=mark.colour, lw=0, zorder=3)
        of.add_patch(corner)
        look: Look = {"size": SMALL, "weight": "bold", "color": mark.text_colour, "zorder": 3}
        label(of, left + wide / 2, top - high / 2, mark.letter, va="center_baseline", **look)


def place(
    of: Axes,
    thumbnail: Thumbnail,
    x: float,
    y: float,
    colour: str = GREY,
    line: float = 1.2,
) -> tuple[float, float]:
    """Draw a thumbnail on a page, at its printed size around a point; return that size in inches.

    The line about it has a colour and a width in points.
    """
    height, width = (side / DPI for side in thumbnail.shape[:2])
    left, bottom = x - width / 2, y - height / 2
    extent = (left, left + width, bottom, bottom + height)
    of.imshow(thumbnail, extent=extent, aspect="auto", zorder=2)
    of.add_patch(Rectangle((left, bottom), width, height, fill=False, ec=colour, lw=line, zorder=2))
    return width, height


def spread(n: int, most: int) -> list[int]:
    """Return at most `most` of the places 0 ... n - 1, evenly spread, the first and last of them.

    What a picture shows of more images than it has room for.
    """
    return sorted({round(i) for i in np.linspace(0, n - 1, min(n, most))})


def packed(sizes: Sequence[int], columns: int) -> tuple[list[tuple[int, int]], int]:
    """Put boxes of some tiles onto a grid, each where it first fits, large ones in whole rows.

    Returns
    -------
    places : list of (int, int)
        The row and column of each box's first tile.
    rows : int
        How many rows are used.
    """
    places: list[tuple[int, int]] = []
    used: list[int] = []
    for size in sizes:
        fits = (i for i, taken in enumerate(used) if taken + size <= columns)
        row = next(fits, len(used))
        if row == len(used):
            used += [0, *[columns] * ((size - 1) // columns)]
        places.append((row, used[row]))
        used[row] += min(size, columns)
    return places, len(used)


def apart(points: Points, size: Points, area: Points, sizes: Points | None = None) -> Points:
    """Return a place of its own near its point for each box of a size, its centre.

    The area, from its lower left to its upper right corner, is divided into cells of that size, or
    more where there is no room; they are shared out so that the sum of squared distances to the
    points is least: lines from boxes to points then hardly cross. With the boxes' own sizes they
    are then exchanged, and moved to free cells, until no line passes a point that is not its own,
    as far as that leads to fewer of them. All arrays have two columns.
    """
    low, high = area
    n_cells = np.maximum(1, ((high - low) / size).astype(int))
    while n_cells.prod() < len(points):
        n_cells += 1
    axes = [low[k] + (high - low)[k] * (np.arange(n_cells[k]) + 0.5) / n_cells[k] for k in (0, 1)]
    cells = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    _, of_cells = linear_sum_assignment(cdist(points, cells, "sqeuclidean"))
    if sizes is not None:
        of_cells = _untangled(points, cells, of_cells, sizes)
    return cells[of_cells]


def passed(points: Points, centres: Points, sizes: Points) -> npt.NDArray[np.int64]:
    """Return how many points that are not its own each line from a box to its point passes.

    A point as near to a line's own point as `CLEARANCE` cannot be told from it.
    """
    starts = np.clip(points, centres - sizes / 2, centres + sizes / 2)
    along = points - starts
    lengths = np.maximum(np.square(along).sum(axis=1), 1e-12)
    # Of line i and point j: where on the line the point is nearest, and how near.
    to_points = points[None, :, :] - starts[:, None, :]
    at = np.clip((to_points * along[:, None, :]).sum(axis=2) / lengths[:, None], 0, 1)
    near = np.linalg.norm(to_points - at[:, :, None] * along[:, None, :], axis=2) < CLEARANCE
    # A point within the box hides the line.
    other = np.linalg.norm(points[None] - points[:, None], axis=2) >= CLEARANCE
    drawn = lengths[:, None] > CLEARANCE**2
    passes: npt.NDArray[np.int64] = (near & other & drawn).sum(axis=1)
    return passes


def _untangled(
    points: Points, cells: Points, of_cells: npt.NDArray[np.int64], sizes: Points
) -> npt.NDArray[np.int64]:
    """Exchange and move boxes as long as fewer lines pass points, the nearest places first."""

    def cost(placed: npt.NDArray[np.int64]) -> tuple[int, float]:
        centres = cells[placed]
        far = float(np.square(points - centres).sum())
        return int(passed(points, centres, sizes).sum()), far

    placed = of_cells.copy()
    best = cost(placed)
    for _ in range(MOST_ROUNDS):
        tangled = np.flatnonzero(passed(points, cells[placed], sizes))
        tried = []
        for i in tangled:
            for cell in np.argsort(np.square(cells - points[i]).sum(axis=1))[:NEAREST]:
                moved = placed.copy()
                moved[placed == cell] = placed[i]
                moved[i] = cell
                tried.append((cost(moved), moved))
        better = min(tried, key=lambda one: one[0], default=None)
        if better is None or better[0] >= best:
            break
        best, placed = better
    return placed
