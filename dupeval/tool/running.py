"""A tool on all queries of a dataset: what is stored is not asked again."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from dupeval.dataset import Dataset, Query
from dupeval.errors import NoScoresError
from dupeval.sources import source_sha256
from dupeval.tool import MOST_NAMED, Tool
from dupeval.tool.cache import ReplyCache
from dupeval.tool.executable import without_folder
from dupeval.tool.process import Reply, ToolProcess
from dupeval.tool.view import NEUTRAL_NAME, in_order, private_copies


def run_tool(
    tool: Tool,
    dataset: Dataset,
    cache: ReplyCache,
    time_limit_s: float,
    run: int = 0,
    fresh: bool = False,
    bar_name: str | None = None,
) -> tuple[list[Reply], bool]:
    """Return what a tool says of each query, and whether all of it was stored.

    Parameters
    ----------
    tool : Tool
    dataset : Dataset
    cache : ReplyCache
    time_limit_s : float
        For each query.
    run : int, default 0
        Which of several runs this is: each is stored apart.
    fresh : bool, default False
        Run the tool whatever is stored.
    bar_name : str, optional
        Show a progress bar of this name while the tool runs.

    Returns
    -------
    (replies, stored) : tuple
        The places in a reply are those of the images in the order of `view.in_order`; its notes
        call images by the dataset's names.

    Raises
    ------
    NoScoresError
        If the tool is missing, fails on a query or tells what cannot be; the reason names the
        query, and the images on which it fails alone if there are such.
    """
    key = reply_key(tool, run)
    replies: dict[str, Reply] = {}
    for query in () if fresh else dataset.queries:
        # Whoever stored it may have checked less.
        reply = cache.load(key, _hashes(query), partial(_problem, tool, len(query.images)))
        if reply is not None:
            replies[query.slug] = reply
    missing = [query for query in dataset.queries if query.slug not in replies]
    if missing:
        with ToolProcess(tool, time_limit_s) as process:
            bar = tqdm(missing, desc=bar_name, unit="query", disable=bar_name is None)
            for query in bar:
                replies[query.slug] = _ask(process, query)
                cache.save(key, _hashes(query), replies[query.slug])
    return [_with_names(replies[query.slug], query) for query in dataset.queries], not missing


def reply_key(tool: Tool, run: int = 0) -> Mapping[str, Any]:
    """Return everything besides the images that changes replies, as JSON values; see `run_tool`."""
    source = source_sha256(tool, modules=[__name__, "dupeval.tool.worker"])
    return {"run": run, "source": source, **tool.key}


def _hashes(query: Query) -> list[str]:
    return [query.images[i].sha256 for i in in_order(query.images)]


def _ask(process: ToolProcess, query: Query) -> Reply:
    images = [query.images[i] for i in in_order(query.images)]
    started = time.perf_counter()
    with private_copies(images, process.folder) as paths:
        folder = paths[0].parent
        try:
            reply = _checked(process, paths)
        except NoScoresError as error:
            reason = f"on query {query.slug!r}: {_named(without_folder(str(error), folder), query)}"
            in_time = time.perf_counter() - started < process.time_limit_s
            alone = _fails_alone(process, query) if error.source == "failed" and in_time else []
            if alone:
                shown = [*map(repr, alone[:MOST_NAMED]), *(["..."] if alone[MOST_NAMED:] else [])]
                reason += f"; it fails on each of these images alone: {', '.join(shown)}"
            raise NoScoresError(error.source, reason) from None
    # The folder is another each time.
    return replace(reply, notes=[without_folder(note, folder) for note in reply.notes])


def _checked(process: ToolProcess, images: Sequence[Path]) -> Reply:
    reply = process.ask(images)
    problem = _problem(process.tool, len(images), reply)
    if problem is not None:
        raise NoScoresError("failed", problem)
    return reply


def _problem(tool: Tool, n_images: int, reply: Reply) -> str | None:
    if len(reply.answers) != len(tool.settings):
        return f"it told {len(reply.answers)} answers, of {len(tool.settings)} settings"
    problems = (tool.problem(answer, n_images) for answer in reply.answers)
    return next((problem for problem in problems if problem is not None), None)


def _fails_alone(process: ToolProcess, query: Query) -> list[str]:
    """Return the images on which a tool fails even alone, where it does not on others.

    No new one is tried once a query's time is over; each has a process, for some end it.
    """
    deadline = time.perf_counter() + process.time_limit_s
    failed: dict[str, bool] = {}
    for image in query.images:
        started = time.perf_counter()
        if started > deadline:
            break
        failed[image.name] = False
        try:
            # With a copy, for some tools want two.
            with (
                ToolProcess(process.tool, process.time_limit_s) as anew,
                private_copies([image, image], anew.folder) as paths,
            ):
                _checked(anew, paths)
        except NoScoresError:
            failed[image.name] = time.perf_counter() - started < process.time_limit_s
    if all(failed.values()):
        return []
    return [name for name, did in failed.items() if did]


def _with_names(reply: Reply, query: Query) -> Reply:
    return replace(reply, notes=[_named(note, query) for note in reply.notes])


def _named(text: str, query: Query) -> str:
    """Call the images as the dataset does, in place of the names of their private copies."""

    def name(match: re.Match[str]) -> str:
        place = int(match[1])
        return repr(query.images[order[place]].name)[1:-1] if place < len(order) else match[0]

    order = in_order(query.images)
    return NEUTRAL_NAME.sub(name, text)
