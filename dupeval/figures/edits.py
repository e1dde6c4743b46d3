"""Recall by the way a copy was edited, as a heat map of methods and families of edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.dataset import Dataset
from dupeval.edits import found_images, pairs_by_family
from dupeval.errors import SettingsError
from dupeval.figures import Figure, Picture, style
from dupeval.figures.curves import pooled_scores, short
from dupeval.figures.material import Material
from dupeval.strict import STRICT

# Inches.
LEFT, RIGHT, TOP, BOTTOM = 1.6, 0.35, 0.95, 0.1
ROW, GAP, WIDEST_CELL = 0.22, 0.08, 0.6
ALL = "all pairs"


@dataclass(frozen=True, config=STRICT)
class RecallByEdit(Figure):
    """What share of the edited copies each method finds, by family of edits.

    Attributes
    ----------
    methods : tuple of str, optional
        By default all that have results under the protocol.
    protocol : str, default "loqo"
    most_families : int, default 14
        Of more families, those with the most pairs.
    """

    methods: tuple[str, ...] | None = None
    protocol: str = "loqo"
    most_families: Annotated[int, Field(ge=1)] = 14

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        numbers = numbers_of_pairs(material.dataset)
        shown = list(numbers)[: self.most_families]
        recall = pd.DataFrame(
            {
                name: self._recall(material, name)
                for name in self.methods or material.stored.methods_of(self.protocol)
            }
        )
        # From the easiest to the hardest.
        order = sorted(shown, key=lambda family: (-recall.loc[family].mean(), family))
        table = recall.loc[[ALL, *order]].T
        canvas = style.canvas(TOP + ROW * len(table) + BOTTOM)
        n_true_pairs = sum(query.n_true_pairs for query in material.dataset.queries)
        _draw_heat_map(style.page(canvas), table, {ALL: n_true_pairs, **numbers})
        left_out = len(numbers) - len(shown)
        return Picture(
            canvas,
            title="Recall by family of edits",
            text=(
                "The share of pairs that a method puts together. The pairs of a family are an "
                "unedited image and a copy of it whose chain of edits has that family in it, "
                "whatever else it has, so one pair counts for each family of its chain; the number "
                "of pairs stands above. The first column is all true pairs, those of two edited "
                "copies too: Table 1's pooled recall. Families are ordered by mean recall."
                + (f" Left out: {left_out} families with fewer pairs." if left_out else "")
            ),
            protocol=self.protocol,
            settings={"methods": ", ".join(map(str, recall))},
        )

    def _recall(self, material: Material, method: str) -> dict[str, float]:
        """Return a method's recall of all pairs and of those of each family."""
        slugs = [query.slug for query in material.dataset.queries]
        rows = [material.stored.row(method, self.protocol, slug) for slug in slugs]
        images = [
            image
            for query in material.dataset.queries
            for image in found_images(
                query, material.stored.labels((self.protocol, method, query.slug)).tolist()
            )
        ]
        of_families = {family: of.recall for family, of in pairs_by_family(images).items()}
        return {ALL: pooled_scores(rows).recall, **of_families}


def numbers_of_pairs(dataset: Dataset) -> dict[str, int]:
    """Return how many pairs each family of edits has, that with the most first.

    Raises
    ------
    SettingsError
        If no pair tells how a copy was edited.
    """
    images = [image for q in dataset.queries for image in found_images(q, [0] * len(q.images))]
    numbers = {family: of.pairs for family, of in pairs_by_family(images).items()}
    if not numbers:
        raise SettingsError(
            f"no unedited image of {dataset.name} has a copy of which is known how it was edited; "
            "give the column edit in labels.csv, or leave the figure of recall by edit out"
        )
    return dict(sorted(numbers.items(), key=lambda item: (-item[1], item[0])))


def _draw_heat_map(page: Axes, table: pd.DataFrame, counts: Mapping[str, int]) -> None:
    height = TOP + ROW * len(table) + BOTTOM
    left = [LEFT, *(LEFT + GAP + i * _width(table) for i in range(1, len(table.columns)))]
    width = _width(table)
    for x, family in zip(left, table.columns, strict=True):
        page.text(
            x + 0.5 * width,
            height - TOP + 0.06,
            f"{style.one_line(family, 14)} ({counts[family]})",
            rotation=50,
            rotation_mode="anchor",
            ha="left",
        )
    for i, (method, recall) in enumerate(table.iterrows()):
        y = height - TOP - (i + 1) * ROW
        page.text(0.08, y + ROW / 2, short(str(method)), va="center")
        for x, value in zip(left, recall, strict=True):
            _draw_cell(page, (x, y), width, value)


def _draw_cell(page: Axes, corner: tuple[float, float], width: float, value: float) -> None:
    colour = colormaps["Blues"](0.9 * value)
    page.add_patch(Rectangle(corner, width, ROW, facecolor=colour, edgecolor="white", lw=0.8))
    page.text(
        corner[0] + width / 2,
        corner[1] + ROW / 2,
        f"{value:.2f}",
        size=style.SMALL,
        color="white" if value > 0.6 else style.INK,
        ha="center",
        va="center_baseline",
    )


def _width(table: pd.DataFrame) -> float:
    """Return the width of a cell."""
    return min(WIDEST_CELL, (style.WIDTH - LEFT - GAP - RIGHT) / len(table.columns))
