"""One HTML file of what changed between two runs, row by row and pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dupeval.dataset import Dataset
from dupeval.errors import SettingsError
from dupeval.files import write_results
from dupeval.report import IMAGE_FORMATS, IMAGE_SHARE, Limits
from dupeval.report.cards import CHANGES, Choices, change_cards
from dupeval.report.comparing import Comparison, PairChange, RowChange, compare
from dupeval.report.page import render
from dupeval.report.pictures import fitting, pictures_within
from dupeval.report.views import QueryView
from dupeval.stored import read_results
from dupeval.stored_run import StoredRun, open_run
from dupeval.text import visible

FILE_NAME = "comparison.html"


def write_comparison(
    dataset: Dataset,
    folders: tuple[Path, Path],
    out_dir: Path,
    cache_dir: Path,
    limits: Limits | None = None,
    progress: bool = False,
) -> Path:
    """Write ``comparison.html``: what changed from one run to another on one dataset.

    Parameters
    ----------
    dataset : Dataset
        One that both were made from.
    folders : tuple of Path
        What `experiments/table1.py` wrote, before and after.
    out_dir : Path
        Made when missing.
    cache_dir : Path
        Small pictures are kept below it.
    limits : Limits, optional
    progress : bool, default False
        Show a bar while pictures are made.

    Returns
    -------
    Path
        Of the written file.

    Raises
    ------
    StoredResultsError
        If the stored results are missing or do not belong to the dataset.
    DupevalError
        If the page is larger than the limit.
    """
    limits = limits or Limits()
    before, after = (read_results(folder, dataset) for folder in folders)
    names = [visible(str(folder)) for folder in folders]
    comparison = compare(dataset, before, after, names)
    chosen = _chosen(comparison.pairs, limits)
    slugs = {query.slug: query for query in dataset.queries}
    places = {slug: frozenset[int]() for slug in slugs}
    for change in chosen:
        places[change.query] |= {change.a, change.b}
    images = {
        slugs[slug].images[place].sha256: slugs[slug].images[place]
        for slug, own in places.items()
        for place in sorted(own)
    }
    share = int(limits.n_bytes * IMAGE_SHARE)
    pictures, _ = pictures_within(images, share, IMAGE_FORMATS, cache_dir, progress)
    numbers = {sha256: i for i, sha256 in enumerate(pictures)}
    views = {slug: QueryView(slugs[slug], own, numbers) for slug, own in places.items()}
    cards = change_cards(chosen, views, before.methods)
    page = render(
        "comparison.html",
        pictures,
        dataset=dataset,
        comparison=comparison,
        names=names,
        scope=_scope(folders, dataset),
        zipped=list(zip(names, (before.run, after.run), strict=True)),
        by_protocol=_by_protocol(comparison),
        cards=cards,
        choices=Choices.of(cards, CHANGES, before.protocols),
        notes=_notes(comparison.pairs, chosen),
    ).encode()
    fitting(page, limits.megabytes)
    write_results(out_dir, {FILE_NAME: page})
    return out_dir / FILE_NAME


def common_fingerprint(folders: tuple[Path, Path]) -> str:
    """Return the fingerprint of the dataset that two runs share, of several the last one.

    Raises
    ------
    SettingsError
        If they share none.
    StoredResultsError
        If one of them is no run.
    """
    runs = [_run(folder) for folder in folders]
    known = [
        {part["dataset"]["fingerprint"]: part["dataset"]["name"] for part in run.about["parts"]}
        for run in runs
    ]
    common = [fingerprint for fingerprint in known[0] if fingerprint in known[1]]
    if not common:
        told = [
            f"{folder} of {', '.join(f'{name} ({key[:12]})' for key, name in own.items())}"
            for folder, own in zip(folders, known, strict=True)
        ]
        raise SettingsError(
            f"the runs have no dataset in common: {' and '.join(told)}; possible: two runs of one"
        )
    return str(common[-1])


def _run(folder: Path) -> StoredRun:
    return open_run(folder, "table1", ["table1.csv"])


def _scope(folders: tuple[Path, Path], dataset: Dataset) -> list[str]:
    """Say what else the runs have, which is not compared here."""
    others = dict.fromkeys(
        str(part["dataset"]["name"])
        for folder in folders
        for part in _run(folder).about["parts"]
        if part["dataset"]["fingerprint"] != dataset.fingerprint
    )
    return [f"Their results on {', '.join(others)} are not compared here."] if others else []


def _chosen(pairs: Sequence[PairChange], limits: Limits) -> list[PairChange]:
    """Choose pairs within the limits: of each method and query some, and so on."""
    seen: dict[tuple[str, str], int] = {}
    ranks = []
    for pair in pairs:
        place = (pair.method, pair.query)
        ranks.append(seen.get(place, 0))
        seen[place] = ranks[-1] + 1
    order = sorted(range(len(pairs)), key=lambda i: ranks[i])
    most = min(limits.mistakes, limits.images // 2)
    return [pairs[i] for i in sorted(order[:most])]


def _by_protocol(comparison: Comparison) -> dict[str, list[RowChange]]:
    of: dict[str, list[RowChange]] = {}
    for row in comparison.rows:
        of.setdefault(row.protocol, []).append(row)
    return of


def _notes(pairs: Sequence[PairChange], chosen: Sequence[PairChange]) -> list[str]:
    if len(chosen) == len(pairs):
        return []
    return [f"{len(chosen):,} of {len(pairs):,} pairs are shown; the counts above are of all."]
