"""The one style of all figures: page width, fonts, colours, and how photographs are told apart."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.colors import to_rgb

from dupeval.dataset import UNLABELLED
from dupeval.figures.texts import letters

# Inches: a column of a page in two columns, and the whole width of its text.
WIDTHS = {"single": 8.5 / 2.54, "double": 17 / 2.54}
WIDTH = WIDTHS["double"]
DPI = 200

# Okabe and Ito's colours, told apart by people with any colour vision; a dark violet in place of
# the yellow, which is too pale for lines on white.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#3B1F66")
# Grey for text, lines, grids; and of images whose photograph nothing else shows.
INK, GREY, LIGHT, PALE, ALONE = "#222222", "#707070", "#B4B4B4", "#DDDDDD", "#BEBEBE"
# Of the methods that figures compare most.
METHODS = {
    "raw": COLOURS[0],
    "raw_pca": COLOURS[1],
    "vgg": COLOURS[2],
    "vgg_pca": COLOURS[3],
    "sscd": COLOURS[6],
    "verified": INK,
}
OTHERS = tuple(colour for colour in COLOURS if colour not in METHODS.values())
RIGHT, WRONG, MISSED = "#009E73", "#D55E00", "#0072B2"
DASHES = (0, (5, 3))

SMALL, TEXT, TITLE = 6.5, 7.5, 9.0  # points at the printed width

# How something is drawn: keyword arguments of matplotlib's.
Look = Mapping[str, Any]


Width = Literal["single", "double"]


@contextmanager
def style(width: Width = "double") -> Iterator[None]:
    """Draw in the project's style while the block lasts; drawing and saving belong inside.

    Figures are as wide as one of `WIDTHS`.
    """
    _register_korean_font()
    # It warns of tables that the Korean font has beyond what is drawn.
    logger = logging.getLogger("fontTools.subset")
    level = logger.level
    with mpl.rc_context():
        mpl.rcdefaults()  # A matplotlibrc of the user's would change the pictures.
        mpl.rcParams.update(_RC)
        mpl.rcParams["figure.figsize"] = (WIDTHS[width], WIDTHS[width])
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def page_width() -> float:
    """Return how wide figures are drawn, in inches."""
    return float(mpl.rcParams["figure.figsize"][0])


def method_colours(methods: Iterable[str]) -> dict[str, str]:
    """Return the colour of each method: in every figure the same for those of `METHODS`.

    The others have in turn what those leave.
    """
    own = dict(METHODS)
    for name in methods:
        own.setdefault(name, OTHERS[(len(own) - len(METHODS)) % len(OTHERS)])
    return {name: own[name] for name in methods}


@dataclass(frozen=True)
class Mark:
    """How one photograph is recognised.

    One that nothing else shows has no letter and is grey, as are unlabelled images.
    """

    colour: str
    letter: str

    @property
    def text_colour(self) -> str:
        """Return the one that is read best on the mark's colour."""
        return max(("white", "black"), key=lambda colour: contrast(colour, self.colour))


def marks(photographs: Sequence[str]) -> list[Mark]:
    """Return the mark of every image of a query, given the photograph that it shows."""
    counts = Counter(photographs)
    copied = [name for name in counts if counts[name] > 1 and name != UNLABELLED]
    of_copied = {n: Mark(COLOURS[i % len(COLOURS)], letters(i)) for i, n in enumerate(copied)}
    return [of_copied.get(photograph, Mark(ALONE, "")) for photograph in photographs]


def contrast(one: str, other: str) -> float:
    """Return how well two colours are told apart, 1 to 21, as the WCAG defines it."""
    c = np.array([to_rgb(one), to_rgb(other)])
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    lights = linear @ [0.2126, 0.7152, 0.0722] + 0.05
    return float(lights.max() / lights.min())


# Only the fonts of this package are used.
_KOREAN_PACKAGE, _KOREAN_FONT = "koreanize_matplotlib", "NanumGothic"


@cache
def _register_korean_font() -> None:
    # Found without importing the package, which would change matplotlib's settings.
    spec = find_spec(_KOREAN_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no module named {_KOREAN_PACKAGE!r}", name=_KOREAN_PACKAGE)
    fonts = Path(spec.origin).parent / "fonts"
    # Not addfont: it takes the bold font for a lighter one than matplotlib's own.
    for file, weight in ((f"{_KOREAN_FONT}.ttf", 400), (f"{_KOREAN_FONT}Bold.ttf", 700)):
        entry = font_manager.FontEntry(
            fname=str(fonts / file), name=_KOREAN_FONT, weight=weight, size="scalable"
        )
        font_manager.fontManager.ttflist.append(entry)


_RC: Any = {
    "font.family": ["DejaVu Sans", _KOREAN_FONT],  # glyph by glyph, the first font that has it
    "font.size": TEXT,
    "text.parse_math": False,  # A dollar in a title is a dollar.
    "text.color": INK,
    "axes.titlesize": TITLE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": TEXT,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.5,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "lines.linewidth": 1.0,
    "figure.dpi": DPI,
    "image.composite_image": False,  # Many thumbnails are smaller than one picture of them all.
    "pdf.fonttype": 42,  # TrueType: journals ask for it, and text stays text
    "pdf.compression": 9,
    "svg.fonttype": "path",  # What is drawn needs no font where it is shown.
    "svg.hashsalt": "dupeval",
}
