"""The V-measure: how much groups tell of photographs, and photographs of groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy.typing as npt

from dupeval.metric import Metric


@dataclass(frozen=True)
class VMeasure(Metric):
    """Homogeneity, completeness and their harmonic mean (Rosenberg and Hirschberg, 2007).

    Where most images are alone both are near 1 whatever a method does.
    """

    def scores(self, true: npt.ArrayLike, predicted: npt.ArrayLike) -> Mapping[str, float]:
        """See `Metric.scores`."""
        # As in dupeval.metric.
        from sklearn.metrics import homogeneity_completeness_v_measure  # noqa: PLC0415

        found = homogeneity_completeness_v_measure(true, predicted)
        names = ("homogeneity", "completeness", "v_measure")
        return {name: float(value) for name, value in zip(names, found, strict=True)}
