"""One HTML file that shows what a run found, and where and why methods fail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.dataset import Dataset, Query
from dupeval.figures.mistakes import FoundGroup, found_groups, most_telling
from dupeval.files import write_results
from dupeval.method import Method, Resources
from dupeval.rendering import NOTE
from dupeval.report.cards import MISTAKES, Choices, mistake_cards
from dupeval.report.data import report_data
from dupeval.report.explained import ExplainedPair, explained_pairs
from dupeval.report.figures import drawn_figures
from dupeval.report.findings import read_findings
from dupeval.report.mistakes import all_mistakes, worst_first
from dupeval.report.page import render
from dupeval.report.pictures import EncodedPicture, Format, fitting, pictures_within
from dupeval.report.table import ProtocolTable, best_first, protocol_tables, table_part
from dupeval.report.views import QueryView
from dupeval.settings import flat_settings
from dupeval.stored import Place, StoredResults, read_results
from dupeval.stored_run import honest_first
from dupeval.strict import STRICT

__all__ = ["FILE_NAME", "Limits", "write_report"]

FILE_NAME = "report.html"
_IMAGES = ((400, 75), (320, 70), (240, 65), (160, 60), (112, 50), (80, 40))
IMAGE_FORMATS = [Format(*form) for form in _IMAGES]
# Of the limit; the rest is for tables and groups.
IMAGE_SHARE, FIGURE_SHARE, EXPLAINED_SHARE = 0.45, 0.35, 0.05
# Scores query by query are a column each, on paper too.
MOST_QUERIES = 20
SOURCES = {
    "measured": "run here",
    "imported": "output of a tool that was run elsewhere, scored here",
    "missing": "the tool is not installed here",
    "failed": "the tool was run and failed",
    "published": "nothing run: the study's figures, on its own images",
}


@dataclass(frozen=True, config=STRICT)
class Limits:
    """How large a report may become; ``conf/report.yaml`` explains each."""

    megabytes: PositiveFloat = 15  # of 10**6 bytes
    images_a_query: PositiveInt = 60
    images: PositiveInt = 1500
    mistakes: PositiveInt = 1500
    explained: NonNegativeInt = 12

    @property
    def n_bytes(self) -> float:
        """The limit in bytes."""
        return self.megabytes * 1e6


def write_report(
    dataset: Dataset,
    table1_dir: Path,
    figures_dir: Path,
    out_dir: Path,
    cache_dir: Path,
    limits: Limits | None = None,
    progress: bool = False,
    methods: Mapping[str, Method] | None = None,
    suite_dir: Path | None = None,
) -> Path:
    """Write ``report.html``: findings, Table 1, why, mistakes, settings, data, in one file.

    Parameters
    ----------
    dataset : Dataset
        The one the results were made from.
    table1_dir : Path
        What `experiments/table1.py` wrote.
    figures_dir : Path
        What `experiments/figures.py` wrote; may be missing or empty. Figures of another dataset or
        another Table 1 are left out.
    out_dir : Path
        Made when missing.
    cache_dir : Path
        Small pictures are kept below it.
    limits : Limits, optional
    progress : bool, default False
        Show a bar while pictures are made.
    methods : mapping of str to Method, optional
        By name: those of the results that may be asked why pairs are as far apart as they are.
    suite_dir : Path, optional
        What `experiments/suite.py` wrote; may be missing. Findings that are of other datasets
        alone are left out.

    Returns
    -------
    Path
        Of the written file.

    Raises
    ------
    StoredResultsError
        If the stored results are missing or do not belong to the dataset.
    DupevalError
        If a figure cannot be decoded, or tables and groups alone are larger than the limit.
    """
    limits = limits or Limits()
    results = read_results(table1_dir, dataset)
    resources = Resources(cache_dir, progress)
    page = report_page(
        dataset, results, figures_dir, resources, limits, methods, suite_dir
    ).encode()
    fitting(page, limits.megabytes)
    write_results(out_dir, {FILE_NAME: page})
    return out_dir / FILE_NAME


def report_page(
    dataset: Dataset,
    results: StoredResults,
    figures_dir: Path,
    resources: Resources,
    limits: Limits,
    methods: Mapping[str, Method] | None = None,
    suite_dir: Path | None = None,
) -> str:
    """Return the page of stored results; see `write_report`."""
    part = table_part(dataset, results)
    tables = {table.name: table for table in protocol_tables(part, results)}
    in_order = [name for name in honest_first(results.run["protocols"]) if name in tables]
    ranked = best_first(part, results)
    found = _found(dataset, results)
    pictures, views = _views(dataset, found, limits, resources)
    labels = {place: results.labels(place).tolist() for place in found}
    mistakes = all_mistakes(dataset, found, labels)
    cards = mistake_cards(worst_first(mistakes, limits.mistakes), views, ranked)
    data = report_data(dataset, results, found, views, pictures, in_order, ranked)
    findings, no_findings = read_findings(suite_dir, dataset.name)
    figures = drawn_figures(
        figures_dir,
        dataset.fingerprint,
        results.table1_sha256,
        findings,
        int(limits.n_bytes * FIGURE_SHARE),
        resources.cache_dir,
    )
    explained = _explained(dataset, results, methods or {}, resources, limits)
    return render(
        "report.html",
        pictures[0],
        ("gallery.js",),
        dataset=dataset,
        run=results.run,
        table1_sha256=results.table1_sha256,
        reference=next(iter(filter(None, results.table1["reference"])), ""),
        protocols=[tables[name] for name in in_order],
        per_query=results.per_query,
        queries=_worst(dataset.queries, results),
        n_queries=len(dataset.queries),
        sources=[(k, said) for k, said in SOURCES.items() if k in set(results.table1["source"])],
        table1_note=NOTE,
        findings=figures.findings,
        no_findings=no_findings,
        figures=figures.parts,
        n_figures=figures.n,
        figures_left_out=figures.left_out,
        figures_dir=figures_dir,
        explained=sorted(explained, key=lambda pair: ranked.index(pair.method)),
        cards=cards,
        faultless=_faultless(tables[in_order[0]]),
        choices=Choices.of(cards, MISTAKES, in_order),
        notes=[*data.notes, *_left_out(len(mistakes), len(cards))],
        settings=_settings(results),
        data=data.json,
    )


def _found(dataset: Dataset, results: StoredResults) -> dict[Place, list[FoundGroup]]:
    known = {q.slug: (q.photographs.tolist(), q.truth) for q in dataset.queries}
    return {
        place: found_groups(known[place[2]][0], list(partition.values()), known[place[2]][1])
        for place, partition in results.partitions.items()
    }


def _views(
    dataset: Dataset,
    found: Mapping[Place, Sequence[FoundGroup]],
    limits: Limits,
    resources: Resources,
) -> tuple[tuple[dict[str, EncodedPicture], Format], dict[str, QueryView]]:
    """Return the pictures of the images that tell most, and the queries with these alone."""
    of_query = defaultdict(list)
    for (_, _, slug), groups in found.items():
        of_query[slug].append(groups)
    shown = most_telling(dataset.queries, of_query, limits.images_a_query, limits.images)
    images = {
        query.images[place].sha256: query.images[place]
        for query in dataset.queries
        for place in sorted(shown[query.slug])
    }
    share = int(limits.n_bytes * IMAGE_SHARE)
    where = (resources.cache_dir, resources.progress)
    pictures = pictures_within(images, share, IMAGE_FORMATS, *where)
    numbers = {sha256: i for i, sha256 in enumerate(pictures[0])}
    views = {q.slug: QueryView(q, shown[q.slug], numbers) for q in dataset.queries}
    return pictures, views


def _explained(
    dataset: Dataset,
    results: StoredResults,
    methods: Mapping[str, Method],
    resources: Resources,
    limits: Limits,
) -> list[ExplainedPair]:
    pairs = explained_pairs(dataset, results, methods, resources, limits.explained)
    sizes = accumulate(len(pair.picture.uri) for pair in pairs)
    return pairs[: sum(size <= limits.n_bytes * EXPLAINED_SHARE for size in sizes)]


def _worst(queries: Sequence[Query], results: StoredResults) -> list[Query]:
    """Return the queries in which most goes wrong, so many as there is room for, in their order."""
    errors: Counter[str] = Counter()
    for (_, _, slug), row in results.per_query.items():
        errors[slug] += int(row["fp"] + row["fn"])
    worst = sorted(queries, key=lambda query: -errors[query.slug])[:MOST_QUERIES]
    shown = {query.slug for query in worst}
    return [query for query in queries if query.slug in shown]


def _left_out(n_mistakes: int, n_cards: int) -> list[str]:
    if n_cards == n_mistakes:
        return []
    return [
        f"{n_cards:,} of {n_mistakes:,} mistakes are listed: of each method and query the worst "
        "first. Counts of pairs are of all."
    ]


def _faultless(table: ProtocolTable) -> list[str]:
    """Return the methods that make no mistake, of those that put anything together."""
    return [row["method"] for row in table.ranked if row["f1"] == 1 and row["f1_micro"] == 1]


def _settings(results: StoredResults) -> dict[str, str]:
    configured = results.run["configuration"]["methods"]
    return {
        name: ", ".join(
            f"{key}={value}" for key, value in flat_settings(configured.get(name, {})).items()
        )
        for name in results.methods
    }
