"""How far apart images of the same and of different photographs are, one panel a method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.dataset import UNLABELLED
from dupeval.engine.answers import Answers
from dupeval.figures import Figure, Picture, style
from dupeval.figures.curves import distance_of, settings_of, short
from dupeval.figures.material import Material
from dupeval.protocol import Decision
from dupeval.settings import STRICT
from dupeval.timing import one_thread

# Inches.
PANEL, LEGEND = 1.6, 0.3
BINS = 40
SAME: Mapping[str, Any] = {"facecolor": style.MISSED + "80", "edgecolor": style.MISSED, "lw": 1.0}
DIFFERENT: Mapping[str, Any] = {
    "facecolor": "none",
    "edgecolor": style.WRONG,
    "lw": 0.9,
    "hatch": "///",
}
THRESHOLD: Mapping[str, Any] = {"color": style.INK, "lw": 1.1, "ls": (0, (5, 3))}


@dataclass(frozen=True, config=STRICT)
class DistancesOfPairs(Figure):
    """Histograms of the distances within and between photographs.

    Attributes
    ----------
    methods : tuple of str, default the study's four
        Methods on vectors.
    protocol : str, default "loqo"
        Whose median threshold is drawn.
    """

    methods: Annotated[tuple[str, ...], Field(min_length=1)] = ("raw", "raw_pca", "vgg", "vgg_pca")
    protocol: str = "loqo"

    def draw(self, material: Material) -> Picture:
        """See `Figure.draw`."""
        found = {name: self._distances(material, name) for name in self.methods}
        rows = -(-len(found) // 2)
        canvas = style.canvas(rows * PANEL + LEGEND, layout="constrained")
        for axes, (name, distances) in zip(
            style.panels(canvas, len(found), 2), found.items(), strict=True
        ):
            axes.set_title(short(name), loc="left")
            axes.set_xlabel(distance_of(material.methods[name]))
            _draw(axes, distances)
        _draw_legend(canvas, self.protocol)
        pairs = next(iter(found.values()))
        return Picture(
            canvas,
            title="Distances between images of the same and of different photographs",
            text=(
                f"All pairs of images of one query: {len(pairs.same)} of the same photograph, "
                f"{len(pairs.different)} of different ones. Each histogram has the area 1. "
                "Vectors are those that the protocol scores, so principal components are fitted "
                "without the query where they are to be. Dashed: the median of the thresholds "
                "chosen for the queries; the shares at the top are of pairs not further apart than "
                "it. It cuts the dendrogram and not these distances, so the shares are not the "
                "recall."
            ),
            protocol=f"{self.protocol}, median threshold",
            settings=settings_of(material, found),
        )

    def _distances(self, material: Material, name: str) -> Distances:
        answers, queries = material.answers(name), material.dataset.queries
        stored = material.stored_for(name)
        decisions = [stored.decision(name, self.protocol, query.slug) for query in queries]
        with one_thread():
            return distances_of(answers, decisions, [query.photographs for query in queries])


@plain_dataclass(frozen=True, eq=False)
class Distances:
    """The distances of all pairs of images of one query, of all queries together.

    Attributes
    ----------
    same, different : ndarray of float64, one-dimensional
        Of pairs that show the same photograph, and of the others.
    threshold : float
        The median of the chosen thresholds.
    """

    same: npt.NDArray[np.float64]
    different: npt.NDArray[np.float64]
    threshold: float


def distances_of(
    answers: Answers,
    decisions: Sequence[Decision],
    photographs: Sequence[npt.NDArray[np.str_]],
) -> Distances:
    """Return the distances from which the dendrograms of these decisions are made, one a query."""
    same, different = [], []
    for query, (decision, labels) in enumerate(zip(decisions, photographs, strict=True)):
        distances = answers.distances(query, decision.params, decision.hidden)
        # In the order of the condensed distances: row by row above the diagonal.
        i, j = np.triu_indices(len(labels), k=1)
        together = labels[i] == labels[j]
        scored = (labels[i] != UNLABELLED) & (labels[j] != UNLABELLED)
        same.append(distances[scored & together])
        different.append(distances[scored & ~together])
    threshold = float(np.median([decision.threshold for decision in decisions]))
    return Distances(np.concatenate(same), np.concatenate(different), threshold)


def _draw(axes: Axes, distances: Distances) -> None:
    longest = max(part.max(initial=0.0) for part in (distances.same, distances.different))
    bins = np.linspace(0, longest or 1.0, BINS + 1)
    shares = []
    for name, part, look in (
        ("same", distances.same, SAME),
        ("different", distances.different, DIFFERENT),
    ):
        if len(part):
            axes.stairs(np.histogram(part, bins, density=True)[0], bins, fill=True, **look)
            shares.append(f"{name} {(part <= distances.threshold).mean():.0%}")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, bins[-1])
    if np.isfinite(distances.threshold):
        axes.axvline(distances.threshold, **THRESHOLD)
    within = f"within: {', '.join(shares)}"
    axes.set_title(within, loc="right", size=style.TEXT, weight="normal")


def _draw_legend(canvas: Canvas, protocol: str) -> None:
    canvas.legend(
        handles=[
            Patch(label="same photograph", **SAME),
            Patch(label="different photographs", **DIFFERENT),
            Line2D([], [], label=f"median threshold ({protocol})", **THRESHOLD),
        ],
        loc="outside upper left",
        ncols=3,
    )
