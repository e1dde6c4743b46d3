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
from dupeval.tool.process import Reply
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
        The tool's own default of its other parameters; needed where it has several.
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
        if self.setting is None and len(self.tool.settings) == 1:
            return self.tool.settings[0]
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
        _tell(replies, dataset, watch.method)
        if isinstance(self.tool, DistanceTool):
            _check_distances(replies)
        found = [
            self._found(reply.answers, query)
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

    def _found(self, answers: Sequence[Any], query: Query) -> Sequence[Dendrogram | Labels]:
        order = in_order(query.images)
        if not isinstance(self.tool, DistanceTool):
            places = [[[order[i] for i in group] for group in groups] for groups in answers]
            return [labels_of(groups, len(order)) for groups in places]
        place = np.argsort(order)
        distances = np.array([squareform(np.array(answer, np.float64)) for answer in answers])
        distances = distances[:, place[:, None], place]
        return [_components(squareform(matrix, checks=False)) for matrix in distances]


def _tell(replies: Sequence[Reply], dataset: Dataset, name: str) -> None:
    """Pass on what the tool's process notes, once for all queries of which it is the same."""
    slugs: dict[str, list[str]] = {}
    for reply, query in zip(replies, dataset.queries, strict=True):
        for note in dict.fromkeys(reply.notes):
            slugs.setdefault(note, []).append(query.slug)
    for note, of in slugs.items():
        queries = f"query {of[0]!r}" if len(of) == 1 else f"{len(of)} queries"
        warnings.warn(f"{name} on {queries}: {note}", stacklevel=2)


def _check_distances(replies: Sequence[Reply]) -> None:
    """Refuse answers without a single distance: that is a tool that did not work."""
    if any(distance is not None for r in replies for answer in r.answers for distance in answer):
        return
    notes = [note for reply in replies for note in reply.notes]
    raise NoScoresError(
        "failed", "; ".join(["it tells no distance between any two images", *notes[:1]])
    )


def _components(distances: npt.NDArray[np.float64]) -> Dendrogram:
    """Return the connected components at each threshold; NaN connects at none."""
    beyond = np.nanmax(distances, initial=0.0) + 1.0
    tree = Dendrogram.from_distances(np.where(np.isnan(distances), beyond, distances), "single")
    return Dendrogram(tree.merges, np.where(tree.heights < beyond, tree.heights, np.inf))
