"""The features of a query on two principal components, one method beside another."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from matplotlib.axes import Axes
from pydantic import Field, PositiveInt
from sklearn import decomposition

from dupeval.dataset import Query
from dupeval.figures import Figure, Names, Picture, Slug, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.layout import Points
from dupeval.figures.texts import grey_ones, query_name, representation_lines
from dupeval.reduction import Vectors

# Inches.
LEFT, BETWEEN, RIGHT, BOTTOM, TOP, PANEL = 0.3, 0.38, 0.08, 0.3, 0.64, 3.0
THUMBNAIL = 0.45


class ComponentsOfQuery(Figure):
    """Where the images of a query lie on the two directions in which they differ most."""

    rank: ClassVar[int] = 5

    query: Slug | None = None
    methods: Annotated[Names, Field(max_length=3)] = ("raw", "vgg")
    most_images: PositiveInt = 24

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        number = inputs.place(self.query)
        query = inputs.dataset.queries[number]
        n, shown = len(query.images), layout.spread(len(query.images), self.most_images)
        canvas = layout.canvas_of(TOP + PANEL + BOTTOM)
        page = layout.page(canvas)
        page.set_zorder(2)  # The thumbnails lie on the panels.
        layout.heading(page, query, "features on the first two principal components of this query")
        width = (style.page_width() - LEFT - RIGHT + BETWEEN) / len(self.methods) - BETWEEN
        names = {}
        for i, name in enumerate(self.methods):
            representation = inputs.vector_method(name).representation
            names[name] = ", ".join(representation_lines(representation))
            vectors = inputs.answers(name).queries[number].vectors(representation)
            left = LEFT + i * (width + BETWEEN)
            axes = layout.axes_at(canvas, left, BOTTOM, width, PANEL)
            points, shares = two_components(vectors, inputs.seed)
            # Of three there is no room for more than the name.
            title = f"{name}: {names[name]}" if len(self.methods) < 3 else name
            axes.set_title(title, size=style.TEXT, pad=3)
            axes.set_xlabel(f"component 1: {shares[0]:.0%} of the variance", labelpad=3)
            axes.set_ylabel(f"component 2: {shares[1]:.0%} of the variance", labelpad=3)
            area = np.array([[left, BOTTOM], [left + width, BOTTOM + PANEL]])
            _draw_panel(axes, page, query, points, shown, area)
        left_out = f" Of {n} images {len(shown)} are shown; the points of the others may lie below"
        return Picture(
            canvas,
            title=f"The query {query_name(query)} on two principal components",
            text=(
                "Principal components of this query's images alone, both axes of a panel to one "
                "scale. A letter and a colour for each photograph that has copies, grey for "
                f"{grey_ones(query)}. Images are moved so that none hides another; the points are "
                "exact." + ("" if len(shown) == n else f"{left_out} them.")
            ),
            protocol="none: labels are shown, not used",
            settings={"query": query.slug, **names},
        )


def two_components(X: Vectors, seed: int) -> tuple[Points, tuple[float, float]]:
    """Return vectors on their two first principal components, and the variance these explain.

    What two vectors, or equal ones, lack of two components is 0; the seed is of the solver that
    large matrices need. Points have the shape (n, 2), the shares of variance are two.
    """
    centred = np.asarray(X, np.float64) - np.mean(X, axis=0, dtype=np.float64)
    points = np.zeros((len(X), 2))
    total = float(np.square(centred).sum())
    n_components = min(2, len(X) - 1, centred.shape[1])
    if total > 0:
        pca = decomposition.PCA(n_components, random_state=seed)
        points[:, :n_components] = pca.fit_transform(centred)
    shares = np.square(points).sum(axis=0) / (total or 1.0)
    return points, (float(shares[0]), float(shares[1]))


def _draw_panel(
    axes: Axes, page: Axes, query: Query, points: Points, shown: list[int], area: Points
) -> None:
    """Draw every image as a point, and beside its point a thumbnail of those that are shown."""
    marks = style.marks(query.photographs.tolist())
    extent = area[1] - area[0]
    # One scale for both axes: distances on the page are distances of the vectors' shadows.
    scale = float(max(np.ptp(points, axis=0) / (extent - 1.2 * THUMBNAIL))) or 1.0
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    low, high = middle - scale * extent / 2, middle + scale * extent / 2
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes.tick_params(labelbottom=False, labelleft=False, length=0)
    axes.spines[:].set(visible=True, color=style.PALE)
    on_page = area[0] + (points - low) / scale
    page.scatter(
        on_page[:, 0], on_page[:, 1], s=5, c=[mark.colour for mark in marks], lw=0, zorder=1
    )
    pictures = layout.thumbnails([query.images[i] for i in shown], THUMBNAIL, THUMBNAIL)
    sizes = np.array([picture.shape[1::-1] for picture in pictures]) / style.DPI
    inner = area + np.array([[0.03, 0.03], [-0.03, -0.03]])
    centres = layout.apart(on_page[shown], sizes.max(axis=0) + 0.03, inner, sizes)
    for i, picture, centre, size in zip(shown, pictures, centres, sizes, strict=True):
        colour = marks[i].colour
        layout.frame(page, picture, centre[0], centre[1], marks[i])
        edge = np.clip(on_page[i], centre - size / 2, centre + size / 2)
        for line, width in (("white", 2.2), (colour, 1.0)):
            page.plot(*np.stack([edge, on_page[i]]).T, color=line, lw=width, zorder=4)
        page.plot(*on_page[i], "o", color=colour, ms=3.5, mec="white", mew=0.6, zorder=5)
