"""What a method costs: its measured time, for 1,000 images."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dupeval.timing import Timing


@dataclass(frozen=True)
class Cost:
    """What a method's answers took, from images to distances; choosing and cutting come to nothing.

    Attributes
    ----------
    method : str
    seconds : float
        For 1,000 images, in queries as large as those measured.
    stored : bool
        Whether all of it was measured by an earlier run that stored the answers.
    """

    method: str
    seconds: float
    stored: bool

    @property
    def rounded(self) -> str:
        """The seconds, to what their measurement is worth."""
        return f"{self.seconds:.{1 if self.seconds < 10 else 0}f}"


def cost_of(
    timings: Iterable[Timing], method: str, protocols: Collection[str], n_images: int
) -> Cost | None:
    """Return what a method costs for 1,000 images; None where nothing was timed.

    Parameters
    ----------
    timings : iterable of Timing
        Of one dataset.
    method : str
    protocols : collection of str
        Their stages choose and cut, and do not count.
    n_images : int
        Of the dataset.
    """
    own = [x for x in timings if x.method == method and x.stage not in protocols]
    if not own:
        return None
    seconds = sum(x.wall_s for x in own) * 1000 / n_images
    return Cost(method, seconds, all(x.stored for x in own))


def cost_sentence(cost: Cost, other: Cost | None = None) -> str:
    """Say what a method costs, beside another one."""
    beside = f", {other.method} {other.rounded} s" if other and other.method != cost.method else ""
    when = "as stored, from when it was computed" if cost.stored else "measured in this run"
    return f"Cost: {cost.method} {cost.rounded} s per 1,000 images{beside} ({when})."
