"""One HTML file that shows what a run found, and why a method loses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt
from pydantic.dataclasses import dataclass

from dupeval.dataset import Dataset
from dupeval.errors import DupevalError
from dupeval.figures.mistakes import found_groups, most_telling
from dupeval.figures.saving import read_figures
from dupeval.files import write_results
from dupeval.method import Method, Resources
from dupeval.report.data import report_data
from dupeval.report.explained import explained_pairs
from dupeval.report.page import render
from dupeval.report.pictures import Format, pictures_within
from dupeval.stored import read_results
from dupeval.strict import STRICT

__all__ = ["FILE_NAME", "Limits", "write_report"]

FILE_NAME = "report.html"
_IMAGES = ((400, 75), (320, 70), (240, 65), (160, 60), (112, 50), (80, 40))
IMAGE_FORMATS = [Format(*form) for form in _IMAGES]
FIGURE_FORMATS = [Format(*form) for form in ((1600, 85), (1200, 80), (900, 75), (600, 60))]
# Of the limit; the rest is for tables and groups.
IMAGE_SHARE, FIGURE_SHARE, EXPLAINED_SHARE = 0.45, 0.35, 0.05


@dataclass(frozen=True, config=STRICT)
class Limits:
    """How large a report may become; ``conf/report.yaml`` explains each."""

    megabytes: PositiveFloat = 15  # of 10**6 bytes
    images_a_query: PositiveInt = 60
    images: PositiveInt = 1500
    explained: NonNegativeInt = 12


def write_report(
    dataset: Dataset,
    table1_dir: Path,
    figures_dir: Path,
    out_dir: Path,
    cache_dir: Path,
    limits: Limits | None = None,
    progress: bool = False,
    methods: Mapping[str, Method] | None = None,
) -> Path:
    """Write ``report.html``: Table 1, galleries of groups, pairs explained, figures, in one file.

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
    most_bytes = limits.megabytes * 1e6
    results = read_results(table1_dir, dataset)
    known = {q.slug: (q.photographs.tolist(), q.truth) for q in dataset.queries}
    found = {
        place: found_groups(known[place[2]][0], list(partition.values()), known[place[2]][1])
        for place, partition in results.partitions.items()
    }
    of_query = defaultdict(list)
    for (_, _, slug), groups in found.items():
        of_query[slug].append(groups)
    shown = most_telling(dataset.queries, of_query, limits.images_a_query, limits.images)
    images = {
        query.images[place].sha256: query.images[place]
        for query in dataset.queries
        for place in sorted(shown[query.slug])
    }
    share = int(most_bytes * IMAGE_SHARE)
    pictures = pictures_within(images, share, IMAGE_FORMATS, cache_dir, progress)
    figures, left_out = read_figures(figures_dir, dataset.fingerprint, results.table1_sha256)
    resources = Resources(cache_dir, progress)
    pairs = explained_pairs(dataset, results, methods or {}, resources, limits.explained)
    sizes = accumulate(len(pair.picture.uri) for pair in pairs)
    n_fitting = sum(size <= most_bytes * EXPLAINED_SHARE for size in sizes)
    pngs = {figure.png_sha256: figures_dir / f"{name}.png" for name, figure in figures.items()}
    share = int(most_bytes * FIGURE_SHARE)
    encoded, _ = pictures_within(pngs, share, FIGURE_FORMATS, cache_dir)
    page = render(
        dataset,
        results,
        report_data(dataset, results, found, shown, pictures),
        [(figure, encoded.get(figure.png_sha256)) for figure in figures.values()],
        left_out,
        figures_dir,
        pairs[:n_fitting],
    ).encode()
    if len(page) > most_bytes:
        raise DupevalError(
            f"the report would have {len(page) / 1e6:.1f} MB, more than limits.megabytes="
            f"{limits.megabytes:g}; possible: a higher limit, or fewer methods or protocols"
        )
    write_results(out_dir, {FILE_NAME: page})
    return out_dir / FILE_NAME
