"""Photographs of the dataset, each with its copies and how they were made."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, ClassVar

from pydantic import Field, PositiveInt

from dupeval.dataset import Dataset, ImageHandle, Label, Query
from dupeval.figures import Figure, Part, Picture, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.texts import one_line, query_name

# Inches.
MARGIN, HEADING, IMAGE, LINE, GAP = 0.08, 0.24, 0.85, 0.12, 0.1
EDIT_LINES = 3


class Duplicates(Figure):
    """A row of copies for each of some photographs, each from another query."""

    part: ClassVar[Part] = "data"
    rank: ClassVar[int] = 1

    photographs: PositiveInt = 4
    images: Annotated[int, Field(ge=2, le=10)] = 5

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        rows = examples(inputs.dataset, self.photographs)
        edits = [edit_lines(query, copies[: self.images]) for query, copies in rows]
        heights = [HEADING + IMAGE + LINE * max(map(len, lines)) + GAP for lines in edits]
        top = max(0.5, sum(heights))
        page = layout.page(canvas := layout.canvas_of(top))
        if not rows:
            page.text(MARGIN, 0.25, "No photograph of this dataset has copies.", va="center")
        column = (style.page_width() - 2 * MARGIN) / self.images
        small: style.Look = {"size": style.SMALL}
        for (query, copies), lines, height in zip(rows, edits, heights, strict=True):
            title, y = query_name(query), top - HEADING / 2
            layout.write(page, MARGIN, y, title, room=1.0, weight="bold")
            count = f"{len(copies)} of {len(query.images)} images"
            end = style.page_width() - MARGIN
            layout.label(page, end, y, count, ha="right", color=style.GREY, **small)
            images = [image for image, _ in copies[: self.images]]
            pictures = layout.thumbnails(images, column - 0.08, IMAGE)
            for i, (picture, of_copy) in enumerate(zip(pictures, lines, strict=True)):
                x, below = MARGIN + (i + 0.5) * column, top - HEADING - IMAGE - 0.08
                layout.place(page, picture, x, top - HEADING - IMAGE / 2, line=0.5)
                for j, line in enumerate(of_copy):
                    layout.label(page, x, below - j * LINE, line, **small)
            top -= height
        cut = any(len(copies) > self.images for _, copies in rows)
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


def examples(dataset: Dataset, most: int) -> list[tuple[Query, list[tuple[ImageHandle, Label]]]]:
    """Return the photographs with the most images, one a query, in the order of the queries.

    Of each its images, those without an edit first.
    """
    found = []
    for query in dataset.queries:
        copies = Counter(query.photographs[query.is_labelled].tolist())
        photograph, n = next(iter(copies.most_common(1)), ("", 0))
        if n > 1:
            own = [copy for copy in query.with_labels if copy[1].photograph == photograph]
            found.append((query, sorted(own, key=lambda copy: copy[1].edit != "")))
    largest = sorted(found, key=lambda example: -len(example[1]))[:most]
    return [example for example in found if example in largest]


def edit_lines(query: Query, copies: list[tuple[ImageHandle, Label]]) -> list[list[str]]:
    """Return what to write below each image; nothing where no edit of the query is known."""
    if not any(label.edit for label in query.labels):
        return [[] for _ in copies]
    found = []
    for _, label in copies:
        # Such as ``crop:0.79+mirror``.
        parts = (label.edit or "no edit").replace(":", " ").replace("=", " ").split("+")
        more = len(parts) - EDIT_LINES
        shown = parts if more <= 0 else [*parts[: EDIT_LINES - 1], f"and {more + 1} more"]
        found.append([one_line(part, 26) for part in shown])
    return found
