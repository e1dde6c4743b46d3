"""What the galleries of a report are made of, as JSON values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dupeval.dataset import Dataset
from dupeval.figures.mistakes import FoundGroup, found_by_family
from dupeval.report.mistakes import torn_apart
from dupeval.report.numbers import number
from dupeval.report.pictures import EncodedPicture, Format
from dupeval.report.views import QueryView
from dupeval.stored import Place, StoredResults
from dupeval.text import visible


@dataclass(frozen=True)
class ReportData:
    """Everything that galleries show, and notes of what was left out or made small.

    ``queries``: slug and title; of what is shown: ``photographs`` as [mark, name, number of copies,
    colour or null], with 0 copies what stands for one of unlabelled images, ``images`` by place as
    [name, photograph's place, edit, picture's number or null]. ``protocols``: name and methods; a
    method: name, ``edits`` as [family, missed, pairs], and for each query its scores and groups. A
    group: [images, wrong pairs, parts], a part: [photograph's place, images, shown images]; parts
    of which no image is shown are left out. Groups of which none is shown are summed up in ``rest``
    as [groups, images, wrong pairs]. ``torn``: [photograph's place or null, missed pairs, parts], a
    part: [images, shown images] of one group.
    """

    json: dict[str, Any]
    notes: tuple[str, ...]


def report_data(
    dataset: Dataset,
    results: StoredResults,
    found: Mapping[Place, Sequence[FoundGroup]],
    views: Mapping[str, QueryView],
    pictures: tuple[Mapping[str, EncodedPicture], Format],
    protocols: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
) -> ReportData:
    """Put together what the galleries show.

    Parameters
    ----------
    dataset : Dataset
    results : StoredResults
    found : mapping of (protocol, method, query) to sequence of FoundGroup
    views : mapping of str to QueryView
        By the query's slug.
    pictures : tuple of (mapping of str to EncodedPicture, Format)
        By the images' SHA-256, with the format that they have.
    protocols, methods : sequence of str, optional
        Their order; by default the results'.
    """
    encoded, form = pictures
    in_order = [views[query.slug] for query in dataset.queries]
    of: dict[str, list[dict[str, Any]]] = {name: [] for name in protocols or results.protocols}
    in_turn = {name: i for i, name in enumerate(methods or results.methods)}
    rows = dict.fromkeys((p, m) for p, m, _ in results.per_query)
    for protocol, method in sorted(rows, key=lambda row: in_turn[row[1]]):
        places = [(protocol, method, view.query.slug) for view in in_order]
        scores = [
            _scores(view, results, place, found[place]) if place in found else None
            for view, place in zip(in_order, places, strict=True)
        ]
        families = found_by_family(dataset, results, protocol, method).items()
        losses = [(visible(family), of_it.missed, of_it.pairs) for family, of_it in families]
        # The largest share first.
        losses.sort(key=lambda loss: (-loss[1] / loss[2], -loss[2], loss[0]))
        of[protocol].append({"name": method, "queries": scores, "edits": losses})
    json_values = {
        "queries": [view.as_json() for view in in_order],
        "protocols": [{"name": name, "methods": methods} for name, methods in of.items()],
    }
    return ReportData(json_values, tuple(_notes(dataset, views, encoded, form)))


def _scores(
    view: QueryView, results: StoredResults, place: Place, groups: Sequence[FoundGroup]
) -> dict[str, Any]:
    """Return scores, and the groups that have shown images; the others are summed up."""
    row = results.per_query[place]
    values, rest = [], [0, 0, 0]
    for group in groups:
        parts = []
        for part in group.parts:
            images = view.shown_of(part.images)
            if images:
                parts.append([view.place[part.photograph], len(part.images), images])
        if parts:
            values.append([group.n_images, group.wrong, parts])
        else:
            rest = [rest[0] + 1, rest[1] + group.n_images, rest[2] + group.wrong]
    torn = []
    for n_missed, torn_parts in torn_apart(view.query.truth, results.labels(place).tolist()):
        of_groups = [[len(part), view.shown_of(part)] for part in torn_parts]
        if any(images for _, images in of_groups):
            first = (view.place_of(image) for part in torn_parts for image in part)
            known = next((place for place in first if place is not None), None)
            torn.append([known, n_missed, of_groups])
    params = json.loads(row["params"]).items()
    return {
        **{name: number(row[name]) for name in ("precision", "recall", "f1", "threshold")},
        **{name: int(row[name]) for name in ("tp", "fp", "fn")},
        "params": {name: visible(v) if isinstance(v, str) else v for name, v in params},
        "groups": values,
        "rest": rest if rest[0] else None,
        "torn": sorted(torn, key=lambda one: -one[1]),
    }


def _notes(
    dataset: Dataset,
    views: Mapping[str, QueryView],
    pictures: Mapping[str, EncodedPicture],
    form: Format,
) -> Iterator[str]:
    n_shown = sum(len(view.images) for view in views.values())
    if n_shown < len(dataset.images):
        yield (
            f"Galleries show {n_shown} of {len(dataset.images)} images: of a query with many, some "
            "of each method's worst groups. Counts of pairs are of all images."
        )
    wanted = {query.images[i].sha256 for query in dataset.queries for i in views[query.slug].images}
    if len(pictures) < len(wanted):
        yield (
            f"{len(wanted) - len(pictures)} of the images shown have a name but no picture, since "
            "the file would be too large with them."
        )
    if form.longest < 400:
        yield (
            f"Pictures are at most {form.longest} pixels long, so that the file keeps within its "
            "limit."
        )
