"""The dendrogram of a query, its images as leaves and the chosen threshold as a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from itertools import groupby
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.clustering import Dendrogram
from dupeval.dataset import UNLABELLED, ImageHandle, Query
from dupeval.figures import Figure, Picture, Slug, style
from dupeval.figures.material import Material
from dupeval.figures.thumbnails import Thumbnail, place, spread, thumbnails
from dupeval.settings import STRICT

# Inches.
LEFT, RIGHT, TOP = 0.5, 0.25, 0.52
TREE, BAR, GAP = 2.3, 0.17, 0.05
LARGEST, ABOVE, BETWEEN = 0.9, 0.09, 0.05


@dataclass(frozen=True, config=STRICT)
class DendrogramOfQuery(Figure):
    """The merge tree of one query under one method.

    Attributes
    ----------
    query : str, optional
        Its slug; see `Material.place` for the default.
    method : str, default "vgg_pca"
    protocol : str, default "loqo"
        Whose threshold is drawn.
    most_images : int, default 24
        Thumbnails; of more images, so many, evenly spread over the leaves.
    """

    query: Slug | None = None
    method: str = "vgg_pca"
    protocol: str = "loqo"
    most_images: Annotated[int, Field(ge=1)] = 24

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        number = material.place(self.query)
        query = material.dataset.queries[number]
        method = material.vector_method(self.method)
        stored = material.stored_for(self.method)
        decision = stored.decision(self.method, self.protocol, query.slug)
        answers = material.answers(self.method)
        dendrogram = answers.dendrogram(number, decision.params, decision.hidden)
        tree = Tree.of(dendrogram)
        method = method.at(decision.params)

        n = len(query.images)
        shown = spread(n, self.most_images)
        leaves = [int(tree.leaves[leaf]) for leaf in shown]
        strip = Strip.of(n, [query.images[i] for i in leaves])
        height = TOP + TREE + GAP + BAR + strip.height
        canvas = style.canvas(height)
        page = style.page(canvas)
        style.heading(page, query, f"{self.method}, {self.protocol}")
        axes = style.axes_at(canvas, LEFT, height - TOP - TREE, strip.width, TREE)
        axes.set_ylabel(f"{method.metric} distance, {method.linkage} linkage")
        _draw_tree(axes, tree, decision.threshold)
        _draw_photographs(page, query, tree, strip)
        _draw_images(page, query, strip, dict(zip(shown, leaves, strict=True)))
        left_out = "" if len(shown) == n else f" Of {n} images {len(shown)} are shown as leaves."
        row = stored.row(self.method, self.protocol, query.slug)
        return Picture(
            canvas,
            title=f"Dendrogram of the query {query.slug} ({query.title}), {self.method}",
            text=(
                "Merges up to the threshold (dashed) are dark: what hangs together below it is one "
                "group. Bars: the true photographs; a letter and a colour for each one that has "
                f"copies, grey for those shown once.{left_out} Scores of this cut: precision "
                f"{row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}."
            ),
            protocol=f"{self.protocol}, threshold {decision.threshold:.3f}",
            settings={"query": query.slug, **material.described(self.method), **decision.params},
        )


@plain_dataclass(frozen=True)
class Tree:
    """Where a dendrogram's leaves and merges are drawn.

    Attributes
    ----------
    leaves : ndarray of int64, shape (n,)
        The observations from left to right.
    merges : ndarray of float64, shape (n - 1, 4, 2)
        The corners (x, height) of each merge: up from one cluster, across, down to the other.
        The leaf at place i has x = i.
    """

    leaves: npt.NDArray[np.int64]
    merges: npt.NDArray[np.float64]

    @classmethod
    def of(cls, dendrogram: Dendrogram) -> Self:
        """Lay a dendrogram out without crossings.

        Without recursion, unlike scipy's: a chain of 2,000 merges is deeper than Python's stack.
        """
        n = dendrogram.n_observations
        leaves: list[int] = []
        waiting = [2 * n - 2]
        while waiting:
            cluster = waiting.pop()
            if cluster < n:
                leaves.append(cluster)
            else:
                left, right = dendrogram.merges[cluster - n].tolist()
                waiting += [right, left]
        x, y = np.empty(2 * n - 1), np.zeros(2 * n - 1)
        x[leaves] = np.arange(n)
        y[n:] = dendrogram.heights
        for i, (left, right) in enumerate(dendrogram.merges):
            x[n + i] = (x[left] + x[right]) / 2
        a, b = dendrogram.merges.T
        top = y[n:]
        corners = [(x[a], y[a]), (x[a], top), (x[b], top), (x[b], y[b])]
        merges = np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)
        return cls(np.array(leaves, np.int64), merges)


@plain_dataclass(frozen=True, eq=False)
class Strip:
    """How the images below a tree share the page's width; all in inches.

    Attributes
    ----------
    width : float
        Of all leaves together.
    pitch : float
        From leaf to leaf.
    pictures : sequence of ndarray
        The thumbnails, as large as can be.
    rows : sequence of float
        The height of each row of thumbnails; neighbours take turns.
    """

    width: float
    pitch: float
    pictures: Sequence[Thumbnail]
    rows: Sequence[float]

    @classmethod
    def of(cls, n_images: int, shown: Sequence[ImageHandle]) -> Self:
        """Share the width among the images that are shown."""
        width = style.WIDTH - LEFT - RIGHT
        step = width / len(shown)
        n_rows = 1 if step >= LARGEST else 2
        size = min(LARGEST, 0.94 * n_rows * step)
        pictures = thumbnails(shown, size, size)
        rows = [max(len(picture) for picture in pictures[i::n_rows]) for i in range(n_rows)]
        return cls(width, width / n_images, pictures, [row / style.DPI for row in rows])

    @property
    def height(self) -> float:
        """The space below the bars."""
        return ABOVE + sum(row + BETWEEN for row in self.rows)

    def x(self, leaf: int) -> float:
        """Return the middle of a leaf on the page."""
        return LEFT + (leaf + 0.5) * self.pitch

    def top(self, i: int) -> float:
        """Return where the i-th thumbnail begins."""
        above = self.rows[: i % len(self.rows)]
        return self.height - ABOVE - sum(row + BETWEEN for row in above)


def _draw_tree(axes: Axes, tree: Tree, threshold: float) -> None:
    below = tree.merges[:, 1, 1] <= threshold
    n = len(tree.leaves)
    width = 1.3 if n <= 100 else 0.5
    for merges, colour in ((tree.merges[~below], style.LIGHT), (tree.merges[below], style.INK)):
        axes.add_collection(LineCollection(list(merges), colors=colour, linewidths=width))
    highest = float(tree.merges[-1, 1, 1])
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_ylim(0, 1.04 * max(highest, threshold) or 1.0)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    if np.isfinite(threshold):
        line = axes.axhline(threshold, color=style.WRONG, lw=1.0, ls=(0, (5, 3)))
        label = f"threshold {threshold:.3f}"
        axes.legend(handles=[line], labels=[label], loc="lower right", bbox_to_anchor=(1, 1))


def _draw_photographs(page: Axes, query: Query, tree: Tree, strip: Strip) -> None:
    """Draw one bar for neighbouring leaves that show the same photograph, none for unlabelled."""
    marks = style.marks(query.photographs.tolist())
    for photograph, run in groupby(
        range(len(tree.leaves)), lambda i: query.labels[tree.leaves[i]].photograph
    ):
        if photograph == UNLABELLED:
            continue
        places = list(run)
        mark = marks[photograph]
        gap = min(0.015, 0.1 * strip.pitch)
        left = strip.x(places[0]) - strip.pitch / 2 + gap
        width = len(places) * strip.pitch - 2 * gap
        colour = mark.colour if mark.letter else style.PALE
        page.add_patch(Rectangle((left, strip.height), width, BAR, color=colour, lw=0))
        if width > 0.1 * len(mark.letter):
            page.text(
                left + width / 2,
                strip.height + BAR / 2,
                mark.letter,
                color=mark.text_colour,
                weight="bold",
                ha="center",
                va="center_baseline",
            )


def _draw_images(page: Axes, query: Query, strip: Strip, leaves: Mapping[int, int]) -> None:
    marks = style.marks(query.photographs.tolist())
    for i, ((leaf, own), picture) in enumerate(zip(leaves.items(), strip.pictures, strict=True)):
        x, top = LEFT + (i + 0.5) * strip.width / len(leaves), strip.top(i)
        bends = [(strip.x(leaf), strip.height), (x, strip.height - ABOVE), (x, top)]
        page.add_line(Line2D(*np.transpose(bends), color=style.LIGHT, lw=0.6, zorder=1))
        middle = top - len(picture) / style.DPI / 2
        place(page, picture, x, middle, marks[query.labels[own].photograph].colour)
