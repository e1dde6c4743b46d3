"""The images of a query that are shown, and what is said of them: letters, colours, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dupeval.dataset import UNLABELLED, Query
from dupeval.figures.texts import letters
from dupeval.text import visible

# How many the style sheet has for photographs.
COLOURS = 7


@dataclass(frozen=True)
class Thumbnail:
    """A small picture as the page shows it.

    Attributes
    ----------
    name, title : str
        Of the image; what is known of it besides.
    picture : int or None
        The number of its picture, which several images may share.
    badge, colour : str
        The mark of its photograph, and the class that gives it its colour.
    """

    name: str
    title: str
    picture: int | None
    badge: str
    colour: str


class QueryView:
    """The shown images of a query, and their photographs, those with copies first.

    Parameters
    ----------
    query : Query
    images : frozenset of int
        The places of those that are shown.
    pictures : mapping of str to int
        The numbers of pictures by the images' SHA-256.
    """

    def __init__(self, query: Query, images: frozenset[int], pictures: Mapping[str, int]) -> None:
        self.query = query
        self.images = images
        self.pictures = pictures
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

    def shown_of(self, images: Iterable[int]) -> list[int]:
        """Return those of some images that are shown."""
        return [image for image in images if image in self.images]

    def place_of(self, image: int) -> int | None:
        """Return the place of an image's photograph; None of an unlabelled or unseen one."""
        photograph = self.query.labels[image].photograph
        return self.place.get(photograph) if photograph != UNLABELLED else None

    def thumbnail(self, image: int) -> Thumbnail:
        """Return a shown image as the page shows it."""
        handle, label = self.query.images[image], self.query.labels[image]
        mark, name, copies, colour = self.photographs[self.place[label.photograph]]
        of = f"photograph {mark} {name}".replace("  ", " ") if copies else "unlabelled"
        edit = f", {label.edit}" if label.edit else ""
        return Thumbnail(
            visible(handle.name),
            visible(f"{handle.name}, {of}{edit}"),
            self.pictures.get(handle.sha256),
            mark or ("1×" if copies else "?"),
            "once" if colour is None else f"c{colour}",
        )

    def as_json(self) -> dict[str, Any]:
        """Return what the galleries' script needs; see `dupeval.report.data.ReportData`."""
        return {
            "slug": visible(self.query.slug),
            "title": visible(self.query.title),
            "photographs": [[mark, visible(name), *rest] for mark, name, *rest in self.photographs],
            "images": {
                i: [
                    *(visible(image.name), self.place[label.photograph]),
                    *(visible(label.edit), self.pictures.get(image.sha256)),
                ]
                for i, (image, label) in enumerate(self.query.with_labels)
                if i in self.images
            },
        }
