"""Any program whose output is groups of images."""

from __future__ import annotations

import csv
import difflib
import io
import json
import os
import re
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from dupeval.errors import NoScoresError, SettingsError
from dupeval.files import file_sha256
from dupeval.strict import STRICT
from dupeval.tool import GroupTool, ToolNote
from dupeval.tool.blocks import blocks_of, looks_like_blocks
from dupeval.tool.executable import (
    MOST_BYTES,
    SHOWN,
    find_program,
    output_of,
    printable_lines,
    printed_version,
    without_folder,
)
from dupeval.tool.isolation import belongings, code_beside

OUTPUT_FILE = "output"
PLACE = re.compile(r"\{(\w+)\}")
PLACES = ("images", "folder", "value", "output")
# So many lines of a program's errors are passed on.
MOST_LINES = 5


@dataclass(frozen=True, config=STRICT)
class Command(GroupTool):
    """A program and its arguments, run without a shell in the folder of a query's images.

    Attributes
    ----------
    arguments : tuple of str
        The program and its arguments. ``{images}``, an argument of its own, becomes the paths of
        all images; ``{folder}`` the path of their folder, ``{value}`` a value of the parameter,
        and ``{output}`` the path of a file that the program writes in place of its output.
    output : {"lines", "blocks", "json", "csv"}, default "lines"
        One group a line; a name a line and an empty line after each group; a list of lists of
        names; or columns ``image,group``.
    separator : str, default " "
        Between the names of a line.
    values : tuple, default ()
        Of the parameter.
    exit_codes : tuple of int, default (0,)
        Those that mean success.
    version_arguments : tuple of str, default ()
        A command that prints the version. Without it the hashes stand for it of the program and
        of the files among its arguments, such as an interpreter's script.
    hint : str, default ""
        How to install the program.
    reads : tuple of str, default ()
        Paths of what else the program reads: it sees itself, the environment that it is installed
        in, code beside it if it is a script, what is named by an absolute path among `arguments`,
        and the system's programs; nothing else of yours.

    Names that occur in two groups join them. An image in none is alone.

    Raises
    ------
    SettingsError
        If there are values without a place for them, or a place without values.
    """

    arguments: tuple[Annotated[str, Field(coerce_numbers_to_str=True)], ...] = Field(min_length=1)
    output: Literal["lines", "blocks", "json", "csv"] = "lines"
    separator: str = Field(default=" ", min_length=1)
    values: tuple[int | float | str, ...] = ()
    exit_codes: tuple[int, ...] = (0,)
    version_arguments: tuple[str, ...] = ()
    hint: str = ""
    reads: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any("{value}" in argument for argument in self.arguments) != bool(self.values):
            raise SettingsError(
                "values and an argument that holds {value} need each other; given: "
                f"values={list(self.values)}, arguments={list(self.arguments)}"
            )
        for name in PLACE.findall(" ".join(self.arguments)):
            meant = difflib.get_close_matches(name, PLACES, n=1)
            if name not in PLACES and meant:
                raise SettingsError(
                    f"arguments: {{{name}}} is unknown; did you mean {{{meant[0]}}}?"
                )
        program, *others = self.arguments
        if "/" in program:
            # It runs elsewhere, where a relative path would lead to something else.
            object.__setattr__(self, "arguments", (str(Path(program).absolute()), *others))

    @property
    def choices(self) -> Sequence[Any]:
        """See `GroupTool.choices`."""
        return self.values

    @property
    def needs(self) -> Sequence[str]:
        """See `Tool.needs`."""
        found = [text for text in self.arguments[1:] if text.startswith("/")]
        found += [str(Path(path).expanduser().absolute()) for path in self.reads]
        with suppress(NoScoresError, OSError):
            found += belongings(find_program(self.arguments[0]))
        return [*found, *(code for path in found for code in code_beside(path))]

    def versions(self) -> Mapping[str, str]:
        """See `Tool.versions`."""
        program = find_program(self.arguments[0], self.hint)
        if self.version_arguments:
            first, *others = self.version_arguments
            version = printed_version([find_program(first, self.hint), *others])
            return {Path(program).name: version}
        absolute = [text for text in self.arguments[1:] if text.startswith("/")]
        # Path's is_file has no answer to a text that is too long for a path.
        files = {text: text for text in absolute if os.path.isfile(text)}  # noqa: PTH113
        files = {Path(program).name: program, **files}
        return {name: f"sha256:{file_sha256(Path(path))}" for name, path in files.items()}

    def groups(self, images: Sequence[Path], setting: Mapping[str, Any]) -> list[list[str]]:
        """See `GroupTool.groups`."""
        # Not among the images, so that a program that reads the whole folder does not meet it.
        with tempfile.TemporaryDirectory() as name:
            return list(self._groups(images, setting, Path(name) / OUTPUT_FILE))

    def _groups(
        self, images: Sequence[Path], setting: Mapping[str, Any], written: Path
    ) -> Iterator[list[str]]:
        folder = images[0].parent
        values = {"folder": str(folder), "output": str(written)}
        values |= {name: str(value) for name, value in setting.items()}
        arguments = [find_program(self.arguments[0], self.hint)]
        for argument in self.arguments[1:]:
            if argument == "{images}":
                arguments += [str(path) for path in images]
            else:
                arguments.append(PLACE.sub(lambda m: values.get(m[1], m[0]), argument))
        text, errors = output_of(arguments, folder, self.exit_codes)
        _note_complaints(errors, images)
        if any("{output}" in argument for argument in self.arguments):
            text = _read(written)
        # Without the folder, whose name may hold anything, a name holds no separator.
        return self._parse(without_folder(text, folder))

    def _parse(self, text: str) -> Iterator[list[str]]:
        hint = ""
        if self.output != "blocks" and looks_like_blocks(text):
            hint = (
                "it looks like blocks (a name a line, an empty line after a group): "
                "tool.output=blocks"
            )
        try:
            if self.output == "json":
                yield from _json_groups(text)
            elif self.output == "csv":
                yield from _csv_groups(text)
            elif self.output == "blocks":
                yield from ([name for _, name in block] for block in blocks_of(text))
            else:
                groups = [
                    [x for x in line.split(self.separator) if x] for line in text.splitlines()
                ]
                if hint and max(map(len, groups)) < 2:
                    warnings.warn(
                        f"its output is read as lines, but {hint}", ToolNote, stacklevel=2
                    )
                yield from groups
        except (ValueError, RecursionError) as error:
            reason = f"its output is no {self.output}: {error}"
            raise NoScoresError("failed", f"{reason}; {hint}" if hint else reason) from None


def _note_complaints(errors: str, images: Sequence[Path]) -> None:
    """Pass on what a program that succeeded wrote of some images: it may not have read them."""
    lines = [x for x in printable_lines(errors) if any(path.name in x for path in images)]
    named = [path for path in images if any(path.name in line for line in lines)]
    # One that writes of all images tells how far it is.
    if named and len(named) < len(images):
        told = "; ".join(line[:SHOWN] for line in lines[:MOST_LINES])
        more = f"; and {len(lines) - MOST_LINES} more lines" if len(lines) > MOST_LINES else ""
        warnings.warn(f"the program wrote: {told}{more}", ToolNote, stacklevel=2)


def _read(path: Path) -> str:
    if not path.is_file():
        raise NoScoresError("failed", "it did not write its output file")
    if path.stat().st_size > MOST_BYTES:
        raise NoScoresError("failed", f"its output file is larger than {MOST_BYTES} bytes")
    return path.read_text(encoding="utf-8", errors="surrogateescape")


def _json_groups(text: str) -> list[list[str]]:
    groups = json.loads(text)
    if not isinstance(groups, list) or not all(
        isinstance(group, list) and all(isinstance(name, str) for name in group) for group in groups
    ):
        raise ValueError("it must be a list of lists of names")
    return groups


def _csv_groups(text: str) -> list[list[str]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    groups: dict[str, list[str]] = {}
    try:
        if not {"image", "group"} <= set(reader.fieldnames or ()):
            raise ValueError("it must have the columns image,group")
        for row in reader:
            if row["image"] is None or row["group"] is None:
                raise ValueError(f"line {reader.line_num} is too short")
            if not row["group"]:
                raise ValueError(f"line {reader.line_num} has no group")
            groups.setdefault(row["group"], []).append(row["image"])
    except csv.Error as error:
        raise ValueError(str(error)) from None
    return list(groups.values())
