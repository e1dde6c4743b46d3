"""Recall by the way a copy was edited, as a heat map of methods and families of edits."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from pydantic import PositiveInt

from dupeval.dataset import Dataset
from dupeval.edits import found_images, found_pairs, pairs_by_family
from dupeval.errors import SettingsError
from dupeval.figures import Figure, Part, Picture, layout, style
from dupeval.figures.curves import pooled_scores
from dupeval.figures.inputs import FigureInputs
from dupeval.figures.mistakes import found_by_family
from dupeval.figures.texts import one_line, short

# Inches.
LEFT, RIGHT, TOP, BOTTOM = 1.6, 0.35, 0.95, 0.1
ROW, WIDEST_CELL = 0.22, 0.6
GAP = 0.15  # of a cell
ALL = "all pairs"


class RecallByEdit(Figure):
    """What share of the edited copies each method finds, by family of edits."""

    part: ClassVar[Part] = "mistakes"
    rank: ClassVar[int] = 3

    methods: tuple[str, ...] | None = None
    protocol: str | None = None
    most_families: PositiveInt = 14

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        numbers = numbers_of_pairs(inputs.dataset)
        shown = list(numbers)[: self.most_families]
        protocol = inputs.protocol(self.protocol)
        methods = self.methods or inputs.stored.methods_of(protocol)
        found = {}
        for name in methods:
            pooled = pooled_scores(inputs.stored.row(name, protocol, slug) for slug in inputs.slugs)
            families = found_by_family(inputs.dataset, inputs.stored, protocol, name)
            found[name] = {ALL: pooled.recall, **{f: of.recall for f, of in families.items()}}
        recall = pd.DataFrame(found).T
        # From the easiest to the hardest.
        order = sorted(shown, key=lambda family: (-recall[family].mean(), family))
        width = min((1 + GAP + len(order)) * WIDEST_CELL, style.page_width() - LEFT - RIGHT)
        canvas = layout.canvas_of(TOP + ROW * len(recall) + BOTTOM)
        axes = layout.axes_at(canvas, LEFT, BOTTOM, width, ROW * len(recall))
        left_out = len(numbers) - len(shown)
        numbers[ALL] = sum(query.n_true_pairs for query in inputs.dataset.queries)
        _draw_heat_map(axes, recall[[ALL, *order]], numbers)
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
            protocol=protocol,
            settings={"methods": ", ".join(methods)},
        )


def numbers_of_pairs(dataset: Dataset) -> dict[str, int]:
    """Return how many pairs each family of edits has, that with the most first.

    Raises
    ------
    SettingsError
        If no pair tells how a copy was edited.
    """
    found = [(query, [0] * len(query.images)) for query in dataset.queries]
    images = chain.from_iterable(found_images(*one) for one in found)
    families = pairs_by_family(images, chain.from_iterable(found_pairs(*one) for one in found))
    numbers = {family: of.pairs for family, of in families.items()}
    if not numbers:
        raise SettingsError(
            f"no unedited image of {dataset.name} has a copy of which is known how it was edited; "
            "give the column edit in labels.csv, or leave the figure of recall by edit out"
        )
    return dict(sorted(numbers.items(), key=lambda item: (-item[1], item[0])))


def _draw_heat_map(axes: Axes, recall: pd.DataFrame, numbers: Mapping[str, int]) -> None:
    """Draw a row a method and a column a family, apart from the first column of all pairs."""
    rows, columns = recall.shape
    edges = np.append([0, 1], 1 + GAP + np.arange(columns))
    values = np.insert(recall.to_numpy(), 1, np.nan, axis=1)
    look: style.Look = {"cmap": "Blues", "vmax": 1 / 0.9, "edgecolors": "white", "lw": 0.8}
    axes.pcolormesh(edges, range(rows + 1), values, vmin=0, **look)
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
    middles = np.delete((edges[1:] + edges[:-1]) / 2, 1)
    axes.set_yticks(np.arange(rows) + 0.5, [short(str(name)) for name in recall.index])
    names = [f"{one_line(family, 14)} ({numbers[family]})" for family in recall.columns]
    axes.set_xticks(middles, names, rotation=50, rotation_mode="anchor", ha="left")
    axes.tick_params(length=0, labelsize=style.TEXT, bottom=False, labelbottom=False, labeltop=True)
    for (i, j), value in np.ndenumerate(recall.to_numpy()):
        look = {"size": style.SMALL, "va": "center_baseline"}
        look["color"] = "white" if value > 0.6 else style.INK
        layout.label(axes, float(middles[j]), i + 0.5, f"{value:.2f}", **look)
