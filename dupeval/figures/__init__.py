"""The pictures of the paper, each drawn from a dataset and stored results.

A new figure is a class here and a YAML in ``conf/figure/``: a subclass of `Figure` with its
settings as attributes, whose `draw` returns a `Picture` and writes nothing. The YAML begins with
``# @package figures.NAME`` and has the class as ``_target_`` and every setting with its default;
``conf/figures.yaml`` lists NAME.

Whatever a figure needs it asks `FigureInputs` for. Canvas, panels, legend, text and thumbnails come
from `layout`, never from pyplot; sizes are inches on a page 17 cm wide, so what is 7.5 points here
is 7.5 points in print; one that can be as narrow as a column says so (`Figure.narrow`), and asks
`style.page_width`. `style.marks` tells photographs apart, by letter as well as by colour. Text
from outside goes through `layout.write` or `texts.one_line`. What is left out for want of room the
picture's text must say. Draw `experiments/figures.py figure=NAME` and look at it at the size of a
page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from dupeval.strict import STRICT

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from dupeval.figures.inputs import FigureInputs


# The name of a query as a setting; Hydra takes names of digits alone for numbers.
Slug = Annotated[str, Field(coerce_numbers_to_str=True)]
# The names of at least one method.
Names = Annotated[tuple[str, ...], Field(min_length=1)]
# The names of protocols that are told apart; None is the first honest one of the run.
Protocols = Annotated[tuple[str | None, ...], Field(min_length=1, max_length=4)]


# The parts of a report's argument that show figures: what came of it, why, and what it rests on.
Part = Literal["scores", "why", "mistakes", "settings", "data"]
LAST = 9


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawn figure and what its caption says."""

    canvas: Canvas
    title: str
    text: str  # what is seen, in whole sentences; what was left out, too
    protocol: str  # how the threshold was chosen, or that none is shown
    # What else the picture depends on, such as the query and the method's parameters.
    settings: Mapping[str, Any] = field(default_factory=dict)
    alt: str = ""  # what it shows, for who does not see it; by default the title


class Figure(BaseModel, ABC):
    """A figure of the paper, with its settings, which its YAML in ``conf/figure/`` explains.

    Attributes
    ----------
    narrow : bool
        Whether it can also be drawn as wide as one column; see `style.WIDTHS`.
    part, rank : str, int
        Which part of a report it belongs to, and its place there: the smaller, the sooner.
    """

    narrow: ClassVar[bool] = False
    part: ClassVar[Part] = "why"
    rank: ClassVar[int] = LAST

    model_config = ConfigDict(frozen=True, **STRICT)

    @abstractmethod
    def draw(self, inputs: FigureInputs) -> Picture:
        """Draw the figure; nothing is written.

        Raises
        ------
        SettingsError
            If what the settings name does not exist, or results that are needed are not stored.
        """
