"""What may be removed, told to a person or to other tools; nothing here touches a file."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from dupeval.errors import SettingsError
from dupeval.grouping.groups import Grouping
from dupeval.grouping.tables import csv_file
from dupeval.text import visible

Form = Literal["csv", "sh", "fdupes", "czkawka-json"]
FORMS: tuple[Form, ...] = get_args(Form)
ENDINGS: Mapping[Form, str] = {"csv": "csv", "sh": "sh", "fdupes": "txt", "czkawka-json": "json"}


def plan(grouping: Grouping, form: Form = "csv") -> bytes:
    """Return what is kept and what may be removed, of the groups of several images.

    Parameters
    ----------
    grouping : Grouping
    form : {"csv", "sh", "fdupes", "czkawka-json"}
        ``csv``: action (keep, remove), path, keeper, a line an image. ``sh``: a script that removes
        what a person left in it. ``fdupes``: paths, a blank line after each group, the keeper
        first. ``czkawka-json``: lists of what czkawka's own results say of each image. All but
        ``csv`` have absolute paths.
    """
    return _WRITERS[form](grouping)


def _csv(grouping: Grouping) -> bytes:
    removable = set(grouping.removable)
    rows = [
        ("remove" if place in removable else "keep", _path(grouping, place), kept)
        for group in grouping.several
        for kept in [_path(grouping, group.keeper)]
        for place in group.members
    ]
    return csv_file(("action", "path", "keeper"), rows)


def _sh(grouping: Grouping) -> bytes:
    removable = set(grouping.removable)
    lines = [
        "#!/bin/sh",
        "# Removes the images that dupeval would not keep. Read it first: take out the lines of",
        "# images that you want. A file is removed only while its keeper is there.",
        'remove() { if [ -f "$2" ]; then rm -- "$1"; else echo "kept: $1 (no keeper)" >&2; fi; }',
    ]
    for group in grouping.several:
        kept = shlex.quote(_absolute(grouping, group.keeper))
        lines += ["", f"# group {group.number}, {len(group.members)} images"]
        gone = [_absolute(grouping, place) for place in group.members if place in removable]
        lines += [f"remove {shlex.quote(path)} {kept}" for path in gone]
    return os.fsencode("\n".join(lines) + "\n")


def _fdupes(grouping: Grouping) -> bytes:
    for group in grouping.several:
        for place in group.members:
            if "\n" in (path := _absolute(grouping, place)):
                raise SettingsError(
                    f"{visible(path)}: a path a line cannot say a line break; possible: sh, csv"
                )
    blocks = (
        "".join(f"{_absolute(grouping, place)}\n" for place in group.members)
        for group in grouping.several
    )
    return os.fsencode("\n".join(blocks))


def _czkawka(grouping: Grouping) -> bytes:
    groups = [
        [_as_czkawka_says(grouping, place) for place in group.members] for group in grouping.several
    ]
    return (json.dumps(groups, indent=1) + "\n").encode("ascii")


def _as_czkawka_says(grouping: Grouping, place: int) -> Mapping[str, Any]:
    file = grouping.files[place]
    return {
        "path": _absolute(grouping, place),
        "size": file.n_bytes,
        "width": file.content.width,
        "height": file.content.height,
        "modified_date": file.modified_ns // 10**9,
    }


def _path(grouping: Grouping, place: int) -> str:
    return grouping.files[place].path


def _absolute(grouping: Grouping, place: int) -> str:
    return os.path.abspath(_path(grouping, place))  # noqa: PTH100  (links stay links)


_WRITERS: Mapping[Form, Callable[[Grouping], bytes]] = {
    "csv": _csv,
    "sh": _sh,
    "fdupes": _fdupes,
    "czkawka-json": _czkawka,
}
