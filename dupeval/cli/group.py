"""``dupeval group``: somebody's own images, grouped."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dupeval.cli.console import ending_well

EPILOG = """Examples:

\b
  dupeval group ~/Pictures
  dupeval group news/ --threshold 0.4 --keep oldest
  dupeval group new/ --against library/ --plan plan.csv
  dupeval group photos/ --as sh               # dupeval-groups/plan.sh, to be read first
  dupeval group photos/ --calibration dupeval-calibration.json
  find . -name '*.jpg' -print0 | dupeval group -
  dupeval group paths.csv --column file
"""


class Keep(StrEnum):
    """Which image of a group is kept."""

    pixels = "pixels"
    bytes = "bytes"
    oldest = "oldest"
    name = "name"


class Form(StrEnum):
    """How a plan is written."""

    csv = "csv"
    sh = "sh"
    fdupes = "fdupes"
    czkawka = "czkawka-json"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG, no_args_is_help=True)(group)


def group(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="FOLDER",
            help="Folders, image files, tables (.csv, .tsv, .parquet) with a column of paths, or - "
            "for paths from standard input, one a line or parted by NUL.",
        ),
    ],
    method: Annotated[
        str | None,
        typer.Option(
            help="What compares images; any method of the experiments.  [default: verified]"
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(help="Up to which distance images are one group.  [default: the method's]"),
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Method, settings and threshold as dupeval calibrate chose them; refused where "
            "they are not the same here.",
        ),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("--recursive/--no-recursive", help="Look into folders in folders.")
    ] = True,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where results go; not in a FOLDER.")
    ] = Path("dupeval-groups"),
    keep: Annotated[
        Keep,
        typer.Option(
            help="Which image of a group is kept: with most pixels, the largest file, changed the "
            "longest ago, first by name. Where that is the same, the others decide in this order."
        ),
    ] = Keep.pixels,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what to keep and what may be removed."),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--as", help="The plan's form.  [default: csv; without --plan it lies in DIR]"
        ),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REFERENCE_FOLDER",
            help="Compare the images with these, all of which are kept, and not with each other.",
        ),
    ] = None,
    column: Annotated[str, typer.Option(help="Of tables, the column of paths.")] = "path",
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            envvar="DUPEVAL_CACHE",
            help="What was learnt of images, for the next time.  [default: ~/.cache/dupeval]",
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Let a Ray cluster do the work: auto, HOST:PORT, ray://HOST:PORT, or local.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no bars.")] = False,
) -> None:
    """Group the copies among images; keep one of each.

    Nothing of yours is moved, deleted or written into. Results are groups.csv, groups.json,
    groups.parquet, unread.csv, and groups.html to look through, the least sure groups first.
    """
    with ending_well():
        from dupeval.cli.grouping import run  # noqa: PLC0415  (help comes at once)

        run(
            sources=sources,
            method=method,
            threshold=threshold,
            calibration=calibration,
            recursive=recursive,
            out=out,
            keep=keep.value,
            plan=plan,
            form=None if form is None else form.value,
            against=against or [],
            column=column,
            cache=cache,
            ray=ray,
            progress=not quiet,
        )
