"""Photographs of the dataset, each with its copies and how they were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass as plain_dataclass
from typing import Annotated

from matplotlib.axes import Axes
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.dataset import Dataset, ImageHandle, Label, Query
from dupeval.figures import Figure, Picture, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.texts import one_line
from dupeval.figures.thumbnails import thumbnails
from dupeval.settings import STRICT

# Inches.
MARGIN, HEADING, IMAGE, LINE, GAP = 0.08, 0.24, 0.85, 0.12, 0.1
EDIT_LINES = 3


@dataclass(frozen=True, config=STRICT)
class Duplicates(Figure):
    """A row of copies for each of some photographs, each from another query.

    Attributes
    ----------
    photographs : int, default 4
        How many rows: the photographs with the most images, one a query.
    images : int, default 5
        Of each photograph at most, those without an edit first.
    """

    photographs: Annotated[int, Field(ge=1)] = 4
    images: Annotated[int, Field(ge=2, le=10)] = 5

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        rows = examples(inputs.dataset, self.photographs)
        lines = [max(map(len, row.edit_lines[: self.images])) for row in rows]
        heights = [HEADING + IMAGE + LINE * n + GAP for n in lines]
        top = max(0.5, sum(heights))
        canvas = layout.canvas_of(top)
        page = layout.page(canvas)
        if not rows:
            page.text(MARGIN, 0.25, "No photograph of this dataset has copies.", va="center")
        for row, height in zip(rows, heights, strict=True):
            self._draw_row(page, row, top)
            top -= height
        cut = any(len(row.images) > self.images for row in rows)
        return Picture(
            canvas,
            title="Duplicated images in the dataset",
            text=(
                "Each row: one photograph of a query and its copies, below each what was done to "
                "it, in the order of application. Shown are the photographs with the most images, "
                f"one a query{f', at most {self.images} images of each' if cut else ''}."
            ),
            protocol="none: labels only",
            settings={"photographs": self.photographs, "images": self.images},
        )

    def _draw_row(self, page: Axes, row: Example, top: float) -> None:
        column = (style.WIDTH - 2 * MARGIN) / self.images
        title, y = f"{row.query.slug}: {row.query.title}", top - HEADING / 2
        layout.write(page, MARGIN, y, title, room=1.0, weight="bold")
        count = f"{len(row.images)} of {len(row.query.images)} images"
        grey: style.Look = {"size": style.SMALL, "color": style.GREY}
        layout.label(page, style.WIDTH - MARGIN, y, count, ha="right", **grey)
        pictures = thumbnails(row.images[: self.images], column - 0.08, IMAGE)
        for i, picture in enumerate(pictures):
            x, below = MARGIN + (i + 0.5) * column, top - HEADING - IMAGE - 0.08
            layout.place(page, picture, x, top - HEADING - IMAGE / 2, line=0.5)
            for j, line in enumerate(row.edit_lines[i]):
                layout.label(page, x, below - j * LINE, line, size=style.SMALL)


@plain_dataclass(frozen=True)
class Example:
    """A photograph of a query: its images, those without an edit first."""

    query: Query
    images: Sequence[ImageHandle]
    labels: Sequence[Label]

    @property
    def edit_lines(self) -> list[list[str]]:
        """What to write below each image; nothing where no edit of the query is known."""
        if not any(label.edit for label in self.query.labels):
            return [[] for _ in self.labels]
        return [_edit_lines(label.edit) for label in self.labels]


def examples(dataset: Dataset, most: int) -> list[Example]:
    """Return the photographs with the most images, one a query, in the order of the queries."""
    found = []
    for query in dataset.queries:
        ((photograph, _),) = Counter(query.photographs.tolist()).most_common(1)
        own = [pair for pair in query.labelled if pair[1].photograph == photograph]
        if len(own) > 1:
            images, labels = zip(*sorted(own, key=lambda pair: pair[1].edit != ""), strict=True)
            found.append(Example(query, images, labels))
    largest = sorted(found, key=lambda example: -len(example.images))[:most]
    return [example for example in found if example in largest]


def _edit_lines(edit: str) -> list[str]:
    """Return an edit such as ``crop:0.79+mirror`` as lines to read."""
    parts = (edit or "no edit").replace(":", " ").replace("=", " ").split("+")
    lines = [one_line(part, 26) for part in parts]
    more = len(lines) - EDIT_LINES
    return lines if more <= 0 else [*lines[: EDIT_LINES - 1], f"and {more + 1} more"]
