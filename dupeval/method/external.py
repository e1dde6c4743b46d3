"""Methods that run an external tool."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field, PositiveInt
from pydantic.dataclasses import dataclass
from scipy.spatial.distance import squareform

from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Answer, Distances, Method, Params
from dupeval.method.partitions import labels_of
from dupeval.method.views import QueryImages
from dupeval.settings import STRICT
from dupeval.timing import Stopwatch
from dupeval.tool import DistanceTool, Tool
from dupeval.tool.view import in_order


@dataclass(frozen=True, config=STRICT)
class ExternalMethod(Method):
    """Somebody else's program; of distances, the groups are the connected components.

    Attributes
    ----------
    tool : Tool
    threshold : float, optional
        The tool's own default where it tells distances; where the protocol ``fixed`` cuts.
    setting : mapping, optional
        The tool's own default of its other parameters; needed where it has any.
    time_limit_s : float, default 120
        For each query; a tool that takes longer has failed.
    repeats : int, default 1
        How often to run a tool whose answers differ from run to run. The first run gives the
        figures, all of them the spread.
    """

    tool: Tool
    threshold: Annotated[float, Field(allow_inf_nan=False)] | None = None
    setting: Mapping[str, Any] | None = None
    time_limit_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 120.0
    repeats: PositiveInt = 1

    external: ClassVar[bool] = True

    def __post_init__(self) -> None:
        possible = self.tool.settings
        if self.default not in possible:
            shown = ", ".join(str(dict(setting)) for setting in possible)
            raise SettingsError(f"setting={self.setting} is not possible; possible: {shown}")
        if self.threshold is not None and not isinstance(self.tool, DistanceTool):
            raise SettingsError("threshold has no meaning for a tool that tells no distances")

    @property
    def default(self) -> Params:
        """See `Method.default`."""
        return self.setting or {}

    @property
    def cut_candidates(self) -> Sequence[Params]:
        """See `Method.cut_candidates`."""
        return self.tool.settings

    @property
    def cut(self) -> float | None:
        """See `Method.cut`."""
        return self.threshold if isinstance(self.tool, DistanceTool) else np.nan

    @property
    def n_runs(self) -> int:
        """See `Method.n_runs`."""
        return self.repeats

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        try:
            return dict(self.tool.key)
        except NoScoresError as error:
            return {error.source: str(error)}

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> ExternalMethod:
        """See `Method.prepared`: the tool is run on all queries, and what it left out is told."""
        for query in queries:
            reply = query.reply(self.tool, self.time_limit_s)
            if isinstance(self.tool, DistanceTool):
                _tell_alone(_matrices(reply.answers, query), query, watch.method)
        return self

    def answers(
        self, fit: None, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """See `Method.answers`."""
        answers = query.reply(self.tool, self.time_limit_s).answers
        places = [self.tool.settings.index(params) for params in many]
        if isinstance(self.tool, DistanceTool):
            matrices = _matrices(answers, query)
            apart = np.where(np.isnan(matrices), np.inf, matrices)
            found = [Distances(squareform(matrix, checks=False)) for matrix in apart]
            yield from ((params, found[i]) for params, i in zip(many, places, strict=True))
            return
        order = in_order(query.images)
        for params, i in zip(many, places, strict=True):
            groups = [[order[image] for image in group] for group in answers[i]]
            yield params, labels_of(groups, len(order))


def _matrices(answers: Sequence[Any], query: QueryImages) -> npt.NDArray[np.float64]:
    """Return distances in the query's order, NaN where a tool could not read an image."""
    place = np.argsort(in_order(query.images))
    distances = np.array([squareform(np.array(answer, np.float64)) for answer in answers])
    ordered: npt.NDArray[np.float64] = distances[:, place[:, None], place]
    return ordered


def _tell_alone(distances: npt.NDArray[np.float64], query: QueryImages, name: str) -> None:
    # Only pairs are known: of two images the one that it could not read takes the other along.
    # Each image has a distance to itself.
    n = len(query.images)
    apart = np.isnan(distances).sum(axis=2).min(axis=0) == n - 1
    if apart.any():
        names = [image.name for image, alone in zip(query.images, apart, strict=True) if alone]
        warnings.warn(
            f"{name} tells no distance from {len(names)} of {n} images of query "
            f"{query.slug!r} to any other; they count as alone: {', '.join(map(repr, names))}",
            stacklevel=2,
        )
