"""Settings of a sweep of which it is known what comes of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from given import GivenVectors, perfect_between

from dupeval.method.vectors import VectorMethod
from dupeval.sweep.grid import Family
from dupeval.sweep.outcome import Best, Outcome
from dupeval.sweep.plan import Planned
from dupeval.sweep.tables import Swept


def swept(
    method: str,
    parameters: Mapping[str, Any],
    intervals: Sequence[tuple[float, float]],
    held_out: Sequence[Best] = (),
    threshold: float | None = None,
) -> Swept:
    """Make a setting that is perfect on each query within an interval of thresholds."""
    family = VectorMethod(GivenVectors(), threshold=threshold)
    curves = tuple(perfect_between(low, high) for low, high in intervals)
    return Swept(
        Planned(method, parameters, Family(family, ({},)), {}, f"{method} {parameters}"),
        Outcome(curves, tuple(held_out)),
    )
