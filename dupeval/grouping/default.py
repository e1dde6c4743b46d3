"""The method for those who choose none: the best one measured, as its YAML has it."""

from __future__ import annotations

from dupeval.distance.local.verified import Verified
from dupeval.method.pairs import PairMethod

NAME = "verified"


def default_method() -> PairMethod:
    """Return `verified` with average linkage, cut at .5."""
    return PairMethod(Verified(), linkage="average", threshold=0.5)
