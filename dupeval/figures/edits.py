"""Recall by the way a copy was edited, as a heat map of methods and families of edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from itertools import combinations
from typing import Annotated

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.figures import Figure, Picture, style
from dupeval.figures.curves import short
from dupeval.figures.material import Material
from dupeval.settings import STRICT

# Inches.
LEFT, RIGHT, TOP, BOTTOM = 1.6, 0.35, 0.95, 0.1
ROW, GAP, WIDEST_CELL = 0.22, 0.08, 0.6
ALL = "all pairs"

Partitions = Mapping[str, Mapping[str, int]]


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
        pairs = pairs_of(material.dataset)
        counts = Counter(family for pair in pairs for family in pair.families)
        shown = [name for name, _ in counts.most_common(self.most_families)]
        recall = pd.DataFrame(
            {
                name: recall_by_family(pairs, self._partitions(material, name))
                for name in self.methods or material.stored.methods_of(self.protocol)
            }
        )
        # From the easiest to the hardest.
        order = sorted(shown, key=lambda family: (-recall.loc[family].mean(), family))
        table = recall.loc[[ALL, *order]].T
        canvas = style.canvas(TOP + ROW * len(table) + BOTTOM)
        _draw_heat_map(style.page(canvas), table, {ALL: len(pairs), **counts})
        left_out = len(counts) - len(shown)
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

    def _partitions(self, material: Material, method: str) -> Partitions:
        return {
            query.slug: material.stored.partition(method, self.protocol, query.slug)
            for query in material.dataset.queries
        }


@plain_dataclass(frozen=True)
class TruePair:
    """Two images of one query that show the same photograph.

    Attributes
    ----------
    query : str
    images : tuple of str
        Their names.
    families : frozenset of str
        How the one was edited, if the other was not edited at all; else empty.
    """

    query: str
    images: tuple[str, str]
    families: frozenset[str]


def families_of(edit: str) -> frozenset[str]:
    """Return the families of an edit chain: crop and jpeg of ``crop:0.79+jpeg:43``."""
    names = (part.split(":")[0].strip() for part in edit.split("+"))
    return frozenset(name for name in names if name)


def pairs_of(dataset: Dataset) -> list[TruePair]:
    """Return every pair of images of a query that show the same photograph.

    Raises
    ------
    SettingsError
        If no pair tells how a copy was edited.
    """
    pairs = []
    for query in dataset.queries:
        copies: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for image in query.images:
            known = (image.name, families_of(image.edit))
            copies.setdefault(image.photograph, []).append(known)
        for images in copies.values():
            for (one, of_one), (other, of_other) in combinations(images, 2):
                families = frozenset() if of_one and of_other else of_one | of_other
                pairs.append(TruePair(query.slug, (one, other), families))
    if not any(pair.families for pair in pairs):
        raise SettingsError(
            f"no unedited image of {dataset.name} has a copy of which is known how it was edited; "
            "give the column edit in labels.csv, or leave the figure of recall by edit out"
        )
    return pairs


def recall_by_family(pairs: Sequence[TruePair], partitions: Partitions) -> dict[str, float]:
    """Return the share of the pairs of each family that are together, and of all pairs.

    Parameters
    ----------
    pairs : sequence of TruePair
    partitions : mapping
        The group of each image, by query and image.
    """
    together: dict[str, list[bool]] = {ALL: []}
    for pair in pairs:
        groups = {partitions[pair.query][image] for image in pair.images}
        for family in (ALL, *pair.families):
            together.setdefault(family, []).append(len(groups) == 1)
    return {family: float(np.mean(found)) for family, found in together.items()}


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
