"""What a page shows one by one, with a link to each: mistakes, pairs that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from dupeval.report.comparing import PairChange
from dupeval.report.mistakes import Mistake, Parts
from dupeval.report.views import QueryView, Thumbnail
from dupeval.text import counted, visible

# Of a part so many images are shown, of a card so many parts.
IMAGES_OF_PART, PARTS_OF_CARD = 6, 8


@dataclass(frozen=True)
class Part:
    """Images that are alike in what is not wrong with them, and how many more there are."""

    images: tuple[Thumbnail, ...]
    more: int


@dataclass(frozen=True)
class Card:
    """One thing of a list that can be filtered, and linked to.

    Attributes
    ----------
    key : str
        Its fragment.
    look : {"wrong", "missed", "right"}
        The class that gives it its colour.
    kinds : tuple of str
        Of the list's kinds those that it is of.
    method, query : str
    protocols, edits : tuple of str
    title, note : str
        What it is, and what is said besides.
    sign, sign_title : str
        What stands between its parts, and what that means.
    parts : tuple of Part
    more : int
        How many images are in parts that are not shown.
    """

    key: str
    look: str
    kinds: tuple[str, ...]
    method: str
    query: str
    protocols: tuple[str, ...]
    edits: tuple[str, ...]
    title: str
    note: str
    sign: str
    sign_title: str
    parts: tuple[Part, ...]
    more: int

    @property
    def address(self) -> tuple[str, str, str]:
        """Where its groups are among the galleries."""
        return (self.protocols[0], self.method, self.query)


@dataclass(frozen=True)
class Choices:
    """What a list of cards can be filtered by: values, with what is said of them."""

    kinds: Mapping[str, str]
    methods: tuple[str, ...]
    queries: tuple[str, ...]
    edits: tuple[str, ...]
    protocols: tuple[str, ...]

    @classmethod
    def of(
        cls, cards: Sequence[Card], kinds: Mapping[str, str], protocols: Iterable[str]
    ) -> Choices:
        """Return what some cards have of each, in their order."""
        present = {kind for card in cards for kind in card.kinds}
        of_cards = {protocol for card in cards for protocol in card.protocols}
        return cls(
            {kind: said for kind, said in kinds.items() if kind in present},
            tuple(dict.fromkeys(card.method for card in cards)),
            tuple(sorted({card.query for card in cards})),
            tuple(sorted(set(chain.from_iterable(card.edits for card in cards)))),
            tuple(name for name in protocols if name in of_cards),
        )


MISTAKES = {
    "wrong": "wrong: different photographs in one group",
    "scene": "wrong, and of one scene",
    "missed": "missed: copies in different groups",
}


def mistake_cards(
    mistakes: Sequence[Mistake], views: Mapping[str, QueryView], methods: Sequence[str]
) -> list[Card]:
    """Return the cards of mistakes of which an image is shown, in the order of the methods."""
    place = {name: i for i, name in enumerate(methods)}
    in_order = sorted(mistakes, key=lambda mistake: (place[mistake.method], -mistake.n_pairs))
    cards = (_mistake(mistake, views[mistake.query]) for mistake in in_order)
    return [card for card in cards if card.parts]


def parts_of(view: QueryView, parts: Parts) -> tuple[tuple[Part, ...], int]:
    """Return the parts that have a shown image, and how many images are in others."""
    made: list[Part] = []
    for part in parts:
        shown = view.shown_of(part)[:IMAGES_OF_PART]
        if shown and len(made) < PARTS_OF_CARD:
            images = tuple(view.thumbnail(image) for image in shown)
            made.append(Part(images, len(part) - len(shown)))
    return tuple(made), sum(map(len, parts)) - sum(len(p.images) + p.more for p in made)


def _mistake(mistake: Mistake, view: QueryView) -> Card:
    is_wrong = mistake.kind == "wrong"
    parts, more = parts_of(view, mistake.parts)
    return Card(
        mistake.key,
        mistake.kind,
        tuple(_kinds(mistake)),
        mistake.method,
        visible(mistake.query),
        mistake.protocols,
        tuple(map(visible, mistake.edits)),
        counted(mistake.n_pairs, f"{mistake.kind} pair"),
        f"{mistake.n_scene} of one scene" if mistake.n_scene else "",
        *(("≠", "another photograph") if is_wrong else ("┆", "not put together")),
        parts,
        more,
    )


CHANGES = {
    "gained": "gained: a mistake before, right now",
    "lost": "lost: right before, a mistake now",
    "found": "gained: missed → together",
    "parted": "gained: wrong → apart",
    "missed": "lost: together → missed",
    "wrong": "lost: apart → wrong",
}
_NOW = {
    "found": "Missed → together",
    "parted": "Wrong → apart",
    "missed": "Together → missed",
    "wrong": "Apart → wrong",
}


def change_cards(
    changes: Sequence[PairChange], views: Mapping[str, QueryView], methods: Sequence[str]
) -> list[Card]:
    """Return the cards of pairs that changed, by method, what was lost first."""
    place = {name: i for i, name in enumerate(methods)}
    in_order = sorted(changes, key=lambda change: (place[change.method], change.is_gained))
    return [_change(change, views[change.query]) for change in in_order]


def _change(change: PairChange, view: QueryView) -> Card:
    are_copies = change.kind in ("found", "missed")
    parts, more = parts_of(view, ((change.a,), (change.b,)))
    return Card(
        change.key,
        "right" if change.is_gained else change.kind,
        ("gained" if change.is_gained else "lost", change.kind),
        change.method,
        visible(change.query),
        change.protocols,
        tuple(map(visible, change.edits)),
        _NOW[change.kind],
        "one photograph" if are_copies else "different photographs",
        *(("=", "one photograph") if are_copies else ("≠", "another photograph")),
        parts,
        more,
    )


def _kinds(mistake: Mistake) -> Iterator[str]:
    yield mistake.kind
    if mistake.n_scene:
        yield "scene"
