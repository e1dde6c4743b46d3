"""What the galleries of a report are made of, as JSON values."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dupeval.dataset import UNLABELLED, Dataset, Query
from dupeval.figures.mistakes import FoundGroup, found_by_family
from dupeval.figures.texts import letters
from dupeval.report.pictures import EncodedPicture, Format
from dupeval.stored import Place, StoredResults
from dupeval.text import visible

# How many the style sheet has for photographs.
COLOURS = 7


@dataclass(frozen=True)
class ReportData:
    """Everything that galleries show, and notes of what was left out or made small.

    ``pictures``: [data URI, width, height]. ``queries``: slug and title; of what is shown:
    ``photographs`` as [mark, name, number of copies, colour or null], with 0 copies what stands for
    one of unlabelled images, ``images`` by place as [name, photograph's place, edit, picture's
    place or null]. ``protocols``: name and methods; a method: name, ``edits`` as [family, missed,
    pairs], and for each query its scores and groups. A group: [images, wrong pairs, parts], a part:
    [photograph's place, images, shown images]; parts of which no image is shown are left out.
    Groups of which none is shown are summed up in ``rest`` as [groups, images, wrong pairs].
    ``torn``: [photograph's place, missed pairs].
    """

    json: dict[str, Any]
    notes: tuple[str, ...]


def report_data(
    dataset: Dataset,
    results: StoredResults,
    found: Mapping[Place, Sequence[FoundGroup]],
    shown: Mapping[str, frozenset[int]],
    pictures: tuple[Mapping[str, EncodedPicture], Format],
) -> ReportData:
    """Put together what the galleries show.

    The groups of each partition, by query the places of the images that are shown, and by the
    images' SHA-256 their pictures, with the format that these have.
    """
    encoded, form = pictures
    place_of = {sha256: place for place, sha256 in enumerate(encoded)}
    views = [_Shown(query, shown[query.slug]) for query in dataset.queries]
    protocols: dict[str, list[dict[str, Any]]] = {name: [] for name in results.protocols}
    for protocol, method in dict.fromkeys((p, m) for p, m, _ in results.per_query):
        places = [(protocol, method, view.query.slug) for view in views]
        scores = [
            view.scores(results.per_query[place], found[place]) if place in found else None
            for view, place in zip(views, places, strict=True)
        ]
        families = found_by_family(dataset, results, protocol, method).items()
        losses = [(visible(family), of.missed, of.pairs) for family, of in families]
        # The largest share first.
        losses.sort(key=lambda loss: (-loss[1] / loss[2], -loss[2], loss[0]))
        protocols[protocol].append({"name": method, "queries": scores, "edits": losses})
    json_values = {
        "pictures": list(encoded.values()),
        "queries": [view.as_json(place_of) for view in views],
        "protocols": [{"name": name, "methods": methods} for name, methods in protocols.items()],
    }
    return ReportData(json_values, tuple(_notes(dataset, shown, encoded, form)))


def number(value: float) -> str:
    """Return a figure for reading: three decimals, empty where there is none."""
    return {math.inf: "∞", -math.inf: "−∞"}.get(value, "" if math.isnan(value) else f"{value:.3f}")


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
            *([letters(i), p, copies[p], i % COLOURS] for i, p in enumerate(marked) if p in seen),
            *(["", p, 1, None] for p, n in copies.items() if n == 1 and p in seen),
            *(["", p, 0, None] for p in seen & {UNLABELLED}),
        ]
        self.place = {photograph[1]: i for i, photograph in enumerate(self.photographs)}

    def as_json(self, picture_of: Mapping[str, int]) -> dict[str, Any]:
        return {
            "slug": visible(self.query.slug),
            "title": visible(self.query.title),
            "photographs": [[mark, visible(name), *rest] for mark, name, *rest in self.photographs],
            "images": {
                i: [
                    *(visible(image.name), self.place[label.photograph]),
                    *(visible(label.edit), picture_of.get(image.sha256)),
                ]
                for i, (image, label) in enumerate(self.query.with_labels)
                if i in self.images
            },
        }

    def scores(self, row: Mapping[str, Any], groups: Sequence[FoundGroup]) -> dict[str, Any]:
        """Return scores, and the groups that have shown images; the others are summed up."""
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
        params = json.loads(row["params"]).items()
        return {
            **{name: number(row[name]) for name in ("precision", "recall", "f1", "threshold")},
            **{name: int(row[name]) for name in ("tp", "fp", "fn")},
            "params": {name: visible(v) if isinstance(v, str) else v for name, v in params},
            "groups": values,
            "rest": rest if rest[0] else None,
            # Each missed pair was counted at both of its ends.
            "torn": [[place, ends // 2] for place, ends in missed.most_common()],
        }


def _notes(
    dataset: Dataset,
    shown: Mapping[str, frozenset[int]],
    pictures: Mapping[str, EncodedPicture],
    form: Format,
) -> Iterator[str]:
    n_shown = sum(map(len, shown.values()))
    if n_shown < len(dataset.images):
        yield (
            f"Galleries show {n_shown} of {len(dataset.images)} images: of a query with many, some "
            "of each method's worst groups. Counts of pairs are of all images."
        )
    wanted = {query.images[i].sha256 for query in dataset.queries for i in shown[query.slug]}
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
