"""How far apart images of the same and of different photographs are, one panel a method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from dupeval.engine.answers import Answers
from dupeval.figures import Figure, Names, Picture, layout, style
from dupeval.figures.inputs import FigureInputs
from dupeval.protocol import Decision
from dupeval.timing import one_thread
from dupeval.truth import Truth

BINS = 40
LOOKS: Mapping[str, style.Look] = {
    "same": {"facecolor": style.MISSED + "80", "edgecolor": style.MISSED, "lw": 1.0},
    "different": {"facecolor": "none", "edgecolor": style.WRONG, "lw": 0.9, "hatch": "///"},
}
THRESHOLD: style.Look = {"color": style.INK, "lw": 1.1, "ls": style.DASHES}


class DistancesOfPairs(Figure):
    """Histograms of the distances within and between photographs."""

    narrow: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    methods: Names = ("raw", "raw_pca", "vgg", "vgg_pca")
    protocol: str | None = None

    def draw(self, inputs: FigureInputs) -> Picture:
        """See `Figure.draw`."""
        protocol = inputs.one_axis(self.protocol, self.methods)
        canvas, panels = layout.panels(self.methods, columns=2, height=1.6, legend=0.3)
        truths = [query.truth for query in inputs.dataset.queries]
        for name, axes in panels.items():
            answers, stored = inputs.answers(name), inputs.stored_for(name)
            decisions = [stored.decision(name, protocol, slug) for slug in inputs.slugs]
            threshold = float(np.median([decision.threshold for decision in decisions]))
            with one_thread():
                parts = distances_of(answers, decisions, truths)
            longest = max(part.max(initial=0.0) for part in parts.values())
            bins = np.linspace(0, longest or 1.0, BINS + 1)
            there = {which: part for which, part in parts.items() if len(part)}
            for which, part in there.items():
                axes.stairs(*np.histogram(part, bins, density=True), fill=True, **LOOKS[which])
            shares = (f"{which} {(part <= threshold).mean():.0%}" for which, part in there.items())
            layout.remark(axes, f"within: {', '.join(shares)}")
            axes.set(xlim=(0, bins[-1]), yticks=[], xlabel=inputs.distance_of(name))
            axes.spines["left"].set_visible(False)
            if np.isfinite(threshold):
                axes.axvline(threshold, **THRESHOLD)
        meanings = {
            "same photograph": LOOKS["same"],
            "different photographs": LOOKS["different"],
            f"median threshold ({protocol})": THRESHOLD,
        }
        layout.legend(canvas, meanings)
        return Picture(
            canvas,
            title="Distances between images of the same and of different photographs",
            text=(
                f"All pairs of images of one query: {len(parts['same'])} of the same photograph, "
                f"{len(parts['different'])} of different ones. Each histogram has the area 1. "
                "Vectors are those that the protocol scores, so principal components are fitted "
                "without the query where they are to be. Dashed: the median of the thresholds "
                "chosen for the queries; the shares at the top are of pairs not further apart than "
                "it. It cuts the dendrogram and not these distances, so the shares are not the "
                "recall."
            ),
            protocol=f"{protocol}, median threshold",
            settings=inputs.described(*self.methods),
        )


def distances_of(
    answers: Answers,
    decisions: Sequence[Decision],
    truths: Sequence[Truth],
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the distances of all pairs of the queries: of the ``same`` photograph, ``different``.

    Of the pairs that count, those from which the dendrograms of these decisions, one a query, are
    made.
    """
    distances = [
        answers.distances(query, decision.params, decision.hidden)
        for query, decision in enumerate(decisions)
    ]
    known, same = map(np.concatenate, zip(*(own.of_pairs() for own in truths), strict=True))
    of_all = np.concatenate(distances)
    return {"same": of_all[known & same], "different": of_all[known & ~same]}
