"""Methods whose groups were found elsewhere and written down: tools without a command line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.dataset.csv_table import read_table
from dupeval.errors import InputError, NoScoresError
from dupeval.files import file_sha256
from dupeval.method import Answer, Method, Params
from dupeval.method.partitions import labels_of
from dupeval.method.views import QueryImages
from dupeval.settings import STRICT
from dupeval.timing import Stopwatch

COLUMNS = ("query", "image", "group")
SETTING = "setting"


@dataclass(frozen=True, config=STRICT)
class ImportedMethod(Method):
    """The groups of a CSV file, ``query,image,group[,setting]``.

    One row an image that the tool put into a group; images without a row are alone. A query in
    which it found nothing has a row with empty image and group. ``setting`` is how the tool was
    set; of a file with several settings each must cover every query, and protocols choose.

    Attributes
    ----------
    file : Path, optional
        Without it the method has no scores.
    setting : str, optional
        The tool's own default, by default the file's first.
    without_file : {"published", "missing"}, default "missing"
        Whether the study's published figures stand for it where there is no file.
    """

    file: Path | None = None
    setting: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None
    without_file: Literal["published", "missing"] = "missing"

    external: ClassVar[bool] = True
    source: ClassVar[str] = "imported"

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        if self.file is None:
            return {}
        return {"file": self.file.name, "sha256": file_sha256(self.file)}

    def prepared(
        self, queries: Sequence[QueryImages], wanted: Sequence[Params], watch: Stopwatch
    ) -> Method:
        """See `Method.prepared`: the file is read and checked.

        Raises
        ------
        InputError
            With every problem of the file.
        """
        if self.file is None:
            raise NoScoresError(
                self.without_file,
                f"nothing to import: give methods.{watch.method}.file=FILE.csv; data/README.md "
                "tells how to make it",
            )
        with watch.time("import"):
            problems: list[str] = []
            groups = _read(self.file, queries, problems)
            default = self.setting if self.setting is not None else next(iter(groups), "")
            if not problems and default not in groups:
                problems.append(
                    f"no setting {default!r}; in the file: {', '.join(map(repr, groups))}"
                )
            if problems:
                raise InputError(f"the import {self.file}", problems)
        return _Imported(groups, default, self.description)

    def answers(
        self, fit: None, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """See `Method.answers`; what answers is what `prepared` returns."""
        raise ValueError("an import answers once it is prepared")


# Setting, query, group: places of images.
_Groups = dict[str, dict[str, dict[str, list[int]]]]


@plain_dataclass(frozen=True)
class _Imported(Method):
    """The groups of a file that was read."""

    groups: _Groups
    setting: str
    description: Mapping[str, Any]

    external: ClassVar[bool] = True
    source: ClassVar[str] = "imported"

    @property
    def default(self) -> Params:
        """See `Method.default`."""
        return {SETTING: self.setting}

    @property
    def cut_candidates(self) -> Sequence[Params]:
        """See `Method.cut_candidates`."""
        return [{SETTING: name} for name in self.groups]

    def answers(
        self, fit: None, query: QueryImages, many: Sequence[Params]
    ) -> Iterator[tuple[Params, Answer]]:
        """See `Method.answers`."""
        for params in many:
            groups = self.groups[params[SETTING]][query.slug]
            yield params, labels_of(list(groups.values()), len(query.images))


def _read(file: Path, queries: Sequence[QueryImages], problems: list[str]) -> _Groups:
    file = file.resolve()
    slugs = [query.slug for query in queries]
    groups: _Groups = {}
    first: dict[tuple[str, str, int], str] = {}
    for where, row in read_table(file.parent, file.name, COLUMNS, problems):
        which = _place(row["query"].strip(), slugs)
        if which is None:
            problems.append(f"{where}: no query {row['query']!r}; possible: {', '.join(slugs)}")
            continue
        query = queries[which]
        setting = row.get(SETTING, "").strip()
        of_query = groups.setdefault(setting, {}).setdefault(query.slug, {})
        image, group = row["image"].strip(), row["group"].strip()
        # A Windows path splits a POSIX one too.
        name = PureWindowsPath(image).name
        place = _place(name, [known.name for known in query.images])
        if not image and not group:
            continue
        if place is None:
            problems.append(f"{where}: query {query.slug!r} has no image {image!r}")
        elif not group:
            problems.append(f"{where}: image {image!r} has no group")
        elif (setting, query.slug, place) in first:
            before = first[setting, query.slug, place]
            problems.append(f"{where}: image {image!r} is already in {before}")
        else:
            first[setting, query.slug, place] = where
            of_query.setdefault(group, []).append(place)
    problems += _queries_left_out(file.name, groups, queries)
    return groups


def _queries_left_out(name: str, groups: _Groups, queries: Sequence[QueryImages]) -> Iterator[str]:
    for setting, by_query in groups.items():
        of = f" with setting {setting!r}" if setting else ""
        for slug in (query.slug for query in queries if query.slug not in by_query):
            yield f"{name}: no row of query {slug!r}{of}; where the tool found nothing: {slug},,"


def _place(name: str, known: Sequence[str]) -> int | None:
    """Return the place of the one that is meant: by its exact name, or else whatever its case."""
    for fold in (_composed, lambda text: _composed(text).casefold()):
        matches = [i for i, other in enumerate(known) if fold(other) == fold(name)]
        if len(matches) == 1:
            return matches[0]
    return None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
