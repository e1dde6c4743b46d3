"""Methods that run an external tool."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.clustering.hashes import HashPairs
from dupeval.clustering.memory import MOST_CONDENSED, MOST_DOUBLE
from dupeval.clustering.pairs import ComparedPairs
from dupeval.errors import NoScoresError, SettingsError
from dupeval.method import Answer, Distances, Method, Params
from dupeval.method.partitions import labels_of
from dupeval.method.views import QueryImages
from dupeval.strict import STRICT
from dupeval.timing import Stopwatch
from dupeval.tool import DistanceTool, Tool
from dupeval.tool.hashes import Hashes
from dupeval.tool.isolation import in_force
from dupeval.tool.process import Reply
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
        if self.default not in possible:
            shown = ", ".join(str(dict(setting)) for setting in possible)
            raise SettingsError(f"setting={self.setting} is not possible; possible: {shown}")
        if self.threshold is not None and not isinstance(self.tool, DistanceTool):
            raise SettingsError("threshold has no meaning for a tool that tells no distances")

    @property
    def key(self) -> Mapping[str, Any]:
        """See `Method.key`; the tool must be there."""
        setting = dict(self.default)
        return {"tool": dict(self.tool.key), "setting": setting, "threshold": self.threshold}

    @property
    def default(self) -> Params:
        """See `Method.default`."""
        if self.setting is None and len(self.tool.settings) == 1:
            return self.tool.settings[0]
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
            return {**self.tool.key, "isolation": in_force().name}
        except NoScoresError as error:
            return {error.source: str(error)}

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> ExternalMethod:
        """See `Method.prepared`: the tool is run on all queries, and what it notes is told."""
        replies = [query.reply(self.tool, self.time_limit_s) for query in queries]
        _tell(replies, queries, watch.method)
        if isinstance(self.tool, DistanceTool):
            _check_distances(replies)
        return self

    def answers(
        self, fit: None, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """See `Method.answers`."""
        answers = query.reply(self.tool, self.time_limit_s).answers
        places = [self.tool.settings.index(params) for params in many]
        if isinstance(self.tool, DistanceTool):
            place = np.argsort(in_order(query.images))
            made = {i: _apart(answers[i], place) for i in set(places)}
            yield from ((params, made[i]) for params, i in zip(many, places, strict=True))
            return
        order = in_order(query.images)
        for params, i in zip(many, places, strict=True):
            groups = [[order[image] for image in group] for group in answers[i]]
            yield params, labels_of(groups, len(order))


def _apart(answer: Any, place: npt.NDArray[np.int64]) -> Distances | ComparedPairs:
    """Return what a tool told of images, in another order: infinite where it could not read one."""
    n = len(place)
    if isinstance(answer, Hashes):
        hashes = HashPairs(answer.packed[place], answer.known[place])
        return ComparedPairs(hashes) if n > MOST_CONDENSED else Distances(hashes.condensed())
    told = np.asarray(answer, np.float64)
    apart = np.empty(len(told), np.float64 if n <= MOST_DOUBLE else np.float32)
    done = 0
    for i in range(n - 1):
        low, high = np.minimum(place[i], place[i + 1 :]), np.maximum(place[i], place[i + 1 :])
        apart[done : done + n - i - 1] = told[low * (2 * n - low - 1) // 2 + high - low - 1]
        done += n - i - 1
    apart[np.isnan(apart)] = np.inf
    return Distances(apart)


def _tell(replies: Sequence[Reply], asked: Sequence[QueryImages], name: str) -> None:
    """Pass on what the tool's process notes, once for all queries of which it is the same."""
    slugs: dict[str, list[str]] = {}
    for reply, query in zip(replies, asked, strict=True):
        for note in dict.fromkeys(reply.notes):
            slugs.setdefault(note, []).append(query.slug)
    for note, of in slugs.items():
        queries = f"query {of[0]!r}" if len(of) == 1 else f"{len(of)} queries"
        warnings.warn(f"{name} on {queries}: {note}", stacklevel=2)


def _check_distances(replies: Sequence[Reply]) -> None:
    """Refuse answers without a single distance: that is a tool that did not work."""
    if any(_tells_some(answer) for reply in replies for answer in reply.answers):
        return
    notes = [note for reply in replies for note in reply.notes]
    raise NoScoresError(
        "failed", "; ".join(["it tells no distance between any two images", *notes[:1]])
    )


def _tells_some(answer: Any) -> bool:
    if isinstance(answer, Hashes):
        return int(answer.known.sum()) > 1
    return not bool(np.isnan(np.asarray(answer, np.float64)).all())
