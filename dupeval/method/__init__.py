"""A method: from the images of one query to the scores of all its cuts.

A new kind of method is one new module here; a new method is one YAML.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from dupeval.dataset import Dataset
from dupeval.metrics import PairCurve
from dupeval.timing import Stopwatch

# One value for each tuned parameter but the threshold.
Setting = Mapping[str, Any]

THRESHOLD = "threshold"


class Curves(Protocol):
    """What protocols see of a method on a dataset."""

    @property
    def settings(self) -> Sequence[Setting]:
        """What can be chosen besides the threshold; at least one, maybe empty, setting."""

    @property
    def default(self) -> Setting:
        """The setting in force where nothing is tuned."""

    @property
    def threshold(self) -> float | None:
        """The threshold in force where nothing is tuned."""

    @property
    def n_queries(self) -> int:
        """How many queries the dataset has."""

    @property
    def other_runs(self) -> Sequence[Curves]:
        """The same of further runs, of a method whose answers differ from run to run."""

    def curve(self, query: int, setting: Setting, hidden: frozenset[int]) -> PairCurve:
        """Return the scores of all cuts of a query's dendrogram.

        `hidden` are queries of which nothing may be used for any other query.
        """

    def partition(
        self, query: int, setting: Setting, hidden: frozenset[int], threshold: float
    ) -> npt.NDArray[np.int64]:
        """Return the groups that the curve scores at `threshold`: labels, shape (n_images,)."""


@dataclass(frozen=True)
class Resources:
    """What methods may use while they work.

    Attributes
    ----------
    cache_dir : Path
        Where results of long work are kept.
    progress : bool, default False
        Show bars while something long runs.
    fresh : bool, default False
        Run external tools anew, whatever is stored of them.
    """

    cache_dir: Path
    progress: bool = False
    fresh: bool = False


class Method(ABC):
    """All that turns one query's images into a dendrogram or a partition."""

    # Whether somebody else's program does the work.
    external: ClassVar[bool] = False
    # What tables say its figures rest on.
    source: ClassVar[str] = "measured"

    @property
    @abstractmethod
    def description(self) -> Mapping[str, Any]:
        """What it is made of besides its configuration (hashes, versions), as JSON values."""

    @abstractmethod
    def rehearsal(self, n_images: Sequence[int]) -> Curves:
        """Return the curves of queries with so many images, as far as only their errors matter.

        Made before any work is done, so that what is impossible shows at once.
        """

    @abstractmethod
    def curves(self, dataset: Dataset, resources: Resources, watch: Stopwatch) -> Curves:
        """Do the work on a dataset, and tell the watch how long each stage took."""
