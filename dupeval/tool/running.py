"""A tool on all queries of a dataset: what is stored is not asked again."""

from __future__ import annotations

from tqdm import tqdm

from dupeval.dataset import Dataset, Query
from dupeval.errors import NoScoresError
from dupeval.tool import Tool
from dupeval.tool.cache import ReplyCache
from dupeval.tool.process import Reply, ToolProcess
from dupeval.tool.view import VIEW, in_order, private_copies


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
        The places in a reply are those of the images in the order of `view.in_order`.

    Raises
    ------
    NoScoresError
        If the tool is missing or fails on a query; the reason names the query.
    """
    key = {"view": VIEW, "run": run, **tool.key}
    replies: dict[str, Reply] = {}
    for query in () if fresh else dataset.queries:
        reply = cache.load(key, _hashes(query))
        if reply is not None:
            replies[query.slug] = reply
    missing = [query for query in dataset.queries if query.slug not in replies]
    if missing:
        with ToolProcess(tool, time_limit_s) as process:
            bar = tqdm(missing, desc=bar_name, unit="query", disable=bar_name is None)
            for query in bar:
                replies[query.slug] = _ask(process, query)
                cache.save(key, _hashes(query), replies[query.slug])
    return [replies[query.slug] for query in dataset.queries], not missing


def _hashes(query: Query) -> list[str]:
    return [query.images[i].sha256 for i in in_order(query.images)]


def _ask(process: ToolProcess, query: Query) -> Reply:
    try:
        with private_copies([query.images[i] for i in in_order(query.images)]) as paths:
            return process.ask(paths)
    except NoScoresError as error:
        raise NoScoresError(error.source, f"on query {query.slug!r}: {error}") from None
