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
from dupeval.errors import NoScoresError, SettingsError
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
        except NoScoresError as error:
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
            self._found(reply.answers, query, watch.method)
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

    def _found(
        self, answers: Sequence[Any], query: Query, name: str
    ) -> Sequence[Dendrogram | Labels]:
        order = in_order(query.images)
        if not isinstance(self.tool, DistanceTool):
            places = [[[order[i] for i in group] for group in groups] for groups in answers]
            return [labels_of(groups, len(order)) for groups in places]
        place = np.argsort(order)
        distances = np.array([squareform(np.array(answer, np.float64)) for answer in answers])
        distances = distances[:, place[:, None], place]
        # Only pairs are known: of two images the one that it could not read takes the other along.
        # Each image has a distance to itself.
        apart = np.isnan(distances).sum(axis=2).min(axis=0) == len(order) - 1
        if apart.any():
            names = [image.name for image, alone in zip(query.images, apart, strict=True) if alone]
            warnings.warn(
                f"{name} tells no distance from {len(names)} of {len(order)} images of query "
                f"{query.slug!r} to any other; they count as alone: {', '.join(map(repr, names))}",
                stacklevel=2,
            )
        return [_components(squareform(matrix, checks=False)) for matrix in distances]


def _components(distances: npt.NDArray[np.float64]) -> Dendrogram:
    """Return the connected components at each threshold; NaN connects at none."""
    beyond = np.nanmax(distances, initial=0.0) + 1.0
    tree = Dendrogram.from_distances(np.where(np.isnan(distances), beyond, distances), "single")
    return Dendrogram(tree.merges, np.where(tree.heights < beyond, tree.heights, np.inf))
