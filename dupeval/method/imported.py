"""Methods whose groups were found elsewhere and written down: tools without a command line."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from pathlib import Path, PureWindowsPath
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.dataset.csv_table import MOST_BYTES, read_table
from dupeval.errors import InputError, NoScoresError
from dupeval.files import file_sha256
from dupeval.method import Answer, Method, Params
from dupeval.method.partitions import labels_of
from dupeval.method.views import QueryImages
from dupeval.strict import STRICT
from dupeval.timing import Stopwatch
from dupeval.tool.blocks import blocks_of, looks_like_blocks

COLUMNS = ("query", "image", "group")
SETTING = "setting"
# So much of a file is looked at to tell its format.
START_BYTES = 2**16


@dataclass(frozen=True, config=STRICT)
class ImportedMethod(Method):
    """The groups of a file: a CSV table ``query,image,group[,setting]``, or blocks of paths.

    Of a table, one row an image that the tool put into a group; images without a row are alone. A
    query in which it found nothing has a row with empty image and group. ``setting`` is how the
    tool was set; of a file with several settings each must cover every query, and protocols
    choose.

    Of blocks, a path a line and an empty line after each group, as a program printed them. The
    innermost folder of a path that is called as a query is its query; images of several queries
    in one block are a group in each.

    Attributes
    ----------
    file : Path, optional
        Without it the method has no scores.
    format : {"csv", "blocks"}, optional
        By default ``csv`` where the file's name ends with .csv or .tsv, or its first line names
        the columns, else ``blocks``.
    setting : str, optional
        The tool's own default, by default the file's first.
    without_file : {"published", "missing"}, default "missing"
        Whether the study's published figures stand for it where there is no file.
    """

    file: Path | None = None
    format: Literal["csv", "blocks"] | None = None
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
            groups = self._read(self.file, queries, problems, watch.method)
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

    def _read(
        self, file: Path, queries: Sequence[QueryImages], problems: list[str], name: str
    ) -> _Groups:
        start = _start_of(file)
        if (self.format or _format_of(file, start)) == "blocks":
            groups = _groups(_rows_of_blocks(file, queries, problems), queries, problems)
            # Of blocks there is one setting, even where nothing was found.
            groups = groups or {"": {}}
            if not problems:
                _tell_queries_left_out(file.name, groups[""], queries, name)
            return {"": {query.slug: groups[""].get(query.slug, {}) for query in queries}}
        file = file.resolve()
        groups = _groups(read_table(file.parent, file.name, COLUMNS, problems), queries, problems)
        problems += _queries_left_out(file.name, groups, queries)
        if problems and not groups and looks_like_blocks(start):
            problems[0] += f"; it looks like blocks of paths: give methods.{name}.format=blocks"
        return groups


# Setting, query, group: places of images.
_Groups = dict[str, dict[str, dict[str, list[int]]]]
_Rows = Iterable[tuple[str, Mapping[str, str]]]


@plain_dataclass(frozen=True)
class _Imported(Method):
    """The groups of a file that was read."""

    groups: _Groups
    setting: str
    of_file: Mapping[str, Any]

    external: ClassVar[bool] = True
    source: ClassVar[str] = "imported"

    @property
    def description(self) -> Mapping[str, Any]:
        """See `Method.description`."""
        return self.of_file

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


def _start_of(file: Path) -> str:
    """Return the beginning of a file; of one that cannot be read, nothing."""
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        return opened.read(START_BYTES).decode("utf-8-sig", errors="replace")


def _format_of(file: Path, start: str) -> str:
    header = start.partition("\n")[0].casefold()
    table = file.suffix.casefold() in (".csv", ".tsv") or all(name in header for name in COLUMNS)
    # Of other encodings, and of nothing, the reader of tables tells what is wrong.
    return "csv" if table or not start.strip() or "\ufffd" in start else "blocks"


def _rows_of_blocks(file: Path, queries: Sequence[QueryImages], problems: list[str]) -> _Rows:
    """Return a row for each line of each block, as a table would have it."""
    slugs = [query.slug for query in queries]
    for group, block in enumerate(blocks_of(_text(file, problems))):
        for number, path in block:
            where = f"{file.name}:{number}"
            folders = reversed(PureWindowsPath(path).parts[:-1])
            known = (place for folder in folders if (place := _place(folder, slugs)) is not None)
            which = 0 if len(slugs) == 1 else next(known, None)
            if which is None:
                problems.append(
                    f"{where}: no folder of {path!r} is called as a query; possible: "
                    f"{', '.join(slugs)}"
                )
            else:
                yield where, {"query": slugs[which], "image": path, "group": str(group)}


def _text(file: Path, problems: list[str]) -> str:
    """Return the text of a file of blocks; what is wrong with it is added to the problems."""
    try:
        if not file.is_file():
            problems.append(f"{file.name}: {'not a file' if file.exists() else 'missing'}")
        elif file.stat().st_size > MOST_BYTES:
            problems.append(f"{file.name}: larger than the limit of {MOST_BYTES} bytes")
        else:
            return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(f"{file.name}: not UTF-8 (byte {error.start}); save it as UTF-8")
    except OSError as error:
        problems.append(f"{file.name}: cannot be read ({error.strerror})")
    return ""


def _groups(rows: _Rows, queries: Sequence[QueryImages], problems: list[str]) -> _Groups:
    slugs = [query.slug for query in queries]
    groups: _Groups = {}
    first: dict[tuple[str, str, int], str] = {}
    for where, row in rows:
        which = _place(row["query"], slugs)
        if which is None:
            problems.append(f"{where}: no query {row['query']!r}; possible: {', '.join(slugs)}")
            continue
        query = queries[which]
        setting = row.get(SETTING, "").strip()
        of_query = groups.setdefault(setting, {}).setdefault(query.slug, {})
        image, group = row["image"], row["group"].strip()
        names = [known.name for known in query.images]
        # A Windows path splits a POSIX one too.
        places = (_place(name, names) for name in (image, PureWindowsPath(image).name))
        place = next((place for place in places if place is not None), None)
        if not image.strip() and not group:
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
    return groups


def _queries_left_out(name: str, groups: _Groups, queries: Sequence[QueryImages]) -> Iterator[str]:
    for setting, by_query in groups.items():
        of = f" with setting {setting!r}" if setting else ""
        for slug in (query.slug for query in queries if query.slug not in by_query):
            yield f"{name}: no row of query {slug!r}{of}; where the tool found nothing: {slug},,"


def _tell_queries_left_out(
    file: str, found: Mapping[str, object], queries: Sequence[QueryImages], name: str
) -> None:
    """Blocks have no way to say that nothing was found: it may have been forgotten."""
    slugs = [query.slug for query in queries if query.slug not in found]
    if slugs:
        warnings.warn(
            f"{name}: {file} has no image of {len(slugs)} of {len(queries)} queries, in "
            f"which nothing counts as found: {', '.join(map(repr, slugs))}",
            stacklevel=2,
        )


def _place(name: str, known: Sequence[str]) -> int | None:
    """Return the place of the one that is meant: by its exact name, or else whatever its case."""
    for fold in (_composed, lambda text: _composed(text).strip().casefold()):
        matches = [i for i, other in enumerate(known) if fold(other) == fold(name)]
        if len(matches) == 1:
            return matches[0]
    return None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
