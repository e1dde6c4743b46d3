"""The dendrogram of a query, its images as leaves and the chosen threshold as a line."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from pydantic import PositiveInt

from dupeval.clustering import Dendrogram
from dupeval.dataset import UNLABELLED, Query
from dupeval.figures import Figure, Picture, Slug, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.texts import grey_ones, query_name

# Inches.
LEFT, RIGHT, TOP = 0.5, 0.25, 0.52
TREE, BAR, GAP = 2.3, 0.17, 0.05
LARGEST, ABOVE, BETWEEN = 0.9, 0.09, 0.05


class DendrogramOfQuery(Figure):
    """The merge tree of one query under one method."""

    narrow: ClassVar[bool] = True
    rank: ClassVar[int] = 4

    query: Slug | None = None
    method: str = "vgg_pca"
    protocol: str | None = None
    most_images: PositiveInt = 24

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        number = inputs.place(self.query)
        query = inputs.dataset.queries[number]
        method, stored = inputs.vector_method(self.method), inputs.stored_for(self.method)
        protocol = inputs.protocol(self.protocol)
        decision = stored.decision(self.method, protocol, query.slug)
        answers = inputs.answers(self.method)
        tree = DrawnTree.of(answers.dendrogram(number, decision.params, decision.hidden))
        method = method.at(decision.params)

        n = len(query.images)
        shown = layout.spread(n, self.most_images)
        own = tree.leaves[shown].tolist()
        # Neighbouring thumbnails take turns in two rows where one has no room for them.
        width = style.page_width() - LEFT - RIGHT
        step = width / len(shown)
        n_rows = 1 if step >= LARGEST else 2
        size = min(LARGEST, 0.94 * n_rows * step)
        pictures = layout.thumbnails([query.images[i] for i in own], size, size)
        rows = [max(map(len, pictures[i::n_rows])) / style.DPI for i in range(n_rows)]
        strip = ABOVE + sum(row + BETWEEN for row in rows)
        height = TOP + TREE + GAP + BAR + strip
        page = layout.page(canvas := layout.canvas_of(height))
        layout.heading(page, query, f"{self.method}, {protocol}")
        axes = layout.axes_at(canvas, LEFT, height - TOP - TREE, width, TREE)
        axes.set_ylabel(f"{method.metric} distance, {method.linkage} linkage")
        _draw_tree(axes, tree, decision.threshold)
        _draw_photographs(page, query, tree.leaves, strip)
        marks = style.marks(query.photographs.tolist())
        for i, (leaf, image, picture) in enumerate(zip(shown, own, pictures, strict=True)):
            x = LEFT + (i + 0.5) * step
            top = strip - ABOVE - sum(row + BETWEEN for row in rows[: i % n_rows])
            bends = [(LEFT + (leaf + 0.5) * width / n, strip), (x, strip - ABOVE), (x, top)]
            page.plot(*np.transpose(bends), color=style.LIGHT, lw=0.6, zorder=1)
            middle = top - len(picture) / style.DPI / 2
            layout.place(page, picture, x, middle, marks[image].colour)
        left_out = "" if len(shown) == n else f" Of {n} images {len(shown)} are shown as leaves."
        row = stored.row(self.method, protocol, query.slug)
        return Picture(
            canvas,
            title=f"Dendrogram of the query {query_name(query)}, {self.method}",
            text=(
                "Merges up to the threshold (dashed) are dark: what hangs together below it is one "
                "group. Bars: the true photographs; a letter and a colour for each one that has "
                f"copies, grey for {grey_ones(query)}.{left_out} Scores of this cut: precision "
                f"{row['precision']:.3f}, recall {row['recall']:.3f}, F1 {row['f1']:.3f}."
            ),
            protocol=f"{protocol}, threshold {decision.threshold:.3f}",
            settings={"query": query.slug, **inputs.described(self.method), **decision.params},
        )


@dataclass(frozen=True)
class DrawnTree:
    """Where a dendrogram's leaves and merges are drawn.

    Leaves, shape (n,), are the observations from left to right; the one at place i has x = i. Of
    each merge, shape (n - 1, 4, 2), the corners (x, height): up from one cluster, across, down.
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
        x, y = np.empty(2 * n - 1), np.append(np.zeros(n), dendrogram.heights)
        x[leaves] = np.arange(n)
        for i, (left, right) in enumerate(dendrogram.merges):
            x[n + i] = (x[left] + x[right]) / 2
        a, b = dendrogram.merges.T
        corners = [(x[a], y[a]), (x[a], y[n:]), (x[b], y[n:]), (x[b], y[b])]
        return cls(np.array(leaves, np.int64), np.array(corners).transpose(2, 0, 1))


def _draw_tree(axes: Axes, tree: DrawnTree, threshold: float) -> None:
    below = tree.merges[:, 1, 1] <= threshold
    n = len(tree.leaves)
    width = 1.3 if n <= 100 else 0.5
    for merges, colour in ((tree.merges[~below], style.LIGHT), (tree.merges[below], style.INK)):
        axes.add_collection(LineCollection(list(merges), colors=colour, linewidths=width))
    highest = float(tree.merges[-1, 1, 1])
    axes.set(xlim=(-0.5, n - 0.5), ylim=(0, 1.04 * max(highest, threshold) or 1.0), xticks=[])
    axes.spines["bottom"].set_visible(False)
    if np.isfinite(threshold):
        name = f"threshold {threshold:.3f}"
        axes.axhline(threshold, color=style.WRONG, lw=1.0, ls=style.DASHES, label=name)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1))


def _draw_photographs(page: Axes, query: Query, leaves: npt.NDArray[np.int64], top: float) -> None:
    """Draw one bar for neighbouring leaves that show the same photograph, none for unlabelled."""
    marks = style.marks(query.photographs.tolist())
    pitch = (style.page_width() - LEFT - RIGHT) / len(leaves)
    gap = min(0.015, 0.1 * pitch)
    left = LEFT
    for photograph, run in groupby(leaves.tolist(), lambda leaf: query.photographs[leaf]):
        of_run = [marks[leaf] for leaf in run]
        mark, width = of_run[0], len(of_run) * pitch
        if photograph == UNLABELLED:
            left += width
            continue
        colour = mark.colour if mark.letter else style.PALE
        bar = Rectangle((left + gap, top), width - 2 * gap, BAR, color=colour, lw=0)
        page.add_patch(bar)
        if width - 2 * gap > 0.1 * len(mark.letter):
            look: style.Look = {"color": mark.text_colour, "va": "center_baseline"}
            x, y = left + width / 2, top + BAR / 2
            layout.label(page, x, y, mark.letter, weight="bold", **look)
        left += width
