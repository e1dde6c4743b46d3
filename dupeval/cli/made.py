"""``dupeval made``: copies of somebody's own photographs, labelled as they are made."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dupeval.cli.console import ending_well

EPILOG = """Examples:

\b
  dupeval made ~/Pictures/2024 --out mine
  dupeval made photos/ --out mine --level wild --queries subfolders
  dupeval made photos/ --out mine --near-duplicates skip
  dupeval experiment table1 dataset=folder dataset.root=mine 'method=[raw,verified]' reference=raw
"""


class Level(StrEnum):
    """How hard copies are edited."""

    study = "study"
    news = "news"
    wild = "wild"


class Queries(StrEnum):
    """Which photographs are one query."""

    alike = "alike"
    random = "random"
    subfolders = "subfolders"


class NearDuplicates(StrEnum):
    """What is done where a photograph is there twice."""

    refuse = "refuse"
    skip = "skip"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG, no_args_is_help=True)(made)


def made(
    source: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Of photographs that are all different.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the dataset is made; not in FOLDER.")
    ],
    level: Annotated[
        Level,
        typer.Option(
            help="One mild edit a copy, as in the study; as news sites make copies; one hard edit."
        ),
    ] = Level.news,
    draw: Annotated[int, typer.Option(min=0, help="Which random making.")] = 0,
    queries: Annotated[
        Queries, typer.Option(help="Which photographs are put together as one query's.")
    ] = Queries.alike,
    n_queries: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="How many.  [default: what takes all photographs]"),
    ] = None,
    images_a_query: Annotated[
        int, typer.Option(min=6, max=1000, metavar="N", help="At most; 11 of 20 are unedited.")
    ] = 20,
    near_duplicates: Annotated[
        NearDuplicates, typer.Option(help="What is done where a photograph is there twice.")
    ] = NearDuplicates.refuse,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no bars.")] = False,
) -> None:
    """Make a labelled dataset of a folder of photographs: copies, edited as others edit them.

    So it is known which images show which photograph, and methods and thresholds can be chosen for
    photographs like these without a label written. FOLDER is only read.
    """
    with ending_well():
        from dupeval.cli.datasets import say_made  # noqa: PLC0415  (help comes at once)
        from dupeval.dataset.made import read_made  # noqa: PLC0415

        dataset = read_made(
            out,
            source,
            progress=not quiet,
            level=level.value,
            draw=draw,
            queries=queries.value,
            n_queries=n_queries,
            images_a_query=images_a_query,
            near_duplicates=near_duplicates.value,
        )
        say_made(dataset, out)
