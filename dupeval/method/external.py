"""Methods that run an external tool."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field, PositiveInt
from pydantic.dataclasses import dataclass
from scipy.spatial.distance import squareform

from dupeval.clustering import Dendrogram
from dupeval.dataset import Dataset, Query
from dupeval.errors import NoFiguresError, SettingsError
from dupeval.method import Method, Resources
from dupeval.method.partitions import Labels, PartitionCurves, labels_of
from dupeval.settings import STRICT
from dupeval.timing import Stopwatch
from dupeval.tool import DistanceTool, Tool
from dupeval.tool.cache import ReplyCache
from dupeval.tool.running import run_tool
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
        if self._default not in possible:
            shown = ", ".join(str(dict(setting)) for setting in possible)
            raise SettingsError(f"setting={self.setting} is not possible; possible: {shown}")
        if self.threshold is not None and not isinstance(self.tool, DistanceTool):
            raise SettingsError("threshold has no meaning for a tool that tells no distances")

    @property
    def _default(self) -> Mapping[str, Any]:
        return self.setting or {}

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        try:
            return dict(self.tool.key)
        except NoFiguresError as error:
            return {error.source: str(error)}

    def rehearsal(self, n_images: Sequence[int]) -> PartitionCurves:
        """See `Method.rehearsal`."""
        one = Dendrogram.from_distances([])
        found = one if isinstance(self.tool, DistanceTool) else np.zeros(1, np.int64)
        return self._curves(
            [np.array(["photograph"])] * len(n_images),
            [[found] * len(self.tool.settings)] * len(n_images),
        )

    def curves(self, dataset: Dataset, resources: Resources, watch: Stopwatch) -> PartitionCurves:
        """See `Method.curves`."""
        first, *others = (self._run(run, dataset, resources, watch) for run in range(self.repeats))
        return replace(first, other_runs=tuple(others))

    def _run(
        self, run: int, dataset: Dataset, resources: Resources, watch: Stopwatch
    ) -> PartitionCurves:
        replies, stored = run_tool(
            self.tool,
            dataset,
            ReplyCache(resources.cache_dir / "replies"),
            self.time_limit_s,
            run,
            resources.fresh,
            watch.method if resources.progress else None,
        )
        watch.add(
            "tool",
            sum(reply.wall_s for reply in replies),
            sum(reply.cpu_s for reply in replies),
            max(reply.peak_memory_mb for reply in replies),
            stored,
        )
        found = [
            [self._found(answer, query, watch.method) for answer in reply.answers]
            for reply, query in zip(replies, dataset.queries, strict=True)
        ]
        return self._curves([query.photographs for query in dataset.queries], found)

    def _curves(
        self,
        photographs: Sequence[npt.NDArray[np.str_]],
        found: Sequence[Sequence[Dendrogram | Labels]],
    ) -> PartitionCurves:
        threshold = self.threshold if isinstance(self.tool, DistanceTool) else np.nan
        return PartitionCurves(self.tool.settings, self._default, threshold, photographs, found)

    def _found(self, answer: Any, query: Query, name: str) -> Dendrogram | Labels:
        order = in_order(query.images)
        if not isinstance(self.tool, DistanceTool):
            return labels_of([[order[i] for i in group] for group in answer], len(order))
        place = np.argsort(order)
        distances = squareform(np.array(answer, np.float64))[np.ix_(place, place)]
        unread = np.isnan(distances).sum(axis=1) == len(order) - 1
        if unread.any():
            names = [image.name for image, lost in zip(query.images, unread, strict=True) if lost]
            warnings.warn(
                f"{name} cannot read {len(names)} of {len(order)} images of query {query.slug!r}, "
                f"which count as alone: {', '.join(map(repr, names))}",
                stacklevel=2,
            )
        return Dendrogram.from_distances(_finite(squareform(distances, checks=False)), "single")


def _finite(distances: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Put what has no distance beyond all that have one."""
    known = distances[~np.isnan(distances)]
    return np.where(np.isnan(distances), known.max(initial=0.0) + 1.0, distances)
