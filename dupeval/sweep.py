"""Many settings of one method under the same protocols, and the choice among all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dupeval.method import Curves, Setting
from dupeval.metrics import PairCurve


@dataclass(frozen=True, eq=False)
class OneSetting:
    """The curves of a method seen as if it had one setting only.

    Attributes
    ----------
    curves : Curves
    setting : mapping
        One of ``curves.settings``.
    """

    curves: Curves
    setting: Setting

    @property
    def settings(self) -> Sequence[Setting]:
        """See `Curves.settings`."""
        return (self.setting,)

    @property
    def default(self) -> Setting:
        """See `Curves.default`."""
        return self.setting

    @property
    def threshold(self) -> float | None:
        """See `Curves.threshold`."""
        return self.curves.threshold

    @property
    def n_queries(self) -> int:
        """See `Curves.n_queries`."""
        return self.curves.n_queries

    @property
    def other_runs(self) -> Sequence[Curves]:
        """See `Curves.other_runs`."""
        return ()

    def curve(self, query: int, setting: Setting, hidden: frozenset[int]) -> PairCurve:
        """See `Curves.curve`."""
        return self.curves.curve(query, setting, hidden)

    def partition(
        self, query: int, setting: Setting, hidden: frozenset[int], threshold: float
    ) -> npt.NDArray[np.int64]:
        """See `Curves.partition`."""
        return self.curves.partition(query, setting, hidden, threshold)


@dataclass(frozen=True, eq=False)
class AllSettings:
    """Several curves seen as one method that has all their settings to choose from.

    Under ``loqo`` every parameter is then chosen on the other queries, so that nothing of the
    scored query went into any of them.

    Attributes
    ----------
    variants : sequence of OneSetting
        A setting is named by its place here: ``{"variant": i}``.
    """

    variants: Sequence[OneSetting]

    @property
    def settings(self) -> Sequence[Setting]:
        """See `Curves.settings`."""
        return tuple({"variant": i} for i in range(len(self.variants)))

    @property
    def default(self) -> Setting:
        """See `Curves.default`."""
        return {"variant": 0}

    @property
    def threshold(self) -> float | None:
        """See `Curves.threshold`."""
        return None

    @property
    def n_queries(self) -> int:
        """See `Curves.n_queries`."""
        return self.variants[0].n_queries

    @property
    def other_runs(self) -> Sequence[Curves]:
        """See `Curves.other_runs`."""
        return ()

    def curve(self, query: int, setting: Setting, hidden: frozenset[int]) -> PairCurve:
        """See `Curves.curve`."""
        variant = self.variants[setting["variant"]]
        return variant.curve(query, variant.setting, hidden)

    def partition(
        self, query: int, setting: Setting, hidden: frozenset[int], threshold: float
    ) -> npt.NDArray[np.int64]:
        """See `Curves.partition`."""
        variant = self.variants[setting["variant"]]
        return variant.partition(query, variant.setting, hidden, threshold)
