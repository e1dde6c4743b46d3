"""``dupeval label``: somebody's own images, labelled on a page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dupeval.cli.console import ending_well

EPILOG = """Examples:

\b
  dupeval label photos/                       # one folder: all its images are compared
  dupeval label mine/                         # mine/images/QUERY/IMAGE, each query for itself
  dupeval label mine/ --out mine-labels --method sscd
  dupeval label mine/ --export                # write labels.csv of what was answered, ask nothing
"""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG, no_args_is_help=True)(label)


def label(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER",
            help="A folder of images, or a dataset folder with images/QUERY/IMAGE.",
        ),
    ],
    method: Annotated[
        str | None,
        typer.Option(
            help="What proposes groups and pairs; any method of the experiments.  [default: "
            "the last one, at first verified]"
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where answers and labels go; not in FOLDER.")
    ] = Path("dupeval-labels"),
    tables: Annotated[
        Path | None,
        typer.Option(
            "--import",
            metavar="DIR",
            help="Take over labels.csv and pairs.csv from there.  [default, of a dataset folder "
            "that is labelled for the first time: its own]",
        ),
    ] = None,
    export: Annotated[
        bool, typer.Option("--export", help="Only write labels.csv and pairs.csv.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the page; 0 is any that is free.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            envvar="DUPEVAL_CACHE",
            help="What was learnt of images, for the next time.  [default: ~/.cache/dupeval]",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no bars.")] = False,
) -> None:
    """Say which images show the same photograph, on a page.

    The page is served on this machine, for you alone. Each answer is kept at once in DIR; stop at
    any time with Ctrl-C, and go on later. Nothing in FOLDER is changed. What is written is
    labels.csv and pairs.csv of a dataset folder.
    """
    with ending_well():
        from dupeval.cli.labelling import run  # noqa: PLC0415  (help comes at once)

        run(
            folder=folder,
            method=method,
            out=out,
            tables=tables,
            export=export,
            port=port,
            browser=browser,
            cache=cache,
            progress=not quiet,
        )
