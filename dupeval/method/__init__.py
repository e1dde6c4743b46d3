"""A method: what turns one query's images into distances or into groups.

The engine asks (`dupeval.engine`): it decides which images a fit may see, makes each fit once,
clusters distances and cuts. A new kind of method is one new module here; a new method is one YAML.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from dupeval.clustering import Linkage
from dupeval.dataset import ImageHandle
from dupeval.distance.explanation import Explanation
from dupeval.distance.workers import Workers
from dupeval.method.views import QueryImages, TrainingView
from dupeval.timing import Stopwatch

# Values of a method's parameters besides the cut; what is not named is as configured.
Params = Mapping[str, Any]

# Whose images a fit sees besides what is hidden: nobody's, the query's own, those of the other
# queries, or those of all.
Scope = Literal["none", "query", "others", "dataset"]


@dataclass(frozen=True, eq=False)
class Distances:
    """How far apart the images of a query are.

    Attributes
    ----------
    condensed : ndarray of float64, shape (n * (n - 1) / 2,)
        In scipy's condensed order, at least 0; infinite where no threshold joins a pair, which
        only single linkage can follow.
    """

    condensed: npt.NDArray[np.float64]


# Labels of the images, shape (n_images,): of methods that tell groups and no distances.
Partition = npt.NDArray[np.int64]
Answer = Distances | Partition


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
    workers : Workers, optional
        Who makes features and compares pairs; by default threads.
    """

    cache_dir: Path
    progress: bool = False
    fresh: bool = False
    workers: Workers | None = None


class Method(ABC):
    """All that turns one query's images into distances or a partition."""

    # Whether somebody else's program does the work.
    external: ClassVar[bool] = False
    # What tables say its figures rest on.
    source: ClassVar[str] = "measured"
    # Whether a fit is shown the labels of what it may see: of other queries, its `scope`, alone.
    supervised: ClassVar[bool] = False

    @property
    @abstractmethod
    def description(self) -> Mapping[str, Any]:
        """What it is made of besides its configuration (hashes, versions), as JSON values."""

    @property
    def key(self) -> Mapping[str, Any] | None:
        """All that changes its answers besides images and code, as JSON values.

        None where it cannot say so; what comes of it is not kept on disk then.
        """
        return None

    @property
    def default(self) -> Params:
        """The parameters in force where nothing is chosen."""
        return {}

    @property
    def cut_candidates(self) -> Sequence[Params]:
        """What stands for a cut besides the threshold: of tools that tell groups at each value."""
        return (self.default,)

    @property
    def candidates(self) -> Sequence[Params]:
        """What may be chosen besides the threshold, where parameters are chosen."""
        return self.cut_candidates

    @property
    def cut(self) -> float | None:
        """The threshold in force where nothing is chosen; NaN for a method that has none."""
        return np.nan

    @property
    def n_runs(self) -> int:
        """How often to run it: more than once where answers differ from run to run."""
        return 1

    def scope(self, params: Params) -> Scope:
        """Say whose images a fit sees."""
        return "none"

    def linkage_of(self, params: Params) -> Linkage:
        """Return how distances are clustered."""
        return "single"

    def check(self, params: Params, n_images: int) -> None:  # noqa: B027 (most have nothing)
        """Find, before any work, what is impossible with a fit on that many images.

        Raises
        ------
        SettingsError
            With what is possible instead.
        """

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> Method:
        """Do what is done once for all queries; return the method that answers.

        Parameters
        ----------
        queries : sequence of QueryImages
            All of the dataset.
        wanted : sequence of mapping
            The parameters that will be asked for.
        watch : Stopwatch

        Raises
        ------
        NoScoresError
            If the method cannot be run here, or fails.
        """
        return self

    def prepare_fits(  # noqa: B027 (most have nothing)
        self, queries: Sequence[QueryImages], wanted: Sequence[Params]
    ) -> None:
        """Do what all fits share, of a prepared method; not asked for where all rows are kept."""

    def fit_params(self, params: Params) -> Params:
        """Return those of the parameters that a fit depends on."""
        return {}

    def fit(self, view: TrainingView, params: Params) -> Any:
        """Learn from images; see `scope`. What is returned goes to `answers`."""
        return None

    @abstractmethod
    def answers(
        self, fit: Any, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """Yield, in any order, what the method says of a query with each of many parameters.

        Parameters
        ----------
        fit : object
            What `fit` returned.
        query : QueryImages
        many : sequence of mapping
            With equal `fit_params`.
        """

    @property
    def explains(self) -> bool:
        """Whether it can say why two images are as far apart as they are; see `explain`."""
        return type(self).explain is not Method.explain

    def explain(self, params: Params, a: ImageHandle, b: ImageHandle) -> Explanation | None:
        """Say why two images are as far apart as they are.

        Parameters
        ----------
        params : mapping
        a, b : ImageHandle
            In any order; the explanation's `a` is of the first.

        Returns
        -------
        Explanation, optional
            None from a method that cannot tell.
        """
        return None
