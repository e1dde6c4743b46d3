"""The images that are labelled, numbered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self


@dataclass(frozen=True)
class Shown:
    """One image of a query, whatever files hold its bytes.

    Attributes
    ----------
    query, sha256 : str
    names : tuple of str
        Of the files of the query that hold it, in order; empty of one that is there no more.
    """

    query: str
    sha256: str
    names: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.query, self.sha256


@dataclass(frozen=True)
class Images:
    """All images, in the order in which they first came: their numbers never change.

    Attributes
    ----------
    all : tuple of Shown
        Also those that were labelled and are there no more.
    titles : mapping of str to str
        Of the queries that are there, in their order.
    """

    all: tuple[Shown, ...]
    titles: Mapping[str, str]

    @classmethod
    def of(
        cls, known: Iterable[tuple[str, str]], found: Sequence[Shown], titles: Mapping[str, str]
    ) -> Self:
        """Return images in the order of a journal, then those that it does not know.

        Parameters
        ----------
        known : iterable of (query, sha256)
        found : sequence of Shown
            What is there now.
        titles : mapping of str to str
            Of the queries.
        """
        there = {shown.key: shown for shown in found}
        keys = dict.fromkeys([*known, *there])
        return cls(tuple(there.get(key, Shown(*key, ())) for key in keys), titles)

    @cached_property
    def number_of(self) -> Mapping[tuple[str, str], int]:
        """The number of each image, by its key."""
        return {shown.key: number for number, shown in enumerate(self.all)}

    @cached_property
    def of_query(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the images that are there, by query."""
        numbers: dict[str, list[int]] = {slug: [] for slug in self.titles}
        for number, shown in enumerate(self.all):
            if shown.names and shown.query in numbers:
                numbers[shown.query].append(number)
        return {slug: tuple(own) for slug, own in numbers.items()}

    @cached_property
    def there(self) -> tuple[int, ...]:
        """The numbers of all images that are there, query after query."""
        return tuple(number for own in self.of_query.values() for number in own)
