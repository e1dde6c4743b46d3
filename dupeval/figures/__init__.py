"""The pictures of the paper, each drawn from a dataset and stored results.

A new figure is one module here and one YAML in ``conf/figure/``:

1. ``dupeval/figures/NAME.py`` has a frozen dataclass with the figure's settings as attributes, a
   subclass of `Figure`; its `draw` returns a `Picture` and writes nothing. It is decorated like
   `dupeval.figures.dendrogram.DendrogramOfQuery`: ``@dataclass(frozen=True, config=STRICT)``;
   a query that is to be shown is a `Slug`.
2. ``conf/figure/NAME.yaml`` begins with ``# @package figures.NAME`` and has the class as
   ``_target_`` and every setting with its default.
3. ``conf/figures.yaml`` lists NAME where ``make figures`` is to draw it.

Whatever a figure needs it asks `FigureInputs` for: the dataset, the place of a query by its slug, a
method's answers, the stored Table 1 (`stored_for(method)` refuses results of other settings than
those in force). Canvas, panels, legend, text and thumbnails come from `layout`, never from pyplot;
sizes are inches on a page 17 cm wide, so what is 7.5 points here is 7.5 points in print.
`style.marks` tells photographs apart, by letter as well as by colour. Text that came from outside
goes through `layout.write`, which shortens it to the page, or `texts.one_line`. Of more images than
there is room for, `layout.spread` picks some, which the picture's text must say. What the user can
put right is a `SettingsError`. Draw `experiments/figures.py figure=NAME` and look at it at the size
of a page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from dupeval.figures.inputs import FigureInputs


# The name of a query as a setting; Hydra takes names of digits alone for numbers.
Slug = Annotated[str, Field(coerce_numbers_to_str=True)]


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawn figure and what its caption says.

    Attributes
    ----------
    canvas : matplotlib Figure
        From `dupeval.figures.layout`.
    title : str
    text : str
        What is seen, in whole sentences; what was left out, too.
    protocol : str
        How the threshold was chosen, or that none is shown.
    settings : mapping
        What else the picture depends on, such as the query and the method's parameters.
    alt : str
        For who does not see it, what it shows; by default the title.
    """

    canvas: Canvas
    title: str
    text: str
    protocol: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    alt: str = ""


class Figure(ABC):
    """A figure of the paper, with its settings."""

    @abstractmethod
    def draw(self, inputs: FigureInputs) -> Picture:
        """Draw the figure; nothing is written.

        Raises
        ------
        SettingsError
            If what the settings name does not exist, or results that are needed are not stored.
        """
