"""How far apart images of the same and of different photographs are, one panel a method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.engine.answers import Answers
from dupeval.figures import Figure, Picture, layout, style
from dupeval.figures.curves import distance_of
from dupeval.figures.inputs import FigureInputs
from dupeval.protocol import Decision
from dupeval.settings import STRICT
from dupeval.timing import one_thread

BINS = 40
LOOKS: Mapping[str, style.Look] = {
    "same": {"facecolor": style.MISSED + "80", "edgecolor": style.MISSED, "lw": 1.0},
    "different": {"facecolor": "none", "edgecolor": style.WRONG, "lw": 0.9, "hatch": "///"},
}
THRESHOLD: style.Look = {"color": style.INK, "lw": 1.1, "ls": style.DASHES}


@dataclass(frozen=True, config=STRICT)
class DistancesOfPairs(Figure):
    """Histograms of the distances within and between photographs.

    Attributes
    ----------
    methods : tuple of str, default the study's four
        Methods on vectors.
    protocol : str, optional
        Whose median threshold is drawn; see `FigureInputs.one_axis` for the default.
    """

    methods: Annotated[tuple[str, ...], Field(min_length=1)] = ("raw", "raw_pca", "vgg", "vgg_pca")
    protocol: str | None = None

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        protocol = inputs.one_axis(self.protocol, self.methods)
        found = {name: _distances(inputs, name, protocol) for name in self.methods}
        canvas, panels = layout.panels(found, columns=2, height=1.6, legend=0.3)
        for name, axes in panels.items():
            axes.set_xlabel(distance_of(inputs.methods[name]))
            _draw(axes, found[name])
        meanings = {
            "same photograph": LOOKS["same"],
            "different photographs": LOOKS["different"],
            f"median threshold ({protocol})": THRESHOLD,
        }
        layout.legend(canvas, meanings)
        pairs = found[self.methods[0]]
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
            protocol=f"{protocol}, median threshold",
            settings=inputs.described(*found),
        )


@plain_dataclass(frozen=True, eq=False)
class PairDistances:
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
) -> PairDistances:
    """Return the distances from which the dendrograms of these decisions are made, one a query."""
    distances, together = [], []
    for query, (decision, labels) in enumerate(zip(decisions, photographs, strict=True)):
        distances.append(answers.distances(query, decision.params, decision.hidden))
        # In the order of the condensed distances: row by row above the diagonal.
        i, j = np.triu_indices(len(labels), k=1)
        together.append(labels[i] == labels[j])
    of_all, same = np.concatenate(distances), np.concatenate(together)
    threshold = float(np.median([decision.threshold for decision in decisions]))
    return PairDistances(of_all[same], of_all[~same], threshold)


def _distances(inputs: FigureInputs, name: str, protocol: str) -> PairDistances:
    answers, stored = inputs.answers(name), inputs.stored_for(name)
    decisions = [stored.decision(name, protocol, slug) for slug in inputs.slugs]
    with one_thread():
        return distances_of(answers, decisions, [q.photographs for q in inputs.dataset.queries])


def _draw(axes: Axes, distances: PairDistances) -> None:
    parts = {"same": distances.same, "different": distances.different}
    bins = np.linspace(0, max(part.max(initial=0.0) for part in parts.values()) or 1.0, BINS + 1)
    there = {name: part for name, part in parts.items() if len(part)}
    for name, part in there.items():
        axes.stairs(*np.histogram(part, bins, density=True), fill=True, **LOOKS[name])
    shares = (f"{name} {(p <= distances.threshold).mean():.0%}" for name, p in there.items())
    layout.remark(axes, f"within: {', '.join(shares)}")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlim(0, bins[-1])
    if np.isfinite(distances.threshold):
        axes.axvline(distances.threshold, **THRESHOLD)
