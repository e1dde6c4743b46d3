"""What the galleries of a report are made of, as JSON values."""

from __future__ import annotations

import json
import math
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dupeval.dataset import UNLABELLED, Dataset, Query
from dupeval.report.galleries import FoundGroup, losses_by_edit
from dupeval.report.pictures import Format, Picture
from dupeval.stored import Place, StoredResults
from dupeval.text import visible

# How many the style sheet has for photographs.
COLOURS = 7


@dataclass(frozen=True)
class ReportData:
    """Everything that galleries show.

    Attributes
    ----------
    json : dict
        ``pictures``: [data URI, width, height]. ``queries``: slug and title; of what is shown:
        ``photographs`` as [mark, name, number of copies, colour or null], with 0 copies what is
        in place of one for unlabelled images, ``images`` by place
        as [name, photograph's place, edit, picture's place or null]. ``protocols``: name and
        methods; a method: name, ``edits`` as [family, missed, pairs], and for each query its
        scores and groups. A group: [images, wrong pairs, parts], a part: [photograph's place,
        images, shown images]; parts of which no image is shown are left out. Groups of which none
        is shown are summed up in ``rest`` as [groups, images, wrong pairs]. ``torn``:
        [photograph's place, missed pairs].
    notes : tuple of str
        What was left out or made small.
    """

    json: dict[str, Any]
    notes: tuple[str, ...]


def report_data(
    dataset: Dataset,
    results: StoredResults,
    found: Mapping[Place, Sequence[FoundGroup]],
    shown: Mapping[str, frozenset[int]],
    pictures: tuple[Mapping[str, Picture], Format],
) -> ReportData:
    """Put together what the galleries show.

    Parameters
    ----------
    dataset : Dataset
    results : StoredResults
    found : mapping of (protocol, method, query) to sequence of FoundGroup
    shown : mapping of str to frozenset of int
        By query, the places of the images that are shown.
    pictures : (mapping of str to Picture, Format)
        By the images' SHA-256.
    """
    encoded, form = pictures
    place_of = {sha256: place for place, sha256 in enumerate(encoded)}
    views = [_Shown(query, shown[query.slug]) for query in dataset.queries]
    json_values = {
        "pictures": [[p.uri, p.width, p.height] for p in encoded.values()],
        "queries": [view.as_json(place_of) for view in views],
        "protocols": [
            {
                "name": protocol,
                "methods": [
                    _method(protocol, method, results, found, views)
                    for method in dict.fromkeys(m for p, m, _ in results.per_query if p == protocol)
                ],
            }
            for protocol in results.protocols
        ],
    }
    return ReportData(json_values, tuple(_notes(dataset, shown, encoded, form)))


def number(value: float) -> str:
    """Return a figure for reading: three decimals, empty where there is none."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.3f}"


class _Shown:
    """The shown images of a query, and their photographs, those with copies first."""

    def __init__(self, query: Query, images: frozenset[int]) -> None:
        self.query = query
        self.images = images
        seen = {query.labels[place].photograph for place in images}
        copies = Counter(query.photographs[query.is_labelled].tolist())
        # In the order of their first images, as in the figures, so that letters and colours agree.
        marked = [photograph for photograph, n in copies.items() if n > 1]
        self.photographs: list[list[Any]] = [
            *([mark(i), p, copies[p], i % COLOURS] for i, p in enumerate(marked) if p in seen),
            *(["", p, 1, None] for p, n in copies.items() if n == 1 and p in seen),
            *(["", p, 0, None] for p in seen & {UNLABELLED}),
        ]
        self.place = {photograph[1]: i for i, photograph in enumerate(self.photographs)}

    def as_json(self, picture_of: Mapping[str, int]) -> dict[str, Any]:
        return {
            "slug": visible(self.query.slug),
            "title": visible(self.query.title),
            "photographs": [
                [letters, visible(name), *rest] for letters, name, *rest in self.photographs
            ],
            "images": {
                i: [
                    *(visible(image.name), self.place[label.photograph]),
                    *(visible(label.edit), picture_of.get(image.sha256)),
                ]
                for i, (image, label) in enumerate(self.query.with_labels)
                if i in self.images
            },
        }

    def groups(self, groups: Sequence[FoundGroup]) -> dict[str, Any]:
        """Return the groups that have shown images, the others summed up, what is torn apart."""
        values, rest = [], [0, 0, 0]
        missed: Counter[int] = Counter()
        for group in groups:
            parts = []
            for part in group.parts:
                images = [image for image in part.images if image in self.images]
                if images:
                    parts.append([self.place[part.photograph], len(part.images), images])
                if part.missed and part.photograph in self.place:
                    missed[self.place[part.photograph]] += part.missed
            if parts:
                values.append([group.n_images, group.wrong, parts])
            else:
                rest = [rest[0] + 1, rest[1] + group.n_images, rest[2] + group.wrong]
        # Each missed pair was counted at both of its ends.
        torn = [[place, ends // 2] for place, ends in missed.most_common()]
        return {"groups": values, "rest": rest if rest[0] else None, "torn": torn}


def mark(place: int) -> str:
    """Return the letters of a photograph: A to Z, then AA, AB and so on."""
    letters = string.ascii_uppercase
    return (mark(place // 26 - 1) if place >= 26 else "") + letters[place % 26]


def _method(
    protocol: str,
    method: str,
    results: StoredResults,
    found: Mapping[Place, Sequence[FoundGroup]],
    views: Sequence[_Shown],
) -> dict[str, Any]:
    queries: list[dict[str, Any] | None] = []
    partitions = []
    for view in views:
        place = (protocol, method, view.query.slug)
        row = results.per_query.get(place)
        if row is None:
            queries.append(None)
            continue
        queries.append(
            {
                **{name: number(row[name]) for name in ("precision", "recall", "f1", "threshold")},
                **{name: int(row[name]) for name in ("tp", "fp", "fn")},
                "params": {
                    name: visible(value) if isinstance(value, str) else value
                    for name, value in json.loads(row["params"]).items()
                },
                **view.groups(found[place]),
            }
        )
        partitions.append((view.query, results.labels(place)))
    return {
        "name": method,
        "queries": queries,
        "edits": [
            [visible(loss.family), loss.missed, loss.pairs] for loss in losses_by_edit(partitions)
        ],
    }


def _notes(
    dataset: Dataset,
    shown: Mapping[str, frozenset[int]],
    pictures: Mapping[str, Picture],
    form: Format,
) -> list[str]:
    thinned = [query for query in dataset.queries if len(shown[query.slug]) < len(query.images)]
    notes = []
    if thinned:
        n_shown = sum(map(len, shown.values()))
        notes.append(
            f"Galleries show {n_shown} of {len(dataset.images)} images: of a query with many, some "
            "of each method's worst groups. Counts of pairs are of all images."
        )
    wanted = {
        query.images[place].sha256 for query in dataset.queries for place in shown[query.slug]
    }
    if len(pictures) < len(wanted):
        notes.append(
            f"{len(wanted) - len(pictures)} of the images shown have a name but no picture, since "
            "the file would be too large with them."
        )
    if form.longest < 400:
        notes.append(
            f"Pictures are at most {form.longest} pixels long, so that the file keeps within its "
            "limit."
        )
    return notes
