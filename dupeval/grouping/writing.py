"""The files that a grouping is told in, and where they may not lie."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from dupeval.errors import SettingsError
from dupeval.files import refuse_foreign, write_results, write_whole
from dupeval.grouping.groups import Grouping
from dupeval.grouping.page import render
from dupeval.grouping.plans import ENDINGS, Form, plan
from dupeval.grouping.tables import groups_csv, groups_json, groups_parquet, unread_csv
from dupeval.text import visible

PAGE = "groups.html"
FILES = ("groups.csv", "groups.json", "groups.parquet", "unread.csv", PAGE)


def check_out(
    out_dir: Path, plan_file: Path | None, form: Form | None, folders: Iterable[str]
) -> None:
    """Make sure that what will be written can be, and lies in nobody's way.

    Parameters
    ----------
    out_dir : Path
    plan_file : Path, optional
    form : str, optional
        Of the plan, which lies in `out_dir` where no file is given.
    folders : iterable of str
        What is looked into; none of them is written into.

    Raises
    ------
    SettingsError
        With what is possible instead.
    """
    read = [(folder, Path(folder).resolve()) for folder in folders]
    for written, option in ((out_dir, "--out DIR"), (plan_file, "--plan FILE")):
        if written is None:
            continue
        for name, folder in read:
            if written.resolve().is_relative_to(folder):
                raise SettingsError(
                    f"{visible(str(written))} lies in {visible(name)}, which is only read; "
                    f"possible: another {option}"
                )
        check_folder(written if written == out_dir else written.parent, option)
    own = [f"plan.{ENDINGS[form]}"] if form is not None and plan_file is None else []
    refuse_foreign(out_dir, [*FILES, *own])
    if plan_file is not None and os.path.lexists(plan_file):
        raise SettingsError(
            f"{visible(str(plan_file))} is there already, and not overwritten; possible: another "
            "--plan FILE"
        )


def check_folder(folder: Path, option: str) -> None:
    """Find before the work, not after it, that nothing can be written there.

    Parameters
    ----------
    folder : Path
        It may be missing.
    option : str
        What another one is given by.

    Raises
    ------
    SettingsError
    """
    nearest = next(x for x in (folder.absolute(), *folder.absolute().parents) if x.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
        raise SettingsError(
            f"{visible(str(nearest))} is no folder that can be written to; possible: "
            f"another {option}"
        )


def write(
    grouping: Grouping, out_dir: Path, plan_file: Path | None = None, form: Form | None = None
) -> list[Path]:
    """Write ``groups.csv``, ``.json``, ``.parquet``, ``unread.csv``, the page, and maybe a plan.

    Returns
    -------
    list of Path
        What was written. Without pyarrow there is no ``groups.parquet``.
    """
    contents = {
        "groups.csv": groups_csv(grouping),
        "groups.json": groups_json(grouping),
        "unread.csv": unread_csv(grouping),
        PAGE: render(grouping),
    }
    if (parquet := groups_parquet(grouping)) is not None:
        contents["groups.parquet"] = parquet
    planned = plan(grouping, form or "csv") if plan_file or form else None
    if planned is not None and plan_file is None:
        contents[f"plan.{ENDINGS[form or 'csv']}"] = planned
    write_results(out_dir, contents)
    paths = [out_dir / name for name in contents]
    if planned is not None and plan_file is not None:
        write_whole(plan_file.parent, {plan_file.name: planned})
        paths.append(plan_file)
    return paths
