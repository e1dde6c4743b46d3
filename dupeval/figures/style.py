"""The one style of all figures: page width, fonts, colours, and how photographs are told apart."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dupeval.dataset import UNLABELLED, Query

WIDTH = 17 / 2.54  # inches: the width of a printed page's text
DPI = 200

# Okabe and Ito's colours, told apart by people with any colour vision; the yellow is left out
# because it is too pale for lines on white.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#6B4C9A")
INK, GREY, LIGHT, PALE = "#222222", "#8C8C8C", "#B4B4B4", "#DDDDDD"
RIGHT, WRONG, MISSED = "#009E73", "#D55E00", "#0072B2"

SMALL, TEXT, TITLE = 6.5, 7.5, 9.0  # points at the printed width

# Only the fonts of this package are used.
_KOREAN_PACKAGE, _KOREAN_FONT = "koreanize_matplotlib", "NanumGothic"


@contextmanager
def style() -> Iterator[None]:
    """Draw in the project's style while the block lasts; drawing and saving belong inside."""
    _register_korean_font()
    with mpl.rc_context(), _quiet("fontTools.subset"):
        mpl.rcdefaults()  # A matplotlibrc of the user's would change the pictures.
        mpl.rcParams.update(_RC)
        yield


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a logger from warning of tables that the Korean font has beyond what is drawn."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def canvas(height: float, width: float = WIDTH, **options: Any) -> Figure:
    """Return an empty figure; sizes in inches, `options` are those of matplotlib's Figure."""
    made = Figure(figsize=(width, height), **options)
    FigureCanvasAgg(made)  # which can measure text before anything is saved
    return made


def page(of: Figure) -> Axes:
    """Return axes without axes, over the whole canvas, whose unit is the inch."""
    width, height = of.get_size_inches()
    axes = of.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height), autoscale_on=False)
    axes.set_axis_off()
    return axes


def axes_at(of: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at a place of the canvas, in inches."""
    whole_width, whole_height = of.get_size_inches()
    return of.add_axes(
        (left / whole_width, bottom / whole_height, width / whole_width, height / whole_height)
    )


def panels(of: Figure, n: int, columns: int, **options: Any) -> list[Axes]:
    """Return n axes in rows of at most `columns`; `options` are those of Figure.subplots."""
    columns = min(n, columns)
    grid: list[Axes] = (
        of.subplots(-(-n // columns), columns, squeeze=False, **options).ravel().tolist()
    )
    for axes in grid[n:]:
        axes.remove()
    return grid[:n]


def heading(of: Axes, query: Query, below: str) -> None:
    """Write a query's name on top of a page, and in small what is shown of it."""
    left, top = 0.08, of.get_ylim()[1]
    write(of, left, top - 0.14, f"{query.slug}: {query.title}", size=TITLE, weight="bold")
    write(of, left, top - 0.33, below, color=GREY)


def write(of: Axes, left: float, y: float, text: str, room: float = 0.0, **options: Any) -> None:
    """Write text from outside on one line of a page, shortened to what is free of its width.

    Parameters
    ----------
    of : Axes
        From `page`.
    left, y : float
        Where the text begins, and its middle; in inches.
    text : str
    room : float, default 0
        Left free on the right, in inches.
    **options
        Those of matplotlib's Text.
    """
    line = one_line(text, 400)
    most = of.get_xlim()[1] - left - room - 0.05
    written = of.text(left, y, line, va="center", **options)
    # The longest beginning that fits, with the dots that stand for the rest.
    low, high = 0, len(line)
    while low < high:
        length = (low + high + 1) // 2
        written.set_text(line if length == len(line) else f"{line[:length].rstrip()}…")
        fits = written.get_window_extent().width / DPI <= most
        low, high = (length, high) if fits else (low, length - 1)
    written.set_text(line if low == len(line) else f"{line[:low].rstrip()}…")


def badge(of: Axes, mark: Mark, left: float, top: float) -> None:
    """Write a photograph's letter into the upper left corner of its thumbnail."""
    width, height = 0.03 + 0.075 * len(mark.letter), 0.12
    of.add_patch(Rectangle((left, top - height), width, height, color=mark.colour, lw=0, zorder=3))
    of.text(
        left + width / 2,
        top - height / 2,
        mark.letter,
        size=SMALL,
        weight="bold",
        color=mark.text_colour,
        ha="center",
        va="center_baseline",
        zorder=3,
    )


@dataclass(frozen=True)
class Mark:
    """How one photograph is recognised: by colour, and by letter where there is none.

    A photograph that is shown once has no letter and is grey, as are unlabelled images.
    """

    colour: str
    letter: str

    @property
    def text_colour(self) -> str:
        """Return the one that is read best on the mark's colour."""
        return max(("white", "black"), key=lambda colour: contrast(colour, self.colour))


def marks(photographs: Sequence[str]) -> Mapping[str, Mark]:
    """Return the mark of every photograph of a query.

    Parameters
    ----------
    photographs : sequence of str
        The true label of each image of the query.
    """
    counts = Counter(photographs)
    copied = [name for name in counts if counts[name] > 1 and name != UNLABELLED]
    return {
        **{name: Mark(GREY, "") for name in counts},
        **{
            name: Mark(COLOURS[i % len(COLOURS)], letter)
            for i, (name, letter) in enumerate(zip(copied, _letters(), strict=False))
        },
    }


def contrast(one: str, other: str) -> float:
    """Return how well two colours are told apart, 1 to 21, as the WCAG defines it."""
    lights = []
    for colour in (one, other):
        linear = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        )
        lights.append(sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def lighter(colour: str, factor: float) -> tuple[float, float, float]:
    """Return a colour with its lightness multiplied."""
    hue, lightness, saturation = rgb_to_hls(*to_rgb(colour))
    return hls_to_rgb(hue, min(1.0, factor * lightness), saturation)


def one_line(text: str, most: int = 80) -> str:
    """Return text from outside as one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _letters() -> Iterator[str]:
    length = 1
    while True:
        yield from map("".join, product(ascii_uppercase, repeat=length))
        length += 1


@cache
def _register_korean_font() -> None:
    # Found without importing the package, which would change matplotlib's settings.
    spec = find_spec(_KOREAN_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no module named {_KOREAN_PACKAGE!r}", name=_KOREAN_PACKAGE)
    folder = Path(spec.origin).parent / "fonts"
    # Not addfont: it takes the bold font for a lighter one than matplotlib's own.
    font_manager.fontManager.ttflist += [
        font_manager.FontEntry(
            fname=str(folder / file), name=_KOREAN_FONT, weight=weight, size="scalable"
        )
        for file, weight in ((f"{_KOREAN_FONT}.ttf", 400), (f"{_KOREAN_FONT}Bold.ttf", 700))
    ]


_RC: Any = {
    "font.family": ["DejaVu Sans", _KOREAN_FONT],  # glyph by glyph, the first font that has it
    "font.size": TEXT,
    "text.parse_math": False,  # A dollar in a title is a dollar.
    "text.color": INK,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.labelsize": TEXT,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
    "savefig.dpi": DPI,
    "figure.dpi": DPI,
    "image.composite_image": False,  # Many thumbnails are smaller than one picture of them all.
    "pdf.fonttype": 42,  # TrueType: journals ask for it, and text stays text
    "pdf.compression": 9,
    "svg.hashsalt": "dupeval",
}
