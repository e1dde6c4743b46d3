"""``dupeval convert``: somebody else's dataset as a folder of images and labels."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dupeval.cli.console import ending_well

EPILOG = """Examples:

\b
  dupeval convert copydays ~/copydays --out copydays
  dupeval convert clusters sorted/ --out mine --images-a-query 200
  dupeval convert imagededup photos/ --truth truth.json --out mine
  dupeval convert holidays ~/holidays --groups photographs --out holidays
"""


class Groups(StrEnum):
    """What a group of images is."""

    photographs = "photographs"
    scenes = "scenes"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG, no_args_is_help=True)(convert)


def convert(
    layout: Annotated[
        str,
        typer.Argument(
            help="How the images lie: copydays, clusters, imagededup, holidays, ukbench."
        ),
    ],
    root: Annotated[Path, typer.Argument(metavar="FOLDER", help="Of the images; only read.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the dataset is written; must not be there.")
    ],
    images_a_query: Annotated[
        int, typer.Option(min=0, metavar="N", help="At most; 0 makes one query of all images.")
    ] = 100,
    truth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of imagededup: the JSON file that names duplicates."),
    ] = None,
    groups: Annotated[
        Groups | None,
        typer.Option(help="Whether images that belong together are copies of one photograph."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no bars.")] = False,
) -> None:
    """Copy another program's or author's dataset into a folder with labels.csv.

    So labels can be looked at and put right. Programs of the experiments read these datasets as
    they are, too: dataset=copydays dataset.root=FOLDER.
    """
    with ending_well():
        from dupeval.cli.datasets import convert as converted  # noqa: PLC0415

        settings = {
            "truth": None if truth is None else str(truth),
            "groups": None if groups is None else groups.value,
        }
        converted(layout, root, out, images_a_query or None, settings, progress=not quiet)
